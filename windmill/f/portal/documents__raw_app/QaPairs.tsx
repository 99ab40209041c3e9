// Questions and answers: written by the staff, found by their question; live at once, or in the draft.
import { Alert, Badge, Button, Card, FileButton, Group, Loader, Text, TextInput, Textarea, Title } from '@mantine/core'
import { IconSearch, IconUpload } from '@tabler/icons-react'
import React, { useEffect, useRef, useState } from 'react'
import QaDraft, { DraftOfPairs, Whither } from './QaDraft'
import QaVersions from './QaVersions'
import { ask } from './api'
import { pairsOf, textOf } from './csv'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { save, useOpened } from './rows'
import { About, Ago, Empty, Facts, Intro, Item, List as Cards, Loaded, Sure, fill, useForm, useHere } from './ui'

// Those who edit see the pairs as they would be with the draft: `drafted` is what it does with the pair, `live` what a changed one says until then.
type Pair = { id: string; question: string; answer: string; updated_by: string | null; updated_at: string; revision?: string; drafted?: string; live?: { question: string; answer: string } | null }
type List = { pairs: Pair[]; document: { state: string; error: Message | null } | null; draft: DraftOfPairs | null; version: number | null }
const isWaiting = (list?: List) => [list?.document, list?.draft?.document].some((one) => ['received', 'processing'].includes(one?.state ?? ''))

