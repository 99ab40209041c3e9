// Websites: pages that are read again and again. What was read, what failed and why, and when it is read next.
import React, { useState } from 'react'
import { Actions, ask } from './api'
import { Icon } from './icons'
import type { Message } from './messages'
import { go } from './route'
import { Empty, Field, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Source = {
  id: string
  kind: string
  url: string
  max_pages: number
  refresh_hours: number
  state: string
  error: Message | null
  warnings: Message[]
  pages: number | null
  ready: number
  failed: number
  read_at: string | null
  next_read_at: string
}
type Page = { document_id: string; title: string; url: string; state: string; error: Message | null; chunks: number | null }
const busy = (source: Source) => source.state === 'new' || source.state === 'reading'

export default function Sources() {
  const { t, may } = useHere()
  const s = t.sources
  const list = useLoad<Source[]>(async () => (await ask('sources', 'list')).sources, [])
  useEvery(1500, list.value?.some(busy) ?? false, list.reload)
  const edits = may('owner', 'editor')
  return (
    <>
      <p className="intro">{s.intro}</p>
      {edits && <Add reload={list.reload} />}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {list.value === null && list.error === null && <Loading />}
      {list.value?.length === 0 && <Empty title={s.empty} hint={s.emptyHint} icon="web" />}
      <ul className="cards" aria-label={t.knowledge.tabs.websites}>
        {list.value?.map((source) => <One key={source.id} source={source} edits={edits} reload={list.reload} />)}
      </ul>
    </>
  )
}

function Add({ reload }: { reload: () => Promise<void> }) {
  const { t } = useHere()
  const s = t.sources
  const form = useForm()
  const [url, setUrl] = useState('')
  const [kind, setKind] = useState('page')
  const [pages, setPages] = useState(50)
  const [hours, setHours] = useState(24)
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const address = /^https?:\/\//.test(url.trim()) ? url.trim() : `https://${url.trim()}`
      await ask('sources', 'create', { url: address, kind, refresh_hours: hours, ...(kind === 'page' ? {} : { max_pages: pages }) })
      setUrl('')
      await reload()
      return s.added
    }, s.adding)
  }
  return (
    <form className="panel" onSubmit={add}>
      <Field label={s.url}>
        <input type="text" inputMode="url" required maxLength={1000} placeholder="https://" value={url} onChange={(e) => setUrl(e.target.value)} />
      </Field>
      <div className="grid">
        <Field label={s.kind}>
          <select value={kind} onChange={(e) => setKind(e.target.value)}>
            {Object.entries(s.kinds).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </Field>
        {kind !== 'page' && (
          <Field label={s.maxPages}>
            <input type="number" required min={1} max={2000} value={pages} onChange={(e) => setPages(e.target.valueAsNumber || 1)} />
          </Field>
        )}
        <Every hours={hours} change={setHours} />
      </div>
      <button className="solid" disabled={form.busy}>{s.add}</button>
      {form.shown}
    </form>
  )
}

function Every({ hours, change }: { hours: number; change: (hours: number) => void }) {
  const { t } = useHere()
  const s = t.sources
  const choices = Object.keys(s.hours).map(Number)
  return (
    <Field label={s.every}>
      <select value={hours} onChange={(e) => change(Number(e.target.value))}>
        {[...new Set([...choices, hours])].sort((a, b) => a - b).map((n) => (
          <option key={n} value={n}>{s.hours[n] ?? fill(s.everyHours, { n })}</option>
        ))}
      </select>
    </Field>
  )
}

