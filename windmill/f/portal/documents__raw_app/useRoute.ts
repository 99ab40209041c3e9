// The page that is open, as it changes.
import { useEffect, useState } from 'react'
import { keep } from './api'
import { Route, readRoute } from './route'

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const moved = () => setRoute(keep.get('route', { page: '', part: '' }))
    const typed = () => {
      keep.set('route', readRoute())
      setRoute(readRoute())
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
