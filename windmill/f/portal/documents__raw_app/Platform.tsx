// The operator's page: businesses, and what needs a hand.
import { Alert, Anchor, Badge, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import React, { useState } from 'react'
import Changes from './Changes'
import PlatformBranding from './PlatformBranding'
import PlatformFind, { RunLink } from './PlatformFind'
import PlatformTenant, { Put, Tenant, missing } from './PlatformTenant'
import { Actions, ask } from './api'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { go } from './route'
import { About, Ago, Facts, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'
import { useRoute } from './useRoute'

type Overview = {
  operators: string[]
  figures: Record<string, number>
  tenants: Tenant[]
  stuck_turns: { id: string; tenant: string; run_id: string; lease_until: string }[]
  failed_documents: { id: string; tenant: string; title: string; error: Message; updated_at: string }[]
  dead_letters: { phone_number_id: string; message_id: string; tenant: string | null; reason: string; received_at: string }[]
  packages_differ: { package: string; deployed: string; worker: string }[]
  tags_without_worker: string[]
  webhook_url: string | null
  run_link: string
}

export default function Platform() {
  const { t } = useHere()
  const { part, id } = useRoute()
  const loaded = useAsk<Overview>('operator', 'get')
  return (
    <Loaded of={loaded}>
      {(overview) => {
        const tenant = part === 'tenant' && overview.tenants.find((one) => one.id === id)
        if (tenant) return <PlatformTenant key={tenant.id} tenant={tenant} webhook={overview.webhook_url} figures={overview.figures} />
        if (part === 'looks') return <PlatformBranding />
        return (
          <>
            <Intro>{t.platform.intro}</Intro>
            <Troubles found={overview} />
            <PlatformFind />
            <Tenants tenants={overview.tenants} />
            <Group mt="xl"><Button variant="default" onClick={() => go('platform', 'looks')}>{t.branding.platform}</Button></Group>
            <Operators operators={overview.operators} />
            <Changes script="operator" />
          </>
        )
      }}
    </Loaded>
  )
}

function Tenants({ tenants }: { tenants: Tenant[] }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [name, setName] = useState('')
  const [search, setSearch] = useState('')
  const found = tenants.filter((tenant) => `${tenant.name} ${tenant.numbers.map((n) => n.phone_number_id).join(' ')}`.toLowerCase().includes(search.trim().toLowerCase()))
  const create = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { tenant } = await ask('operator', 'create_tenant', { name })
      await refresh('operator')
      go('platform', 'tenant', tenant)
    })
  }
  return (
    <section aria-labelledby="tenants">
      <Title order={2} id="tenants" mt="xl" mb="xs">{p.tenants}</Title>
      <Group component="form" align="end" mb="sm" onSubmit={create}>
        <TextInput flex={1} miw="12rem" label={p.tenantName} required dir="auto" maxLength={200} value={name} onChange={(e) => setName(e.target.value)} />
        <Button type="submit" loading={form.busy}>{p.create}</Button>
      </Group>
      {form.shown}
      {tenants.length > 5 && <TextInput type="search" label={p.search} dir="auto" leftSection={<IconSearch size={16} aria-hidden="true" />} value={search} onChange={(e) => setSearch(e.target.value)} />}
      <List>{found.map((tenant) => <Row key={tenant.id} tenant={tenant} />)}</List>
    </section>
  )
}

function Row({ tenant }: { tenant: Tenant }) {
  const { t, number, money } = useHere()
  const p = t.platform
  const lacks = missing(tenant)
  return (
    <Item>
      <Group justify="space-between">
        <Anchor component="button" type="button" fw={600} dir="auto" onClick={() => go('platform', 'tenant', tenant.id)}>{tenant.name}</Anchor>
        <Group gap="xs">
          {lacks.map((name) => <Badge key={name} color="orange">{p.lacks[name]}</Badge>)}
          <Badge color={tenant.status === 'active' ? 'green' : 'red'}>{p.status[tenant.status]}</Badge>
        </Group>
      </Group>
      <Facts facts={[tenant.numbers.map((n) => n.name).join(', '), fill(p.month, { turns: number(tenant.turns), cost: money(tenant.cost_usd) }), fill(p.documents, { n: number(tenant.documents) })]} />
    </Item>
  )
}

