// Conversations: find one, read it, step in.
import { Badge, Button, Grid, Group, NativeSelect, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import React, { useEffect, useState } from 'react'
import Thread, { Contact, called } from './Thread'
import { ask, download, keep } from './api'
import { useAsk } from './data'
import { go, useRoute } from './route'
import { Ago, Empty, Loaded, fill, toast, useForm, useHere } from './ui'

export default function Conversations() {
  const { t } = useHere()
  const c = t.conversations
  const { show, chosen, open } = usePlace()
  return (
    <Grid className={chosen ? 'split open' : 'split'} gap="lg" mt="sm">
      <Grid.Col span={{ base: 12, md: 4.5, xl: 3.5 }} className="list"><Inbox show={show} chosen={chosen} open={open} /></Grid.Col>
      <Grid.Col span={{ base: 12, md: 7.5, xl: 8.5 }} className="wide">
        {chosen ? <Thread key={chosen} id={chosen} back={() => open(show, '')} /> : <Empty title={c.choose} icon="conversations" />}
      </Grid.Col>
    </Grid>
  )
}

type Place = { show: string; chosen: string; open: (show: string, chosen: string) => void }

function Inbox({ show, chosen, open }: Place) {
  const { may } = useHere()
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 300)
  const [shown, setShown] = useState(1)
  const waiting = show === 'waiting'
  return (
    <>
      <Filter typed={typed} type={setTyped} waiting={waiting} wait={(only) => open(only ? 'waiting' : 'all', chosen)} />
      {Array.from({ length: shown }, (_, page) => (
        <Page key={page} fields={{ search, waiting, skip: page * 50 }} chosen={chosen} choose={(id) => open(show, id)} more={page === shown - 1 ? () => setShown(shown + 1) : undefined} />
      ))}
      {may('owner', 'editor', 'agent') && <Export />}
    </>
  )
}

type PageProps = { fields: { search: string; waiting: boolean; skip: number }; chosen: string; choose: (id: string) => void; more?: () => void }

function Page({ fields, chosen, choose, more }: PageProps) {
  const { t } = useHere()
  const c = t.conversations
  const { search, waiting, skip } = fields
  const list = useAsk<{ contacts: Contact[]; more: boolean }>('conversations', 'list', fields, { every: 10_000 })
  return (
    <Loaded of={list}>
      {(page) => (
        <>
          {page.contacts.length === 0 && skip === 0 && <Empty title={search ? fill(c.emptySearch, { words: search }) : waiting ? c.emptyWaiting : c.empty} hint={search || waiting ? undefined : c.emptyHint} icon="conversations" />}
          <Stack component="ul" className="plain people" gap={4}>
            {page.contacts.map((contact) => <Person key={contact.id} contact={contact} current={contact.id === chosen} choose={() => choose(contact.id)} />)}
          </Stack>
          {page.more && more && <Button variant="default" onClick={more}>{c.more}</Button>}
        </>
      )}
    </Loaded>
  )
}

// What the list shows and which conversation is open. Both are in the address, so that one can send it to a colleague; who comes back without
// them in the address is where they were.
function usePlace(): Place {
  const { tenant } = useHere()
  const name = `inbox ${tenant}`
  const route = useRoute()
  const here = !route.page || route.page === 'conversations'
  const place = here && route.part ? { show: route.part, chosen: route.id ?? '' } : keep.get(name, { show: 'all', chosen: '' })
  const open = (show: string, chosen: string) => go('conversations', show, chosen)
  useEffect(() => {
    if (!here) return
    keep.set(name, place)
    if (!route.part) go('conversations', place.show, place.chosen, true)
  }, [name, here, route.part, place.show, place.chosen])
  return { ...place, open }
}

function Export() {
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
      <Button variant="subtle" size="compact-sm" mt="xs" loading={form.busy} onClick={take}>{c.export}</Button>
      {form.shown}
    </>
  )
}

type FilterProps = { typed: string; type: (words: string) => void; waiting: boolean; wait: (only: boolean) => void }

function Filter({ typed, type, waiting, wait }: FilterProps) {
  const { t } = useHere()
  const c = t.conversations
  return (
    <Stack gap="xs" mb="sm">
      <TextInput type="search" dir="auto" aria-label={c.search} placeholder={c.search} leftSection={<IconSearch size={16} aria-hidden="true" />} value={typed} onChange={(e) => type(e.target.value)} />
      <NativeSelect aria-label={c.show} value={waiting ? 'waiting' : 'all'} onChange={(e) => wait(e.target.value === 'waiting')} data={[{ value: 'all', label: c.all }, { value: 'waiting', label: c.onlyWaiting }]} />
    </Stack>
  )
}

function Person({ contact, current, choose }: { contact: Contact; current: boolean; choose: () => void }) {
  const { t } = useHere()
  return (
    <li>
      <UnstyledButton aria-current={current || undefined} onClick={choose}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text fw={600} truncate dir="auto">{called(contact, t.conversations.unnamed)}</Text>
          <Text size="xs" c="dimmed" className="still">{contact.at && <Ago at={contact.at} />}</Text>
        </Group>
        <Text size="sm" c="dimmed" truncate dir="auto">{contact.body}</Text>
        <Group gap={4}>
          {contact.waiting ? <Badge color="red">{t.conversations.waiting}</Badge> : contact.paused && <Badge color="orange">{t.conversations.paused}</Badge>}
          {contact.opted_out && <Badge>{t.conversations.optedOut}</Badge>}
        </Group>
      </UnstyledButton>
    </li>
  )
}
