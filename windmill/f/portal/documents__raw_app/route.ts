// Which page is open: in the address, so that the browser's back button and a link work; in memory where a frame has no address of its own.
import { keep } from './api'

// `id`: what a part shows one of, such as a document; `at`: where in it.
export type Route = { page: string; part: string; id?: string; at?: string }

export function readRoute(): Route {
  const [page = '', part = '', id = '', at = ''] = location.hash.slice(1).split('/')
  return page ? { page, part, id, at } : keep.get('route', { page: '', part: '' })
}

// `replace`: without a step in the browser's history.
export function go(page: string, part = '', id = '', replace = false, at = '') {
  keep.set('route', { page, part, id, at })
  const wanted = `#${[page, part, id, at].filter(Boolean).join('/')}`
  try {
    if (location.hash !== wanted && replace) history.replaceState(null, '', wanted)
    else if (location.hash !== wanted) location.hash = wanted
  } catch {
    // a frame without an address: the event below is enough
  }
  window.dispatchEvent(new Event('route'))
}

// A place in a document: its page, and the marks of the passages that an answer has used. The demo's chat page writes such addresses, too.
type Place = { page?: number; used?: string[] }
export const atPlace = ({ page, passages = [] }: { page?: number; passages?: string[] }) => `${page ?? ''}:${passages.join(',')}`
export function placeOf(at: string): Place {
  const [page, used = ''] = at.split(':')
  return { page: Number(page) || undefined, used: used.split(',').filter(Boolean) }
}

// The portal's own door serves its page with this mark; inside Windmill one signs out of Windmill.
export const atOwnDoor = document.documentElement.dataset.door === 'own'
