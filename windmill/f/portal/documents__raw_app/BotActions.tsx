// HTTP actions: the business's own systems over plain HTTP, made from a curl command or an OpenAPI document.
import { Badge, Button, Card, Checkbox, FileButton, Group, Stack, Text, TextInput, Textarea, Title } from '@mantine/core'
import React, { useState } from 'react'
import ActionEditor from './ActionEditor'
import { Action, Draft } from './actions'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { sealKey } from './keys'
import { About, Empty, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Operation = { method: string; path: string; summary: string }
const blank: Action = { name: '', description: '', method: 'GET', url: 'https://', query: {}, headers: {}, body: null, body_kind: 'none', parameters: [], read_only: true }

export default function BotActions() {
  const { t, may } = useHere()
  const list = useAsk<{ actions: Action[] }>('tools', 'list')
  const [drafts, setDrafts] = useState<Draft[]>([])
  const drop = (draft: Draft) => setDrafts((all) => all.filter((one) => one !== draft))
  return (
    <>
      <Title order={3} size="h4">{t.actions.title}</Title>
      <Text c="dimmed" size="sm" mb="sm">{t.actions.intro}</Text>
      <Loaded of={list}>
        {({ actions }) => (
          <>
            {actions.length === 0 && drafts.length === 0 && <Empty title={t.actions.none} />}
            <List label={t.actions.title}>{actions.map((action) => <One key={action.name} action={action} />)}</List>
          </>
        )}
      </Loaded>
      {drafts.map((draft) => <Card key={`${draft.action.method} ${draft.action.url}`} className="panel"><ActionEditor draft={draft} done={() => drop(draft)} /></Card>)}
      {may('owner') && drafts.length === 0 && <Make give={setDrafts} />}
    </>
  )
}

function One({ action }: { action: Action }) {
  const { t, may } = useHere()
  const [open, setOpen] = useState(false)
  const remove = async () => {
    await ask('tools', 'delete', { name: action.name })
    await refresh('tools', 'bot')
  }
  if (open) return <Item><ActionEditor draft={{ action, samples: {}, held: '', stored: true }} done={() => setOpen(false)} /></Item>
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600}>{action.name}</Text>
        <Group gap="xs">
          {action.enabled === false && <Badge color="gray">{t.bot.off}</Badge>}
          <Badge color={action.read_only ? 'gray' : undefined}>{action.read_only ? t.actions.reads : t.actions.writes}</Badge>
        </Group>
      </Group>
      <Text size="sm">{action.description}</Text>
      <Text size="sm" c="dimmed" className="break">{action.method} {action.url}</Text>
      {may('owner') && (
        <Group gap="xs">
          <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>{t.actions.edit}<About>{action.name}</About></Button>
          <Sure label={t.remove} ask={fill(t.bot.toolRemoveAsk, { name: action.name })} says={t.actions.removeSays} act={remove} />
        </Group>
      )}
    </Item>
  )
}

function Make({ give }: { give: (drafts: Draft[]) => void }) {
  const { t } = useHere()
  const [way, setWay] = useState<'' | 'curl' | 'openapi'>('')
  const take = (drafts: Draft[]) => {
    give(drafts)
    setWay('')
  }
  return (
    <Card className="panel">
      <Group>
        <Button variant={way === 'curl' ? 'filled' : 'default'} onClick={() => setWay('curl')}>{t.actions.fromCurl}</Button>
        <Button variant={way === 'openapi' ? 'filled' : 'default'} onClick={() => setWay('openapi')}>{t.actions.fromOpenApi}</Button>
        <Button variant="default" onClick={() => take([{ action: blank, samples: {}, held: '', stored: false }])}>{t.actions.byHand}</Button>
      </Group>
      {way === 'curl' && <FromCurl take={take} />}
      {way === 'openapi' && <FromOpenApi take={take} />}
    </Card>
  )
}

type Read = { drafts: { action: Action; samples: Record<string, unknown> }[]; held: string }
const draftsOf = ({ drafts, held }: Read): Draft[] => drafts.map((draft) => ({ ...draft, held, stored: false }))

// The command may hold keys: it is sealed before it travels.
function FromCurl({ take }: { take: (drafts: Draft[]) => void }) {
  const { t, tenant } = useHere()
  const form = useForm()
  const [command, setCommand] = useState('')
  const read = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => take(draftsOf(await ask('tools', 'read_curl', { sealed_key: await sealKey('bot', tenant, 'action curl', command) }))))
  }
  return (
    <Stack component="form" onSubmit={read} mt="md">
      <Textarea label={t.actions.curl} description={t.actions.curlHint} placeholder="curl https://shop.example/orders/1042 -H 'Authorization: Bearer …'" required autosize minRows={3} maxRows={14} spellCheck={false} value={command} onChange={(e) => setCommand(e.target.value)} />
      <Group><Button type="submit" loading={form.busy}>{t.actions.read}</Button></Group>
      {form.shown}
    </Stack>
  )
}

function FromOpenApi({ take }: { take: (drafts: Draft[]) => void }) {
  const { t } = useHere()
  const form = useForm()
  const [document, setDocument] = useState('')
  const [url, setUrl] = useState('')
  const [base, setBase] = useState('')
  const [operations, setOperations] = useState<Operation[] | null>(null)
  const [ticked, setTicked] = useState<string[]>([])
  const [search, setSearch] = useState('')
  const nameOf = ({ method, path }: Operation) => `${method} ${path}`
  const change = (text: string, address = '') => {
    setDocument(text)
    setUrl(address)
    setOperations(null)
    setTicked([])
  }
  const read = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const source = url ? { url } : { document }
      if (!operations) return setOperations((await ask('tools', 'read_openapi', source)).operations)
      const wanted = operations.filter((one) => ticked.includes(nameOf(one))).map(({ method, path }) => ({ method, path }))
      take(draftsOf(await ask('tools', 'read_openapi', { ...source, base, operations: wanted })))
    })
  }
  const words = search.trim().toLowerCase()
  const found = operations?.filter((one) => `${nameOf(one)} ${one.summary}`.toLowerCase().includes(words)) ?? []
  return (
    <Stack component="form" onSubmit={read} mt="md">
      <TextInput type="url" label={t.actions.documentUrl} placeholder="https://…/openapi.json" value={url} onChange={(e) => change('', e.target.value)} />
      <Textarea label={t.actions.document} description={t.actions.documentHint} required={!url} minRows={3} rows={5} spellCheck={false} value={document} onChange={(e) => change(e.target.value)} />
      <Group><FileButton accept=".json,.yaml,.yml" onChange={(file) => file && file.text().then((text) => change(text))}>{(props) => <Button {...props} variant="default">{t.actions.documentFile}</Button>}</FileButton></Group>
      {operations && (
        <>
          {operations.length > 10 && <TextInput type="search" label={t.actions.search} value={search} onChange={(e) => setSearch(e.target.value)} />}
          <Checkbox.Group label={t.actions.operations} value={ticked} onChange={setTicked}>
            <Stack gap={6} mt="xs">
              {found.slice(0, 100).map((one) => <Checkbox key={nameOf(one)} value={nameOf(one)} label={nameOf(one)} description={one.summary} />)}
            </Stack>
          </Checkbox.Group>
          <TextInput type="url" label={t.actions.base} description={t.actions.baseHint} value={base} onChange={(e) => setBase(e.target.value)} />
        </>
      )}
      <Group><Button type="submit" loading={form.busy} disabled={operations !== null && ticked.length === 0}>{operations ? t.actions.take : t.actions.read}</Button></Group>
      {form.shown}
    </Stack>
  )
}
