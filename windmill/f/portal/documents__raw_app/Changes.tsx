// The audit log: who changed what, and what was there before.
import React, { useState } from 'react'
import { ask } from './api'
import { Loading, Problem, useHere, useLoad } from './ui'

type Change = {
  id: number
  at: string
  person: string
  action: string
  subject: string | null
  tenant?: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}
type Page = { changes: Change[]; more: boolean }

const shown = (value: unknown) => (value === undefined || value === null || value === '' ? '–' : typeof value === 'string' ? value : JSON.stringify(value))

export default function Changes({ script }: { script: 'people' | 'operator' }) {
  const { t } = useHere()
  const [open, setOpen] = useState(false)
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{t.changes.title}</h2>
      <p className="soft">{t.changes.intro}</p>
      {open ? <List script={script} /> : <button type="button" onClick={() => setOpen(true)}>{t.changes.show}</button>}
    </section>
  )
}

function List({ script }: { script: 'people' | 'operator' }) {
  const { t } = useHere()
  const c = t.changes
  const [pages, setPages] = useState(1)
  const loaded = useLoad<Page>(async () => {
    let found: Page = { changes: [], more: true }
    for (let page = 0; page < pages && found.more; page++) {
      const next: Page = await ask(script, 'list_changes', { before: found.changes[found.changes.length - 1]?.id ?? 0 })
      found = { changes: [...found.changes, ...next.changes], more: next.more }
    }
    return found
  }, [pages])
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  return (
    <>
      {loaded.value.changes.length === 0 && <p>{c.none}</p>}
      <ul className="cards" aria-label={c.title}>
        {loaded.value.changes.map((change) => <One key={change.id} change={change} />)}
      </ul>
      {loaded.value.more && <button type="button" onClick={() => setPages(pages + 1)}>{c.more}</button>}
    </>
  )
}

function One({ change }: { change: Change }) {
  const { t, time } = useHere()
  const c = t.changes
  const names = Object.keys({ ...change.before, ...change.after })
  return (
    <li className="card">
      <strong className="break">{c.actions[change.action] ?? change.action}</strong>
      {change.subject && <span dir="auto" className="break"> {change.subject}</span>}
      <small>{[time(change.at), change.person, change.tenant].filter(Boolean).join(' · ')}</small>
      {names.length > 0 && (
        <details>
          <summary>{c.details}</summary>
          <dl className="pairs">
            {names.map((name) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd dir="auto" className="break">{change.before ? `${shown(change.before[name])} → ${shown(change.after?.[name])}` : shown(change.after?.[name])}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  )
}
