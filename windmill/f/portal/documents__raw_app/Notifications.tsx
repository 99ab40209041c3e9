// Notifications: what WhatsApp and the platform want the staff to know.
import { Badge, Button, Group, Text, Title } from '@mantine/core'
import React from 'react'
import Alarm from './Alarm'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { isMessage } from './messages'
import { go } from './route'
import { About, Ago, Empty, Facts, Intro, Item, List, Loaded, fill, useForm, useHere } from './ui'
import Values from './Values'

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
export default function Notifications() {
  const { t, may } = useHere()
  const n = t.notifications
  const form = useForm()
  const list = useAsk<{ notifications: Note[] }>('notifications', 'list', {}, { every: 60_000 })
  const read = (notes: Note[]) =>
    form.run(async () => {
      await ask('notifications', 'mark_read', { ids: notes.map((note) => note.id) })
      await refresh('notifications')
    })
  const marks = may('owner', 'editor', 'agent')
  return (
    <>
      <Intro>{n.intro}</Intro>
      {marks && <Alarm />}
      {form.shown}
      <Loaded of={list}>
        {({ notifications }) => {
          const unread = notifications.filter((note) => !note.read_at)
          const earlier = notifications.filter((note) => note.read_at)
          return (
            <>
              {notifications.length === 0 && <Empty title={n.empty} hint={n.emptyHint} icon="notifications" />}
              {unread.length > 0 && (
                <section aria-labelledby="unread">
                  <Group justify="space-between">
                    <Title order={2} id="unread">{n.unread}</Title>
                    {marks && <Button variant="subtle" size="compact-sm" disabled={form.busy} onClick={() => read(unread)}>{n.readAll}</Button>}
                  </Group>
                  <List>{unread.map((note) => <One key={note.id} note={note} read={marks ? () => read([note]) : undefined} />)}</List>
                </section>
              )}
              {earlier.length > 0 && (
                <section aria-labelledby="earlier">
                  <Title order={2} id="earlier" mt="xl">{n.earlier}</Title>
                  <List>{earlier.map((note) => <One key={note.id} note={note} />)}</List>
                </section>
              )}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

const colors: Record<string, string> = { warning: 'orange', critical: 'red' }

function One({ note, read }: { note: Note; read?: () => void }) {
  const { t, number, say } = useHere()
  const n = t.notifications
  const d = note.detail ?? {}
  const words = n.kinds[note.kind]
  const limit = n.limits[String(d.limit)] ?? String(d.limit ?? '')
  const values: Record<string, unknown> = { ...d, limit, meaning: isMessage(d.meaning) && say(d.meaning), problem: isMessage(d.problem) ? say(d.problem) : d.problem, event: d.event && (n.events[String(d.event)] ?? d.event) }
  // Meta leaves out what it likes: then its notice is shown as it came.
  const whole = words && [...words.matchAll(/\{(\w+)\}/g)].every(([, gap]) => values[gap])
  const title = whole ? fill(words, values) : note.title
  const more = [
    (typeof d.error === 'string' || isMessage(d.error)) && say(d.error),
    note.kind.startsWith('limit_') && fill(n.limitUsed, { used: number(Number(d.used)), bound: number(Number(d.bound)) }),
  ].filter(Boolean)
  return (
    <Item faded={Boolean(note.read_at)} className={note.settled_at ? '' : `note-${note.severity}`}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Text fw={600} dir="auto" miw={0}>{title}</Text>
        {note.settled_at ? <Badge color="green">{n.settled}</Badge> : <Badge color={colors[note.severity]}>{n.severity[note.severity]}</Badge>}
      </Group>
      {more.map((line) => <Text key={String(line)} dir="auto">{line}</Text>)}
      {(!whole || Boolean(d.event)) && Object.keys(d).length > 0 && <Details detail={d} />}
      {/^HTTP/.test(note.notified?.webhook ?? '') && <Text size="sm" c="dimmed">{fill(n.told, { answer: note.notified?.webhook })}</Text>}
      <Group justify="space-between">
        <Facts facts={[<Ago at={note.updated_at} />, note.count > 1 && fill(n.times, { n: number(note.count) })]} />
        <Group gap="xs">
          <Way note={note} />
          {read && <Button variant="subtle" size="compact-sm" onClick={read}>{n.readOne}<About>{title}</About></Button>}
        </Group>
      </Group>
    </Item>
  )
}

// Meta's own account events, as they came: names and values.
function Details({ detail }: { detail: Record<string, unknown> }) {
  const { t } = useHere()
  const rows = Object.entries(detail).map(([name, value]) => [name.replace(/_/g, ' '), typeof value === 'object' ? JSON.stringify(value) : String(value)] as const)
  return (
    <details>
      <summary>{t.notifications.details}</summary>
      <Values rows={rows} />
    </details>
  )
}

// To where something can be done about it.
function Way({ note }: { note: Note }) {
  const { t } = useHere()
  const open = t.notifications.open
  const way = (name: string, act: () => void) => <Button variant="light" size="compact-sm" onClick={act}>{open[name]}</Button>
  if (note.kind === 'document_failed') return way('knowledge', () => go('knowledge', 'documents'))
  if (note.kind === 'source_failed') return way('knowledge', () => go('knowledge', 'websites'))
  if (note.kind === 'share_taken_back') return way('share', () => go('bot'))
  if (note.kind === 'cases_red') return way('cases', () => go('bot', 'cases'))
  if (note.kind.startsWith('limit_') || note.kind.startsWith('free_replies_')) return way('insights', () => go('insights'))
  if (note.kind !== 'outside_hours' && note.kind !== 'handoff' && !note.kind.startsWith('approval')) return null
  return way('conversations', () => go('conversations', 'all', String(note.detail.contact_id)))
}
