// What comes while somebody looks is on the page within two seconds: one small call asks whether a message, a reaction or an act of a colleague is new, and
// only then are the lists and figures read again. Windmill gives a page neither a stream nor a socket, and a call that waits for news would hold a worker.
import { useRef } from 'react'
import { ask } from './api'
import { refresh } from './data'
import { useEvery } from './every'

export function useLive(on: boolean, ms = 1500) {
  const since = useRef<unknown>(undefined)
  useEvery(ms, on, async () => {
    try {
      const now: { since: unknown; changed: boolean } = await ask('inbox', 'watch', { since: since.current })
      since.current = now.since
      if (now.changed) await refresh('conversations', 'inbox', 'notifications', 'home')
    } catch {
      // The lists say when the connection is lost.
    }
  })
}
