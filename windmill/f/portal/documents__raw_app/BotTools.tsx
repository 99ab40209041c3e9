// Tools: systems of the business that its bot may ask, over plain HTTP or over MCP.
import { Accordion, Alert, Badge, Button, Card, Checkbox, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import BotActions from './BotActions'
import BotScripts from './BotScripts'
import ToolApprovals, { Rules } from './ToolApprovals'
import { ask } from './api'
import { refresh } from './data'
import { sealKey } from './keys'
import type { Message } from './messages'
import { About, Empty, Intro, Item, List, Sure, fill, useForm, useHere } from './ui'

type OAuth = { token_url: string; issuer: string; client_id: string; scope: string }
type Settings = Record<string, { read_only?: boolean; timeout_s?: number }>
// headers: a value by its name, null for a secret. reads: the tools of which their server says that they only read.
export type Tool = {
  name: string
  url: string
  has_key: boolean
  headers: Record<string, string | null>
  oauth: OAuth | null
  allowed_tools: string[]
  tool_settings: Settings
  enabled: boolean
  offers: string[]
  reads: string[]
  warnings: Message[]
  approvals: Rules
  numbers: Record<string, string[]>
}

export default function Tools({ tools }: { tools: Tool[] }) {
  const { t, may } = useHere()
  return (
    <>
      <Intro>{t.bot.toolsIntro}</Intro>
      <BotActions />
      <BotScripts />
      <Title order={2} size="h3" mt="xl">{t.bot.mcpTitle}</Title>
      <Text c="dimmed" size="sm" mb="sm">{t.bot.mcpIntro}</Text>
      {tools.length === 0 && <Empty title={t.bot.noTools} hint={may('owner') ? undefined : t.bot.noToolsHint} />}
      <List label={t.bot.mcpTitle}>{tools.map((tool) => <One key={tool.name} tool={tool} />)}</List>
      {may('owner') && <Add />}
    </>
  )
}

function One({ tool }: { tool: Tool }) {
  const { t, may, say } = useHere()
  const form = useForm()
  const [open, setOpen] = useState(false)
  const remove = async () => {
    await ask('bot', 'delete_tool', { name: tool.name })
    await refresh('bot')
  }
  const look = () =>
    form.run(async () => {
      await ask('tools', 'list_server_tools', { name: tool.name })
      await refresh('bot')
      setOpen(true)
    })
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600}>{tool.name}</Text>
        {tool.has_key && <Badge>{t.bot.toolHasKey}</Badge>}
      </Group>
      <Text size="sm" c="dimmed" className="break">{tool.url}</Text>
      {tool.warnings.map((warning, number) => <Alert key={number} color="yellow" py={6}>{say(warning)}</Alert>)}
      {tool.allowed_tools.length > 0 && <Text size="sm" c="dimmed">{tool.allowed_tools.join(', ')}</Text>}
      {tool.offers.length > 0 && <Text size="sm" c="dimmed">{fill(t.bot.toolOffers, { tools: tool.offers.join(', ') })}</Text>}
      <ToolApprovals tool={tool} />
      {open && <Choice key={tool.offers.join(' ')} tool={tool} done={() => setOpen(false)} />}
      {may('owner') && (
        <Group gap="xs">
          {!open && <Button variant="subtle" size="compact-sm" loading={form.busy} onClick={look}>{t.bot.toolChoose}<About>{tool.name}</About></Button>}
          <Sure label={t.remove} ask={fill(t.bot.toolRemoveAsk, { name: tool.name })} says={t.bot.toolRemoveSays} act={remove} />
        </Group>
      )}
      {form.shown}
    </Item>
  )
}

// Which of a server's tools the bot may call, and what the business knows better about them than the server.
function Choice({ tool, done }: { tool: Tool; done: () => void }) {
  const { t } = useHere()
  const b = t.bot
  const form = useForm()
  const [allowed, setAllowed] = useState(tool.allowed_tools)
  const [settings, setSettings] = useState<Settings>(tool.tool_settings)
  const names = [...new Set([...tool.offers, ...tool.allowed_tools])]
  const change = (name: string, part: Settings[string]) => setSettings({ ...settings, [name]: { ...settings[name], ...part } })
  const save = () =>
    form.run(async () => {
      const { name, url, headers, oauth, enabled } = tool
      await ask('bot', 'upsert_tool', { name, url, headers, oauth, enabled, allowed_tools: allowed, tool_settings: settings })
      await ask('tools', 'list_server_tools', { name })
      await refresh('bot')
      done()
      return t.saved
    })
  const says = (name: string) => (settings[name]?.read_only === undefined ? '' : settings[name].read_only ? 'reads' : 'writes')
  return (
    <Stack gap="sm" my="sm">
      {names.map((name) => (
        <Group key={name} align="flex-end" gap="sm" role="group" aria-label={name}>
          <Checkbox mb={8} flex="1 1 12rem" label={name} checked={allowed.includes(name)} onChange={(e) => setAllowed(e.target.checked ? [...allowed, name] : allowed.filter((one) => one !== name))} />
          <NativeSelect label={b.toolChanges} aria-label={`${b.toolChanges}: ${name}`} value={says(name)} onChange={(e) => change(name, { read_only: e.target.value === '' ? undefined : e.target.value === 'reads' })} data={[{ value: '', label: fill(b.asServerSays, { what: tool.reads.includes(name) ? t.actions.reads : t.actions.writes }) }, { value: 'reads', label: t.actions.reads }, { value: 'writes', label: t.actions.writes }]} />
          <NumberInput w="8rem" label={t.actions.timeout} aria-label={`${t.actions.timeout}: ${name}`} min={1} max={60} value={settings[name]?.timeout_s ?? ''} onChange={(value) => change(name, { timeout_s: value === '' ? undefined : Number(value) })} />
        </Group>
      ))}
      <Group><Button size="compact-md" loading={form.busy} onClick={save}>{t.save}</Button><Button size="compact-md" variant="subtle" onClick={done}>{t.cancel}</Button></Group>
      {form.shown}
    </Stack>
  )
}

