// Which page is open: in the address, so that the browser's back button and a link work; in memory where a frame has no address of its own.
import { keep } from './api'

// `id`: what a part shows one of, such as a document.
export type Route = { page: string; part: string; id?: string }

export function readRoute(): Route {
  const [page = '', part = '', id = ''] = location.hash.slice(1).split('/')
  return page ? { page, part, id } : keep.get('route', { page: '', part: '' })
}

// `replace`: without a step in the browser's history.
export function go(page: string, part = '', id = '', replace = false) {
  keep.set('route', { page, part, id })
  const wanted = `#${[page, part, id].filter(Boolean).join('/')}`
  try {
    if (location.hash !== wanted && replace) history.replaceState(null, '', wanted)
    else if (location.hash !== wanted) location.hash = wanted
  } catch {
    // a frame without an address: the event below is enough
  }
  window.dispatchEvent(new Event('route'))
}

// The portal's own door serves its page with this mark; inside Windmill one signs out of Windmill.
export const atOwnDoor = document.documentElement.dataset.door === 'own'