export default function QaPairs() {
  const { t, may } = useHere()
  const a = t.qaPairs
  const [search, setSearch] = useState('')
  const [drafts, setDrafts] = useState(false)
  const list = useAsk<List>('qa_pairs', 'list', {}, { every: (value) => (isWaiting(value) ? 1500 : 0) })
  const edits = may('owner', 'editor')
  const words = search.trim().toLowerCase()
  const forms = useOpened(list.data?.pairs ?? [])
  // Whoever takes a pair out of the draft stays where they were: at the pair, or at the next one where it is gone.
  const undone = useRef<string[]>([])
  useEffect(() => {
    undone.current.map((id) => document.getElementById(titleOf(id))).find(Boolean)?.focus()
    undone.current = []
  }, [list.data])
  return (
    <>
      <Intro>{a.intro}</Intro>
      {list.data?.draft && <QaDraft draft={list.data.draft} />}
      {edits && <Add drafts={drafts} choose={setDrafts} />}
      <Loaded of={list}>
        {({ pairs, document, draft, version }) => {
          const shown = forms.rows.filter((pair) => forms.isOpen(pair.id) || `${pair.question} ${pair.answer}`.toLowerCase().includes(words))
          const leave = (id: string) => {
            const at = shown.findIndex((pair) => pair.id === id)
            undone.current = [shown[at], shown[at + 1], shown[at - 1]].flatMap((pair) => pair?.id ?? [])
          }
          return (
            <>
              {pairs.length === 0 && <Empty title={a.empty} hint={a.emptyHint} icon="answer" />}
              {document && pairs.length > 0 && <State document={document} />}
              {pairs.length > 5 && <TextInput type="search" label={a.search} dir="auto" leftSection={<IconSearch size={16} aria-hidden="true" />} value={search} onChange={(e) => setSearch(e.target.value)} />}
              {pairs.length > 0 && shown.length === 0 && <Empty title={fill(a.emptySearch, { words: search.trim() })} />}
              <Cards label={t.knowledge.tabs.qaPairs}>{shown.map((pair) => <One key={pair.id} pair={pair} edits={edits} drafts={drafts} draft={draft} forms={forms} leave={leave} />)}</Cards>
              {edits && version !== null && <QaVersions version={version} draft={draft} />}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

const titleOf = (id: string) => `pair-${id}`

function State({ document: { state, error } }: { document: NonNullable<List['document']> }) {
  const { t, say } = useHere()
  const a = t.qaPairs
  if (state === 'failed') return <Alert color="red" my="sm" role="status">{fill(a.failed, { error: say(error ?? '') })}</Alert>
  const waiting = state !== 'ready'
  return <Group gap="xs" my="sm" role="status">{waiting && <Loader size={16} aria-hidden="true" />}<Text size="sm" c="green">{waiting ? a.waiting : a.ready}</Text></Group>
}

type OneProps = { pair: Pair; edits: boolean; drafts: boolean; draft: DraftOfPairs | null; forms: ReturnType<typeof useOpened<Pair>>; leave: (id: string) => void }

// A pair that is new in the draft stays there, whatever is chosen for others.
function One({ pair, edits, drafts, draft, forms, leave }: OneProps) {
  const { t } = useHere()
  const a = t.qaPairs
  const removed = forms.isGone(pair.id)
  const close = () => forms.close(pair.id)
  const [was, setWas] = useState(pair.revision)
  const inDraft = drafts || pair.drafted === 'added'
  const act = (action: 'create' | 'update' | 'delete', revision: string | undefined, words = {}) => save('qa_pairs', () => ask('qa_pairs', action, { pair_id: pair.id, was: revision, draft: inDraft, ...words }), ['settings_changed', 'not_found'])
  if (forms.isOpen(pair.id))
    return (
      <Item>
        <Editor
          start={pair}
          button={t.save}
          hint={inDraft ? a.where.draftHint : a.where.liveHint}
          theirs={was === pair.revision ? null : { pair, seen: () => setWas(pair.revision) }}
          removed={removed}
          cancel={close}
          write={async (question, answer) => {
            await act(removed ? 'create' : 'update', was, { question, answer })
            await refresh('qa_pairs')
            close()
          }}
        />
      </Item>
    )
  const remove = async () => {
    await act('delete', pair.revision)
    await refresh('qa_pairs')
  }
  const undo = async () => {
    await ask('qa_pairs', 'discard', { pair_id: pair.id, revision: draft?.revision }).then(() => leave(pair.id)).finally(() => refresh('qa_pairs', 'bot'))
  }
  const edit = () => {
    setWas(pair.revision)
    forms.open(pair.id)
  }
  const gone = pair.drafted === 'removed'
  return (
    <Item>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Title order={2} size="h3" dir="auto" miw={0} className="break" id={titleOf(pair.id)} tabIndex={-1}>{pair.question}</Title>
        {pair.drafted && <Badge color={gone ? 'red' : 'blue'}>{a.badges[pair.drafted]}</Badge>}
      </Group>
      <Text dir="auto" className="text">{pair.answer}</Text>
      {pair.live && <Text size="sm" c="dimmed" dir="auto" className="text">{fill(a.liveSays, pair.live)}</Text>}
      <Group justify="space-between" gap="xs">
        <Facts facts={[pair.updated_by, <Ago at={pair.updated_at} />]} />
        {edits && (
          <Group gap="xs">
            {pair.drafted && <Sure label={a.undo} ask={fill(a.undoAsk, { question: pair.question })} says={a.undoSays} act={undo} />}
            {!gone && <Button variant="subtle" size="compact-sm" onClick={edit}>{a.edit}<About>{pair.question}</About></Button>}
            {!gone && pair.drafted !== 'added' && <Sure label={a.delete} ask={fill(a.deleteAsk, { question: pair.question })} says={inDraft ? a.deleteDrafts : a.deleteSays} act={remove} />}
          </Group>
        )}
      </Group>
    </Item>
  )
}

function Add({ drafts, choose }: { drafts: boolean; choose: (drafts: boolean) => void }) {
  const { t } = useHere()
  const a = t.qaPairs
  const [written, setWritten] = useState(0)
  return (
    <Card className="panel">
      <Title order={2} mb="xs">{a.newTitle}</Title>
      <Whither drafts={drafts} choose={choose} />
      <Editor
        key={written}
        start={{ question: '', answer: '' }}
        button={a.add}
        write={async (question, answer) => {
          await ask('qa_pairs', 'create', { question, answer, draft: drafts })
          setWritten(written + 1)
          await refresh('qa_pairs')
        }}
      />
      <Import drafts={drafts} />
    </Card>
  )
}

function Import({ drafts }: { drafts: boolean }) {
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
      const done = await ask('qa_pairs', 'import', { pairs, draft: drafts })
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

function Theirs({ pair, seen, take }: { pair: Pair; seen: () => void; take: () => void }) {
  const { t } = useHere()
  const c = t.bot.clash
  return (
    <Alert color="orange" mt="md" title={fill(c.by, { who: pair.updated_by ?? '?' })}>
      <Text size="sm" className="text break" dir="auto">{c.theirs} {pair.question}{'\n'}{pair.answer}</Text>
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" variant="default" onClick={() => { take(); seen() }}>{c.take}</Button>
        <Button size="compact-sm" variant="default" onClick={seen}>{c.keep}</Button>
      </Group>
    </Alert>
  )
}

type EditorProps = { start: { question: string; answer: string }; button: string; write: (question: string, answer: string) => Promise<unknown>; cancel?: () => void; hint?: string; theirs?: { pair: Pair; seen: () => void } | null; removed?: boolean }

// theirs: what somebody else has made of the pair meanwhile; it is overwritten by those who have seen it. removed: somebody has taken the pair away.
function Editor({ start, button, write, cancel, hint, theirs, removed }: EditorProps) {
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
      {hint && <Text size="sm" c="dimmed" mt="xs">{hint}</Text>}
      {removed && <Alert color="orange" mt="md" role="status">{a.removed}</Alert>}
      {theirs && <Theirs {...theirs} take={() => { form.clear(); setQuestion(theirs.pair.question); setAnswer(theirs.pair.answer) }} />}
      <Group mt="sm">
        <Button type="submit" loading={form.busy} disabled={Boolean(theirs)}>{button}</Button>
        {cancel && <Button variant="subtle" onClick={cancel}>{t.cancel}</Button>}
      </Group>
    </form>
  )
}
