// Who the customer is: what WhatsApp and the bot know, what the staff add, their orders, and what one can do about them.
import { Badge, Button, Group, NativeSelect, Stack, TagsInput, Text, TextInput, Title, UnstyledButton } from '@mantine/core'
import React, { useState } from 'react'
import Values from './Values'
import { changed, useAct } from './ThreadHead'
import { ask, download } from './api'
import { Earlier, History, Page, Person, Rating, called, readable } from './conversation'
import { useAsk } from './data'
import { languageNames } from './formats'
import { Order, Team, updateContact } from './inbox'
import { Spoken } from './Timeline'
import { Ago, Confirm, Dialog, Loaded, Sure, fill, useForm, useHere } from './ui'

export default function CustomerCard({ history: { contact, orders, ratings, earlier }, gone }: { history: History; gone: () => void }) {
  const { t, may, time, locale } = useHere()
  const c = t.conversations
  const [editing, setEditing] = useState(false)
  const speaks = (code: string) => languageNames(locale).of(code) ?? code
  const facts: [string, React.ReactNode][] = [
    [c.number, contact.phone && <span dir="ltr">{readable(contact.phone)}</span>],
    [c.username, contact.username && `@${contact.username}`],
    [c.profileName, contact.profile_name !== contact.name && contact.profile_name],
    [c.speaks, contact.language && speaks(contact.language)],
    [c.customerSince, time(contact.since)],
    [c.lastWrote, contact.last_message_at && <Ago at={contact.last_message_at} />],
    [c.messages, contact.opted_out_at ? c.optedOut : c.wantsMessages],
    ...Object.entries(contact.lead ?? {}),
  ]
  const staff = may('owner', 'editor', 'agent')
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3" dir="auto" className="break">{called(contact, c.unnamed)}</Title>
        <Group gap={4} mt={4}>{contact.blocked && <Badge color="red">{c.blocked}</Badge>}{contact.opted_out_at && <Badge color="orange">{c.optedOut}</Badge>}</Group>
      </div>
      {editing ? <Edit contact={contact} close={() => setEditing(false)} /> : (
        <div>
          <Values label={c.customerCard} rows={facts.filter(([, value]) => value)} />
          {staff && <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>{c.edit}</Button>}
        </div>
      )}
      <Tags contact={contact} />
      <Ratings ratings={ratings} />
      <Orders orders={orders} />
      <Before contact={contact} earlier={earlier} />
      {staff && <Block contact={contact} />}
      {may('owner') && <Privacy id={contact.id} name={called(contact, c.unnamed)} gone={gone} />}
    </Stack>
  )
}

function Tags({ contact }: { contact: Person }) {
  const { t, may } = useHere()
  const c = t.conversations
  const team = useAsk<Team>('inbox', 'get_team').data
  const { act, busy, shown } = useAct()
  if (!may('owner', 'editor', 'agent')) return contact.tags.length > 0 ? <Group gap={4}>{contact.tags.map((tag) => <Badge key={tag} color="blue">{tag}</Badge>)}</Group> : null
  return (
    <div>
      <TagsInput label={c.tags} description={c.tagsHint} maxTags={20} maxLength={40} disabled={busy} clearable={false} value={contact.tags} data={team?.tags.map((one) => one.tag) ?? []} onChange={(tags) => act(() => updateContact(contact.id, { tags }))} />
      {shown}
    </div>
  )
}

function Ratings({ ratings }: { ratings: Rating[] }) {
  const { t } = useHere()
  if (ratings.length === 0) return null
  return (
    <div>
      <Title order={3}>{t.feedback.ratings}</Title>
      <Stack component="ul" className="plain" gap={2} mt={4}>
        {ratings.map(({ score, at }) => <li key={at}><Text size="sm"><Stars score={score} /> <Text span size="xs" c="dimmed"><Ago at={at} /></Text></Text></li>)}
      </Stack>
    </div>
  )
}

function Stars({ score }: { score: number }) {
  const { t } = useHere()
  return <span role="img" aria-label={fill(t.feedback.ofFive, { n: score })}>{'★'.repeat(score)}{'☆'.repeat(5 - score)}</span>
}

function Orders({ orders }: { orders: Order[] }) {
  const { t } = useHere()
  const c = t.conversations
  return (
    <div>
      <Title order={3}>{c.orders}</Title>
      {orders.length === 0 && <Text size="sm" c="dimmed">{c.noOrders}</Text>}
      <Stack component="ul" className="plain" gap={6} mt={4}>
        {orders.map((order, i) => (
          <li key={i} className="inset">
            <Text size="xs" c="dimmed"><Ago at={order.at} /> · {order.source === 'catalogue' ? c.catalogue : order.source}</Text>
            <Text size="sm" dir="auto" className="text">{order.words}</Text>
          </li>
        ))}
      </Stack>
    </div>
  )
}

// What was talked of before: a day without a word ends a conversation.
function Before({ contact, earlier }: { contact: Person; earlier: Earlier[] }) {
  const { t, time } = useHere()
  const c = t.conversations
  const [read, setRead] = useState<Earlier>()
  if (earlier.length === 0) return null
  return (
    <div>
      <Title order={3}>{c.earlier}</Title>
      <Stack component="ul" className="plain" gap={6} mt={4}>
        {earlier.map((one) => (
          <li key={one.first}>
            <UnstyledButton className="inset" w="100%" onClick={() => setRead(one)}>
              <Text size="xs" c="dimmed"><Ago at={one.at} /> · {fill(c.nMessages, { n: one.messages })}</Text>
              <Text size="sm" dir="auto" lineClamp={2}>{one.words}</Text>
            </UnstyledButton>
          </li>
        ))}
      </Stack>
      {read && <Dialog title={fill(c.earlierOf, { time: time(read.at) })} close={() => setRead(undefined)}><Talk contact={contact} talk={read} /></Dialog>}
    </div>
  )
}

