// The head of a conversation: who it is, who takes care of it, and what becomes of it.
import { ActionIcon, Avatar, Button, Group, Menu, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconCheck, IconChevronDown, IconClockPause, IconId, IconMail, IconRotate, IconUserPlus } from '@tabler/icons-react'
import React, { useState } from 'react'
import { initials } from './InboxList'
import { ask } from './api'
import { Person, readable } from './conversation'
import { refresh, useAsk } from './data'
import { Team, assign, markUnread, setStatus } from './inbox'
import { go } from './route'
import { Dialog, fill, useForm, useHere } from './ui'

// What was done in a conversation shows in the list, in the figures of the frame and among the notifications.
export const changed = () => refresh('conversations', 'notifications', 'inbox')

// An act on this conversation: done, and everything about it read again.
export function useAct() {
  const { t } = useHere()
  const form = useForm()
  const act = (work: () => Promise<unknown>, said = t.saved) =>
    form.run(async () => {
      await work()
      await changed()
      return said
    })
  return { ...form, act }
}

export default function ThreadHead({ contact, name, card }: { contact: Person; name: string; card?: () => void }) {
  const { t, may, operator } = useHere()
  const c = t.conversations
  const { act, busy, shown } = useAct()
  const { id, status } = contact
  const number = contact.phone && readable(contact.phone)
  return (
    <>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="start">
        <div className="words">
          <Title order={2} size="h3" dir="auto" className="break">{name}</Title>
          <Text size="xs" c="dimmed">{[number !== name && number, contact.username && `@${contact.username}`].filter(Boolean).map((fact, i) => <span key={i} dir="ltr">{i > 0 && ' · '}{fact}</span>)}</Text>
        </div>
        {operator && <Button variant="subtle" size="compact-sm" ml="auto" onClick={() => go('platform', 'find', id)}>{c.runs}</Button>}
        {card && <ActionIcon variant="default" size="md" onClick={card} aria-label={c.customerCard} title={c.customerCard}><IconId size={18} aria-hidden="true" /></ActionIcon>}
      </Group>
      {may('owner', 'editor', 'agent') && (
        <Group gap={6} className="acts">
          <Assign contact={contact} act={act} />
          {status !== 'solved' && <Snooze contact={contact} act={act} />}
          {status === 'open' && <ActionIcon variant="default" size={26} disabled={busy} aria-label={c.markUnread} title={c.markUnread} onClick={() => act(() => markUnread(id), c.unreadNow)}><IconMail size={16} aria-hidden="true" /></ActionIcon>}
          {status === 'open' ? (
            <Button size="compact-sm" variant="light" disabled={busy} leftSection={<IconCheck size={16} aria-hidden="true" />} onClick={() => act(() => setStatus(id, 'solved'), c.solvedNow)}>{c.solve}</Button>
          ) : (
            <Button size="compact-sm" variant="default" disabled={busy} leftSection={<IconRotate size={16} aria-hidden="true" />} onClick={() => act(() => setStatus(id, 'open'), c.reopened)}>{c.reopen}</Button>
          )}
        </Group>
      )}
      {shown}
    </>
  )
}

type ActProps = { contact: Person; act: (work: () => Promise<unknown>, said?: string) => unknown }

