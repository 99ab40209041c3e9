// What an owner gives to developers: keys of the API, each shown once.
import { Box, Button, Card, Checkbox, Code, CopyButton, Group, NumberInput, SimpleGrid, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { opened, pageKey } from './files'
import { Ago, Facts, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Key = { id: string; name: string; start: string; scopes: string[]; made_by: string; expires_at: string; used_at: string | null; expired: boolean }

export default function Developers() {
  const { t } = useHere()
  const d = t.developers
  const list = useAsk<{ keys: Key[]; scopes: string[]; address: string }>('developers', 'list')
  return (
    <section aria-labelledby="developers">
      <Title order={2} id="developers" mt="xl" mb="xs">{d.title}</Title>
      <Text c="dimmed" mb="xs">{d.intro}</Text>
      <Loaded of={list}>
        {({ keys, scopes, address }) => (
          <>
            {address && <Text size="sm" className="break" mb="xs">{fill(d.address, { address })}</Text>}
            <Make scopes={scopes} />
            {keys.length === 0 && <Text c="dimmed">{d.none}</Text>}
            <List label={d.title}>{keys.map((key) => <One key={key.id} of={key} />)}</List>
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
      setKey(new TextDecoder().decode(await opened(made.sealed, `chatmill secret for a developer\n${tenant}\nkey`)))
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
