// Questions that found no answer, in groups; an answer is added, read, and the group's questions are asked again. A reload goes on, and what was
// typed stays until it is stored.
import React, { useState } from 'react'
import { Answered, Reply } from './Preview'
import { Refused, ask, keep } from './api'
import type { Message } from './messages'
import { Empty, Field, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Question = { turn_id: string; contact_id: string; name: string | null; username: string | null; question: string; at: string; answered_by_human: boolean }
type Group = { question: string; questions: Question[] }
type Run = { question: string; run: string; answer?: Answered }
type Work = {
  stage: 'before' | 'unsaved' | 'ingest' | 'after' | 'done' | 'failed'
  turn_ids: string[]
  question: string
  answer: string
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
  const list = useLoad<Group[]>(async () => (await ask('insights', 'list_unanswered')).groups, [])
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
      if (next.stage === 'done') list.reload()
    } catch (error) {
      // A script's no stays a no; whatever else it was may pass.
      const no = error instanceof Refused
      change(no ? { ...work, stage: work.stage === 'before' ? 'unsaved' : 'failed', error: describe(error) } : { ...work, retry: true })
    }
  })
  return (
    <section aria-labelledby="unanswered">
      <h2 id="unanswered">{s.unanswered}</h2>
      <p className="intro">{s.unansweredHint}</p>
      {work && <Progress work={work} change={change} />}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {!list.value && !list.error && <Loading />}
      {list.value?.length === 0 && <Empty title={s.none} />}
      <ul className="cards">
        {list.value?.map((group) => (
          <OneGroup key={group.questions[0].turn_id} group={group} edits={may('owner', 'editor')} reload={list.reload} busy={busy} start={change} />
        ))}
      </ul>
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
    const { turn_ids, question, answer } = work
    await ask('qa_pairs', 'import', { pairs: [{ question, answer }] })
    await ask('insights', 'dismiss', { turn_ids })
    return { ...next, stage: 'ingest' }
  }
  const { document } = await ask('qa_pairs', 'list')
  if (!document || document.state === 'failed') return { ...work, stage: 'failed', error: document?.error ?? '' }
  if (document.state !== 'ready') return work
  const { runs } = await ask('insights', 'ask_again', { turn_ids: work.turn_ids, purpose: 'after' })
  return { ...work, stage: 'after', after: runs }
}

type GroupProps = { group: Group; edits: boolean; busy: boolean; reload: () => Promise<void>; start: (work: Work) => void }

function OneGroup({ group, edits, busy, reload, start }: GroupProps) {
  const { t, time } = useHere()
  const s = t.insights
  const [open, setOpen] = useState(false)
  const turn_ids = group.questions.map((q) => q.turn_id)
  return (
    <li className="card">
      <div className="row spread">
        <strong dir="auto">{group.question}</strong>
        <span className="badge">{group.questions.length === 1 ? s.once : fill(s.count, { n: group.questions.length })}</span>
      </div>
      <ul className="plain">
        {group.questions.slice(0, 5).map((q) => (
          <li key={q.turn_id}>
            {q.question !== group.question && <span dir="auto">{q.question} </span>}
            <small dir="auto">{[fill(s.who, { name: q.name || q.username || t.conversations.unnamed, time: time(q.at) }), q.answered_by_human && t.conversations.answeredByHuman].filter(Boolean).join(' · ')}</small>
          </li>
        ))}
      </ul>
      {edits && !open && (
        <div className="row">
          <button type="button" className="solid" disabled={busy} onClick={() => setOpen(true)}>{s.add}</button>
          <Sure
            label={s.aside}
            ask={fill(s.asideAsk, { question: group.question })}
            says={s.asideSays}
            act={async () => {
              await ask('insights', 'dismiss', { turn_ids })
              await reload()
            }}
          />
        </div>
      )}
      {open && <Write start={{ turn_ids, question: group.question, answer: '' }} busy={busy} begin={start} close={() => setOpen(false)} />}
    </li>
  )
}

type WriteProps = { start: Pick<Work, 'turn_ids' | 'question' | 'answer'>; busy?: boolean; begin: (work: Work) => void; close: () => void }

function Write({ start, busy, begin, close }: WriteProps) {
  const { t } = useHere()
  const s = t.insights
  const form = useForm()
  const [question, setQuestion] = useState(start.question)
  const [answer, setAnswer] = useState(start.answer)
  const { turn_ids } = start
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { runs } = await ask('insights', 'ask_again', { turn_ids, purpose: 'before' })
      close()
      begin({ stage: 'before', turn_ids, question, answer, before: runs, after: [] })
      return ' '
    })
  }
  return (
    <form onSubmit={add}>
      <Field label={s.question}>
        <input dir="auto" required maxLength={1000} value={question} onChange={(e) => setQuestion(e.target.value)} />
      </Field>
      <Field label={s.answer}>
        <textarea dir="auto" required rows={4} maxLength={8000} value={answer} onChange={(e) => setAnswer(e.target.value)} />
      </Field>
      <div className="row">
        <button className="solid" disabled={form.busy || busy}>{s.publish}</button>
        <button type="button" className="quiet" onClick={() => close()}>{t.cancel}</button>
      </div>
      {form.shown}
    </form>
  )
}

function Progress({ work, change }: { work: Work; change: (work: Work | null) => void }) {
  const { t, say } = useHere()
  const s = t.insights
  const stages = ['before', 'ingest', 'after', 'done']
  const rows = work.before.map((run, i) => ({ question: run.question, before: run.answer, after: work.after[i]?.answer }))
  const close = () => change(null)
  if (work.stage === 'unsaved')
    return (
      <div className="card">
        <strong role="status">{s.stages.unsaved}</strong>
        {work.error && <p role="alert" className="bad">{say(work.error)}</p>}
        <Write start={work} begin={change} close={close} />
      </div>
    )
  return (
    <div className="card" role="status">
      <strong>{fill(s.stages[work.stage], { error: say(work.error ?? '') })}</strong>
      {work.stage !== 'done' && work.stage !== 'failed' && <progress aria-label={s.stages[work.stage]} max={stages.length} value={stages.indexOf(work.stage) + 0.5} />}
      {work.retry && <p className="bad">{s.retrying}</p>}
      {rows.map((row, i) => (
        <div key={i}>
          <p dir="auto"><strong>{row.question}</strong></p>
          <div className="grid">
            <div>
              <small>{s.before}</small>
              {row.before?.finished ? <Reply answer={row.before} /> : <p>…</p>}
            </div>
            <div>
              <small>{s.after}</small>
              {row.after?.finished ? <Reply answer={row.after} /> : <p>…</p>}
            </div>
          </div>
        </div>
      ))}
      {work.retry && work.stage === 'before' && <button type="button" onClick={() => change({ ...work, stage: 'unsaved' })}>{t.cancel}</button>}
      {(work.stage === 'done' || work.stage === 'failed' || (work.retry && work.stage !== 'before')) && <button type="button" onClick={close}>{t.close}</button>}
    </div>
  )
}