type Header = { name: string; value: string; secret: boolean }
const noClient = { token_url: '', issuer: '', client_id: '', scope: '', secret: '' }
const nothing = { name: '', url: '', headers: [{ name: 'Authorization', value: '', secret: true }] as Header[], client: noClient }

function Add() {
  const { t, tenant } = useHere()
  const form = useForm()
  const [now, setNow] = useState(nothing)
  const set = (part: Partial<typeof nothing>) => setNow({ ...now, ...part })
  const change = (place: number, part: Partial<Header>) => set({ headers: now.headers.map((header, at) => (at === place ? { ...header, ...part } : header)) })
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { name, url } = now
      const sent = now.headers.filter((header) => header.name.trim())
      const headers = Object.fromEntries(sent.map((header) => [header.name.trim(), header.secret ? null : header.value]))
      const sealed_headers: Record<string, string> = {}
      for (const header of sent) if (header.secret && header.value) sealed_headers[header.name.trim()] = await sealKey('bot', tenant, `tool:${name} ${url} ${header.name.trim()}`, header.value)
      const { secret, ...client } = now.client
      const oauth = client.client_id ? client : null
      const sealed_oauth = await sealKey('bot', tenant, `tool:${name} ${url} oauth`, secret)
      // An OAuth client's token is the Authorization of each request.
      if (oauth && !sealed_headers.Authorization) delete headers.Authorization
      await ask('bot', 'upsert_tool', { name, url, headers, sealed_headers, oauth, sealed_oauth })
      setNow(nothing)
      await ask('tools', 'list_server_tools', { name })
      await refresh('bot')
      return t.saved
    })
  }
  return (
    <Card component="form" onSubmit={put} className="panel">
      <SimpleGrid cols={{ base: 1, sm: 2 }} mb="md">
        <TextInput label={t.bot.toolName} required pattern="[a-z][a-z0-9_]{0,30}" value={now.name} onChange={(e) => set({ name: e.target.value })} />
        <TextInput label={t.bot.toolUrl} required type="url" value={now.url} onChange={(e) => set({ url: e.target.value })} />
      </SimpleGrid>
      {now.headers.map((header, place) => (
        <Group key={place} align="flex-end" mb="sm" gap="sm">
          <TextInput flex="1 1 10rem" label={fill(t.bot.headerName, { n: place + 1 })} value={header.name} onChange={(e) => change(place, { name: e.target.value })} />
          <TextInput flex="1 1 12rem" type={header.secret ? 'password' : 'text'} label={fill(t.bot.headerValue, { n: place + 1 })} autoComplete="off" value={header.value} onChange={(e) => change(place, { value: e.target.value })} />
          <Checkbox mb={8} label={t.bot.headerSecret} checked={header.secret} onChange={(e) => change(place, { secret: e.target.checked })} />
        </Group>
      ))}
      <Client now={now.client} set={(part) => set({ client: { ...now.client, ...part } })} />
      <Group>
        <Button type="submit" loading={form.busy}>{t.bot.toolAdd}</Button>
        <Button variant="subtle" onClick={() => set({ headers: [...now.headers, { name: '', value: '', secret: true }] })}>{t.bot.headerAdd}</Button>
      </Group>
      {form.shown}
    </Card>
  )
}

type ClientProps = { now: typeof noClient; set: (part: Partial<typeof noClient>) => void }

// An OAuth client of the business at its server: the bot fetches its own tokens with it.
function Client({ now, set }: ClientProps) {
  const { t } = useHere()
  const o = t.bot.oauth
  return (
    <Accordion variant="contained" mb="md">
      <Accordion.Item value="oauth">
        <Accordion.Control>{o.title}</Accordion.Control>
        <Accordion.Panel>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput type="url" label={o.tokenUrl} value={now.token_url} onChange={(e) => set({ token_url: e.target.value })} />
            <TextInput type="url" label={o.issuer} description={o.issuerHint} value={now.issuer} onChange={(e) => set({ issuer: e.target.value })} />
            <TextInput label={o.clientId} value={now.client_id} onChange={(e) => set({ client_id: e.target.value })} />
            <TextInput type="password" autoComplete="off" label={o.secret} value={now.secret} onChange={(e) => set({ secret: e.target.value })} />
            <TextInput label={o.scope} value={now.scope} onChange={(e) => set({ scope: e.target.value })} />
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
