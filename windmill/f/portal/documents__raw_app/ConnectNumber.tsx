// Connecting a number: an access token is typed, or given in Meta's own dialog; then one of its numbers is chosen, and the
// doctor looks, whose page shows what is left.
import { Anchor, Button, Checkbox, Group, Radio, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import { Refused, ask, chosenTenant } from './api'
import { refresh, useAsk, useVisit } from './data'
import { sealKey } from './keys'
import { go } from './route'
import { fill, toast, useForm, useHere } from './ui'

type Found = { phone_number_id: string; account: string; display: string; name: string; connected: boolean; has_pin: boolean; state: 'new' | 'own' | 'taken' }
type Given = { numbers: Found[]; dialog?: boolean }

// `tenant`: on the operator's page the business that gets the number.
export default function ConnectNumber({ tenant }: { tenant?: string }) {
  const { t } = useHere()
  const c = t.connect
  const [given, setGiven] = useState<Given>()
  const [token, setToken] = useState('')
  const [account, setAccount] = useState('')
  const call = async (action: 'list_numbers' | 'connect', fields: Record<string, unknown>) => {
    const sealed_key = await sealKey(tenant ? 'operator' : 'connect', tenant ?? chosenTenant(), 'whatsapp_token', token)
    const all = { ...fields, sealed_key, account }
    return tenant ? ask('operator', action === 'connect' ? 'connect_number' : action, { tenant, ...all }) : ask('connect', action, all)
  }
  const look = async () => setGiven({ numbers: (await call('list_numbers', {})).numbers })
  const connect = async (number: Found, pin: string) => {
    const sealed_pin = await sealKey(tenant ? 'operator' : 'connect', tenant ?? chosenTenant(), 'number_pin', pin)
    const { name, past } = await call('connect', { phone_number_id: number.phone_number_id, sealed_pin, dialog: given?.dialog })
    const fields = { phone_number_id: number.phone_number_id, ...(tenant && { tenant }) }
    await (tenant ? ask('operator', 'examine', fields) : ask('doctor', 'examine', fields))
    await refresh('bot', 'home', 'doctor', 'operator', 'notifications')
    setToken('')
    setGiven(undefined)
    toast(past === undefined ? fill(c.done, { name }) : `${fill(c.done, { name })} ${past ? fill(c.pastNot, { problem: past }) : c.pastComes}`)
    if (!tenant) go('bot', 'doctor')
  }
  return (
    <Stack gap="md">
      {!tenant && !given && <Dialog give={(numbers) => setGiven({ numbers, dialog: true })} />}
      {!given && <Token token={token} setToken={setToken} account={account} setAccount={setAccount} look={look} />}
      {given && <Choice numbers={given.numbers} connect={connect} back={() => setGiven(undefined)} />}
    </Stack>
  )
}

type TokenProps = { token: string; setToken: (token: string) => void; account: string; setAccount: (account: string) => void; look: () => Promise<void> }

function Token({ token, setToken, account, setAccount, look }: TokenProps) {
  const { t } = useHere()
  const c = t.connect
  const form = useForm()
  const asked = account !== '' || (form.error instanceof Refused && form.error.reason.code === 'connect_which_account')
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(look)
  }
  return (
    <Stack component="form" gap="sm" onSubmit={send} aria-label={c.byToken}>
      <Text size="sm" c="dimmed">{c.tokenHint} <Anchor href="https://business.facebook.com/settings/system-users" target="_blank" rel="noreferrer" inherit underline="always">{c.tokenLink}</Anchor></Text>
      <TextInput type="password" label={c.token} required autoComplete="off" maw="30rem" value={token} onChange={(e) => setToken(e.target.value)} />
      {asked && <TextInput label={c.account} inputMode="numeric" required maxLength={40} maw="30rem" value={account} onChange={(e) => setAccount(e.target.value)} />}
      <Group><Button type="submit" variant="default" loading={form.busy}>{c.look}</Button></Group>
      {form.shown}
    </Stack>
  )
}

// Meta's dialog, where the platform may use it.
function Dialog({ give }: { give: (numbers: Found[]) => void }) {
  const { t } = useHere()
  const c = t.connect
  const form = useForm()
  const may = useAsk<{ dialog: boolean }>('connect', 'get')
  const [coexistence, setCoexistence] = useState(false)
  const [url, setUrl] = useState('')
  const look = async (): Promise<Found[] | null> => {
    const { state, numbers } = await ask('connect', 'finish_dialog')
    return state === 'waiting' ? null : numbers
  }
  const fail = (error: unknown) => {
    setUrl('')
    form.run(() => Promise.reject(error))
  }
  useVisit(url, look, give, fail)
  if (!may.data?.dialog) return null
  return (
    <Stack gap="sm" component="section" aria-label={c.byDialog}>
      <Text size="sm" c="dimmed">{c.dialogHint}</Text>
      {!url && <Checkbox label={c.coexistence} checked={coexistence} onChange={(e) => setCoexistence(e.target.checked)} />}
      <Group>
        {url ? (
          <Button component="a" href={url} target="_blank" rel="noopener noreferrer">{c.open}</Button>
        ) : (
          <Button loading={form.busy} onClick={() => form.run(async () => setUrl((await ask('connect', 'begin_dialog', { coexistence })).url))}>{c.byDialog}</Button>
        )}
      </Group>
      {url && <Text size="sm" c="dimmed" role="status">{c.waiting}</Text>}
      {form.shown}
      <Text size="sm" fw={600}>{c.or}</Text>
    </Stack>
  )
}

type ChoiceProps = { numbers: Found[]; connect: (number: Found, pin: string) => Promise<void>; back: () => void }

function Choice({ numbers, connect, back }: ChoiceProps) {
  const { t } = useHere()
  const c = t.connect
  const form = useForm()
  const free = numbers.filter((number) => number.state !== 'taken')
  const [id, setId] = useState(free.length === 1 ? free[0].phone_number_id : '')
  const [pin, setPin] = useState('')
  const chosen = numbers.find((number) => number.phone_number_id === id)
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    if (chosen) form.run(() => connect(chosen, pin))
  }
  return (
    <Stack component="form" gap="sm" onSubmit={send} aria-label={c.choose}>
      <Radio.Group label={c.choose} value={id} onChange={setId} required>
        <Stack gap="xs" mt="xs">
          {numbers.map((number) => (
            <Radio key={number.phone_number_id} value={number.phone_number_id} disabled={number.state === 'taken'} label={<span dir="auto">{number.name} {number.display}</span>} description={c.states[number.state === 'new' && !number.connected ? 'unregistered' : number.state]} />
          ))}
        </Stack>
      </Radio.Group>
      {chosen && !chosen.connected && <TextInput type="password" label={chosen.has_pin ? c.pinOld : c.pinNew} description={chosen.has_pin ? undefined : c.pinHint} inputMode="numeric" autoComplete="off" required maxLength={6} maw="20rem" value={pin} onChange={(e) => setPin(e.target.value)} />}
      <Group>
        <Button type="submit" loading={form.busy} disabled={!chosen}>{c.connect}</Button>
        <Button variant="subtle" onClick={back}>{t.cancel}</Button>
      </Group>
      {form.shown}
    </Stack>
  )
}
