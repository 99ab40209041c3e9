// Websites: pages that are read again and again. What was read, what failed and why, and when it is read next.
import { Badge, Box, Button, Card, Group, Loader, NativeSelect, NumberInput, Progress, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import { stateColor } from './Documents'
import { Actions, ask } from './api'
import { refresh, useAsk } from './data'
import { Icon } from './icons'
import type { Message } from './messages'
import { go } from './route'
import { About, Ago, Empty, Facts, Intro, Item, List, Loaded, Problem, Sure, fill, useForm, useHere } from './ui'

type Source = {
  id: string
  kind: string
  url: string
  max_pages: number
  refresh_hours: number
  state: string
  error: Message | null
  warnings: Message[]
  pages: number | null
  ready: number
  failed: number
  read_at: string | null
  next_read_at: string
}
type Page = { document_id: string; title: string; url: string; state: string; error: Message | null; chunks: number | null }
const isBusy = (source: Source) => source.state === 'new' || source.state === 'reading'

export default function Sources() {
  const { t, may } = useHere()
  const s = t.sources
  const list = useAsk<{ sources: Source[] }>('sources', 'list', {}, { every: (value) => (value?.sources.some(isBusy) ? 1500 : 0) })
  const edits = may('owner', 'editor')
  return (
    <>
      <Intro>{s.intro}</Intro>
      {edits && <Add />}
      <Loaded of={list}>
        {({ sources }) => (
          <>
            {sources.length === 0 && <Empty title={s.empty} hint={s.emptyHint} icon="web" />}
            <List label={t.knowledge.tabs.websites}>{sources.map((source) => <One key={source.id} source={source} edits={edits} />)}</List>
          </>
        )}
      </Loaded>
    </>
  )
}

function Add() {
  const { t } = useHere()
  const s = t.sources
  const form = useForm()
  const [url, setUrl] = useState('')
  const [kind, setKind] = useState('page')
  const [pages, setPages] = useState<number | string>(50)
  const [hours, setHours] = useState(24)
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const address = /^https?:\/\//.test(url.trim()) ? url.trim() : `https://${url.trim()}`
      await ask('sources', 'create', { url: address, kind, refresh_hours: hours, ...(kind === 'page' ? {} : { max_pages: Number(pages) }) })
      setUrl('')
      await refresh('sources')
      return s.added
    })
  }
  return (
    <Card component="form" className="panel" onSubmit={add}>
      <TextInput label={s.url} inputMode="url" required maxLength={1000} placeholder="https://" value={url} error={form.problem} onChange={(e) => { form.clear(); setUrl(e.target.value) }} />
      <SimpleGrid cols={{ base: 1, sm: 3 }} my="sm">
        <NativeSelect label={s.kind} value={kind} onChange={(e) => setKind(e.target.value)} data={Object.entries(s.kinds).map(([value, label]) => ({ value, label }))} />
        {kind !== 'page' && <NumberInput label={s.maxPages} required min={1} max={2000} allowDecimal={false} value={pages} onChange={setPages} />}
        <Every hours={hours} change={setHours} />
      </SimpleGrid>
      <Group><Button type="submit" loading={form.busy}>{s.add}</Button></Group>
    </Card>
  )
}

function Every({ hours, change }: { hours: number; change: (hours: number) => void }) {
  const { t } = useHere()
  const s = t.sources
  const choices = [...new Set([...Object.keys(s.hours).map(Number), hours])].sort((a, b) => a - b)
  return <NativeSelect label={s.every} value={hours} onChange={(e) => change(Number(e.target.value))} data={choices.map((n) => ({ value: String(n), label: s.hours[n] ?? fill(s.everyHours, { n }) }))} />
}

