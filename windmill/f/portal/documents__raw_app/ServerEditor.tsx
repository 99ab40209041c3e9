// An MCP server: its address, headers, OAuth client and timeout. A stored secret is never seen; it stays where none is typed anew.
import { Accordion, Button, Checkbox, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import Clashes from './BotClashes'
import type { OAuth, Tool } from './BotTools'
import { serverOf } from './actions'
import { ask } from './api'
import { refresh } from './data'
import { sealKey } from './keys'
import { save, useRow } from './rows'
import { fill, useForm, useHere } from './ui'

type Header = { name: string; value: string; secret: boolean }
const noClient: OAuth = { token_url: '', issuer: '', client_id: '', scope: '', grant: '' }
const rowOf = (tool?: Tool) => ({
  url: tool?.url ?? '',
  headers: Object.entries(tool?.headers ?? { Authorization: null }).map(([name, value]): Header => ({ name, value: value ?? '', secret: value === null })),
  oauth: tool?.oauth ?? noClient,
  timeout_s: tool?.timeout_s ?? 10,
  enabled: tool?.enabled ?? true,
})

export default function ServerEditor({ tool, done, cancel }: { tool?: Tool; done: () => void; cancel?: () => void }) {
  const { t, tenant } = useHere()
  const b = t.bot
  const form = useForm()
  const stored = rowOf(tool)
  const { now, clashes, set, keep, take } = useRow(stored)
  const [name, setName] = useState(tool?.name ?? '')
  const [secret, setSecret] = useState('')
  const { url } = now
  const kept = tool?.has_key && serverOf(url) === serverOf(tool.url) ? t.actions.secretStored : ''
  const change = (place: number, part: Partial<Header>) => set({ headers: now.headers.map((header, at) => (at === place ? { ...header, ...part } : header)) })
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const sent = now.headers.filter((header) => header.name.trim())
      const headers = Object.fromEntries(sent.map((header) => [header.name.trim(), header.secret ? null : header.value]))
      const sealed_headers: Record<string, string> = {}
      for (const header of sent) if (header.secret && header.value) sealed_headers[header.name.trim()] = await sealKey('bot', tenant, `tool:${name} ${url} ${header.name.trim()}`, header.value)
      const oauth = now.oauth.client_id || now.oauth.grant ? now.oauth : null
      const sealed_oauth = await sealKey('bot', tenant, `tool:${name} ${url} oauth`, secret)
      // An OAuth client's token is the Authorization of each request.
      if (oauth && !sealed_headers.Authorization) delete headers.Authorization
      const { allowed_tools, tool_settings, revision: was } = tool ?? {}
      await save('bot', () => ask('bot', 'upsert_tool', { ...now, name, headers, sealed_headers, oauth, sealed_oauth, allowed_tools, tool_settings, was, new: !tool }))
      await ask('tools', 'list_server_tools', { name })
      await refresh('bot')
      done()
      return t.saved
    })
  }
  return (
    <Stack component="form" onSubmit={put} my="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label={b.toolName} required disabled={Boolean(tool)} pattern="[a-z][a-z0-9_]{0,30}" value={name} onChange={(e) => setName(e.target.value)} />
        <TextInput label={b.toolUrl} required type="url" value={url} onChange={(e) => set({ url: e.target.value })} />
      </SimpleGrid>
      {now.headers.map((header, place) => (
        <Group key={place} align="flex-end" gap="sm">
          <TextInput flex="1 1 10rem" label={fill(b.headerName, { n: place + 1 })} value={header.name} onChange={(e) => change(place, { name: e.target.value })} />
          <TextInput flex="1 1 12rem" type={header.secret ? 'password' : 'text'} label={fill(b.headerValue, { n: place + 1 })} autoComplete="off" placeholder={header.secret && tool?.headers[header.name] === null ? kept : ''} value={header.value} onChange={(e) => change(place, { value: e.target.value })} />
          <Checkbox mb={8} label={b.headerSecret} checked={header.secret} onChange={(e) => change(place, { secret: e.target.checked })} />
        </Group>
      ))}
      <Client now={now.oauth} secret={secret} kept={tool?.oauth ? kept : ''} keep={setSecret} set={(part) => set({ oauth: { ...now.oauth, ...part } })} />
      {tool && (
        <Group align="flex-end" gap="lg">
          <NumberInput w="10rem" label={t.actions.timeout} min={1} max={60} value={now.timeout_s} onChange={(value) => set({ timeout_s: Number(value) || 10 })} />
          <Switch mb={8} label={t.actions.enabled} checked={now.enabled} onChange={(e) => set({ enabled: e.target.checked })} />
        </Group>
      )}
      {clashes.length > 0 && <Clashes names={clashes} theirs={stored} labels={{ ...t.actions, url: b.toolUrl, oauth: b.oauth.title, timeout_s: t.actions.timeout }} keep={keep} take={take} />}
      <Group>
        <Button type="submit" loading={form.busy} disabled={clashes.length > 0}>{tool ? t.save : b.toolAdd}</Button>
        <Button variant="subtle" onClick={() => set({ headers: [...now.headers, { name: '', value: '', secret: true }] })}>{b.headerAdd}</Button>
        {cancel && <Button variant="subtle" onClick={cancel}>{t.cancel}</Button>}
      </Group>
      {form.shown}
    </Stack>
  )
}

type ClientProps = { now: OAuth; secret: string; kept: string; keep: (secret: string) => void; set: (part: Partial<OAuth>) => void }

// An OAuth client of the business at its server: the bot fetches its own tokens with it.
function Client({ now, secret, kept, keep, set }: ClientProps) {
  const { t } = useHere()
  const o = t.bot.oauth
  const signsIn = now.grant === 'code'
  return (
    <Accordion variant="contained">
      <Accordion.Item value="oauth">
        <Accordion.Control>{o.title}</Accordion.Control>
        <Accordion.Panel>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NativeSelect label={o.grant} data={Object.entries(o.grants).map(([value, label]) => ({ value, label }))} value={now.grant ?? ''} onChange={(e) => set({ grant: e.target.value })} />
            {!signsIn && <TextInput type="url" label={o.tokenUrl} value={now.token_url} onChange={(e) => set({ token_url: e.target.value })} />}
            <TextInput type="url" label={signsIn ? o.issuerOnly : o.issuer} description={o.issuerHint} value={now.issuer} onChange={(e) => set({ issuer: e.target.value })} />
            <TextInput label={o.clientId} description={signsIn && o.registers} value={now.client_id} onChange={(e) => set({ client_id: e.target.value })} />
            <TextInput type="password" autoComplete="off" label={o.secret} placeholder={kept} value={secret} onChange={(e) => keep(e.target.value)} />
            <TextInput label={o.scope} value={now.scope} onChange={(e) => set({ scope: e.target.value })} />
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
