// Questions that found no answer, in groups; an answer is added, read, and the group's questions are asked again. A reload goes on, and what was
// typed stays until it is stored.
import { Badge, Button, Card, Group, Progress, SimpleGrid, Stack, Text, TextInput, Textarea, Title } from '@mantine/core'
import React, { useState } from 'react'
import { Answered, Reply } from './Preview'
import { Whither } from './QaDraft'
import { Refused, ask, keep } from './api'
import { refresh, useAsk } from './data'
import { useEvery } from './every'
import type { Message } from './messages'
import { Ago, Empty, Facts, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Question = { turn_id: string; contact_id: string; name: string | null; username: string | null; question: string; at: string; answered_by_human: boolean }
type Alike = { question: string; questions: Question[] }
type Run = { question: string; run: string; answer?: Answered }
type Work = {
  stage: 'before' | 'unsaved' | 'ingest' | 'after' | 'done' | 'failed'
  turn_ids: string[]
  question: string
  answer: string
  draft?: boolean // into the draft, not live at once
  before: Run[]
  after: Run[]
  error?: Message | string
  retry?: boolean
}

export default function Unanswered() {
  const { t, tenant, may, describe } = useHere()
  const s = t.insights
  const name = `answer ${tenant}`
  const [work, setWork] = useState<Work | null>(keep.get(name, null))
  const list = useAsk<{ groups: Alike[] }>('insights', 'list_unanswered')
  const change = (next: Work | null) => {
    keep.set(name, next)
    setWork(next)
  }
  const busy = work !== null && work.stage !== 'done' && work.stage !== 'failed'
  useEvery(work?.retry ? 5000 : 700, busy && work.stage !== 'unsaved', async () => {
    if (!work) return
    try {
      const next = await forward(work)
      change({ ...next, retry: false })
      if (next.stage === 'done') refresh('insights')
    } catch (error) {
      // A script's no stays a no; whatever else it was may pass.
      const no = error instanceof Refused
      change(no ? { ...work, stage: work.stage === 'before' ? 'unsaved' : 'failed', error: describe(error) } : { ...work, retry: true })
    }
  })
  return (
    <section aria-labelledby="unanswered">
      <Title order={2} id="unanswered" mt="xl">{s.unanswered}</Title>
      <Intro>{s.unansweredHint}</Intro>
      {work && <Stages work={work} change={change} />}
      <Loaded of={list}>
        {({ groups }) => (
          <>
            {groups.length === 0 && <Empty title={s.none} icon="answer" />}
            <List>{groups.map((group) => <OneGroup key={group.questions[0].turn_id} group={group} edits={may('owner', 'editor')} busy={busy} start={change} />)}</List>
          </>
        )}
      </Loaded>
    </section>
  )
}

// One step further: what is still open is asked for, and the next thing is begun when all of it is there.
async function forward(work: Work): Promise<Work> {
  if (work.stage === 'before' || work.stage === 'after') {
    const runs: Run[] = []
    for (const run of work[work.stage]) {
      runs.push(run.answer?.finished ? run : { ...run, answer: await ask('insights', 'get_answer', { run: run.run }) })
    }
    const next = { ...work, [work.stage]: runs }
    if (!runs.every((run) => run.answer?.finished)) return next
    if (work.stage === 'after') return { ...next, stage: 'done' }
    // A question that is there already gets the new answer; a second try after a lost answer changes nothing.
    const { turn_ids, question, answer, draft = false } = work
    await ask('qa_pairs', 'import', { pairs: [{ question, answer, turn_id: turn_ids[0] }], draft })
    // The correction is a test from now on; one that is drafted when it is published, because it would be red until then.
    if (!draft) await ask('cases', 'keep_correction', { turn_id: turn_ids[0], answer })
    await ask('insights', 'dismiss', { turn_ids })
    return { ...next, stage: 'ingest' }
  }
  const list = await ask('qa_pairs', 'list')
  // Whoever has published the draft meanwhile has made it live.
  const document = work.draft && list.draft ? list.draft.document : list.document
  if (!document || document.state === 'failed') return { ...work, stage: 'failed', error: document?.error ?? '' }
  if (!['ready', 'drafted'].includes(document.state)) return work
  const { runs } = await ask('insights', 'ask_again', { turn_ids: work.turn_ids, purpose: 'after', version: work.draft ? 'draft' : 'live' })
  return { ...work, stage: 'after', after: runs }
}

type GroupProps = { group: Alike; edits: boolean; busy: boolean; start: (work: Work) => void }

function OneGroup({ group, edits, busy, start }: GroupProps) {
  const { t } = useHere()
  const s = t.insights
  const [open, setOpen] = useState(false)
  const turn_ids = group.questions.map((q) => q.turn_id)
  const dismiss = async () => {
    await ask('insights', 'dismiss', { turn_ids })
    await refresh('insights')
  }
  return (
    <Item>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Text fw={600} dir="auto" miw={0} className="break">{group.question}</Text>
        <Badge>{group.questions.length === 1 ? s.once : fill(s.count, { n: group.questions.length })}</Badge>
      </Group>
      <Stack component="ul" className="plain" gap={4}>
        {group.questions.slice(0, 5).map((q) => (
          <li key={q.turn_id}>
            {q.question !== group.question && <span dir="auto">{q.question} </span>}
            <Facts facts={[<bdi>{q.name || q.username || t.conversations.unnamed}</bdi>, <Ago at={q.at} />, q.answered_by_human && t.conversations.answeredByHuman]} />
          </li>
        ))}
      </Stack>
      {edits && !open && (
        <Group gap="xs">
          <Button size="compact-md" disabled={busy} onClick={() => setOpen(true)}>{s.add}</Button>
          <Sure label={s.aside} ask={fill(s.asideAsk, { question: group.question })} says={s.asideSays} act={dismiss} />
        </Group>
      )}
      {open && <Write start={{ turn_ids, question: group.question, answer: '' }} busy={busy} begin={start} close={() => setOpen(false)} />}
    </Item>
  )
}

type WriteProps = { start: Pick<Work, 'turn_ids' | 'question' | 'answer' | 'draft'>; busy?: boolean; begin: (work: Work) => void; close: () => void }

function Write({ start, busy, begin, close }: WriteProps) {
  const { t } = useHere()
  const s = t.insights
  const form = useForm()
  const [question, setQuestion] = useState(start.question)
  const [answer, setAnswer] = useState(start.answer)
  const [draft, setDraft] = useState(start.draft ?? false)
  const { turn_ids } = start
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { runs } = await ask('insights', 'ask_again', { turn_ids, purpose: 'before' })
      close()
      begin({ stage: 'before', turn_ids, question, answer, draft, before: runs, after: [] })
    })
  }
  return (
    <form onSubmit={add}>
      <TextInput label={s.question} dir="auto" required maxLength={1000} value={question} onChange={(e) => setQuestion(e.target.value)} />
      <Textarea mt="sm" label={s.answer} dir="auto" required maxLength={8000} value={answer} onChange={(e) => setAnswer(e.target.value)} />
      <Whither drafts={draft} choose={setDraft} quick />
      <Group mt="sm">
        <Button type="submit" loading={form.busy} disabled={busy}>{s.publish}</Button>
        <Button variant="subtle" onClick={() => close()}>{t.cancel}</Button>
      </Group>
      {form.shown}
    </form>
  )
}

