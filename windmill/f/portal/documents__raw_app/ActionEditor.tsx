// One HTTP action: what it is for, its request, and who fills each parameter.
import { Accordion, Button, Checkbox, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Switch, Text, TextInput, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import ActionTrial from './ActionTrial'
import Clashes from './BotClashes'
import { Action, Draft, Parameter, Source, contactFields, methods, parametersFor, serverOf, shown } from './actions'
import { ask } from './api'
import { refresh } from './data'
import { sealKey } from './keys'
import { save, useRow } from './rows'
import { fill, useForm, useHere } from './ui'

export default function ActionEditor({ draft, done }: { draft: Draft; done: () => void }) {
  const { t, tenant } = useHere()
  const a = t.actions
  const form = useForm()
  const row = useRow(draft.action)
  const now = { ...row.now, parameters: parametersFor(row.now) }
  const [keys, setKeys] = useState<Record<string, string>>({})
  const set = (part: Partial<Action>) => {
    const parameters = parametersFor({ ...now, ...part })
    row.set(JSON.stringify(parameters) === JSON.stringify(row.now.parameters) ? part : { ...part, parameters })
  }
  const change = (name: string, part: Partial<Parameter>) => set({ parameters: now.parameters.map((p) => (p.name === name ? { ...p, ...part } : p)) })
  // The action and its keys as a script takes them: what was typed is sealed for its name and its server.
  const sent = async () => {
    const sealed: Record<string, string> = {}
    for (const [name, key] of Object.entries(keys)) sealed[name] = await sealKey('bot', tenant, `action:${now.name} ${serverOf(now.url)} ${name}`, key)
    return { definition: now, held: draft.held, sealed }
  }
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const action = await sent()
      await save('tools', () => ask('tools', 'save', { ...action, was: draft.action.revision, new: !draft.stored }))
      await refresh('tools', 'bot')
      done()
      return draft.stored ? t.saved : t.bot.toolDrafted
    })
  }
  return (
    <Stack gap="lg">
      <Stack component="form" onSubmit={put}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t.bot.toolName} required disabled={draft.stored} pattern="[a-z][a-z0-9_]{0,59}" description={a.nameHint} value={now.name} onChange={(e) => set({ name: e.target.value })} />
          <Textarea label={a.description} description={a.descriptionHint} required autosize value={now.description} onChange={(e) => set({ description: e.target.value })} />
          <NativeSelect label={a.method} data={methods} value={now.method} onChange={(e) => set({ method: e.target.value, body_kind: e.target.value === 'GET' ? 'none' : now.body_kind })} />
          <TextInput label={t.bot.toolUrl} required description={a.urlHint} value={now.url} onChange={(e) => set({ url: e.target.value })} />
        </SimpleGrid>
        <Switch label={a.readOnly} description={a.readOnlyHint} checked={now.read_only} onChange={(e) => set({ read_only: e.target.checked })} />
        {!now.read_only && <Switch label={a.idempotent} description={a.idempotentHint} checked={now.idempotent === true} onChange={(e) => set({ idempotent: e.target.checked })} />}
        {now.parameters.length > 0 && <Text fw={600}>{a.parameters}</Text>}
        {now.parameters.map((p) => <One key={p.name} parameter={p} stored={draft.stored || draft.held !== ''} change={(part) => change(p.name, part)} keep={(key) => setKeys({ ...keys, [p.name]: key })} />)}
        <More now={now} set={set} />
        {row.clashes.length > 0 && <Clashes names={row.clashes} theirs={draft.action} labels={{ ...a, url: t.bot.toolUrl, answer_path: a.path, answer_template: a.template, timeout_s: a.timeout, read_only: a.readOnly, body_kind: a.bodyKind }} keep={row.keep} take={row.take} />}
        <Group>
          <Button type="submit" loading={form.busy} disabled={row.clashes.length > 0}>{t.save}</Button>
          <Button variant="subtle" onClick={done}>{t.cancel}</Button>
        </Group>
        {form.shown}
      </Stack>
      <ActionTrial action={now} samples={draft.samples} sent={sent} />
    </Stack>
  )
}

type OneProps = { parameter: Parameter; stored: boolean; change: (part: Partial<Parameter>) => void; keep: (key: string) => void }

