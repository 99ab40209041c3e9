// Documents: the files that the bot answers from.
import { Badge, Box, Button, Checkbox, Group, Progress, Text, Title } from '@mantine/core'
import React from 'react'
import { Drop, Replace, useUploads } from './Uploads'
import { Actions, ask } from './api'
import { refresh, useAsk } from './data'
import { Icon } from './icons'
import type { Message } from './messages'
import { go } from './route'
import { About, Ago, Empty, Facts, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Row = {
  id: string
  title: string
  filename: string
  size_bytes: number
  state: string
  error: Message | null
  warnings: Message[]
  pages: number | null
  chunks: number | null
  chunks_embedded: number | null
  replaces: string | null
  sendable: boolean
  created_at: string
}
type Answer = { documents: Row[]; speaker_notes: boolean }
// A picture without a text of its own answers nothing but by its name: it is there, and not what somebody hoped for.
const shownState = ({ state, warnings }: Row) => (state === 'ready' && warnings.some((one) => one.code === 'picture_without_text') ? 'named' : state)
const isBusy = (row: Row) => row.state === 'received' || row.state === 'processing'
export const stateColor: Record<string, string> = { ready: 'green', named: 'orange', failed: 'red', processing: 'orange', reading: 'orange', received: 'orange', new: 'orange' }

export default function Documents() {
  const { t, may } = useHere()
  const list = useAsk<Answer>('list', 'list', {}, { every: (answer) => (answer?.documents.some(isBusy) ? 1500 : 0) })
  const uploads = useUploads()
  const edits = may('owner', 'editor')
  return (
    <>
      {edits && <Drop onFiles={uploads.take} title={t.documents.drop} label={t.documents.add} hint={t.documents.types} />}
      {uploads.shown(list.data?.documents ?? [])}
      <Loaded of={list}>
        {({ documents, speaker_notes }) => (
          <>
            {edits && <SpeakerNotes on={speaker_notes === true} />}
            {documents.length === 0 && <Empty title={t.documents.empty} hint={t.documents.emptyHint} icon="file" />}
            <List label={t.knowledge.tabs.documents}>
              {documents.map((row) => <Document key={row.id} row={row} edits={edits} replace={(files) => uploads.take(files, row.id)} />)}
            </List>
          </>
        )}
      </Loaded>
    </>
  )
}

function SpeakerNotes({ on }: { on: boolean }) {
  const { t } = useHere()
  const form = useForm()
  const change = (speaker_notes: boolean) =>
    form.run(async () => {
      await ask('documents', 'set_speaker_notes', { speaker_notes })
      await refresh('list')
      return t.saved
    })
  return (
    <>
      <Checkbox size="sm" label={t.documents.speakerNotes} checked={on} disabled={form.busy} onChange={(e) => change(e.target.checked)} />
      {form.shown}
    </>
  )
}

type DocumentProps = { row: Row; edits: boolean; replace: (files: File[]) => void }

function Document({ row, edits, replace }: DocumentProps) {
  const { t, number, say } = useHere()
  const form = useForm()
  const d = t.documents
  const busy = isBusy(row)
  const state = shownState(row)
  const act = (action: Actions['documents'], fields: Record<string, unknown> = {}, said = '') =>
    form.run(async () => {
      await ask('documents', action, { document_id: row.id, ...fields })
      await refresh('list')
      return said
    })
  const facts = [
    row.pages !== null && fill(d.pages, { n: number(row.pages) }),
    row.chunks !== null && !busy && fill(d.chunks, { n: number(row.chunks) }),
    row.size_bytes < 1e6 ? `${number(Math.ceil(row.size_bytes / 1e3))} kB` : `${number(row.size_bytes / 1e6, { maximumFractionDigits: 1 })} MB`,
    <Ago at={row.created_at} />,
  ]
  return (
    <Item>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Group wrap="nowrap" gap="sm" miw={0} align="start">
          <Box c="accent" mt={2}><Icon name="file" /></Box>
          <Box miw={0}>
            <Title order={2} size="h3" dir="auto" className="break">{row.title}</Title>
            <Text size="sm" c="dimmed" dir="auto" className="break">{row.filename}</Text>
          </Box>
        </Group>
        <Badge color={stateColor[state]}>{d.states[state]}</Badge>
      </Group>
      {busy && <Reading row={row} />}
      {row.error && <Text c="red">{say(row.error)}</Text>}
      {row.replaces && busy && <Text size="sm" c="dimmed">{d.replaces}</Text>}
      {row.warnings.map((warning, i) => <Text key={i} size="sm" c="dimmed">{say(warning)}</Text>)}
      {row.state === 'ready' && edits && (
        <Checkbox size="sm" checked={row.sendable} onChange={(e) => act('update', { sendable: e.target.checked }, t.saved)} label={<>{d.sendable}<About>{row.title}</About></>} />
      )}
      {form.shown}
      <Group justify="space-between" gap="xs">
        <Facts facts={facts} />
        <Acts row={row} edits={edits} busy={form.busy} again={() => act('read_again', {}, d.readingAgain)} replace={replace} />
      </Group>
    </Item>
  )
}

type ActsProps = DocumentProps & { busy: boolean; again: () => void }

function Acts({ row, edits, busy, again, replace }: ActsProps) {
  const { t, number } = useHere()
  const d = t.documents
  const remove = async () => {
    await ask('documents', 'delete', { document_id: row.id })
    await refresh('list')
  }
  return (
    <Group gap="xs">
      {row.state === 'ready' && <Button variant="subtle" size="compact-sm" onClick={() => go('knowledge', 'document', row.id)}>{t.passages.open}<About>{row.title}</About></Button>}
      {edits && row.state === 'failed' && <Button variant="subtle" size="compact-sm" loading={busy} onClick={again}>{d.readAgain}</Button>}
      {edits && !isBusy(row) && <Replace label={d.replace} about={<About>{row.title}</About>} onFiles={replace} />}
      {edits && <Sure label={d.delete} ask={fill(d.deleteAsk, { title: row.title })} says={fill(d.deleteSays, { n: number(row.chunks ?? 0) })} act={remove} />}
    </Group>
  )
}

function Reading({ row }: { row: Row }) {
  const { t, number } = useHere()
  const done = row.chunks_embedded ?? 0
  const label = `${row.title}: ${t.documents.states[row.state]}`
  return (
    <div>
      <Progress.Root size="sm"><Progress.Section value={row.chunks ? (100 * done) / row.chunks : 100} animated={!row.chunks} aria-label={label} /></Progress.Root>
      {row.chunks ? <Text size="sm" c="dimmed">{fill(t.documents.progress, { done: number(done), all: number(row.chunks) })}</Text> : null}
    </div>
  )
}
