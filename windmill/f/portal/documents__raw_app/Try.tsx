// A question to the knowledge, without the bot: which passages match, and which of them would be used.
import React, { useState } from 'react'
import { ask } from './api'
import { From, Source } from './Thread'
import { Empty, Field, useForm, useHere } from './ui'

type Passage = { document_id: string; source: Source; heading: string; passage: string; used: boolean }

export default function Try() {
  const { t } = useHere()
  const d = t.documents
  const form = useForm()
  const [question, setQuestion] = useState('')
  const [found, setFound] = useState<Passage[] | null>(null)
  const search = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      setFound(null)
      setFound((await ask('documents', 'search', { question })).passages)
      return ' '
    }, d.searching)
  }
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
      {found && !found.some((p) => p.used) && <Empty title={d.none} />}
      <ol className="cards">
        {found?.map((p, i) => (
          <li className={p.used ? 'card' : 'card faded'} key={i}>
            <div className="row spread">
              <strong dir="auto">
                <From source={p.source} />
                {p.heading && ` · ${p.heading}`}
              </strong>
              <span className={p.used ? 'badge ready' : 'badge'}>{p.used ? d.used : d.unused}</span>
            </div>
            <p dir="auto" className="text">{p.passage}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}
