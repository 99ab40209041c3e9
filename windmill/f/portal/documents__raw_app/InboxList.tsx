// The list of conversations: which ones, found by words, and a line for each.
import { Avatar, Badge, Button, Group, NativeSelect, Stack, Tabs, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import React, { useState } from 'react'
import type { Place } from './Conversations'
import InboxSettings from './InboxSettings'
import { ask, download } from './api'
import { Contact, called, readWords, readable } from './conversation'
import { useAsk } from './data'
import type { Counts, Team, View } from './inbox'
import { Ago, Empty, Loaded, fill, toast, useForm, useHere } from './ui'

const ofOpen: View[] = ['waiting', 'mine', 'unassigned', 'all']
const others: View[] = ['snoozed', 'solved', 'blocked']

export default function InboxList({ filter, chosen, open }: Place) {
  const { t, may, number } = useHere()
  const c = t.conversations
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 300)
  const [days, setDays] = useState(0)
  const { view, tag } = filter
  const counts = useAsk<{ counts: Counts }>('inbox', 'count', {}, { every: 15_000 }).data?.counts
  const list = <Pages key={`${view} ${tag} ${search} ${days}`} view={view} tag={tag} search={search} days={days} chosen={chosen} choose={(id) => open(filter, id)} />
  const name = (one: View) => (counts ? `${c.views[one]} (${number(counts[one])})` : c.views[one])
  return (
    <>
      <Stack gap={6} mb={6}>
        <Group gap={6} wrap="nowrap">
          <TextInput flex={1} id="inbox-search" type="search" dir="auto" size="sm" aria-label={c.search} placeholder={c.search} leftSection={<IconSearch size={16} aria-hidden="true" />} value={typed} onChange={(e) => setTyped(e.target.value)} />
          {may('owner', 'editor', 'agent') && <InboxSettings />}
        </Group>
        <Group gap={6} grow wrap="nowrap">
          <NativeSelect size="xs" aria-label={c.status_} value={others.includes(view) ? view : 'all'} onChange={(e) => open({ view: e.target.value as View, tag }, chosen)} data={[{ value: 'all', label: c.open }, ...others.map((value) => ({ value, label: name(value) }))]} />
          <NativeSelect size="xs" aria-label={c.wrote} value={String(days)} onChange={(e) => setDays(Number(e.target.value))} data={[0, 1, 7, 30].map((n) => ({ value: String(n), label: n ? fill(n === 1 ? c.withinDay : c.withinDays, { n: number(n) }) : c.anyTime }))} />
          <TagFilter tag={tag} choose={(next) => open({ view, tag: next }, chosen)} />
        </Group>
      </Stack>
      {others.includes(view) ? list : (
        <Tabs value={view} onChange={(next) => next && open({ view: next as View, tag }, chosen)} className="views" keepMounted={false}>
          <Tabs.List aria-label={c.show} grow>
            {ofOpen.map((one) => (
              <Tabs.Tab key={one} value={one} aria-label={name(one)}>
                {c.tabs[one]}{Boolean(counts?.[one]) && <Badge size="xs" ml={4} px={5} miw={0} variant={one === 'waiting' ? 'filled' : 'light'} color={one === 'waiting' ? 'red' : 'gray'} aria-hidden="true">{counts![one] > 99 ? '99+' : number(counts![one])}</Badge>}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {ofOpen.map((one) => <Tabs.Panel key={one} value={one} className="rows">{one === view && list}</Tabs.Panel>)}
        </Tabs>
      )}
    </>
  )
}

function TagFilter({ tag, choose }: { tag: string; choose: (tag: string) => void }) {
  const { t } = useHere()
  const tags = useAsk<Team>('inbox', 'get_team').data?.tags.map((one) => one.tag) ?? []
  const all = tag && !tags.includes(tag) ? [tag, ...tags] : tags
  if (all.length === 0) return null
  return <NativeSelect size="xs" aria-label={t.conversations.tag} value={tag} onChange={(e) => choose(e.target.value)} data={[{ value: '', label: t.conversations.anyTag }, ...all]} />
}

type PagesProps = { view: View; tag: string; search: string; days: number; chosen: string; choose: (id: string) => void }

function Pages({ chosen, choose, ...fields }: PagesProps) {
  const [shown, setShown] = useState(1)
  return (
    <div className="rows">
      {Array.from({ length: shown }, (_, page) => (
        <Page key={page} fields={{ ...fields, skip: page * 50 }} chosen={chosen} choose={choose} more={page === shown - 1 ? () => setShown(shown + 1) : undefined} />
      ))}
    </div>
  )
}

type PageProps = { fields: { view: View; tag: string; search: string; days: number; skip: number }; chosen: string; choose: (id: string) => void; more?: () => void }

function Page({ fields, chosen, choose, more }: PageProps) {
  const { t } = useHere()
  const c = t.conversations
  const { view, tag, search, days, skip } = fields
  const list = useAsk<{ contacts: Contact[]; more: boolean }>('conversations', 'list', fields, { every: 15_000 })
  const plain = view === 'all' && !tag && !search && !days
  return (
    <Loaded of={list}>
      {(page) => (
        <>
          {page.contacts.length === 0 && skip === 0 && <Empty title={search ? fill(c.emptySearch, { words: search }) : plain ? c.empty : days ? c.emptyDays : c.emptyViews[view]} hint={plain ? c.emptyHint : undefined} icon="conversations" />}
          <Stack component="ul" className="plain people" gap={2}>
            {page.contacts.map((contact) => <Row key={contact.id} contact={contact} current={contact.id === chosen} choose={() => choose(contact.id)} />)}
          </Stack>
          {page.more && more && <Button variant="default" size="xs" fullWidth mt="xs" onClick={more}>{c.more}</Button>}
        </>
      )}
    </Loaded>
  )
}

// Fifty of these are drawn at once: plain elements take a slow browser a fraction of what as many components of the library do.
function Row({ contact, current, choose }: { contact: Contact; current: boolean; choose: () => void }) {
  const { t, number } = useHere()
  const c = t.conversations
  const unread = contact.unread > 0
  const { kind, words } = readWords(contact.body ?? '', null)
  const preview = [kind !== 'text' && c.kinds[kind], words].filter(Boolean).join(': ')
  return (
    <li className={unread ? 'unread' : undefined}>
      <UnstyledButton aria-current={current || undefined} onClick={choose} className="row">
        <span className="face" aria-hidden="true">{letters(called(contact, '?'))}</span>
        <span className="words">
          <span className="line">
            <span className="name" dir="auto">{called(contact, c.unnamed)}{contact.name && contact.phone && <span className="end" title={readable(contact.phone)}> …{contact.phone.slice(-3)}</span>}</span>
            {contact.at && <span className="at"><Ago at={contact.at} /></span>}
          </span>
          <span className="line">
            <span className="newest" dir="auto">{contact.direction === 'out' && <span aria-hidden="true">↩ </span>}{preview}</span>
            {unread && <Badge size="sm" circle variant="filled" className="still" aria-label={fill(c.unread, { n: number(contact.unread) })}>{contact.unread > 99 ? '99+' : contact.unread}</Badge>}
          </span>
          <Marks contact={contact} />
        </span>
      </UnstyledButton>
    </li>
  )
}

// Of a name: Ana López → AL, Ana → AN.
const letters = (name: string) => {
  const words = name.split(' ').filter(Boolean)
  return (words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]).join('') : [...name].slice(0, 2).join('')).toUpperCase()
}

function Marks({ contact }: { contact: Contact }) {
  const { t } = useHere()
  const c = t.conversations
  const marks = [
    contact.waiting ? <Badge key="w" size="sm" color="red">{c.waiting}</Badge> : contact.paused && <Badge key="p" size="sm" color="orange">{c.paused}</Badge>,
    contact.blocked && <Badge key="b" size="sm" color="red" variant="outline">{c.blocked}</Badge>,
    contact.opted_out && <Badge key="o" size="sm" variant="outline">{c.optedOut}</Badge>,
    ...contact.tags.slice(0, 3).map((tag) => <Badge key={`t ${tag}`} size="sm" color="blue" miw={0}>{tag}</Badge>),
  ].filter(Boolean)
  if (marks.length === 0 && !contact.assignee) return null
  return (
    <Group gap={4} mt={2} wrap="nowrap" justify="space-between">
      <Group gap={4} miw={0}>{marks}</Group>
      {contact.assignee && <Avatar size={20} color="blue" title={fill(c.assignedTo, { person: contact.assignee })} className="initials">{initials(contact.assignee)}</Avatar>}
    </Group>
  )
}

// ana.lopez@… → AL
export const initials = (email: string) => email.split('@')[0].split(/[._-]/).filter(Boolean).slice(0, 2).map((word) => word[0].toUpperCase()).join('')

export function Export() {
  const { t, number } = useHere()
  const c = t.conversations
  const form = useForm()
  const take = () =>
    form.run(async () => {
      const answer = await ask('conversations', 'export')
      download('conversations.csv', answer.csv)
      if (answer.cut) toast(fill(c.exportCut, { n: number(answer.rows) }))
    })
  return (
    <>
      <Button variant="subtle" size="compact-xs" loading={form.busy} onClick={take}>{c.export}</Button>
      {form.shown}
    </>
  )
}
