// Whether the server answers: a connection that is lost comes back by itself, and whoever is signed out there is offered the sign-in.
import { useSyncExternalStore } from 'react'

export type Line = 'up' | 'lost' | 'signedOut'

let line: Line = 'up'
const listeners = new Set<() => void>()
const listen = (tell: () => void) => {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

export const lineNow = () => line
export function setLine(now: Line) {
  if (now === line) return
  line = now
  listeners.forEach((tell) => tell())
}
export const useLine = () => useSyncExternalStore(listen, lineNow)

// The demo's door and the portal's own say so; a page that has shown nothing yet is loaded again by them.
window.addEventListener('signed-out', () => setLine('signedOut'))