function Talk({ contact, talk }: { contact: Person; talk: Earlier }) {
  const page = useAsk<Page>('conversations', 'get', { contact_id: contact.id, before: talk.last + 1 })
  return <Loaded of={page}>{({ messages }) => <div className="lines"><Spoken messages={messages.filter((one) => one.id >= talk.first)} /></div>}</Loaded>
}

const languages = ['ar', 'ca', 'de', 'en', 'es', 'eu', 'fr', 'gl', 'hi', 'it', 'nl', 'pl', 'pt', 'ro', 'ru', 'tr', 'uk', 'zh']

function Edit({ contact, close }: { contact: Person; close: () => void }) {
  const { t, locale } = useHere()
  const c = t.conversations
  const { act, busy, shown } = useAct()
  const [name, setName] = useState(contact.name ?? '')
  const [language, setLanguage] = useState(contact.language ?? '')
  const [fields, setFields] = useState<[string, string][]>(Object.entries(contact.lead ?? {}))
  const names = languageNames(locale)
  const codes = language && !languages.includes(language) ? [language, ...languages] : languages
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    const gone = Object.keys(contact.lead ?? {}).filter((one) => !fields.some(([field]) => field.trim() === one))
    const lead = { ...Object.fromEntries(gone.map((one) => [one, null])), ...Object.fromEntries(fields.filter(([field]) => field.trim()).map(([field, words]) => [field.trim(), words])) }
    const called = name === (contact.name ?? '') ? {} : { name: name === contact.profile_name ? '' : name }
    act(async () => {
      await updateContact(contact.id, { ...called, language, lead })
      close()
    })
  }
  const set = (at: number, pair: [string, string]) => setFields(fields.map((one, i) => (i === at ? pair : one)))
  return (
    <form onSubmit={save}>
      <Stack gap="xs">
        <TextInput size="sm" label={c.calledHere} description={c.calledHint} dir="auto" maxLength={200} value={name} onChange={(e) => setName(e.target.value)} />
        <NativeSelect size="sm" label={c.speaks} value={language} onChange={(e) => setLanguage(e.target.value)} data={[{ value: '', label: c.unknownLanguage }, ...codes.map((value) => ({ value, label: names.of(value) ?? value }))]} />
        {fields.map(([field, words], i) => (
          <Group key={i} gap={4} grow wrap="nowrap">
            <TextInput size="sm" aria-label={fill(c.fieldName, { n: i + 1 })} placeholder={c.field} dir="auto" maxLength={60} value={field} onChange={(e) => set(i, [e.target.value, words])} />
            <TextInput size="sm" aria-label={field || fill(c.fieldValue, { n: i + 1 })} dir="auto" maxLength={200} value={words} onChange={(e) => set(i, [field, e.target.value])} />
          </Group>
        ))}
        {fields.length < 30 && <Button size="compact-sm" variant="subtle" onClick={() => setFields([...fields, ['', '']])}>{c.addField}</Button>}
        <Group gap="xs">
          <Button type="submit" size="sm" loading={busy}>{t.save}</Button>
          <Button size="sm" variant="subtle" onClick={close}>{t.cancel}</Button>
        </Group>
        {shown}
      </Stack>
    </form>
  )
}

function Block({ contact }: { contact: Person }) {
  const { t } = useHere()
  const c = t.conversations
  const [asking, setAsking] = useState<'block' | 'optOut'>()
  const name = called(contact, c.unnamed)
  const block = async () => {
    await updateContact(contact.id, { blocked: !contact.blocked })
    await changed()
  }
  const optOut = async () => {
    await updateContact(contact.id, { opted_out: true })
    await changed()
  }
  const label = contact.blocked ? c.unblock : c.block
  return (
    <Group gap="xs">
      <Button size="compact-sm" variant="default" c={contact.blocked ? undefined : 'red'} onClick={() => setAsking('block')}>{label}</Button>
      {!contact.opted_out_at && <Button size="compact-sm" variant="default" onClick={() => setAsking('optOut')}>{c.optOut}</Button>}
      {asking === 'block' && <Confirm label={label} ask={fill(contact.blocked ? c.unblockAsk : c.blockAsk, { name })} says={contact.blocked ? c.unblockSays : c.blockAskSays} act={block} color={contact.blocked ? undefined : 'red'} close={() => setAsking(undefined)} />}
      {asking === 'optOut' && <Confirm label={c.optOut} ask={fill(c.optOutAsk, { name })} says={c.optOutSays} act={optOut} color="red" close={() => setAsking(undefined)} />}
    </Group>
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
    <Group gap="xs">
      <Button variant="subtle" size="compact-sm" loading={form.busy} onClick={take}>{c.exportPerson}</Button>
      <Sure label={c.forget} ask={fill(c.forgetAsk, { name })} says={c.forgetSays} act={forget} />
      {form.shown}
    </Group>
  )
}
