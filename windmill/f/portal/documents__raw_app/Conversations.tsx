// Conversations: find one, read it, step in.
import React, { useEffect, useState } from 'react'
import { ask, download, keep, newId, Refused } from './api'
import { Empty, Field, Loading, Problem, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Contact = { id: string; name: string | null; username: string | null; phone: string | null; paused: boolean; body: string | null; direction: string | null; at: string | null }
type Message = {
  id: number
  direction: 'in' | 'out'
  body: string
  citations: { document: string; page: number }[] | null
  model: string | null
  status: string | null
  outcome: string | null
  tools: { tool: string; error: boolean; ms: number }[] | null
  at: string
}
type History = { contact: Contact & { paused_until: string | null }; messages: Message[]; more: boolean }

const called = (contact: Contact, unnamed: string) => contact.name || contact.username || (contact.phone ? `+${contact.phone}` : unnamed)

export default function Conversations() {
  const { t, may, tenant, number } = useHere()
  const c = t.conversations
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(1)
  const [chosen, setChosen] = useState(keep.get(`contact ${tenant}`, ''))
  const form = useForm()
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), 300)
    return () => clearTimeout(timer)
  }, [typed])
  const list = useLoad<{ contacts: Contact[]; more: boolean }>(async () => {
    const pages = await Promise.all(Array.from({ length: shown }, (_, i) => ask('conversations', 'list', { search, skip: i * 50 })))
    return { contacts: pages.flatMap((page) => page.contacts), more: pages[pages.length - 1].more }
  }, [search, shown])
  useEvery(10_000, !list.error, list.reload)
  const choose = (id: string) => {
    keep.set(`contact ${tenant}`, id)
    setChosen(id)
  }
  const take = () =>
    form.run(async () => {
      const answer = await ask('conversations', 'export')
      download('conversations.csv', answer.csv)
      return answer.cut ? fill(c.exportCut, { n: number(answer.rows) }) : ' '
    }, t.loading)
  return (
    <>
      <p className="intro">{c.intro}</p>
      <div className={chosen ? 'split open' : 'split'}>
        <div className="list">
          <Field label={c.search}>
            <input type="search" dir="auto" value={typed} onChange={(e) => setTyped(e.target.value)} />
          </Field>
          {list.error !== null && <Problem error={list.error} retry={list.reload} />}
          {!list.value && !list.error && <Loading />}
          {list.value?.contacts.length === 0 && <Empty title={search ? fill(c.emptySearch, { words: search }) : c.empty} hint={search ? undefined : c.emptyHint} />}
          <ul className="people">
            {list.value?.contacts.map((contact) => (
              <Person key={contact.id} contact={contact} current={contact.id === chosen} choose={() => choose(contact.id)} />
            ))}
          </ul>
          {list.value?.more && <button type="button" onClick={() => setShown(shown + 1)}>{c.more}</button>}
          {may('owner', 'editor', 'agent') && Boolean(list.value?.contacts.length) && <button type="button" className="quiet" disabled={form.busy} onClick={take}>{c.export}</button>}
          {form.shown}
        </div>
        {chosen ? <Thread key={chosen} id={chosen} back={() => choose('')} changed={list.reload} /> : <div className="state wide">{c.choose}</div>}
      </div>
    </>
  )
}

function Person({ contact, current, choose }: { contact: Contact; current: boolean; choose: () => void }) {
  const { t, time } = useHere()
  return (
    <li>
      <button type="button" aria-current={current || undefined} onClick={choose}>
        <span className="row spread">
          <strong dir="auto">{called(contact, t.conversations.unnamed)}</strong>
          {contact.paused && <span className="badge processing">{t.conversations.paused}</span>}
        </span>
        <span dir="auto" className="line">{contact.body}</span>
        <small>{contact.at && time(contact.at)}</small>
      </button>
    </li>
  )
}

