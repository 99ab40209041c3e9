// One business on the operator's page: its state, numbers, keys and staff.
import { Alert, Anchor, Badge, Button, Card, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import React, { useState } from 'react'
import ConnectNumber from './ConnectNumber'
import Doctor from './Doctor'
import PlatformConnect from './PlatformConnect'
import PlatformNumber, { NumberOf } from './PlatformNumber'
import { Actions, ask } from './api'
import { refresh } from './data'
import { sealKey } from './keys'
import { go } from './route'
import { About, Dialog, Facts, Sure, fill, useForm, useHere } from './ui'

export type Tenant = {
  id: string
  name: string
  status: string
  has_whatsapp_token: boolean
  has_llm_key: boolean
  numbers: NumberOf[]
  tool_folder: string | null
  limits: Record<string, number>
  members: { email: string; role: string }[]
  documents: number
  turns: number
  cost_usd: number
}

export type Act = (action: Actions['operator'], fields: Record<string, unknown>) => Promise<void>

// What a business still lacks before its customers are answered.
export function missing(tenant: Tenant): string[] {
  const lacks: [string, boolean][] = [
    ['owner', !tenant.members.some((member) => member.role === 'owner')],
    ['number', tenant.numbers.length === 0],
    ['token', !tenant.has_whatsapp_token],
    ['documents', tenant.documents === 0],
  ]
  return lacks.filter(([, lacking]) => lacking).map(([name]) => name)
}

// `figures`: what counts where the business's plan says nothing.
type TenantProps = { tenant: Tenant; webhook: string | null; figures: Record<string, number> }

export default function PlatformTenant({ tenant, webhook, figures }: TenantProps) {
  const { t, number, money } = useHere()
  const p = t.platform
  const form = useForm()
  const act: Act = async (action, fields) => {
    await ask('operator', action, { tenant: tenant.id, ...fields })
    await refresh('operator')
  }
  const lacks = missing(tenant)
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={() => go('platform')}><Group gap={4}><IconArrowLeft size={16} aria-hidden="true" />{p.back}</Group></Anchor>
      <Group justify="space-between" mt="xs">
        <Group gap="sm"><Title order={2} dir="auto">{tenant.name}</Title><Badge color={tenant.status === 'active' ? 'green' : 'red'}>{p.status[tenant.status]}</Badge><Rename name={tenant.name} act={act} /></Group>
        {tenant.status === 'active' ? (
          <Sure label={p.suspend} ask={fill(p.suspendAsk, { name: tenant.name })} says={p.suspendSays} act={() => act('update_tenant', { status: 'suspended' })} />
        ) : (
          <Button loading={form.busy} onClick={() => form.run(() => act('update_tenant', { status: 'active' }))}>{p.activate}</Button>
        )}
      </Group>
      <Facts facts={[fill(p.month, { turns: number(tenant.turns), cost: money(tenant.cost_usd) }), fill(p.documents, { n: number(tenant.documents) })]} />
      {form.shown}
      <Alert my="md" color={lacks.length ? 'orange' : 'green'} title={lacks.length ? p.missingTitle : p.complete}>
        {lacks.length > 0 && <Stack component="ul" className="plain" gap={4}>{lacks.map((name) => <li key={name}>{p.missingHints[name]}</li>)}</Stack>}
      </Alert>
      <Stack gap="md">
        <Part title={p.members}>
          <Stack component="ul" className="plain" gap="xs">
            {tenant.members.map((m) => (
              <Group component="li" key={m.email} justify="space-between">
                <span>{m.email} <Text span size="sm" c="dimmed">{t.roles[m.role]}</Text></span>
                <Sure label={t.remove} ask={fill(p.memberAsk, { email: m.email })} says={p.memberSays} act={() => act('delete_member', { email: m.email })} />
              </Group>
            ))}
          </Stack>
          <Put key={String(lacks.includes('owner'))} labels={[p.email]} button={p.addMember} role={lacks.includes('owner') ? 'owner' : 'editor'} act={([email, role]) => act('create_member', { email, role })} />
        </Part>
        <Part title={p.numbers}>
          {tenant.numbers.map((n) => <PlatformNumber key={n.phone_number_id} number={n} act={act} />)}
          <Put labels={[p.numberId, t.bot.nameLabel]} button={p.addNumber} act={([phone_number_id, name]) => act('upsert_number', { phone_number_id, name })} />
        </Part>
        <Part title={t.connect.title}><ConnectNumber tenant={tenant.id} /></Part>
        <Part title={p.connect}><PlatformConnect tenant={tenant} webhook={webhook} /></Part>
        {tenant.numbers.length > 0 && <Part title={t.doctor.title}>{tenant.numbers.map((n) => <Checkup key={n.phone_number_id} tenant={tenant.id} number={n} />)}</Part>}
        <Part title={p.keys}><Keys tenant={tenant} act={act} /></Part>
        <Part title={p.scripts}><ToolFolder tenant={tenant} act={act} /></Part>
        <Part title={p.plan}><Plan tenant={tenant} figures={figures} act={act} /></Part>
      </Stack>
    </>
  )
}

function Rename({ name, act }: { name: string; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState(name)
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act('update_tenant', { name: typed })
      setOpen(false)
      return t.saved
    })
  }
  return (
    <>
      <Button size="compact-sm" variant="subtle" onClick={() => setOpen(true)}>{p.rename}</Button>
      {open && (
        <Dialog title={fill(p.renameAsk, { name })} close={() => setOpen(false)}>
          <form onSubmit={send}>
            <TextInput label={p.tenantName} data-autofocus required dir="auto" maxLength={200} value={typed} onChange={(e) => setTyped(e.target.value)} />
            {form.shown}
            <Group justify="flex-end" mt="lg">
              <Button variant="default" onClick={() => setOpen(false)}>{t.cancel}</Button>
              <Button type="submit" loading={form.busy}>{p.rename}</Button>
            </Group>
          </form>
        </Dialog>
      )}
    </>
  )
}