function One({ parameter, stored, change, keep }: OneProps) {
  const { t } = useHere()
  const a = t.actions
  const { name, source } = parameter
  const choose = (to: Source) => change({ source: to, value: to === 'contact' ? 'phone' : to === 'fixed' ? '' : undefined })
  const about = (label: string) => `${label}: ${name}`
  const field = shown(parameter.value)
  return (
    <Group align="flex-end" gap="sm" role="group" aria-label={name} className="parameter">
      <NativeSelect w="15rem" label={fill(a.filledBy, { name })} data={(['model', 'contact', 'fixed', 'secret'] as Source[]).map((value) => ({ value, label: a.sources[value] }))} value={source} onChange={(e) => choose(e.target.value as Source)} />
      {source === 'model' && <TextInput flex="1 1 12rem" label={a.meaning} aria-label={about(a.meaning)} value={parameter.description ?? ''} onChange={(e) => change({ description: e.target.value })} />}
      {source === 'fixed' && <TextInput flex="1 1 12rem" label={a.value} aria-label={about(a.value)} value={field} onChange={(e) => change({ value: e.target.value })} />}
      {source === 'contact' && <NativeSelect flex="1 1 12rem" label={a.fact} aria-label={about(a.fact)} data={contactFields.map((value) => ({ value, label: a.facts[value] })).concat(field.startsWith('lead:') ? [{ value: field, label: field.slice(5) }] : [{ value: 'lead:email', label: 'email' }])} value={field} onChange={(e) => change({ value: e.target.value })} />}
      {source === 'secret' && <TextInput flex="1 1 12rem" type="password" autoComplete="off" label={a.secret} aria-label={about(a.secret)} placeholder={stored ? a.secretStored : ''} onChange={(e) => keep(e.target.value)} />}
      {(source === 'model' || source === 'contact') && <Checkbox mb={8} label={a.required} aria-label={about(a.required)} checked={parameter.required !== false} onChange={(e) => change({ required: e.target.checked })} />}
    </Group>
  )
}

// The rest of the request, as JSON, and what the bot sees of the answer.
function More({ now, set }: { now: Action; set: (part: Partial<Action>) => void }) {
  const { t } = useHere()
  const a = t.actions
  return (
    <Accordion variant="contained">
      <Accordion.Item value="more">
        <Accordion.Control>{a.more}</Accordion.Control>
        <Accordion.Panel>
          <Stack>
            <TextInput label={a.path} description={a.pathHint} placeholder="$.order.status" value={now.answer_path ?? ''} onChange={(e) => set({ answer_path: e.target.value })} />
            <Textarea label={a.template} description={a.templateHint} placeholder="{{id}}: {{status}}" autosize value={now.answer_template ?? ''} onChange={(e) => set({ answer_template: e.target.value })} />
            <NumberInput label={a.timeout} min={1} max={60} value={now.timeout_s ?? 10} onChange={(value) => set({ timeout_s: Number(value) || 10 })} />
            <Json label={a.query} value={now.query} set={(query) => set({ query: query as Action['query'] })} />
            <Json label={a.headers} value={now.headers} set={(headers) => set({ headers: headers as Action['headers'] })} />
            {now.method !== 'GET' && <NativeSelect label={a.bodyKind} data={['none', 'json', 'form'].map((value) => ({ value, label: a.bodyKinds[value] }))} value={now.body_kind} onChange={(e) => set({ body_kind: e.target.value, body: e.target.value === 'none' ? null : (now.body ?? {}) })} />}
            {now.body_kind !== 'none' && <Json label={a.body} value={now.body} set={(body) => set({ body })} />}
            <Switch label={a.enabled} checked={now.enabled !== false} onChange={(e) => set({ enabled: e.target.checked })} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

// Text that becomes a value as soon as it is JSON.
function Json({ label, value, set }: { label: string; value: unknown; set: (value: unknown) => void }) {
  const { t } = useHere()
  const [text, setText] = useState(JSON.stringify(value, null, 2))
  const [wrong, setWrong] = useState(false)
  const change = (typed: string) => {
    setText(typed)
    try {
      set(JSON.parse(typed))
      setWrong(false)
    } catch {
      setWrong(true)
    }
  }
  return <Textarea label={label} autosize spellCheck={false} ff="monospace" value={text} error={wrong && t.actions.noJson} onChange={(e) => change(e.target.value)} />
}
