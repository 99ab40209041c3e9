// Two documents give different figures for the same thing: both places, and a way to settle it.
import React from 'react'
import { ask } from './api'
import { go } from './route'
import { fill, useEvery, useForm, useHere, useLoad } from './ui'

type Place = { said: string; document_id: string; ordinal: number; title: string; page: number; passage: string }
type Pair = { id: string; places: Place[] }

export default function Contradictions() {
  const { t, number } = useHere()
  const c = t.contradictions
  const list = useLoad<{ contradictions: Pair[]; total: number }>(() => ask('contradictions', 'list'), [])
  useEvery(10_000, list.value !== null, list.reload) // documents are compared after they are ready
  if (!list.value?.contradictions.length) return null
  const { contradictions, total } = list.value
  return (
    <section className="panel" aria-labelledby="contradictions">
      <h2 id="contradictions">{c.title} ({number(total)})</h2>
      <p className="intro">{c.hint}</p>
      <ul className="cards">{contradictions.slice(0, 3).map((pair) => <One key={pair.id} pair={pair} reload={list.reload} />)}</ul>
      {contradictions.length > 3 && (
        <details>
          <summary>{fill(c.more, { n: number(total - 3) })}</summary>
          <ul className="cards">{contradictions.slice(3).map((pair) => <One key={pair.id} pair={pair} reload={list.reload} />)}</ul>
        </details>
      )}
    </section>
  )
}

function One({ pair, reload }: { pair: Pair; reload: () => Promise<void> }) {
  const { t, number, may } = useHere()
  const c = t.contradictions
  const form = useForm()
  const edits = may('owner', 'editor')
  const act = (work: () => Promise<unknown>) =>
    form.run(async () => {
      await work()
      await reload()
      return ' '
    })
  return (
    <li className="card">
      <div className="grid">
        {pair.places.map((place) => (
          <div className="inset" key={`${place.document_id} ${place.ordinal}`}>
            <strong dir="auto">{place.said}</strong>
            <small dir="auto">{fill(t.conversations.source, { document: place.title, page: number(place.page) })}</small>
            <div className="row">
              <button type="button" className="quiet" onClick={() => go('knowledge', 'document', place.document_id)}>{t.passages.open}<span className="hidden">: {place.said}</span></button>
              {edits && (
                <button type="button" className="quiet" disabled={form.busy} onClick={() => act(() => ask('passages', 'edit', { document_id: place.document_id, ordinal: place.ordinal, was: place.passage, text: place.passage, left_out: true }))}>
                  {c.leaveOut}<span className="hidden">: {place.said}</span>
                </button>
              )}
            </div>
          </div>
        ))}
      </div>
      {edits && <button type="button" className="quiet" disabled={form.busy} onClick={() => act(() => ask('contradictions', 'dismiss', { contradiction_id: pair.id }))}>{c.dismiss}<span className="hidden">: {pair.places[0].said}</span></button>}
      {form.shown}
    </li>
  )
}
