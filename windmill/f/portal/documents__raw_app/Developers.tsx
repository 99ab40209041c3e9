// What an owner gives to developers: keys of the API, each shown once, and receivers of events.
import { Box, Button, Card, Checkbox, Code, CopyButton, Group, NumberInput, SimpleGrid, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { opened, pageKey } from './files'
import { Ago, Facts, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Key = { id: string; name: string; start: string; scopes: string[]; made_by: string; expires_at: string; used_at: string | null; expired: boolean }
type Receiver = { id: string; url: string; kinds: string[]; state: string; failing_since: string | null; last_words: string | null; last_at: string | null; waiting: number }
type All = { keys: Key[]; scopes: string[]; address: string; endpoints: Receiver[]; kinds: string[] }

const secretOf = async (sealed: string, tenant: string, what: string) => new TextDecoder().decode(await opened(sealed, `portal: secret for a developer\n${tenant}\n${what}`))

export default function Developers() {
  const { t } = useHere()
  const d = t.developers
  const list = useAsk<All>('developers', 'list')
  return (
    <section aria-labelledby="developers">
      <Title order={2} id="developers" mt="xl" mb="xs">{d.title}</Title>
      <Text c="dimmed" mb="xs">{d.intro}</Text>
      <Loaded of={list}>
        {({ keys, scopes, address, endpoints, kinds }) => (
          <>
            {address && <Text size="sm" className="break" mb="xs">{fill(d.address, { address })}</Text>}
            <Make scopes={scopes} />
            {keys.length === 0 && <Text c="dimmed">{d.none}</Text>}
            <List label={d.title}>{keys.map((key) => <One key={key.id} of={key} />)}</List>
            <Title order={3} mt="lg" mb="xs">{d.receivers}</Title>
            <Text c="dimmed" mb="xs">{d.receiversIntro}</Text>
            <AddReceiver kinds={kinds} />
            <List label={d.receivers}>{endpoints.map((one) => <OneReceiver key={one.id} of={one} />)}</List>
            {endpoints.length > 0 && <Secret />}
          </>
        )}
      </Loaded>
    </section>
  )
}

function One({ of: key }: { of: Key }) {
  const { t } = useHere()
  const d = t.developers
  const revoke = async () => {
    await ask('developers', 'revoke_key', { key_id: key.id })
    await refresh('developers')
  }
  return (
    <Item faded={key.expired}>
      <Group justify="space-between">
        <Box miw={0}>
          <Text fw={600} component="span" className="break">{key.name}</Text> <Code>{key.start}…</Code>
        </Box>
        <Sure label={d.revoke} ask={fill(d.revokeAsk, { name: key.name })} says={d.revokeSays} act={revoke} />
      </Group>
      <Text size="sm">{key.scopes.map((scope) => d.scopes[scope] ?? scope).join(', ')}</Text>
      <Facts facts={[key.made_by, <>{key.expired ? d.ended : d.ends} <Ago at={key.expires_at} /></>, key.used_at ? <>{t.people.used} <Ago at={key.used_at} /></> : d.unused]} />
    </Item>
  )
}

function Make({ scopes }: { scopes: string[] }) {
  const { t, tenant } = useHere()
  const d = t.developers
  const form = useForm()
  const [name, setName] = useState('')
  const [days, setDays] = useState<number | string>(365)
  const [chosen, setChosen] = useState<string[]>([])
  const [key, setKey] = useState('')
  const make = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const made = await ask('developers', 'create_key', { name, days: Number(days), scopes: chosen, page_key: await pageKey() })
      setKey(await secretOf(made.sealed, tenant, 'key'))
      setName('')
      setChosen([])
      await refresh('developers')
    })
  }
  return (
    <Card component="form" onSubmit={make} className="panel">
      <Group align="start">
        <TextInput flex="1 1 14rem" label={d.name} placeholder={d.hint} required maxLength={100} autoComplete="off" value={name} onChange={(e) => setName(e.target.value)} />
        <NumberInput label={d.days} min={1} max={730} allowDecimal={false} w={160} required value={days} onChange={setDays} />
      </Group>
      <Checkbox.Group label={d.may} value={chosen} onChange={setChosen} mt="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt={4}>{scopes.map((scope) => <Checkbox key={scope} value={scope} label={d.scopes[scope] ?? scope} />)}</SimpleGrid>
      </Checkbox.Group>
      <Group mt="md"><Button type="submit" loading={form.busy} disabled={!chosen.length}>{d.create}</Button></Group>
      {form.shown}
      {key && (
        <div role="status" className="inset">
          <Text fw={600}>{d.shown}</Text>
          <Code block className="break">{key}</Code>
          <CopyButton value={key}>{({ copied, copy }) => <Button variant="default" size="compact-sm" mt="xs" onClick={copy}>{copied ? d.copied : d.copy}</Button>}</CopyButton>
        </div>
      )}
    </Card>
  )
}

