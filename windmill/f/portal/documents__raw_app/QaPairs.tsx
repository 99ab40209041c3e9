// Questions and answers: written by the staff, found by their question.
import React, { useRef, useState } from 'react'
import { Actions, ask } from './api'
import { pairsOf, textOf } from './csv'
import type { Message } from './messages'
import { Empty, Field, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Pair = { id: string; question: string; answer: string; updated_by: string | null; updated_at: string }
type List = { pairs: Pair[]; document: { state: string; error: Message | null } | null }
type Write = (question: string, answer: string) => Promise<unknown>

export default function QaPairs() {
  const { t, may, say } = useHere()
  const a = t.qaPairs
  const [search, setSearch] = useState('')
  const list = useLoad<List>(() => ask('qa_pairs', 'list'), [])
  const state = list.value?.document?.state
  const waiting = state === 'received' || state === 'processing'
  useEvery(1500, waiting, list.reload)
  const edits = may('owner', 'editor')
  const pairs = list.value?.pairs ?? []
  const words = search.trim().toLowerCase()
  const shown = pairs.filter((pair) => `${pair.question} ${pair.answer}`.toLowerCase().includes(words))
  const change = (action: Actions['qa_pairs'], fields: Record<string, unknown>) => ask('qa_pairs', action, fields).then(list.reload)
  return (
    <>
      <p className="intro">{a.intro}</p>
      {edits && <Add reload={list.reload} />}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {list.value === null && list.error === null && <Loading />}
      {list.value && pairs.length === 0 && <Empty title={a.empty} hint={a.emptyHint} icon="answer" />}
      {state && pairs.length > 0 && (
        <p className={state === 'failed' ? 'note bad' : 'note'} role="status">
          {waiting && <span className="spinner" aria-hidden="true" />} {waiting ? a.waiting : state === 'failed' ? fill(a.failed, { error: say(list.value?.document?.error ?? '') }) : a.ready}
        </p>
      )}
      {pairs.length > 5 && (
        <Field label={a.search}>
          <input type="search" dir="auto" value={search} onChange={(e) => setSearch(e.target.value)} />
        </Field>
      )}
      {pairs.length > 0 && shown.length === 0 && <Empty title={fill(a.emptySearch, { words: search.trim() })} />}
      <ul className="cards" aria-label={t.knowledge.tabs.qaPairs}>
        {shown.map((pair) => (
          <One
            key={pair.id}
            pair={pair}
            edits={edits}
            save={(question, answer) => change('update', { pair_id: pair.id, question, answer })}
            remove={() => change('delete', { pair_id: pair.id })}
          />
        ))}
      </ul>
    </>
  )
}

function One({ pair, edits, save, remove }: { pair: Pair; edits: boolean; save: Write; remove: () => Promise<unknown> }) {
  const { t, time } = useHere()
  const a = t.qaPairs
  const [open, setOpen] = useState(false)
  if (open)
    return (
      <li className="card">
        <Editor
          start={pair}
          button={t.save}
          cancel={() => setOpen(false)}
          write={async (question, answer) => {
            await save(question, answer)
            setOpen(false)
          }}
        />
      </li>
    )
  return (
    <li className="card">
      <h2 dir="auto">{pair.question}</h2>
      <p dir="auto" className="text">{pair.answer}</p>
      <div className="row spread">
        <small>{fill(a.by, { who: pair.updated_by ?? '', time: time(pair.updated_at) })}</small>
        {edits && (
          <div className="row">
            <button type="button" className="quiet" onClick={() => setOpen(true)}>{a.edit}<span className="hidden">: {pair.question}</span></button>
            <Sure label={a.delete} ask={fill(a.deleteAsk, { question: pair.question })} says={a.deleteSays} act={remove} />
          </div>
        )}
      </div>
    </li>
  )
}

function Add({ reload }: { reload: () => Promise<void> }) {
  const { t, number } = useHere()
  const a = t.qaPairs
  const form = useForm()
  const file = useRef<HTMLInputElement>(null)
  const [written, setWritten] = useState(0)
  const take = (chosen: File) =>
    form.run(async () => {
      const { text, guessed } = textOf(await chosen.arrayBuffer())
      const pairs = pairsOf(text)
      if (!pairs.length) throw new Error(a.importWrong)
      if (pairs.length > 500) throw new Error(a.importMany)
      const done = await ask('qa_pairs', 'import', { pairs })
      await reload()
      return `${fill(a.imported, { added: number(done.added), changed: number(done.changed) })} ${guessed ? a.importGuessed : ''}`
    })
  return (
    <div className="panel">
      <h2>{a.newTitle}</h2>
      <Editor
        key={written}
        start={{ question: '', answer: '' }}
        button={a.add}
        write={async (question, answer) => {
          await ask('qa_pairs', 'create', { question, answer })
          setWritten(written + 1)
          await reload()
        }}
      />
      <div className="row">
        <button type="button" className="quiet" disabled={form.busy} onClick={() => file.current?.click()}>{a.import}</button>
        <small>{a.importHint}</small>
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept=".csv,text/csv"
        aria-label={a.import}
        onChange={(e) => {
          const chosen = e.target.files?.[0]
          e.target.value = ''
          if (chosen) take(chosen)
        }}
      />
      {form.shown}
    </div>
  )
}

type EditorProps = { start: { question: string; answer: string }; button: string; write: Write; cancel?: () => void }

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
      return ' '
    })
  }
  return (
    <form onSubmit={send}>
      <Field label={a.question}>
        <input dir="auto" required maxLength={1000} value={question} onChange={(e) => setQuestion(e.target.value)} />
      </Field>
      <Field label={a.answer}>
        <textarea dir="auto" rows={3} required maxLength={8000} value={answer} onChange={(e) => setAnswer(e.target.value)} />
      </Field>
      <div className="row">
        <button className="solid" disabled={form.busy}>{button}</button>
        {cancel && <button type="button" className="quiet" onClick={cancel}>{t.cancel}</button>}
      </div>
      {form.shown}
    </form>
  )
}