const stages = ['before', 'ingest', 'after', 'done']

function Stages({ work, change }: { work: Work; change: (work: Work | null) => void }) {
  const { t, say } = useHere()
  const s = t.insights
  const rows = work.before.map((run, i) => ({ question: run.question, before: run.answer, after: work.after[i]?.answer }))
  const close = () => change(null)
  if (work.stage === 'unsaved')
    return (
      <Card className="card" my="sm">
        <Text fw={600} role="status">{s.stages.unsaved}</Text>
        {work.error && <Text role="alert" c="red">{say(work.error)}</Text>}
        <Write start={work} begin={change} close={close} />
      </Card>
    )
  const ended = work.stage === 'done' || work.stage === 'failed'
  return (
    <Card className="card" my="sm" role="status">
      <Text fw={600}>{fill(s.stages[work.stage], { error: say(work.error ?? '') })}</Text>
      {!ended && <Progress.Root my="xs"><Progress.Section animated value={(100 * (stages.indexOf(work.stage) + 0.5)) / stages.length} aria-label={s.stages[work.stage]} /></Progress.Root>}
      {work.retry && <Text c="red">{s.retrying}</Text>}
      {rows.map((row, i) => (
        <div key={i}>
          <Text dir="auto" fw={600} mt="sm">{row.question}</Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {([[s.before, row.before], [s.after, row.after]] as const).map(([name, answer]) => (
              <div key={name}>
                <Text size="sm" c="dimmed">{name}</Text>
                {answer?.finished ? <Reply answer={answer} /> : <p>…</p>}
              </div>
            ))}
          </SimpleGrid>
        </div>
      ))}
      <Group mt="sm">
        {work.retry && work.stage === 'before' && <Button variant="default" onClick={() => change({ ...work, stage: 'unsaved' })}>{t.cancel}</Button>}
        {(ended || (work.retry && work.stage !== 'before')) && <Button variant="default" onClick={close}>{t.close}</Button>}
      </Group>
    </Card>
  )
}
