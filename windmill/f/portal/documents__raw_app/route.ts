// Which page is open: in the address, so that the browser's back button and a link work; in memory where a frame has no address of its own.
import { useEffect, useState } from 'react'
import { keep } from './api'

export type Route = { page: string; part: string }

function read(): Route {
  const [page = '', part = ''] = location.hash.slice(1).split('/')
  return page ? { page, part } : keep.get('route', { page: '', part: '' })
}

export function go(page: string, part = '') {
  keep.set('route', { page, part })
  const wanted = part ? `#${page}/${part}` : `#${page}`
  try {
    if (location.hash !== wanted) location.hash = wanted
  } catch {
    // a frame without an address: the event below is enough
  }
  window.dispatchEvent(new Event('route'))
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read)
  useEffect(() => {
    const moved = () => setRoute(keep.get('route', { page: '', part: '' }))
    const typed = () => {
      keep.set('route', read())
      setRoute(read())
    }
    window.addEventListener('route', moved)
    window.addEventListener('hashchange', typed)
    return () => {
      window.removeEventListener('route', moved)
      window.removeEventListener('hashchange', typed)
    }
  }, [])
  return route
}
