// Tools: systems of the business that its bot may ask, over plain HTTP or over MCP.
import { Alert, Badge, Button, Card, Checkbox, Group, NativeSelect, NumberInput, Stack, Text, Title } from '@mantine/core'
import React, { useState } from 'react'
import BotActions from './BotActions'
import Clashes from './BotClashes'
import BotScripts from './BotScripts'
import Connection from './Connection'
import ServerEditor from './ServerEditor'
import { ask } from './api'
import { refresh } from './data'
import type { Message } from './messages'
import { save, useRow } from './rows'
import { About, Empty, Intro, Item, List, Sure, fill, useForm, useHere } from './ui'

export type OAuth = { token_url: string; issuer: string; client_id: string; scope: string; grant?: string }
type Settings = Record<string, { read_only?: boolean; timeout_s?: number }>
// headers: a value by its name, null for a secret. reads: the tools of which their server says that they only read.
export type Tool = {
  name: string
  url: string
  has_key: boolean
  headers: Record<string, string | null>
  oauth: OAuth | null
  sign_in: { person: string; ended: boolean } | null
  allowed_tools: string[]
  tool_settings: Settings
  timeout_s: number
  enabled: boolean
  revision: string
  offers: string[]
  reads: string[]
  warnings: Message[]
}

export default function Tools({ tools }: { tools: Tool[] }) {
  const { t, may } = useHere()
  const [added, setAdded] = useState(0)
  return (
    <>
      <Title order={2} size="h3" mt="xl">{t.bot.toolsTitle}</Title>
      <Intro>{t.bot.toolsIntro}</Intro>
      <BotActions />
      <BotScripts />
      <Title order={3} size="h4" mt="xl">{t.bot.mcpTitle}</Title>
      <Text c="dimmed" size="sm" mb="sm">{t.bot.mcpIntro}</Text>
      {tools.length === 0 && <Empty title={t.bot.noTools} hint={may('owner') ? undefined : t.bot.noToolsHint} />}
      <List label={t.bot.mcpTitle}>{tools.map((tool) => <One key={tool.name} tool={tool} />)}</List>
      {may('owner') && <Card className="panel"><ServerEditor key={added} done={() => setAdded(added + 1)} /></Card>}
    </>
  )
}

function One({ tool }: { tool: Tool }) {
  const { t, may, say } = useHere()
  const form = useForm()
  const [open, setOpen] = useState('')
  const close = () => setOpen('')
  const remove = async () => {
    await ask('bot', 'delete_tool', { name: tool.name })
    await refresh('bot')
  }
  const look = () =>
    form.run(async () => {
      await ask('tools', 'list_server_tools', { name: tool.name })
      await refresh('bot')
      setOpen('tools')
    })
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600}>{tool.name}</Text>
        <Group gap="xs">
          {!tool.enabled && <Badge color="gray">{t.bot.off}</Badge>}
          {tool.has_key && <Badge>{t.bot.toolHasKey}</Badge>}
        </Group>
      </Group>
      <Text size="sm" c="dimmed" className="break">{tool.url}</Text>
      {tool.warnings.map((warning, number) => <Alert key={number} color="yellow" py={6}>{say(warning)}</Alert>)}
      {tool.allowed_tools.length > 0 && <Text size="sm" c="dimmed">{tool.allowed_tools.join(', ')}</Text>}
      {tool.offers.length > 0 && <Text size="sm" c="dimmed">{fill(t.bot.toolOffers, { tools: tool.offers.join(', ') })}</Text>}
      {tool.oauth?.grant === 'code' && <Connection tool={tool} />}
      {open === 'tools' && <Choice tool={tool} done={close} />}
      {open === 'server' && <ServerEditor tool={tool} done={close} cancel={close} />}
      {may('owner') && (
        <Group gap="xs">
          {!open && <Button variant="subtle" size="compact-sm" loading={form.busy} onClick={look}>{t.bot.toolChoose}<About>{tool.name}</About></Button>}
          {!open && <Button variant="subtle" size="compact-sm" onClick={() => setOpen('server')}>{t.actions.edit}<About>{tool.name}</About></Button>}
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
  const stored = { allowed_tools: tool.allowed_tools, tool_settings: tool.tool_settings }
  const { now, clashes, set, keep, take } = useRow(stored)
  const { allowed_tools: allowed, tool_settings: settings } = now
  const names = [...new Set([...tool.offers, ...allowed])]
  const change = (name: string, part: Settings[string]) => set({ tool_settings: { ...settings, [name]: { ...settings[name], ...part } } })
  const put = () =>
    form.run(async () => {
      const { name, url, headers, oauth, timeout_s, enabled, revision } = tool
      await save('bot', () => ask('bot', 'upsert_tool', { name, url, headers, oauth, timeout_s, enabled, ...now, was: revision }))
      await ask('tools', 'list_server_tools', { name })
      await refresh('bot')
      done()
      return now.allowed_tools.some((one) => !tool.allowed_tools.includes(one)) ? b.toolDrafted : t.saved
    })
  const says = (name: string) => (settings[name]?.read_only === undefined ? '' : settings[name].read_only ? 'reads' : 'writes')
  return (
    <Stack gap="sm" my="sm">
      {names.map((name) => (
        <Group key={name} align="flex-end" gap="sm" role="group" aria-label={name}>
          <Checkbox mb={8} flex="1 1 12rem" label={name} checked={allowed.includes(name)} onChange={(e) => set({ allowed_tools: e.target.checked ? [...allowed, name] : allowed.filter((one) => one !== name) })} />
          <NativeSelect label={b.toolChanges} aria-label={`${b.toolChanges}: ${name}`} value={says(name)} onChange={(e) => change(name, { read_only: e.target.value === '' ? undefined : e.target.value === 'reads' })} data={[{ value: '', label: fill(b.asServerSays, { what: tool.reads.includes(name) ? t.actions.reads : t.actions.writes }) }, { value: 'reads', label: t.actions.reads }, { value: 'writes', label: t.actions.writes }]} />
          <NumberInput w="8rem" label={t.actions.timeout} aria-label={`${t.actions.timeout}: ${name}`} min={1} max={60} value={settings[name]?.timeout_s ?? ''} onChange={(value) => change(name, { timeout_s: value === '' ? undefined : Number(value) })} />
        </Group>
      ))}
      {clashes.length > 0 && <Clashes names={clashes} theirs={stored} labels={{ allowed_tools: b.toolChoose, tool_settings: b.toolChanges }} keep={keep} take={take} />}
      <Group><Button size="compact-md" loading={form.busy} disabled={clashes.length > 0} onClick={put}>{t.save}</Button><Button size="compact-md" variant="subtle" onClick={done}>{t.cancel}</Button></Group>
      {form.shown}
    </Stack>
  )
}