function One({ source, edits, reload }: { source: Source; edits: boolean; reload: () => Promise<void> }) {
  const { t, number, say } = useHere()
  const s = t.sources
  const form = useForm()
  const act = (action: Actions['sources'], fields: Record<string, unknown> = {}) =>
    form.run(async () => {
      await ask('sources', action, { source_id: source.id, ...fields })
      await reload()
      return ' '
    })
  return (
    <li className="card">
      <div className="row spread">
        <div className="row grow">
          <Icon name="web" />
          <h2 className="min break">{source.url}</h2>
        </div>
        <span className={`badge ${busy(source) ? 'processing' : source.state}`}>{s.states[source.state]}</span>
      </div>
      {busy(source) && <progress aria-label={`${source.url}: ${s.states[source.state]}`} />}
      {source.error && <p className="bad">{say(source.error)}</p>}
      {source.warnings.length > 0 && <Warnings source={source} />}
      <Pages source={source} />
      <div className="row spread">
        <Facts source={source} />
        {edits && (
          <div className="row">
            <button type="button" className="quiet" disabled={busy(source) || form.busy} onClick={() => act('refresh')}>{s.again}<span className="hidden">: {source.url}</span></button>
            <Change source={source} save={(fields) => act('update', fields)} />
            <Sure
              label={s.delete}
              ask={fill(s.deleteAsk, { url: source.url })}
              says={fill(s.deleteSays, { n: number(source.ready + source.failed) })}
              act={async () => {
                await ask('sources', 'delete', { source_id: source.id })
                await reload()
              }}
            />
          </div>
        )}
      </div>
      {form.shown}
    </li>
  )
}

function Facts({ source }: { source: Source }) {
  const { t, number, time } = useHere()
  const s = t.sources
  const facts = [
    s.kindShort[source.kind],
    source.read_at ? fill(s.readAt, { time: time(source.read_at) }) : s.never,
    fill(s.pages, { n: number(source.ready) }),
    source.failed > 0 && fill(s.failedPages, { n: number(source.failed) }),
    !busy(source) && fill(s.next, { time: time(source.next_read_at) }),
  ]
  return <small>{facts.filter(Boolean).join(' · ')}</small>
}

function Warnings({ source }: { source: Source }) {
  const { t, number, say } = useHere()
  const s = t.sources
  return (
    <details>
      <summary>{s.warnings} ({number(source.warnings.length)})<span className="hidden">: {source.url}</span></summary>
      <ul className="plain">{source.warnings.map((warning, i) => <li key={i}><small>{say(warning)}</small></li>)}</ul>
    </details>
  )
}

function Change({ source, save }: { source: Source; save: (fields: Record<string, number>) => Promise<void> }) {
  const { t } = useHere()
  const s = t.sources
  const [open, setOpen] = useState(false)
  const [pages, setPages] = useState(source.max_pages)
  const [hours, setHours] = useState(source.refresh_hours)
  if (!open) return <button type="button" className="quiet" onClick={() => setOpen(true)}>{s.settings}<span className="hidden">: {source.url}</span></button>
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    save({ refresh_hours: hours, ...(source.kind === 'page' ? {} : { max_pages: pages }) }).then(() => setOpen(false))
  }
  return (
    <form className="row bottom" onSubmit={send}>
      {source.kind !== 'page' && (
        <Field label={s.maxPages}>
          <input type="number" required min={1} max={2000} value={pages} onChange={(e) => setPages(e.target.valueAsNumber || 1)} />
        </Field>
      )}
      <Every hours={hours} change={setHours} />
      <button>{t.save}</button>
      <button type="button" className="quiet" onClick={() => setOpen(false)}>{t.cancel}</button>
    </form>
  )
}

// The pages are asked for when somebody opens them.
function Pages({ source }: { source: Source }) {
  const { t, number, say } = useHere()
  const form = useForm()
  const [pages, setPages] = useState<Page[] | null>(null)
  const load = (event: React.SyntheticEvent<HTMLDetailsElement>) => {
    if (!event.currentTarget.open) return
    form.run(async () => {
      setPages((await ask('sources', 'list_pages', { source_id: source.id })).pages)
      return ' '
    }, t.loading)
  }
  return (
    <details onToggle={load}>
      <summary>{t.sources.showPages} ({number(source.ready + source.failed)})<span className="hidden">: {source.url}</span></summary>
      {form.shown}
      {pages?.length === 0 && <p className="soft">{t.sources.noPages}</p>}
      <ul className="plain">
        {pages?.map((page) => (
          <li key={page.document_id} className="row spread">
            <div className="min">
              <span dir="auto">{page.title}</span>
              <small className="break">{page.url}</small>
              {page.error && <small className="bad">{say(page.error)}</small>}
            </div>
            {page.state === 'ready' && <button type="button" className="quiet" onClick={() => go('knowledge', 'document', page.document_id)}>{t.passages.open}<span className="hidden">: {page.title}</span></button>}
            <span className={`badge ${page.state}`}>{t.documents.states[page.state]}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
