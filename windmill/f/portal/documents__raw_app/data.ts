// What the pages read: each answer of a script is kept under the business, the script, the action and its fields, and read again after a change.
import { QueryClient, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Actions, Broken, ask, chosenTenant } from './api'
import { take, takeValue } from './first'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A script's no stays a no; whatever else it was may pass.
      retry: (failures, error) => error instanceof Broken && failures < 1,
      retryDelay: 1000,
      // A browser that calls itself offline still reaches a server on the same machine.
      networkMode: 'always',
      // Each answer is a job on somebody's worker: only what is asked for again and again catches up when the window is looked at again.
      refetchOnWindowFocus: false,
    },
  },
})

const NEW = 10_000 // ms

type Fields = Record<string, unknown>
// `every`: how many milliseconds later it is read again, or 0; while the window is hidden it is not, unless `hidden`. `keep`: what was there stays while other
// fields are asked for. `once`: it never changes.
type Options<T> = { every?: number | ((value?: T) => number); enabled?: boolean; keep?: boolean; once?: boolean; hidden?: boolean }

export function useAsk<T, S extends keyof Actions = keyof Actions>(script: S, action: Actions[S], fields: Fields = {}, options: Options<T> = {}) {
  const { every = 0, enabled = true, keep = false, once = false, hidden = false } = options
  const interval = (value?: T) => (typeof every === 'number' ? every : every(value))
  return useQuery<T>({
    queryKey: [chosenTenant(), script, action, fields],
    queryFn: () => take(script, action, fields) ?? ask(script, action, fields),
    enabled,
    refetchInterval: (query) => interval(query.state.data) || false,
    refetchIntervalInBackground: hidden,
    refetchOnWindowFocus: (query) => interval(query.state.data) > 0,
    staleTime: once ? Infinity : 0,
    initialData: () => takeValue(script, action, fields),
    // What came before the page was drawn, or for another part of it, is new enough.
    refetchOnMount: (query) => (query.state.dataUpdateCount > 0 && query.getObserversCount() < 2) || Date.now() - query.state.dataUpdatedAt > NEW,
    placeholderData: keep ? (before: unknown) => before as never : undefined,
  })
}

// After a change: what these scripts have said is read again. A page waits for what it shows.
export const refresh = (...scripts: (keyof Actions)[]) => Promise.all(scripts.map((script) => queries.invalidateQueries({ queryKey: [chosenTenant(), script] })))

const VISIT_MS = 2000

// While somebody is at another site's page (`url`): looks, until there is an answer to go on with, it fails, or the page is left.
export function useVisit<T>(url: string, look: () => Promise<T | null>, goOn: (answer: T) => unknown, failed: (error: unknown) => void) {
  useEffect(() => {
    if (!url) return
    let over = false
    const wait = async (): Promise<unknown> => {
      await new Promise((end) => setTimeout(end, VISIT_MS))
      const answer = over ? null : await look()
      if (!over) return answer === null ? wait() : goOn(answer)
    }
    wait().catch((error) => over || failed(error))
    return () => {
      over = true
    }
  }, [url])
}
