// A question to the knowledge, without the bot: for each passage, whether the bot would use it, and why or why not.
import React, { useState } from 'react'
import { From, Source } from './Thread'
import { ask } from './api'
import { go } from './route'
import { Empty, Field, fill, useForm, useHere } from './ui'

type Found = {
  document_id: string
  source: Source
  ordinal: number
  heading: string
  passage: string
  rank: number | null
  cosine: number
  relevance: number | null
  used: boolean
  fits: boolean
  left_out: boolean
  matched: string[]
}
type Answer = { passages: Found[]; floor: number | null }

export default function Try({ document }: { document?: string }) {
  const { t } = useHere()
  const d = t.documents
  const form = useForm()
  const [question, setQuestion] = useState('')
  const [answer, setAnswer] = useState<Answer | null>(null)
  const search = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      setAnswer(null)
      setAnswer(await ask('passages', 'explain', { question, document_id: document }))
      return ' '
    }, d.searching)
  }
  const used = answer?.passages.filter((p) => p.used) ?? []
  const rest = answer?.passages.filter((p) => !p.used) ?? []
  return (
    <section aria-labelledby="try">
      <h2 id="try">{d.tryTitle}</h2>
      <p className="intro">{d.tryHint}</p>
      <form className="row bottom" onSubmit={search}>
        <div className="grow">
          <Field label={d.tryLabel}>
            <input value={question} dir="auto" required maxLength={1000} onChange={(e) => setQuestion(e.target.value)} />
          </Field>
        </div>
        <button className="solid" disabled={form.busy}>
          {d.tryButton}
        </button>
      </form>
      {form.shown}
      {answer && used.length === 0 && <Empty title={d.none} />}
      <ol className="cards">{used.map((p) => <One key={`${p.document_id} ${p.ordinal}`} found={p} floor={answer!.floor} />)}</ol>
      {rest.length > 0 && (
        <details open={used.length === 0 || document !== undefined}>
          <summary>{d.others}</summary>
          <ol className="cards">{rest.map((p) => <One key={`${p.document_id} ${p.ordinal}`} found={p} floor={answer!.floor} />)}</ol>
        </details>
      )}
    </section>
  )
}

function One({ found, floor }: { found: Found; floor: number | null }) {
  const { t, number } = useHere()
  const d = t.documents
  const near = (n: number) => number(n, { maximumFractionDigits: 2, minimumFractionDigits: 2 })
  const why = found.used
    ? ''
    : found.left_out
      ? d.whyLeftOut
      : found.rank === null
        ? d.whyFar
        : !found.fits
          ? fill(d.whyFloor, { near: near(found.relevance ?? 0), floor: near(floor ?? 0) })
          : d.whyRank
  const facts = [
    found.rank !== null && fill(d.rank, { n: number(found.rank) }),
    fill(d.near, { n: near(found.cosine) }),
    found.matched.length > 0 ? fill(d.matched, { words: found.matched.join(', ') }) : d.noWords,
  ].filter(Boolean)
  return (
    <li className={found.used ? 'card' : 'card faded'}>
      <div className="row spread">
        <strong dir="auto">
          <From source={found.source} />
          {found.heading && ` · ${found.heading}`}
        </strong>
        <span className={found.used ? 'badge ready' : 'badge'}>{found.used ? d.used : d.unused}</span>
      </div>
      <p dir="auto" className="text">{found.passage}</p>
      {why && <p>{why}</p>}
      <div className="row spread">
        <small dir="auto">{facts.join(' · ')}</small>
        <button type="button" className="quiet" onClick={() => go('knowledge', 'document', found.document_id)}>{t.passages.open}</button>
      </div>
    </li>
  )
}
