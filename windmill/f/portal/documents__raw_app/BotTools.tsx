// Tools: systems of the business that its bot may ask.
import { Badge, Button, Card, Group, SimpleGrid, TagsInput, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import ToolApprovals, { Rules } from './ToolApprovals'
import { ask } from './api'
import { refresh } from './data'
import { sealKey } from './keys'
import { Empty, Intro, Item, List, Sure, fill, useForm, useHere } from './ui'

export type Tool = { name: string; url: string; has_key: boolean; allowed_tools: string[]; enabled: boolean; offers: string[]; approvals: Rules; numbers: Record<string, string[]> }

export default function Tools({ tools }: { tools: Tool[] }) {
  const { t, may } = useHere()
  return (
    <>
      <Intro>{t.bot.toolsIntro}</Intro>
      {tools.length === 0 && <Empty title={t.bot.noTools} hint={may('owner') ? undefined : t.bot.noToolsHint} />}
      <List>{tools.map((tool) => <One key={tool.name} tool={tool} />)}</List>
      {may('owner') && <Add />}
    </>
  )
}

function One({ tool }: { tool: Tool }) {
  const { t, may } = useHere()
  const remove = async () => {
    await ask('bot', 'delete_tool', { name: tool.name })
    await refresh('bot')
  }
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600}>{tool.name}</Text>
        {tool.has_key && <Badge>{t.bot.toolHasKey}</Badge>}
      </Group>
      <Text size="sm" c="dimmed" className="break">{tool.url}</Text>
      {tool.allowed_tools.length > 0 && <Text size="sm" c="dimmed">{tool.allowed_tools.join(', ')}</Text>}
      {tool.offers.length > 0 && <Text size="sm" c="dimmed">{fill(t.bot.toolOffers, { tools: tool.offers.join(', ') })}</Text>}
      <ToolApprovals tool={tool} />
      {may('owner') && <Group><Sure label={t.remove} ask={fill(t.bot.toolRemoveAsk, { name: tool.name })} says={t.bot.toolRemoveSays} act={remove} /></Group>}
    </Item>
  )
}

const nothing = { name: '', url: '', key: '', allowed_tools: [] as string[] }

function Add() {
  const { t, tenant } = useHere()
  const form = useForm()
  const [now, setNow] = useState(nothing)
  const set = (part: Partial<typeof nothing>) => setNow({ ...now, ...part })
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { name, url, allowed_tools } = now
      const sealed_key = await sealKey('bot', tenant, `tool:${name} ${url}`, now.key)
      await ask('bot', 'upsert_tool', { name, url, sealed_key, allowed_tools })
      setNow(nothing)
      await refresh('bot')
      return t.saved
    })
  }
  return (
    <Card component="form" onSubmit={put} className="panel">
      <SimpleGrid cols={{ base: 1, sm: 2 }} mb="md">
        <TextInput label={t.bot.toolName} required pattern="[a-z][a-z0-9_]{0,30}" value={now.name} onChange={(e) => set({ name: e.target.value })} />
        <TextInput label={t.bot.toolUrl} required type="url" value={now.url} onChange={(e) => set({ url: e.target.value })} />
        <TextInput type="password" label={t.bot.toolKey} description={t.bot.toolKeyKept} autoComplete="off" value={now.key} onChange={(e) => set({ key: e.target.value })} />
        <TagsInput label={t.bot.toolAllowed} description={t.bot.chips} splitChars={[',', ';', '\n']} value={now.allowed_tools} onChange={(allowed_tools) => set({ allowed_tools })} />
      </SimpleGrid>
      <Group><Button type="submit" loading={form.busy}>{t.bot.toolAdd}</Button></Group>
      {form.shown}
    </Card>
  )
}
