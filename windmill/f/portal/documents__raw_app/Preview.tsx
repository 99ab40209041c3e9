// A question to the bot without a customer. The run goes on without the page: a reload finds it again.
import React, { useState } from 'react'
import Calls, { Call } from './Calls'
import Formatted from './Formatted'
import { ask, keep } from './api'
import type { Message } from './messages'
import { Field, fill, useEvery, useHere } from './ui'

export type Answered = {
  finished: boolean
  step?: number
  answered?: boolean
  reply?: string[]
  citations?: { document: string; page: number }[]
  tools?: Call[]
  problem?: Message | string | null
}
type Asked = { question: string; run: string; answer: Answered | null; problem?: string }

// The questions and what has become of them: each run goes on by itself, and is asked for until it has ended.
function useAsked(phoneNumberId: string) {
  const { tenant, describe } = useHere()
  const name = `preview ${tenant} ${phoneNumberId}`
  const [asked, setAsked] = useState<Asked[]>(keep.get(name, []))
  const [question, setQuestion] = useState('')
  const change = (rows: Asked[]) => {
    keep.set(name, rows.slice(-10))
    setAsked(rows.slice(-10))
  }
  const open = asked.find((row) => row.run && !row.problem && !row.answer?.finished)
  useEvery(500, Boolean(open), async () => {
    if (!open) return
    try {
      const answer = await ask('bot', 'get_answer', { run: open.run })
      change(asked.map((row) => (row === open ? { ...row, answer } : row)))
    } catch (error) {
      change(asked.map((row) => (row === open ? { ...row, problem: describe(error) } : row)))
    }
  })
  const send = async (event: React.FormEvent) => {
    event.preventDefault()
    const said = question.trim()
    if (!said) return
    setQuestion('')
    const row: Asked = { question: said, run: '', answer: { finished: false, step: 0 } }
    change([...asked, row])
    try {
      const { run } = await ask('bot', 'ask', { question: said, phone_number_id: phoneNumberId })
      change([...asked, { ...row, run }])
    } catch (error) {
      change([...asked, { ...row, problem: describe(error) }])
    }
  }
  return { asked, open, send, question, setQuestion }
}

export default function Preview({ phoneNumberId }: { phoneNumberId: string }) {
  const { t } = useHere()
  const { asked, open, send, question, setQuestion } = useAsked(phoneNumberId)
  return (
    <section className="preview" aria-labelledby="preview">
      <h2 id="preview">{t.bot.preview}</h2>
      <p className="intro">{t.bot.previewHint}</p>
      <div className="thread" aria-live="polite" tabIndex={0} role="log" aria-label={t.bot.preview}>
        {asked.length === 0 && <p className="soft">{t.bot.previewEmpty}</p>}
        {asked.map((row, i) => (
          <React.Fragment key={i}>
            <p className="bubble in" dir="auto">{row.question}</p>
            <Shown row={row} />
          </React.Fragment>
        ))}
      </div>
      <form className="row bottom" onSubmit={send}>
        <div className="grow">
          <Field label={t.bot.previewLabel}>
            <input value={question} dir="auto" maxLength={2000} onChange={(e) => setQuestion(e.target.value)} />
          </Field>
        </div>
        <button className="solid" disabled={Boolean(open)}>
          {t.bot.previewAsk}
        </button>
      </form>
    </section>
  )
}

function Shown({ row }: { row: Asked }) {
  const { t } = useHere()
  if (row.problem) return <p className="bubble out bad">{row.problem}</p>
  if (!row.answer?.finished)
    return (
      <p className="bubble out">
        <span className="spinner" aria-hidden="true" /> {t.bot.steps[Math.min(row.answer?.step ?? 0, t.bot.steps.length - 1)]}
      </p>
    )
  return <Reply answer={row.answer} />
}

export function Reply({ answer }: { answer: Answered }) {
  const { t, say } = useHere()
  return (
    <div className="bubble out">
      {answer.reply?.map((text, i) => <p dir="auto" key={i} className="text"><Formatted text={text} /></p>)}
      {answer.problem && <p className="bad">{fill(t.bot.broke, { reason: say(answer.problem) })}</p>}
      {!answer.answered && !answer.problem && <small>{t.bot.notAnswered}</small>}
      <Calls tools={answer.tools} />
    </div>
  )
}
