// One conversation: what was said, with sources and tool calls; a person may take over and write.
import React, { useEffect, useLayoutEffect, useRef, useState } from 'react'
import Calls, { Call } from './Calls'
import Formatted from './Formatted'
import { ask, download, keep, newId, Refused } from './api'
import { Field, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

export type Contact = { id: string; name: string | null; username: string | null; phone: string | null; paused: boolean; waiting: boolean; opted_out: boolean; body: string | null; direction: string | null; at: string | null }
export type Source = { document: string; page?: number; url?: string }
type Message = {
  id: number
  direction: 'in' | 'out'
  body: string
  citations: Source[] | null
  model: string | null
  status: string | null
  outcome: string | null
  tools: Call[] | null
  answered_by_human: boolean
  at: string
}
type Page = { messages: Message[]; more: boolean }
type History = Page & { contact: Contact & { paused_until: string | null; opted_out_at: string | null; lead: Record<string, string> } }

export const called = (contact: Contact, unnamed: string) => contact.name || contact.username || (contact.phone ? `+${contact.phone}` : unnamed)

export default function Thread({ id, back, changed }: { id: string; back: () => void; changed: () => void }) {
  const { t, may, describe } = useHere()
  const c = t.conversations
  const form = useForm()
  const loaded = useLoad<History>(() => ask('conversations', 'get', { contact_id: id }), [id])
  useEvery(5000, loaded.value !== null, loaded.reload)
  const toList = <button type="button" className="quiet back" onClick={back}>{c.back}</button>
  if (!loaded.value) return <section className="conversation">{toList}{loaded.error ? <Problem error={loaded.error} retry={loaded.reload} /> : <Loading />}</section>
  const { contact } = loaded.value
  const until = contact.paused_until
  const pause = (hours: number) =>
    form.run(async () => {
      await (hours ? ask('conversations', 'pause', { contact_id: id, hours }) : ask('conversations', 'resume', { contact_id: id }))
      await loaded.reload()
      changed()
    })
  return (
    <section className="conversation" aria-label={called(contact, c.unnamed)}>
      <div className="row spread">
        {toList}
        <h2 dir="auto">{called(contact, c.unnamed)}{contact.phone && called(contact, c.unnamed) !== `+${contact.phone}` && <small dir="ltr"> +{contact.phone}</small>}</h2>
        {may('owner', 'editor', 'agent') && (
          <div className="row">
            {contact.waiting && !until && <button type="button" disabled={form.busy} onClick={() => pause(0)}>{c.dealtWith}</button>}
            <button type="button" disabled={form.busy} onClick={() => pause(until ? 0 : 12)}>{until ? c.resume : c.pause}</button>
          </div>
        )}
      </div>
      <About contact={contact} />
      {loaded.error !== null && <p role="alert" className="bad">{describe(loaded.error)}</p>}
      {form.shown}
      <Said id={id} label={called(contact, c.unnamed)} newest={loaded.value} />
      {may('owner', 'editor', 'agent') && <Write id={id} until={until} sent={() => { loaded.reload(); changed() }} />}
      {may('owner') && <Privacy id={id} name={called(contact, c.unnamed)} gone={() => { back(); changed() }} />}
    </section>
  )
}

// What an owner does for a customer who asks for their data, or to be forgotten.
function Privacy({ id, name, gone }: { id: string; name: string; gone: () => void }) {
  const { t } = useHere()
  const c = t.conversations
  const form = useForm()
  const take = () =>
    form.run(async () => {
      const { person } = await ask('privacy', 'export', { contact_id: id })
      download('person.json', JSON.stringify(person, null, 2), 'application/json')
      return ' '
    }, t.loading)
  const forget = async () => {
    await ask('privacy', 'forget', { contact_id: id })
    gone()
  }
  return (
    <div className="row">
      <button type="button" className="quiet" disabled={form.busy} onClick={take}>{c.exportPerson}</button>
      <Sure label={c.forget} ask={fill(c.forgetAsk, { name })} says={c.forgetSays} act={forget} />
      {form.shown}
    </div>
  )
}

// What is going on with this customer, and what they have said of themselves.
function About({ contact }: { contact: History['contact'] }) {
  const { t, time } = useHere()
  const c = t.conversations
  const until = contact.paused_until
  return (
    <>
      {contact.opted_out_at && <p className="hint waiting">{fill(c.optedOutSince, { time: time(contact.opted_out_at) })}</p>}
      {contact.waiting && <p className="hint waiting">{c.waiting}</p>}
      {until && <p className="hint">{until === 'infinity' ? c.pausedOpen : fill(c.pausedUntil, { time: time(until) })}</p>}
      {Object.keys(contact.lead ?? {}).length > 0 && (
        <dl className="pairs" aria-label={c.lead}>
          {Object.entries(contact.lead).map(([name, value]) => (
            <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>
          ))}
        </dl>
      )}
    </>
  )
}

// The newest page goes on from what is shown. Where there would be a gap between them it stands alone, and leads back from there.
function goOn(shown: Page, newest: Page): Page {
  const first = newest.messages[0]?.id ?? 0
  const before = shown.messages.filter((message) => message.id < first)
  const meet = before.length < shown.messages.length
  return meet && before.length ? { messages: [...before, ...newest.messages], more: shown.more } : newest
}

function Said({ id, label, newest }: { id: string; label: string; newest: Page }) {
  const { t } = useHere()
  const form = useForm()
  const [shown, setShown] = useState(newest)
  // The newest stays in sight until somebody scrolls up to read.
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useEffect(() => setShown((before) => goOn(before, newest)), [newest])
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [shown])
  const older = () =>
    form.run(async () => {
      const first = shown.messages[0]?.id
      const found: Page = await ask('conversations', 'get', { contact_id: id, before: first })
      setShown((now) => (now.messages[0]?.id === first ? { messages: [...found.messages, ...now.messages], more: found.more } : now))
      return ' '
    }, t.loading)
  return (
    <div className="thread tall" tabIndex={0} role="log" aria-label={label} ref={box} onScroll={({ currentTarget: b }) => (atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 40)}>
      {shown.more && <button type="button" className="quiet" disabled={form.busy} onClick={older}>{t.conversations.older}</button>}
      {form.shown}
      {shown.messages.map((message) => <Bubble key={message.id} message={message} />)}
    </div>
  )
}

