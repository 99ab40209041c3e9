// What comes while somebody looks is on the page within two seconds: one small call asks whether there are new messages, and only when there are
// the lists and figures are read again. Windmill gives a page neither a stream nor a socket, and a call that waits for news would hold a worker.
import { useRef } from 'react'
import { ask } from './api'
import { refresh } from './data'
import { useEvery } from './every'

export function useLive(on: boolean, ms = 1500) {
  const since = useRef(0)
  useEvery(ms, on, async () => {
    try {
      const now: { since: number; changed: boolean } = await ask('inbox', 'watch', { since: since.current })
      since.current = now.since
      if (now.changed) await refresh('conversations', 'inbox', 'notifications', 'home')
    } catch {
      // The lists say when the connection is lost.
    }
  })
}