function One({ source, edits }: { source: Source; edits: boolean }) {
  const { t, number, say } = useHere()
  const s = t.sources
  const form = useForm()
  const busy = isBusy(source)
  const act = (action: Actions['sources'], fields: Record<string, unknown> = {}, said = '') =>
    form.run(async () => {
      await ask('sources', action, { source_id: source.id, ...fields })
      await refresh('sources')
      return said
    })
  return (
    <Item>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Group wrap="nowrap" gap="sm" miw={0} align="start">
          <Box c="accent" mt={2}><Icon name="web" /></Box>
          <Title order={2} size="h3" className="break">{source.url}</Title>
        </Group>
        <Badge color={stateColor[source.state]}>{s.states[source.state]}</Badge>
      </Group>
      {busy && <Progress.Root size="sm"><Progress.Section value={100} animated aria-label={`${source.url}: ${s.states[source.state]}`} /></Progress.Root>}
      {source.error && <Text component="p" className="bad" c="red">{say(source.error)}</Text>}
      {source.warnings.length > 0 && (
        <details>
          <summary>{s.warnings} ({number(source.warnings.length)})<About>{source.url}</About></summary>
          <Stack component="ul" className="plain" gap={4}>{source.warnings.map((warning, i) => <Text component="li" size="sm" c="dimmed" key={i}>{say(warning)}</Text>)}</Stack>
        </details>
      )}
      <Pages source={source} />
      <Group justify="space-between" gap="xs">
        <SourceFacts source={source} />
        {edits && (
          <Group gap="xs">
            <Button variant="subtle" size="compact-sm" disabled={busy || form.busy} onClick={() => act('refresh')}>{s.again}<About>{source.url}</About></Button>
            <Change source={source} save={(fields) => act('update', fields, t.saved)} />
            <Sure
              label={s.delete}
              ask={fill(s.deleteAsk, { url: source.url })}
              says={fill(s.deleteSays, { n: number(source.ready + source.failed) })}
              act={async () => {
                await ask('sources', 'delete', { source_id: source.id })
                await refresh('sources')
              }}
            />
          </Group>
        )}
      </Group>
      {form.shown}
    </Item>
  )
}

function SourceFacts({ source }: { source: Source }) {
  const { t, number } = useHere()
  const s = t.sources
  const facts = [
    s.kindShort[source.kind],
    source.read_at ? <>{s.readAt} <Ago at={source.read_at} /></> : s.never,
    fill(s.pages, { n: number(source.ready) }),
    source.failed > 0 && fill(s.failedPages, { n: number(source.failed) }),
    !isBusy(source) && <>{s.next} <Ago at={source.next_read_at} /></>,
  ]
  return <Facts facts={facts} />
}

function Change({ source, save }: { source: Source; save: (fields: Record<string, number>) => Promise<unknown> }) {
  const { t } = useHere()
  const s = t.sources
  const [open, setOpen] = useState(false)
  const [pages, setPages] = useState<number | string>(source.max_pages)
  const [hours, setHours] = useState(source.refresh_hours)
  if (!open) return <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>{s.settings}<About>{source.url}</About></Button>
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    save({ refresh_hours: hours, ...(source.kind === 'page' ? {} : { max_pages: Number(pages) }) }).then(() => setOpen(false))
  }
  return (
    <Group component="form" align="end" onSubmit={send}>
      {source.kind !== 'page' && <NumberInput label={s.maxPages} required min={1} max={2000} allowDecimal={false} value={pages} onChange={setPages} />}
      <Every hours={hours} change={setHours} />
      <Button type="submit">{t.save}</Button>
      <Button variant="subtle" onClick={() => setOpen(false)}>{t.cancel}</Button>
    </Group>
  )
}

// The pages are asked for when somebody opens them.
function Pages({ source }: { source: Source }) {
  const { t, number, say } = useHere()
  const [open, setOpen] = useState(false)
  const loaded = useAsk<{ pages: Page[] }>('sources', 'list_pages', { source_id: source.id }, { enabled: open })
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t.sources.showPages} ({number(source.ready + source.failed)})<About>{source.url}</About></summary>
      {loaded.isLoading && <Loader size="sm" my="xs" aria-label={t.loading} />}
      {loaded.error && <Problem error={loaded.error} retry={loaded.refetch} />}
      {loaded.data?.pages.length === 0 && <Text c="dimmed">{t.sources.noPages}</Text>}
      <Stack component="ul" className="plain" gap="xs" my="xs">
        {loaded.data?.pages.map((page) => (
          <Group component="li" key={page.document_id} justify="space-between" wrap="nowrap">
            <Box miw={0}>
              <Text dir="auto" className="break">{page.title}</Text>
              <Text size="sm" c="dimmed" className="break">{page.url}</Text>
              {page.error && <Text size="sm" c="red">{say(page.error)}</Text>}
            </Box>
            <Group gap="xs" justify="flex-end">
              {page.state === 'ready' && <Button variant="subtle" size="compact-sm" onClick={() => go('knowledge', 'document', page.document_id)}>{t.passages.open}<About>{page.title}</About></Button>}
              <Badge color={stateColor[page.state]}>{t.documents.states[page.state]}</Badge>
            </Group>
          </Group>
        ))}
      </Stack>
    </details>
  )
}
