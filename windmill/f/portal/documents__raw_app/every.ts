// Something is done again and again, one after the other, while somebody looks: for runs whose next step depends on the last answer.
import { useEffect, useRef } from 'react'

export function useEvery(ms: number, on: boolean, act: () => Promise<void>) {
  const latest = useRef(act)
  latest.current = act
  const pending = useRef(false)
  useEffect(() => {
    if (!on) return
    // Each call is a job on somebody's worker: the next one waits for the last one's answer, however slow; and a page that nobody looks at
    // asks for nothing, and catches up when it is looked at again.
    const ask = async () => {
      if (pending.current || document.visibilityState === 'hidden') return
      pending.current = true
      await latest.current().finally(() => (pending.current = false))
    }
    const timer = setInterval(ask, ms)
    document.addEventListener('visibilitychange', ask)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [on, ms])
}
