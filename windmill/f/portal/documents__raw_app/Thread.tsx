// One conversation: what was said, with sources and tool calls; a person may take over and write.
import { Alert, Anchor, Button, Card, Group, Text, Textarea, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import React, { useEffect, useLayoutEffect, useRef, useState } from 'react'
import Calls, { Call } from './Calls'
import Formatted from './Formatted'
import Values from './Values'
import { ask, download, keep, newId, Refused } from './api'
import { refresh, useAsk } from './data'
import { Loading, Problem, Sure, fill, useForm, useHere } from './ui'

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

// What was done in a conversation shows in the list, in the figures of the frame and among the notifications.
const changed = () => refresh('conversations', 'notifications')

export default function Thread({ id, back }: { id: string; back: () => void }) {
  const { t, may, describe } = useHere()
  const c = t.conversations
  const form = useForm()
  const loaded = useAsk<History>('conversations', 'get', { contact_id: id }, { every: 5000 })
  const toList = <Anchor component="button" type="button" size="sm" className="back" onClick={back}><Group gap={4}><IconArrowLeft size={16} aria-hidden="true" />{c.back}</Group></Anchor>
  if (!loaded.data) return <Card component="section" className="conversation">{toList}{loaded.error ? <Problem error={loaded.error} retry={loaded.refetch} /> : <Loading />}</Card>
  const { contact } = loaded.data
  const name = called(contact, c.unnamed)
  const until = contact.paused_until
  const pause = (hours: number) =>
    form.run(async () => {
      await (hours ? ask('conversations', 'pause', { contact_id: id, hours }) : ask('conversations', 'resume', { contact_id: id }))
      await changed()
      return t.saved
    })
  return (
    <Card component="section" className="conversation" aria-label={name}>
      {toList}
      <Group justify="space-between">
        <Title order={2} dir="auto">{name}{contact.phone && name !== `+${contact.phone}` && <Text span size="sm" c="dimmed" fw={400} dir="ltr"> +{contact.phone}</Text>}</Title>
        {may('owner', 'editor', 'agent') && (
          <Group gap="xs">
            {contact.waiting && !until && <Button variant="default" disabled={form.busy} onClick={() => pause(0)}>{c.dealtWith}</Button>}
            <Button variant="default" disabled={form.busy} onClick={() => pause(until ? 0 : 12)}>{until ? c.resume : c.pause}</Button>
          </Group>
        )}
      </Group>
      <About contact={contact} />
      {loaded.error && <Text role="alert" c="red">{describe(loaded.error)}</Text>}
      {form.shown}
      <Said id={id} label={name} newest={loaded.data} />
      {may('owner', 'editor', 'agent') && <Write id={id} until={until} />}
      {may('owner') && <Privacy id={id} name={name} gone={back} />}
    </Card>
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
    })
  const forget = async () => {
    await ask('privacy', 'forget', { contact_id: id })
    gone()
    changed()
  }
  return (
    <Group gap="xs" mt="md">
      <Button variant="subtle" size="compact-sm" loading={form.busy} onClick={take}>{c.exportPerson}</Button>
      <Sure label={c.forget} ask={fill(c.forgetAsk, { name })} says={c.forgetSays} act={forget} />
      {form.shown}
    </Group>
  )
}

// What is going on with this customer, and what they have said of themselves.
function About({ contact }: { contact: History['contact'] }) {
  const { t, time } = useHere()
  const c = t.conversations
  const until = contact.paused_until
  const lead = Object.entries(contact.lead ?? {})
  return (
    <>
      {contact.opted_out_at && <Alert color="orange" mt="xs" p="xs">{fill(c.optedOutSince, { time: time(contact.opted_out_at) })}</Alert>}
      {contact.waiting && <Alert color="red" mt="xs" p="xs">{c.waiting}</Alert>}
      {until && <Alert color="gray" mt="xs" p="xs">{until === 'infinity' ? c.pausedOpen : fill(c.pausedUntil, { time: time(until) })}</Alert>}
      {lead.length > 0 && <Values label={c.lead} rows={lead} />}
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
    })
  return (
    <div className="thread tall" tabIndex={0} role="log" aria-label={label} ref={box} onScroll={({ currentTarget: b }) => (atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 40)}>
      {shown.more && <Button variant="subtle" size="compact-sm" className="still" loading={form.busy} onClick={older}>{t.conversations.older}</Button>}
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
  return <Anchor href={url} target="_blank" rel="noopener noreferrer" inherit>{document}</Anchor>
}

// The words, and as which message they were tried: without an answer the same words stay the same message, in a reload's next try, too.
type Draft = { body: string; tried?: { body: string; id: string } }

function Write({ id, until }: { id: string; until: string | null }) {
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
      await changed()
    })
  }
  return (
    <form onSubmit={send}>
      <Textarea label={c.reply} description={hint} minRows={2} dir="auto" required maxLength={4096} readOnly={form.busy} value={draft.body} onChange={(e) => change({ ...draft, body: e.target.value })} />
      <Button type="submit" mt="sm" loading={form.busy}>{c.send}</Button>
      {form.shown}
    </form>
  )
}
