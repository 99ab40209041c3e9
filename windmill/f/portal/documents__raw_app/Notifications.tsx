// Notifications: what WhatsApp and the platform want the staff to know; the bell's figure; the banner while nothing goes out.
import React, { useContext } from 'react'
import { ask } from './api'
import { Message, isMessage } from './messages'
import { go } from './route'
import { Empty, Loading, Problem, Recount, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Stop = { code: number; reason: Message; since: string; until: string; times: number }
type Note = {
  id: number
  kind: string
  severity: string
  title: string
  detail: Record<string, unknown>
  subject: string
  count: number
  created_at: string
  updated_at: string
  read_at: string | null
  settled_at: string | null
  notified: { webhook?: string } | null
}
export type Count = { unread: number; waiting: number; stop: Stop | null }

export function useCount(on: boolean) {
  const count = useLoad<Count | null>(async () => (on ? ask('notifications', 'count') : null), [on])
  useEvery(20_000, on && !count.error, count.reload)
  return count
}

export function Stopped({ stop }: { stop: Stop }) {
  const { t, time, say } = useHere()
  return (
    <div className="banner" role="alert">
      <strong>{t.notifications.stopped}</strong>
      <span>{fill(t.notifications.stoppedSays, { since: time(stop.since), reason: say(stop.reason), until: time(stop.until) })}</span>
    </div>
  )
}

export default function Notifications() {
  const { t, may } = useHere()
  const n = t.notifications
  const form = useForm()
  const recount = useContext(Recount)
  const list = useLoad<{ notifications: Note[] }>(() => ask('notifications', 'list'), [])
  useEvery(60_000, !list.error, list.reload)
  if (list.error) return <Problem error={list.error} retry={list.reload} />
  if (!list.value) return <Loading />
  const unread = list.value.notifications.filter((note) => !note.read_at)
  const earlier = list.value.notifications.filter((note) => note.read_at)
  const read = (notes: Note[]) =>
    form.run(async () => {
      await ask('notifications', 'mark_read', { ids: notes.map((note) => note.id) })
      await list.reload()
      recount()
      return ' '
    })
  const marks = may('owner', 'editor', 'agent')
  return (
    <>
      <p className="intro">{n.intro}</p>
      {form.shown}
      {list.value.notifications.length === 0 && <Empty title={n.empty} hint={n.emptyHint} icon="notifications" />}
      {unread.length > 0 && (
        <section aria-labelledby="unread">
          <div className="row spread">
            <h2 id="unread">{n.unread}</h2>
            {marks && <button type="button" className="quiet" disabled={form.busy} onClick={() => read(unread)}>{n.readAll}</button>}
          </div>
          <ul className="cards">
            {unread.map((note) => <One key={note.id} note={note} read={marks ? () => read([note]) : undefined} />)}
          </ul>
        </section>
      )}
      {earlier.length > 0 && (
        <section aria-labelledby="earlier">
          <h2 id="earlier">{n.earlier}</h2>
          <ul className="cards">{earlier.map((note) => <One key={note.id} note={note} />)}</ul>
        </section>
      )}
    </>
  )
}

function One({ note, read }: { note: Note; read?: () => void }) {
  const { t, time, number, say } = useHere()
  const n = t.notifications
  const d = note.detail ?? {}
  const words = n.kinds[note.kind]
  const limit = n.limits[String(d.limit)] ?? String(d.limit ?? '')
  const values: Record<string, unknown> = { ...d, limit, meaning: isMessage(d.meaning) && say(d.meaning), event: d.event && (n.events[String(d.event)] ?? d.event) }
  // Meta leaves out what it likes: then its notice is shown as it came.
  const whole = words && [...words.matchAll(/\{(\w+)\}/g)].every(([, gap]) => values[gap])
  const title = whole ? fill(words, values) : note.title
  const more = [
    (typeof d.error === 'string' || isMessage(d.error)) && say(d.error),
    note.kind.startsWith('limit_') && fill(n.limitUsed, { used: number(Number(d.used)), bound: number(Number(d.bound)) }),
  ].filter(Boolean)
  return (
    <li className={`card ${note.settled_at ? '' : `note-${note.severity}`} ${note.read_at ? 'faded' : ''}`}>
      <div className="row spread">
        <strong dir="auto">{title}</strong>
        {note.settled_at ? (
          <span className="badge ready">{n.settled}</span>
        ) : (
          <span className={`badge ${{ info: '', warning: 'processing', critical: 'failed' }[note.severity] ?? ''}`}>{n.severity[note.severity]}</span>
        )}
      </div>
      {more.map((line) => <span key={String(line)} dir="auto">{line}</span>)}
      {!whole || d.event ? Object.keys(d).length > 0 && <Details detail={d} /> : null}
      {/^HTTP/.test(note.notified?.webhook ?? '') && <small>{fill(n.told, { answer: note.notified?.webhook })}</small>}
      <div className="row spread">
        <small>{[time(note.updated_at), note.count > 1 && fill(n.times, { n: number(note.count) })].filter(Boolean).join(' · ')}</small>
        <div className="row">
          <Way note={note} />
          {read && <button type="button" className="quiet" onClick={read}>{n.readOne}<span className="hidden">: {title}</span></button>}
        </div>
      </div>
    </li>
  )
}

// Meta's own account events, as they came: names and values.
function Details({ detail }: { detail: Record<string, unknown> }) {
  const { t } = useHere()
  return (
    <details>
      <summary>{t.notifications.details}</summary>
      <dl className="pairs">
        {Object.entries(detail).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replace(/_/g, ' ')}</dt>
            <dd dir="auto">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

// To where something can be done about it.
function Way({ note }: { note: Note }) {
  const { t } = useHere()
  const open = t.notifications.open
  const way = (name: string, act: () => void) => <button type="button" className="quiet" onClick={act}>{open[name]}</button>
  if (note.kind === 'document_failed') return way('knowledge', () => go('knowledge', 'documents'))
  if (note.kind === 'source_failed') return way('knowledge', () => go('knowledge', 'websites'))
  if (note.kind.startsWith('limit_')) return way('insights', () => go('insights'))
  if (note.kind !== 'outside_hours' && note.kind !== 'handoff') return null
  return way('conversations', () => go('conversations', 'all', String(note.detail.contact_id)))
}
