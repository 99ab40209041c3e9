// What was said, day by day, with the staff's notes between. The newest stays in sight until somebody scrolls up to read.
import { Button } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import React, { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Approval, ApprovalCard } from './Approvals'
import Bubble, { NoteBubble } from './Bubble'
import { ask } from './api'
import { History, Message, Page } from './conversation'
import { dates, distances } from './formats'
import type { Note } from './inbox'
import { fill, moment, useForm, useHere } from './ui'

// The newest page goes on from what is shown. Where there would be a gap between them it stands alone, and leads back from there.
function goOn(shown: Page, newest: Page): Page {
  const first = newest.messages[0]?.id ?? Infinity
  const before = shown.messages.filter((message) => message.id < first)
  const live = shown.messages.some((message) => message.id > 0)
  const meet = before.length < shown.messages.length || !live
  const past = before[0]?.id < 0 ? shown.past : (newest.past ?? shown.past)
  return meet && before.length ? { ...shown, past, messages: [...before, ...newest.messages] } : newest
}

// Of two that were written in one second. What comes from a phone counts down from zero.
const place = (message?: Message) => (message && message.id < 0 ? -message.id - Number.MAX_SAFE_INTEGER : (message?.id ?? 0))

type Line = { at: string; message?: Message; note?: Note; approval?: Approval }

// Notes and requests stand at their time; those that are older than what is shown wait until it is shown. A request that waits for a decision is shown.
function linesOf({ messages, more }: Page, { notes, approvals }: History): Line[] {
  const first = messages[0] ? moment(messages[0].at).getTime() : 0
  const lines: Line[] = messages.map((message) => ({ at: message.at, message }))
  lines.push(...notes.filter((note) => !more || moment(note.at).getTime() >= first).map((note) => ({ at: note.at, note })))
  lines.push(...approvals.filter((one) => !more || one.state === 'waiting' || moment(one.at).getTime() >= first).map((approval) => ({ at: approval.at, approval })))
  return lines.sort((a, b) => moment(a.at).getTime() - moment(b.at).getTime() || place(a.message) - place(b.message))
}

export default function Timeline({ id, label, newest }: { id: string; label: string; newest: History }) {
  const { t } = useHere()
  const form = useForm()
  const [shown, setShown] = useState<Page>(newest)
  useEffect(() => setShown((before) => goOn(before, newest)), [newest])
  const last = newest.messages[newest.messages.length - 1]?.id ?? 0
  const scroll = useEnd(last)
  const older = () =>
    form.run(async () => {
      const first = shown.messages[0]?.id ?? 0
      const found: Page = shown.more
        ? await ask('conversations', 'get', { contact_id: id, before: first })
        : await ask('conversations', 'past', { contact_id: id, before: first < 0 ? -first : 0 })
      scroll.hold()
      setShown((now) => ((now.messages[0]?.id ?? 0) === first ? { ...found, messages: [...found.messages, ...now.messages] } : now))
    })
  return (
    <div className="saidbox">
      <div className="thread" tabIndex={0} role="log" aria-label={label} ref={scroll.box} onScroll={scroll.onScroll}>
        <div className="lines">
          {(shown.more || shown.past) && <Button variant="subtle" size="compact-sm" className="still" mx="auto" loading={form.busy} onClick={older}>{shown.more || shown.messages[0]?.id < 0 ? t.conversations.older : t.conversations.past}</Button>}
          {form.shown}
          <Lines lines={linesOf(shown, newest)} />
        </div>
      </div>
      {scroll.unseen > 0 && <Button className="pill" size="compact-sm" radius="xl" leftSection={<IconArrowDown size={15} aria-hidden="true" />} onClick={scroll.toEnd}>{fill(t.conversations.newMessages, { n: newest.messages.filter((message) => message.id > scroll.seen).length || 1 })}</Button>}
    </div>
  )
}

export const Spoken = ({ messages }: { messages: Message[] }) => <Lines lines={messages.map((message) => ({ at: message.at, message }))} />

function Lines({ lines }: { lines: Line[] }) {
  const { day } = useDays()
  return lines.map(({ at, message, note, approval }, i) => {
    const today = day(at)
    return (
      <React.Fragment key={message?.id ?? approval?.id ?? `note ${note!.id}`}>
        {(i === 0 || day(lines[i - 1].at) !== today) && <div className="dayline"><span>{today}</span></div>}
        {message ? <Bubble message={message} /> : approval ? <ApprovalCard approval={approval} /> : <NoteBubble note={note!} />}
      </React.Fragment>
    )
  })
}

// "today", "yesterday", then the date.
function useDays() {
  const { locale } = useHere()
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
  const relative = distances(locale)
  const today = midnight(new Date())
  const day = (text: string) => {
    const at = moment(text)
    const before = Math.round((midnight(at) - today) / 86_400_000)
    if (before >= -1) return relative.format(Math.min(0, before), 'day')
    const year = at.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
    return dates(locale, { weekday: 'long', day: 'numeric', month: 'long', year }).format(at)
  }
  return { day }
}

// Where one reads. At the end: follows what comes, whatever grows. Elsewhere: stays, and counts what came meanwhile.
function useEnd(last: number) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const held = useRef<number | null>(null)
  const [seen, setSeen] = useState(last)
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }
  const onScroll = ({ currentTarget: b }: React.UIEvent<HTMLDivElement>) => {
    atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 40
    if (atEnd.current) setSeen(last)
  }
  useLayoutEffect(() => {
    if (atEnd.current) setSeen(last)
  }, [last])
  useLayoutEffect(() => {
    const b = box.current
    if (b && held.current !== null) b.scrollTop = b.scrollHeight - held.current
    else if (atEnd.current) toEnd()
    held.current = null
  })
  useEffect(() => {
    const watch = new ResizeObserver(() => atEnd.current && toEnd())
    if (box.current) [box.current, box.current.firstElementChild!].forEach((part) => watch.observe(part))
    return () => watch.disconnect()
  }, [])
  const hold = () => (held.current = box.current ? box.current.scrollHeight - box.current.scrollTop : null)
  return { box, onScroll, toEnd, hold, seen, unseen: last > seen ? 1 : 0 }
}
