// An edit of a stored row. It knows what stood there when it began, so that another person's change in between is seen.
import { useRef, useState } from 'react'
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

// The rows of a list, and those that somebody has removed while their form is open here: what is typed stays, in its place and with the cursor in it.
export function useOpened<T extends { id: string }>(stored: T[]) {
  const [opened, setOpened] = useState<string[]>([])
  const before = useRef<T[]>([])
  const rows = [...stored]
  const there = new Set(stored.map((row) => row.id))
  let next: string | undefined // the one that stood behind it, and is still there
  for (const row of [...before.current].reverse()) {
    if (!there.has(row.id) && opened.includes(row.id)) rows.splice(next ? rows.findIndex(({ id }) => id === next) : rows.length, 0, row)
    else if (!there.has(row.id)) continue
    next = row.id
  }
  before.current = rows
  return {
    rows,
    isOpen: (id: string) => opened.includes(id),
    isGone: (id: string) => !there.has(id),
    open: (id: string) => setOpened((ids) => [...ids, id]),
    close: (id: string) => setOpened((ids) => ids.filter((other) => other !== id)),
  }
}

// Saves. Where somebody else was first, what stands there now is read again. codes: of the refusals that say so.
export async function save(script: keyof Actions, act: () => Promise<unknown>, codes = ['settings_changed']) {
  try {
    await act()
  } catch (error) {
    if (error instanceof Refused && codes.includes(error.reason.code)) await refresh(script)
    throw error
  }
}
