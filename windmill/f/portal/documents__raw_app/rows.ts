// An edit of a stored row. It knows what stood there when it began, so that another person's change in between is seen.
import { useState } from 'react'
import { Actions, Refused } from './api'
import { refresh } from './data'
import { same } from './settings'

// now: one's own changes, and of the rest what stands there. clashes: what both have changed; each waits for `keep` or `take`.
export function useRow<T extends object>(stored: T) {
  const [was, setWas] = useState(stored)
  const [mine, setMine] = useState<Partial<T>>({})
  const names = Object.keys(mine) as (keyof T & string)[]
  return {
    now: { ...stored, ...mine },
    clashes: names.filter((name) => !same(stored[name], was[name]) && !same(stored[name], mine[name])),
    set: (part: Partial<T>) => setMine((before) => ({ ...before, ...part })),
    keep: (name: keyof T) => setWas((before) => ({ ...before, [name]: stored[name] })),
    take: (name: keyof T) => setMine(({ [name]: _, ...rest }) => rest as Partial<T>),
  }
}

// Saves. Where somebody else was first, what stands there now is read again.
export async function save(script: keyof Actions, act: () => Promise<unknown>) {
  try {
    await act()
  } catch (error) {
    if (error instanceof Refused && error.reason.code === 'settings_changed') await refresh(script)
    throw error
  }
}