function Bubble({ message }: { message: Message }) {
  const { t, time } = useHere()
  const c = t.conversations
  const who = message.direction === 'in' ? c.customer : message.model === 'human' ? c.human : c.bot
  const answered = message.answered_by_human && c.answeredByHuman
  const status = message.status && ((message.status === 'not answered' && answered) || (c.status[message.status] ?? message.status))
  const outcome = message.outcome && message.direction === 'out' && ((message.outcome === 'unanswered' && answered) || c.outcomes[message.outcome])
  const facts = [who, time(message.at), status, outcome]
  // What the reply names in its last paragraph, as the bot names sources, is not named again.
  const end = message.body.split('\n\n').pop() ?? ''
  const sources = (message.citations ?? []).filter((source) => !end.startsWith('_') || !end.includes(source.url ?? source.document))
  return (
    <div className={`bubble ${message.direction} ${message.model === 'human' ? 'person' : ''}`}>
      <p dir="auto" className="text"><Formatted text={message.body} /></p>
      {sources.map((source, i) => <small key={i} dir="auto"><From source={source} /></small>)}
      <Calls tools={message.tools} />
      <small>{facts.filter(Boolean).join(' · ')}</small>
    </div>
  )
}

export function From({ source: { document, page, url } }: { source: Source }) {
  const { t } = useHere()
  if (!url) return page ? fill(t.conversations.source, { document, page }) : document
  return <a href={url} target="_blank" rel="noopener noreferrer">{document}</a>
}

// The words, and as which message they were tried: without an answer the same words stay the same message, in a reload's next try, too.
type Draft = { body: string; tried?: { body: string; id: string } }

function Write({ id, until, sent }: { id: string; until: string | null; sent: () => void }) {
  const { t, tenant, time } = useHere()
  const c = t.conversations
  const form = useForm()
  const hint = until === 'infinity' ? c.replyHintOpen : until ? fill(c.replyHintUntil, { time: time(until) }) : c.replyHint
  const name = `reply ${tenant} ${id}`
  const [draft, setDraft] = useState<Draft>(keep.get(name, { body: '' }))
  const change = (next: Draft) => {
    keep.set(name, next)
    setDraft(next)
  }
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { body } = draft
      const tried = draft.tried?.body === body ? draft.tried : { body, id: newId() }
      change({ body, tried })
      try {
        await ask('conversations', 'reply', { contact_id: id, body, reply_id: tried.id })
      } catch (error) {
        // WhatsApp's answer was a no: the next try is another message.
        if (error instanceof Refused && error.reason.code === 'not_sent') change({ body })
        throw error
      }
      change({ body: '' })
      sent()
      return ' '
    }, c.sending)
  }
  return (
    <form onSubmit={send}>
      <Field label={c.reply} hint={hint}>
        <textarea rows={2} dir="auto" required maxLength={4096} readOnly={form.busy} value={draft.body} onChange={(e) => change({ ...draft, body: e.target.value })} />
      </Field>
      <button className="solid" disabled={form.busy}>{c.send}</button>
      {form.shown}
    </form>
  )
}
