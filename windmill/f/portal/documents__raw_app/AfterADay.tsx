// After 24 hours: a template that Meta has approved goes out at once and costs money, or free words wait until the customer writes.
import { Alert, Badge, Button, Group, NativeSelect, SegmentedControl, Stack, Text, TextInput, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import { useDraft } from './Composer'
import { changed } from './ThreadHead'
import { Refused, newId } from './api'
import type { Person } from './conversation'
import { useAsk } from './data'
import { Template, Templates, sendTemplate, waitToSend } from './templates'
import { Loaded, fill, useForm, useHere } from './ui'

export default function AfterADay({ contact }: { contact: Person }) {
  const { t } = useHere()
  const c = t.conversations
  const [way, setWay] = useState('template')
  return (
    <Stack gap={6}>
      <Text size="xs">{c.dayOver}</Text>
      <SegmentedControl size="xs" fullWidth aria-label={c.ways} value={way} onChange={setWay} data={[{ value: 'template', label: c.wayTemplate }, { value: 'wait', label: c.wayWait }]} />
      {way === 'wait' ? <Waiting id={contact.id} /> : <Pick contact={contact} />}
    </Stack>
  )
}

// Sends something once: without an answer the same thing stays the same message.
function useOnce(key: string) {
  const form = useForm()
  const [tried, setTried] = useDraft<{ what: string; id: string } | null>(`tried ${key}`, null)
  const send = (what: string, act: (id: string) => Promise<unknown>, said: string) =>
    form.run(async () => {
      const now = tried?.what === what ? tried : { what, id: newId() }
      setTried(now)
      try {
        await act(now.id)
      } catch (error) {
        if (error instanceof Refused) setTried(null)
        throw error
      }
      setTried(null)
      await changed()
      return said
    })
  return { ...form, send }
}

function Waiting({ id }: { id: string }) {
  const { t } = useHere()
  const c = t.conversations
  const form = useOnce(`wait ${id}`)
  const [body, setBody] = useDraft(`wait ${id}`, '')
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    form.send(body, async (reply) => {
      await waitToSend(id, reply, body)
      setBody('')
    }, c.waits)
  }
  return (
    <form onSubmit={submit}>
      <Textarea aria-label={c.waitLabel} placeholder={c.waitLabel} description={c.waitHint} minRows={2} maxRows={8} dir="auto" required maxLength={4096} value={body} onChange={(e) => setBody(e.target.value)} />
      <Group mt={6} justify="flex-end"><Button type="submit" size="sm" loading={form.busy}>{c.waitSend}</Button></Group>
      {form.shown}
    </form>
  )
}

function Pick({ contact }: { contact: Person }) {
  const { t } = useHere()
  const c = t.conversations
  const list = useAsk<Templates>('templates', 'list', { contact_id: contact.id })
  const [chosen, setChosen] = useState('')
  return (
    <Loaded of={list}>
      {({ templates, reading }) => {
        if (templates.length === 0) return <Alert color="orange" p="xs">{reading?.error ? fill(c.templatesUnread, { error: reading.error }) : reading?.read_at ? c.noTemplates : c.templatesSoon}</Alert>
        const name = (one: Template) => `${one.name} (${one.language})`
        const first = templates.find((one) => one.language.slice(0, 2) === contact.language) ?? templates[0]
        const template = templates.find((one) => name(one) === chosen) ?? first
        return (
          <>
            <NativeSelect aria-label={c.template} size="sm" value={name(template)} onChange={(e) => setChosen(e.target.value)} data={templates.map(name)} />
            <Fill key={name(template)} id={contact.id} template={template} />
          </>
        )
      }}
    </Loaded>
  )
}

function Fill({ id, template }: { id: string; template: Template }) {
  const { t, money } = useHere()
  const c = t.conversations
  const { name, language, places } = template
  const form = useOnce(`template ${id}`)
  const [values, setValues] = useState<Record<string, string>>(Object.fromEntries(places.map(({ place, value }) => [place, value])))
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    form.send(JSON.stringify([name, language, values]), (reply) => sendTemplate(id, reply, { name, language, values }), c.templateSent)
  }
  // {{1}} stands in several parts, so each part is filled in by its own places; the whole is what the customer reads.
  const words = places.reduce((text, { place }) => (values[place] ? text.replace(new RegExp(`\\{\\{\\s*${place.split('.').slice(1).join('.')}\\s*\\}\\}`), () => values[place]) : text), template.words)
  return (
    <form onSubmit={submit}>
      <Stack gap={6}>
        <div className="places">
          {places.map(({ place, component, example }) => (
            <TextInput key={place} size="sm" required maxLength={900} dir="auto" label={fill(c.place, { part: c.placeParts[component.replace(/\d+$/, '')] ?? component, name: place.split('.').slice(1).join('.') })} placeholder={example && fill(c.example, { example })} value={values[place]} onChange={(e) => setValues({ ...values, [place]: e.target.value })} />
          ))}
        </div>
        <div className="inset preview-words" role="group" tabIndex={0} aria-label={c.preview}><Text size="sm" dir="auto" className="text">{words}</Text></div>
        <Group justify="space-between" gap="xs" wrap="nowrap" className="sendbar">
          <Text size="xs" c="dimmed" flex={1}><Badge size="sm" mr={6}>{c.categories[template.category ?? ''] ?? template.category}</Badge>{template.usd === null ? c.billed : fill(c.billedAt, { cost: money(template.usd) })}</Text>
          <Button type="submit" size="sm" loading={form.busy}>{c.sendTemplate}</Button>
        </Group>
        {form.shown}
      </Stack>
    </form>
  )
}
