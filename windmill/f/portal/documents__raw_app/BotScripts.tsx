// Scripts and flows of Windmill that the bot may call: the operator deploys them into a folder, the owner ticks them.
import { Alert, Badge, Button, Card, Checkbox, Group, NativeSelect, NumberInput, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import { contactFields, shown } from './actions'
import { ask } from './api'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { About, Empty, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Source = 'model' | 'contact' | 'fixed' | 'platform'
type Parameter = { name: string; kind: string; description: string; source: Source; value: unknown; required: boolean }
type Found = { path: string; is_flow: boolean; summary: string }
type Script = Found & { name: string; parameters: Parameter[]; read_only: boolean; timeout_s: number; enabled: boolean; allowed?: boolean; warnings?: Message[] }

export default function BotScripts() {
  const { t, may } = useHere()
  const list = useAsk<{ scripts: Script[] }>('scripts', 'list')
  return (
    <>
      <Title order={3} size="h4" mt="xl">{t.scripts.title}</Title>
      <Text c="dimmed" size="sm" mb="sm">{t.scripts.intro}</Text>
      <Loaded of={list}>
        {({ scripts }) => (
          <>
            {scripts.length === 0 && <Empty title={t.scripts.none} />}
            <List label={t.scripts.title}>{scripts.map((script) => <One key={script.name} script={script} />)}</List>
          </>
        )}
      </Loaded>
      {may('owner') && <Add />}
    </>
  )
}

function One({ script }: { script: Script }) {
  const { t, may, say } = useHere()
  const [open, setOpen] = useState(false)
  const { name } = script
  const remove = async () => {
    await ask('scripts', 'delete', { name })
    await refresh('scripts', 'bot')
  }
  if (open) return <Item><Editor script={script} done={() => setOpen(false)} /></Item>
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600}>{name}</Text>
        <Group gap="xs">
          {!script.enabled && <Badge color="gray">{t.bot.off}</Badge>}
          <Badge color={script.read_only ? 'gray' : undefined}>{script.read_only ? t.actions.reads : t.actions.writes}</Badge>
        </Group>
      </Group>
      <Text size="sm">{script.summary}</Text>
      <Text size="sm" c="dimmed" className="break">{script.path}</Text>
      {script.allowed === false && <Alert color="yellow" py={6}>{say({ code: 'script_folder', values: { path: script.path } })}</Alert>}
      {script.warnings?.map((warning, number) => <Alert key={number} color="yellow" py={6}>{say(warning)}</Alert>)}
      {may('owner') && (
        <Group gap="xs">
          <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>{t.actions.edit}<About>{name}</About></Button>
          <Sure label={t.remove} ask={fill(t.bot.toolRemoveAsk, { name })} says={t.scripts.removeSays} act={remove} />
        </Group>
      )}
    </Item>
  )
}

// One of those that can be ticked; what it takes is read when it is chosen.
function Add() {
  const { t } = useHere()
  const form = useForm()
  const [found, setFound] = useState<Found[]>()
  const [script, setScript] = useState<Script>()
  const look = () => form.run(async () => setFound((await ask('scripts', 'list_all')).scripts))
  const choose = (place: string) =>
    form.run(async () => {
      const chosen = found?.[Number(place)]
      if (chosen) setScript({ ...chosen, ...(await ask('scripts', 'read', chosen)), read_only: false, timeout_s: 20, enabled: true })
    })
  const done = () => {
    setScript(undefined)
    setFound(undefined)
  }
  return (
    <Card className="panel">
      {!found && <Group><Button loading={form.busy} onClick={look}>{t.scripts.add}</Button></Group>}
      {found?.length === 0 && <Text size="sm">{t.scripts.nothing}</Text>}
      {found && found.length > 0 && <NativeSelect label={t.scripts.which} mb="md" defaultValue="" onChange={(e) => choose(e.target.value)} data={[{ value: '', label: '' }, ...found.map((one, place) => ({ value: String(place), label: `${one.path}: ${one.summary}` }))]} />}
      {script && <Editor key={script.path} script={script} isNew done={done} />}
      {form.shown}
    </Card>
  )
}