// The doctor of one number, under its name.
const Checkup = ({ tenant, number }: { tenant: string; number: NumberOf }) => (
  <div className="inset">
    <Text fw={600} dir="auto">{number.name}</Text>
    <Doctor tenant={tenant} number={number.phone_number_id} name={number.name} />
  </div>
)

const Part = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Card component="section" aria-label={title}>
    <Title order={3} mb="sm">{title}</Title>
    <Stack gap="sm">{children}</Stack>
  </Card>
)

// A key goes in and never comes out: only whether there is one is shown.
function Keys({ tenant, act }: { tenant: Tenant; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const set = async (kind: string, key: string) => act('set_key', { kind, sealed_key: await sealKey('operator', tenant.id, kind, key) })
  return (
    <>
      {(['whatsapp_token', 'llm_api_key'] as const).map((kind) => {
        const stored = kind === 'whatsapp_token' ? tenant.has_whatsapp_token : tenant.has_llm_key
        return (
          <div key={kind}>
            <Text>{p[kind]}: <Badge color={stored ? 'green' : kind === 'whatsapp_token' ? 'red' : 'gray'}>{stored ? p.stored : p.missing}</Badge></Text>
            <Put labels={[`${p.key}: ${p[kind]}`]} button={<>{t.save}<About>{p[kind]}</About></>} secret act={([key]) => set(kind, key)} />
          </div>
        )
      })}
    </>
  )
}

// The folder whose scripts only this business's chatbots may call; an empty field takes it away.
function ToolFolder({ tenant, act }: { tenant: Tenant; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [folder, setFolder] = useState(tenant.tool_folder ?? '')
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act('set_tool_folder', { folder })
      return t.saved
    })
  }
  return (
    <form onSubmit={send}>
      <Text c="dimmed" size="sm" mb="xs">{p.scriptsHint}</Text>
      <Group align="end">
        <TextInput label={p.scriptsFolder} placeholder="f/tenant_tools/…" flex="1 1 12rem" autoComplete="off" value={folder} onChange={(e) => setFolder(e.target.value)} />
        <Button type="submit" variant="default" loading={form.busy}>{t.save}<About>{p.scriptsFolder}</About></Button>
      </Group>
      {form.shown}
    </form>
  )
}

const BOUNDS = ['monthly_turns', 'monthly_tokens', 'monthly_cost_usd', 'replies_per_hour', 'documents', 'pages', 'bytes', 'ingestions_per_day', 'sources', 'qa_pairs', 'previews_per_hour', 'turns_at_once', 'turn_weight', 'background_jobs', 'api_calls_per_minute', 'own_domains', 'keep_words_days', 'keep_media_days', 'keep_traces_days', 'keep_jobs_days']

// How many of the stored unit one of the shown is.
const unit = (name: string) => (name === 'bytes' ? 1e6 : 1)

// The plan: an empty field has the platform's figure.
function Plan({ tenant, figures, act }: { tenant: Tenant; figures: Record<string, number>; act: Act }) {
  const { t, number } = useHere()
  const p = t.platform
  const form = useForm()
  const [now, setNow] = useState<Record<string, number | string>>(Object.fromEntries(BOUNDS.map((name) => [name, name in tenant.limits ? tenant.limits[name] / unit(name) : ''])))
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act('update_limits', { limits: Object.fromEntries(BOUNDS.map((name) => [name, now[name] === '' ? null : Number(now[name]) * unit(name)])) })
      return t.saved
    })
  }
  return (
    <form onSubmit={send}>
      <Text c="dimmed" size="sm" mb="xs">{p.planHint}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} mb="sm">
        {BOUNDS.map((name) => <NumberInput key={name} label={p.limits[name]} placeholder={name in figures ? number(figures[name] / unit(name)) : p.platformsFigure} min={0} value={now[name]} onChange={(value) => setNow({ ...now, [name]: value })} />)}
      </SimpleGrid>
      <Button type="submit" variant="default" loading={form.busy}>{t.save}<About>{p.plan}</About></Button>
      {form.shown}
    </form>
  )
}

type PutProps = { labels: string[]; button: React.ReactNode; secret?: boolean; role?: string; act: (values: string[]) => Promise<void> }

export function Put({ labels, button, secret, role: first, act }: PutProps) {
  const { t } = useHere()
  const form = useForm()
  const [values, setValues] = useState(labels.map(() => ''))
  const [role, setRole] = useState(first ?? '')
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act(first ? [...values, role] : values)
      setValues(labels.map(() => ''))
      return t.saved
    })
  }
  
  return (
    <Group component="form" align="end" onSubmit={send}>
      {labels.map((label, i) => <TextInput key={label} type={secret ? 'password' : 'text'} label={label} flex="1 1 12rem" required autoComplete="off" value={values[i]} onChange={(e) => setValues(values.map((v, n) => (n === i ? e.target.value : v)))} />)}
      {first && <NativeSelect label={t.platform.role} value={role} onChange={(e) => setRole(e.target.value)} data={Object.entries(t.roles).map(([value, label]) => ({ value, label }))} />}
      <Button type="submit" variant="default" loading={form.busy}>{button}</Button>
      {form.shown}
    </Group>
  )
}