function Thread({ id, back, changed }: { id: string; back: () => void; changed: () => void }) {
  const { t, may, time } = useHere()
  const c = t.conversations
  const form = useForm()
  const [older, setOlder] = useState<Message[]>([])
  const [olderMore, setOlderMore] = useState<boolean | null>(null)
  const loaded = useLoad<History>(() => ask('conversations', 'history', { contact_id: id }), [id])
  useEvery(5000, !loaded.error, loaded.reload)
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  const { contact, messages } = loaded.value
  const until = contact.paused_until
  const pause = (hours: number) =>
    form.run(async () => {
      await ask('conversations', 'pause', { contact_id: id, hours })
      await loaded.reload()
      changed()
    })
  const all = [...older.filter((m) => m.id < (messages[0]?.id ?? 0)), ...messages]
  const page = async () => {
    const found: History = await ask('conversations', 'history', { contact_id: id, before: all[0]?.id ?? 0 })
    setOlder([...found.messages, ...older])
    setOlderMore(found.more)
  }
  return (
    <section className="conversation" aria-label={called(contact, c.unnamed)}>
      <div className="row spread">
        <button type="button" className="quiet back" onClick={back}>{c.back}</button>
        <h2 dir="auto">{called(contact, c.unnamed)}</h2>
        {may('owner', 'editor', 'agent') && (
          <button type="button" disabled={form.busy} onClick={() => pause(until ? 0 : 12)}>{until ? c.resume : c.pause}</button>
        )}
      </div>
      {until && <p className="hint">{until === 'infinity' ? c.pausedOpen : fill(c.pausedUntil, { time: time(until) })}</p>}
      {form.shown}
      <div className="thread tall" tabIndex={0} role="log" aria-label={called(contact, c.unnamed)} ref={(box) => { if (box && !older.length) box.scrollTop = box.scrollHeight }}>
        {(olderMore ?? loaded.value.more) && <button type="button" className="quiet" onClick={page}>{c.older}</button>}
        {all.map((message) => <Bubble key={message.id} message={message} />)}
      </div>
      {may('owner', 'editor', 'agent') && <Write id={id} sent={() => { loaded.reload(); changed() }} />}
    </section>
  )
}

function Bubble({ message }: { message: Message }) {
  const { t, time, number } = useHere()
  const c = t.conversations
  const who = message.direction === 'in' ? c.customer : message.model === 'human' ? c.human : c.bot
  const facts = [who, time(message.at), message.status && (c.status[message.status] ?? message.status), message.outcome && message.direction === 'out' && c.outcomes[message.outcome]]
  return (
    <div className={`bubble ${message.direction} ${message.model === 'human' ? 'person' : ''}`}>
      <p dir="auto" className="text">{message.body}</p>
      {message.citations?.map((source, i) => <small key={i} dir="auto">{fill(c.source, source)}</small>)}
      {message.tools?.filter((call) => !call.tool.startsWith('(')).map((call, i) => (
        <small key={i}>{fill(t.bot.asked, { tool: call.tool, ms: number(call.ms) })}{call.error && `: ${t.bot.toolFailed}`}</small>
      ))}
      <small>{facts.filter(Boolean).join(' · ')}</small>
    </div>
  )
}

function Write({ id, sent }: { id: string; sent: () => void }) {
  const { t, tenant } = useHere()
  const c = t.conversations
  const form = useForm()
  const [body, setBody] = useState(keep.get(`draft ${tenant} ${id}`, ''))
  const [replyId, setReplyId] = useState(() => newId())
  const write = (text: string) => {
    keep.set(`draft ${tenant} ${id}`, text)
    setBody(text)
  }
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      try {
        await ask('conversations', 'reply', { contact_id: id, body, reply_id: replyId })
      } catch (error) {
        // WhatsApp's answer was a no: the next try is another message. Without an answer it stays the same one.
        if (error instanceof Refused && error.code === 'not_sent') setReplyId(newId())
        throw error
      }
      setReplyId(newId())
      write('')
      sent()
      return ' '
    }, c.sending)
  }
  return (
    <form onSubmit={send}>
      <Field label={c.reply} hint={c.replyHint}>
        <textarea rows={2} dir="auto" required maxLength={4096} value={body} onChange={(e) => write(e.target.value)} />
      </Field>
      <button className="solid" disabled={form.busy}>{c.send}</button>
      {form.shown}
    </form>
  )
}