function OneReceiver({ of: one }: { of: Receiver }) {
  const { t, number } = useHere()
  const d = t.developers
  const form = useForm()
  const act = async (action: 'set_endpoint' | 'delete_endpoint', state?: string) => {
    await ask('developers', action, { endpoint_id: one.id, state })
    await refresh('developers')
  }
  const other = one.state === 'active' ? 'paused' : 'active'
  return (
    <Item faded={one.state !== 'active'}>
      <Group justify="space-between">
        <Text fw={600} className="break" miw={0}>{one.url}</Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="default" loading={form.busy} onClick={() => form.run(() => act('set_endpoint', other))}>{other === 'active' ? d.resume : d.pause}</Button>
          <Sure label={t.remove} ask={fill(d.deleteAsk, { url: one.url })} says={d.deleteSays} act={() => act('delete_endpoint')} />
        </Group>
      </Group>
      <Text size="sm">{one.kinds.map((kind) => d.kinds[kind] ?? kind).join(', ')}</Text>
      <Facts facts={[one.state !== 'active' && d.paused, one.failing_since && <>{d.failing} <Ago at={one.failing_since} /></>, one.waiting > 0 && fill(d.waits, { n: number(one.waiting) }), one.last_words, one.last_at && <Ago at={one.last_at} />]} />
      {form.shown}
    </Item>
  )
}

function AddReceiver({ kinds }: { kinds: string[] }) {
  const { t } = useHere()
  const d = t.developers
  const form = useForm()
  const [url, setUrl] = useState('')
  const [chosen, setChosen] = useState<string[]>(kinds)
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('developers', 'create_endpoint', { url, kinds: chosen })
      setUrl('')
      await refresh('developers')
    })
  }
  return (
    <Card component="form" onSubmit={add} className="panel">
      <TextInput label={d.url} placeholder="https://" required maxLength={2000} autoComplete="off" value={url} onChange={(e) => setUrl(e.target.value)} />
      <Checkbox.Group label={d.what} value={chosen} onChange={setChosen} mt="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt={4}>{kinds.map((kind) => <Checkbox key={kind} value={kind} label={d.kinds[kind] ?? kind} />)}</SimpleGrid>
      </Checkbox.Group>
      <Group mt="md"><Button type="submit" loading={form.busy} disabled={!chosen.length}>{d.addReceiver}</Button></Group>
      {form.shown}
    </Card>
  )
}

function Secret() {
  const { t, tenant } = useHere()
  const form = useForm()
  const [secret, setSecret] = useState('')
  const show = () =>
    form.run(async () => {
      const { sealed } = await ask('developers', 'show_secret', { page_key: await pageKey() })
      setSecret(await secretOf(sealed, tenant, 'webhook secret'))
    })
  return secret ? <Code block className="break">{secret}</Code> : <><Button variant="default" loading={form.busy} onClick={show}>{t.developers.secret}</Button>{form.shown}</>
}