function Editor({ script, isNew, done }: { script: Script; isNew?: boolean; done: () => void }) {
  const { t } = useHere()
  const a = t.actions
  const form = useForm()
  const [now, setNow] = useState(script)
  const set = (part: Partial<Script>) => setNow({ ...now, ...part })
  const change = (name: string, part: Partial<Parameter>) => set({ parameters: now.parameters.map((p) => (p.name === name ? { ...p, ...part } : p)) })
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { name, path, is_flow, read_only, timeout_s, enabled } = now
      const parameters = now.parameters.filter((p) => p.source === 'contact' || p.source === 'fixed').map((p) => ({ name: p.name, source: p.source, value: p.value, required: p.required }))
      await ask('scripts', 'save', { name, path, is_flow, read_only, timeout_s, enabled, parameters, new: Boolean(isNew) })
      await refresh('scripts', 'bot')
      done()
      return isNew ? t.bot.toolDrafted : t.saved
    })
  }
  return (
    <Stack component="form" onSubmit={save}>
      <Text size="sm">{now.summary}</Text>
      <Group align="flex-end" gap="sm">
        <TextInput flex="1 1 12rem" label={t.bot.toolName} required pattern="[a-z][a-z0-9_]{0,59}" disabled={!isNew} value={now.name} onChange={(e) => set({ name: e.target.value })} />
        <NumberInput w="10rem" label={a.timeout} min={1} max={60} value={now.timeout_s} onChange={(value) => set({ timeout_s: Number(value) || 20 })} />
      </Group>
      <Switch label={a.readOnly} description={a.readOnlyHint} checked={now.read_only} onChange={(e) => set({ read_only: e.target.checked })} />
      {now.parameters.length > 0 && <Text fw={600}>{a.parameters}</Text>}
      {now.parameters.map((p) => <Filler key={p.name} parameter={p} change={(part) => change(p.name, part)} />)}
      <Switch label={a.enabled} checked={now.enabled} onChange={(e) => set({ enabled: e.target.checked })} />
      <Group>
        <Button type="submit" loading={form.busy}>{t.save}</Button>
        <Button variant="subtle" onClick={done}>{t.cancel}</Button>
      </Group>
      {form.shown}
    </Stack>
  )
}

function Filler({ parameter, change }: { parameter: Parameter; change: (part: Partial<Parameter>) => void }) {
  const { t } = useHere()
  const a = t.actions
  const { name, source, description, value } = parameter
  const about = (label: string) => `${label}: ${name}`
  if (source === 'platform') return <Text size="sm" c="dimmed">{fill(t.scripts.platform, { name })}</Text>
  const choose = (to: Source) => change({ source: to, value: to === 'contact' ? 'phone' : to === 'fixed' ? '' : null })
  return (
    <Group align="flex-end" gap="sm" role="group" aria-label={name} className="parameter">
      <NativeSelect w="15rem" label={fill(a.filledBy, { name })} description={description} data={(['model', 'contact', 'fixed'] as const).map((one) => ({ value: one, label: a.sources[one] }))} value={source} onChange={(e) => choose(e.target.value as Source)} />
      {source === 'fixed' && <TextInput flex="1 1 12rem" label={a.value} aria-label={about(a.value)} value={shown(value)} onChange={(e) => change({ value: typedAs(parameter.kind, e.target.value) })} />}
      {source === 'contact' && <NativeSelect flex="1 1 12rem" label={a.fact} aria-label={about(a.fact)} data={[...contactFields.map((one) => ({ value: one, label: a.facts[one] })), { value: shown(value).startsWith('lead:') ? shown(value) : 'lead:email', label: shown(value).startsWith('lead:') ? shown(value).slice(5) : 'email' }]} value={shown(value)} onChange={(e) => change({ value: e.target.value })} />}
      {source === 'contact' && <Checkbox mb={8} label={a.required} aria-label={about(a.required)} checked={parameter.required} onChange={(e) => change({ required: e.target.checked })} />}
    </Group>
  )
}

// A number or JSON where the script wants that.
function typedAs(kind: string, text: string): unknown {
  if (kind === 'string' || kind === '') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