function Troubles({ found }: { found: Overview }) {
  const { t, say } = useHere()
  const p = t.platform
  const { stuck_turns, failed_documents, dead_letters, packages_differ, tags_without_worker } = found
  const count = stuck_turns.length + failed_documents.length + dead_letters.length + packages_differ.length + tags_without_worker.length
  if (count === 0) return <Alert color="green">{p.fine}</Alert>
  return (
    <>
      <Trouble title={p.idle} hint={p.idleHint} count={tags_without_worker.length}>
        {tags_without_worker.map((tag) => (
          <Item key={tag}>
            <Text fw={600}>{p.work[tag]}</Text>
            <Facts facts={[fill(p.tag, { tag })]} />
          </Item>
        ))}
      </Trouble>
      <Trouble title={p.packages} hint={p.packagesHint} count={packages_differ.length}>
        {packages_differ.map((d) => (
          <Item key={d.package}>
            <Text fw={600}>{d.package}</Text>
            <Facts facts={[fill(p.packageVersions, { deployed: d.deployed, worker: d.worker })]} />
          </Item>
        ))}
      </Trouble>
      <Trouble title={p.dead} hint={p.deadHint} count={dead_letters.length}>
        {dead_letters.map((m) => <DeadLetter key={m.phone_number_id + m.message_id} letter={m} />)}
      </Trouble>
      <Trouble title={p.stuck} hint={p.stuckHint} count={stuck_turns.length}>
        {stuck_turns.map((turn) => (
          <Item key={turn.id}>
            <Text fw={600} dir="auto">{turn.tenant}</Text>
            <Facts facts={[<Ago at={turn.lease_until} />, <RunLink link={found.run_link} id={turn.run_id} />]} />
          </Item>
        ))}
      </Trouble>
      <Trouble title={p.failedDocs} hint={p.failedDocsHint} count={failed_documents.length}>
        {failed_documents.map((d) => (
          <Item key={d.id}>
            <Text fw={600} dir="auto">{d.tenant}: {d.title}</Text>
            <Text c="red">{say(d.error)}</Text>
            <Facts facts={[<Ago at={d.updated_at} />]} />
          </Item>
        ))}
      </Trouble>
    </>
  )
}

function Trouble({ title, hint, count, children }: { title: string; hint?: string; count: number; children: React.ReactNode }) {
  if (count === 0) return null
  return (
    <section aria-label={title}>
      <Group gap="xs" mt="lg"><Title order={2}>{title}</Title><Badge color="red">{count}</Badge></Group>
      {hint && <Text c="dimmed">{hint}</Text>}
      <List>{children}</List>
    </section>
  )
}

function Operators({ operators }: { operators: string[] }) {
  const { t } = useHere()
  const p = t.platform
  const change = async (action: Actions['operator'], email: string) => {
    await ask('operator', action, { email })
    await refresh('operator')
  }
  return (
    <section aria-labelledby="operators">
      <Title order={2} id="operators" mt="xl">{p.operators}</Title>
      <Intro>{p.operatorsHint}</Intro>
      <Card className="panel">
        <Stack component="ul" className="plain" gap="xs" mb="md">
          {operators.map((email) => (
            <Group component="li" key={email} justify="space-between">
              <span className="break">{email}</span>
              <Sure label={t.remove} ask={fill(p.operatorAsk, { email })} says={p.operatorSays} act={() => change('delete_operator', email)} />
            </Group>
          ))}
        </Stack>
        <Put labels={[p.email]} button={p.addOperator} act={([email]) => change('create_operator', email)} />
      </Card>
    </section>
  )
}

function DeadLetter({ letter }: { letter: Overview['dead_letters'][number] }) {
  const { t } = useHere()
  const form = useForm()
  const again = () =>
    form.run(async () => {
      await ask('operator', 'dispatch_again', { phone_number_id: letter.phone_number_id, message_id: letter.message_id })
      await refresh('operator')
      return t.platform.dispatched
    })
  return (
    <Item>
      <Text fw={600} dir="auto">{letter.tenant ?? letter.phone_number_id}</Text>
      <Text c="red">{letter.reason}</Text>
      <Facts facts={[<span className="break">{letter.message_id}</span>, <Ago at={letter.received_at} />]} />
      <Group>
        <Button variant="default" size="compact-md" loading={form.busy} onClick={again}>{t.platform.dispatchAgain}</Button>
        <Button variant="subtle" size="compact-md" onClick={() => go('platform', 'find', encodeURIComponent(letter.message_id))}>{t.platform.runsOf}<About>{letter.message_id}</About></Button>
      </Group>
      {form.shown}
    </Item>
  )
}
