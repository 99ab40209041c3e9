// Questions and answers: written by the staff, found by their question.
import { Alert, Button, Card, FileButton, Group, Loader, Text, TextInput, Textarea, Title } from '@mantine/core'
import { IconSearch, IconUpload } from '@tabler/icons-react'
import React, { useState } from 'react'
import { ask } from './api'
import { pairsOf, textOf } from './csv'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { About, Ago, Empty, Facts, Intro, Item, List as Cards, Loaded, Sure, fill, useForm, useHere } from './ui'

type Pair = { id: string; question: string; answer: string; updated_by: string | null; updated_at: string }
type List = { pairs: Pair[]; document: { state: string; error: Message | null } | null }
const isWaiting = (list?: List) => ['received', 'processing'].includes(list?.document?.state ?? '')

export default function QaPairs() {
  const { t, may } = useHere()
  const a = t.qaPairs
  const [search, setSearch] = useState('')
  const list = useAsk<List>('qa_pairs', 'list', {}, { every: (value) => (isWaiting(value) ? 1500 : 0) })
  const edits = may('owner', 'editor')
  const words = search.trim().toLowerCase()
  return (
    <>
      <Intro>{a.intro}</Intro>
      {edits && <Add />}
      <Loaded of={list}>
        {({ pairs, document }) => {
          const shown = pairs.filter((pair) => `${pair.question} ${pair.answer}`.toLowerCase().includes(words))
          return (
            <>
              {pairs.length === 0 && <Empty title={a.empty} hint={a.emptyHint} icon="answer" />}
              {document && pairs.length > 0 && <State document={document} />}
              {pairs.length > 5 && <TextInput type="search" label={a.search} dir="auto" leftSection={<IconSearch size={16} aria-hidden="true" />} value={search} onChange={(e) => setSearch(e.target.value)} />}
              {pairs.length > 0 && shown.length === 0 && <Empty title={fill(a.emptySearch, { words: search.trim() })} />}
              <Cards label={t.knowledge.tabs.qaPairs}>{shown.map((pair) => <One key={pair.id} pair={pair} edits={edits} />)}</Cards>
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function State({ document: { state, error } }: { document: NonNullable<List['document']> }) {
  const { t, say } = useHere()
  const a = t.qaPairs
  if (state === 'failed') return <Alert color="red" my="sm" role="status">{fill(a.failed, { error: say(error ?? '') })}</Alert>
  const waiting = state !== 'ready'
  return <Group gap="xs" my="sm" role="status">{waiting && <Loader size={16} aria-hidden="true" />}<Text size="sm" c="green">{waiting ? a.waiting : a.ready}</Text></Group>
}

function One({ pair, edits }: { pair: Pair; edits: boolean }) {
  const { t } = useHere()
  const a = t.qaPairs
  const [open, setOpen] = useState(false)
  if (open)
    return (
      <Item>
        <Editor
          start={pair}
          button={t.save}
          cancel={() => setOpen(false)}
          write={async (question, answer) => {
            await ask('qa_pairs', 'update', { pair_id: pair.id, question, answer })
            await refresh('qa_pairs')
            setOpen(false)
          }}
        />
      </Item>
    )
  const remove = async () => {
    await ask('qa_pairs', 'delete', { pair_id: pair.id })
    await refresh('qa_pairs')
  }
  return (
    <Item>
      <Title order={2} size="h3" dir="auto">{pair.question}</Title>
      <Text dir="auto" className="text">{pair.answer}</Text>
      <Group justify="space-between" gap="xs">
        <Facts facts={[pair.updated_by, <Ago at={pair.updated_at} />]} />
        {edits && (
          <Group gap="xs">
            <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>{a.edit}<About>{pair.question}</About></Button>
            <Sure label={a.delete} ask={fill(a.deleteAsk, { question: pair.question })} says={a.deleteSays} act={remove} />
          </Group>
        )}
      </Group>
    </Item>
  )
}

function Add() {
  const { t } = useHere()
  const a = t.qaPairs
  const [written, setWritten] = useState(0)
  return (
    <Card className="panel">
      <Title order={2} mb="xs">{a.newTitle}</Title>
      <Editor
        key={written}
        start={{ question: '', answer: '' }}
        button={a.add}
        write={async (question, answer) => {
          await ask('qa_pairs', 'create', { question, answer })
          setWritten(written + 1)
          await refresh('qa_pairs')
        }}
      />
      <Import />
    </Card>
  )
}

function Import() {
  const { t, number } = useHere()
  const a = t.qaPairs
  const form = useForm()
  const [said, setSaid] = useState('')
  const take = (chosen: File | null) =>
    chosen &&
    form.run(async () => {
      setSaid('')
      const { text, guessed } = textOf(await chosen.arrayBuffer())
      const pairs = pairsOf(text)
      if (!pairs.length) throw new Error(a.importWrong)
      if (pairs.length > 500) throw new Error(a.importMany)
      const done = await ask('qa_pairs', 'import', { pairs })
      await refresh('qa_pairs')
      setSaid(`${fill(a.imported, { added: number(done.added), changed: number(done.changed) })} ${guessed ? a.importGuessed : ''}`)
    })
  return (
    <>
      <Group mt="md" gap="xs">
        <FileButton accept=".csv,text/csv" onChange={take} inputProps={{ 'aria-label': a.import }}>
          {(props) => <Button {...props} variant="subtle" size="compact-sm" loading={form.busy} leftSection={<IconUpload size={16} aria-hidden="true" />}>{a.import}</Button>}
        </FileButton>
        <Text size="sm" c="dimmed">{a.importHint}</Text>
      </Group>
      {said && <Text size="sm" role="status" mt="xs">{said}</Text>}
      {form.shown}
    </>
  )
}

type EditorProps = { start: { question: string; answer: string }; button: string; write: (question: string, answer: string) => Promise<unknown>; cancel?: () => void }

function Editor({ start, button, write, cancel }: EditorProps) {
  const { t } = useHere()
  const a = t.qaPairs
  const form = useForm()
  const [question, setQuestion] = useState(start.question)
  const [answer, setAnswer] = useState(start.answer)
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await write(question, answer)
      return t.saved
    })
  }
  return (
    <form onSubmit={send}>
      <TextInput label={a.question} dir="auto" required maxLength={1000} value={question} error={form.problem} onChange={(e) => { form.clear(); setQuestion(e.target.value) }} />
      <Textarea mt="sm" label={a.answer} dir="auto" required maxLength={8000} value={answer} onChange={(e) => setAnswer(e.target.value)} />
      <Group mt="sm">
        <Button type="submit" loading={form.busy}>{button}</Button>
        {cancel && <Button variant="subtle" onClick={cancel}>{t.cancel}</Button>}
      </Group>
    </form>
  )
}