function Assign({ contact, act }: ActProps) {
  const { t } = useHere()
  const c = t.conversations
  const team = useAsk<Team>('inbox', 'get_team').data
  const { assignee } = contact
  const give = (email: string, ifFree = false) => act(() => assign(contact.id, email, ifFree), email ? fill(c.assignedTo, { person: email }) : c.assignedToNobody)
  return (
    <Menu position="bottom-start" transitionProps={{ duration: 0 }} withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" maw="13rem" leftSection={assignee ? <Avatar size={18} color="blue" className="initials" aria-hidden="true">{initials(assignee)}</Avatar> : <IconUserPlus size={16} aria-hidden="true" />} rightSection={<IconChevronDown size={14} aria-hidden="true" />} title={assignee ? fill(c.assignedTo, { person: assignee }) : undefined}>
          {assignee ? (assignee === team?.you ? c.you : assignee.split('@')[0]) : c.assign}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {team && assignee !== team.you && <Menu.Item fw={600} onClick={() => give(team.you, !assignee)}>{c.assignToMe}</Menu.Item>}
        {team?.people.filter((person) => person.email !== team.you).map((person) => (
          <Menu.Item key={person.email} aria-current={person.email === assignee || undefined} leftSection={<Avatar size={20} color="blue" className="initials" aria-hidden="true">{initials(person.email)}</Avatar>} onClick={() => give(person.email)}>
            {person.email}{!person.available && <Text span size="xs" c="dimmed"> · {c.away}</Text>}
          </Menu.Item>
        ))}
        {assignee && <Menu.Item onClick={() => give('')}>{c.nobody}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

// Nine in the morning, so many days from today.
function morning(days: number): Date {
  const at = new Date()
  at.setDate(at.getDate() + days)
  at.setHours(9, 0, 0, 0)
  return at
}

function Snooze({ contact, act }: ActProps) {
  const { t, time } = useHere()
  const c = t.conversations
  const [choosing, setChoosing] = useState(false)
  const until = (at: Date) => act(() => setStatus(contact.id, 'snoozed', at.toISOString()), fill(c.snoozedUntil, { time: time(at.toISOString()) }))
  const now = new Date()
  const times: [string, Date][] = [[c.inThreeHours, new Date(now.getTime() + 3 * 3_600_000)], [c.tomorrow, morning(1)], [c.monday, morning(((8 - now.getDay()) % 7) || 7)]]
  return (
    <>
      <Menu position="bottom-start" transitionProps={{ duration: 0 }} withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconClockPause size={16} aria-hidden="true" />} rightSection={<IconChevronDown size={14} aria-hidden="true" />}>{contact.status === 'snoozed' ? c.snoozed : c.snooze}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {times.map(([label, at]) => <Menu.Item key={label} onClick={() => until(at)}>{label}<Text span size="xs" c="dimmed"> · {time(at.toISOString())}</Text></Menu.Item>)}
          <Menu.Item onClick={() => setChoosing(true)}>{c.chooseTime}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {choosing && <ChooseTime choose={until} close={() => setChoosing(false)} />}
    </>
  )
}

function ChooseTime({ choose, close }: { choose: (at: Date) => void; close: () => void }) {
  const { t } = useHere()
  const [typed, setTyped] = useState('')
  return (
    <Dialog title={t.conversations.chooseTime} close={close}>
      <form onSubmit={(event) => { event.preventDefault(); choose(new Date(typed)); close() }}>
        <TextInput type="datetime-local" required data-autofocus label={t.conversations.until} value={typed} onChange={(e) => setTyped(e.target.value)} />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>{t.cancel}</Button>
          <Button type="submit">{t.conversations.snooze}</Button>
        </Group>
      </form>
    </Dialog>
  )
}

// For how long the bot is silent is for whoever takes over to say; and that the customer is not told.
function Pause({ contact, act }: ActProps) {
  const { t, time } = useHere()
  const c = t.conversations
  const [open, setOpen] = useState(false)
  const { opens_at: opens } = contact
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
  const choices: [string, string, Record<string, unknown>][] = [
    [c.pauseFor.hour, time(later(1)), { hours: 1 }],
    ...(opens ? [[c.pauseFor.opening, time(opens), { until: 'opening' }] as [string, string, Record<string, unknown>]] : []),
    [c.pauseFor.hours, time(later(12)), { hours: 12 }],
    [c.pauseFor.resumed, '', { until: 'resumed' }],
  ]
  const choose = (how: Record<string, unknown>) => {
    setOpen(false)
    act(() => ask('conversations', 'pause', { contact_id: contact.id, ...how }))
  }
  return (
    <>
      <Button size="compact-sm" variant="subtle" onClick={() => setOpen(true)}>{c.pause}</Button>
      {open && (
        <Dialog title={c.pause} close={() => setOpen(false)}>
          <Text size="sm" mb="sm">{c.pauseSays}</Text>
          <Stack gap="xs">
            {choices.map(([label, at, how]) => <Button key={label} variant="default" justify="space-between" rightSection={at && <Text span size="sm" c="dimmed">{at}</Text>} onClick={() => choose(how)}>{label}</Button>)}
          </Stack>
          <Group justify="flex-end" mt="lg"><Button variant="subtle" onClick={() => setOpen(false)}>{t.cancel}</Button></Group>
        </Dialog>
      )}
    </>
  )
}

// Who answers this customer now, in words that say what the customer notices, and the way to change it.
export function BotState({ contact }: { contact: Person }) {
  const { t, may, time } = useHere()
  const c = t.conversations
  const { act, busy, shown } = useAct()
  const { paused_until: until, waiting } = contact
  const says = until === 'infinity' ? c.pausedOpen : until ? fill(c.pausedUntil, { time: time(until) }) : waiting ? c.waitingSays : c.botAnswers
  return (
    <div className={`botstate ${waiting ? 'urgent' : until ? 'held' : ''}`}>
      <Text size="sm" className="says">{waiting && <strong>{c.waiting}. </strong>}{says}{contact.status === 'snoozed' && contact.snoozed_until && ` ${fill(c.snoozedUntil, { time: time(contact.snoozed_until) })}`}</Text>
      {may('owner', 'editor', 'agent') && (until ? <Button size="compact-sm" variant="light" disabled={busy} onClick={() => act(() => ask('conversations', 'resume', { contact_id: contact.id }))}>{c.resume}</Button> : <Pause contact={contact} act={act} />)}
      {shown}
    </div>
  )
}
