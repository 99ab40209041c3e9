// A passage: what it says, where it stands, and what the staff has changed about it. An editor corrects it, or leaves it out of answers.
import React, { useState } from 'react'
import { ask } from './api'
import { Sure, Field, fill, useForm, useHere } from './ui'

export type Passage = {
  ordinal: number
  page: number
  page_end: number
  heading: string
  text: string
  source_text: string | null
  left_out: boolean
  edited_by: string | null
  edited_at: string | null
  place: number
}
export type Edit = { edit_id: string; heading: string; source_text: string; text: string | null; left_out: boolean; edited_by: string; edited_at: string }

type PassageProps = { id: string; one: Passage; pages: number; show?: (page: number) => void; reload: () => Promise<void> }

export function Passage({ id, one, pages, show, reload }: PassageProps) {
  const { t, number, time, may } = useHere()
  const p = t.passages
  const form = useForm()
  const [text, setText] = useState<string | null>(null)
  const name = fill(p.name, { n: number(one.ordinal + 1) })
  const change = (fields: Record<string, unknown>) =>
    form.run(async () => {
      const given = { text: one.source_text === null ? null : one.text, left_out: one.left_out, ...fields }
      await ask('passages', 'edit', { document_id: id, ordinal: one.ordinal, was: one.text, ...given })
      setText(null)
      await reload()
    })
  const where = one.page_end > one.page ? fill(p.onPages, { from: number(one.page), to: number(one.page_end) }) : fill(p.onPage, { n: number(one.page) })
  return (
    <li className={one.left_out ? 'card faded' : 'card'}>
      <div className="row spread">
        <small><strong>{name}</strong>{pages > 1 && ` · ${where}`}{one.heading && <span dir="auto"> · {one.heading}</span>}</small>
        {one.left_out ? <span className="badge received">{p.leftOut}</span> : one.source_text !== null && <span className="badge ready">{p.corrected}</span>}
      </div>
      {text === null ? (
        <p dir="auto" className="text">{one.text}</p>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); change({ text }) }}>
          <Field label={p.newText} hint={p.newTextHint}><textarea dir="auto" rows={8} required value={text} onChange={(e) => setText(e.target.value)} /></Field>
          <div className="row">
            <button className="solid" disabled={form.busy}>{t.save}</button>
            <button type="button" className="quiet" onClick={() => setText(null)}>{t.cancel}</button>
          </div>
        </form>
      )}
      {one.edited_by && <small>{fill(p.by, { who: one.edited_by, time: time(one.edited_at ?? '') })}</small>}
      {one.source_text !== null && (
        <details>
          <summary>{p.asRead}<span className="hidden">: {name}</span></summary>
          <p dir="auto" className="text soft">{one.source_text}</p>
        </details>
      )}
      <div className="row">
        {show && pages > 1 && <button type="button" className="quiet" onClick={() => show(one.page)}>{p.showPage}<span className="hidden">: {name}</span></button>}
        {may('owner', 'editor') && text === null && (
          <>
            <button type="button" className="quiet" disabled={form.busy} onClick={() => setText(one.text)}>{p.correct}<span className="hidden">: {name}</span></button>
            {one.source_text !== null && <button type="button" className="quiet" disabled={form.busy} onClick={() => change({ text: null })}>{p.undo}<span className="hidden">: {name}</span></button>}
            <button type="button" className="quiet" disabled={form.busy} onClick={() => change({ left_out: !one.left_out })}>{one.left_out ? p.putBack : p.leaveOut}<span className="hidden">: {name}</span></button>
          </>
        )}
      </div>
      {form.shown}
    </li>
  )
}

export function Unfit({ edits, reload }: { edits: Edit[]; reload: () => Promise<void> }) {
  const { t, time, may } = useHere()
  const p = t.passages
  if (edits.length === 0) return null
  return (
    <section className="panel" aria-labelledby="unfit">
      <h2 id="unfit">{p.unfit}</h2>
      <p className="intro">{p.unfitHint}</p>
      <ul className="cards">
        {edits.map((edit) => (
          <li className="card" key={edit.edit_id}>
            <small>{p.wasRead}</small>
            <p dir="auto" className="text soft">{edit.source_text}</p>
            <small>{edit.left_out ? p.leftOut : p.corrected}: {fill(p.by, { who: edit.edited_by, time: time(edit.edited_at) })}</small>
            {edit.text !== null && <p dir="auto" className="text">{edit.text}</p>}
            {may('owner', 'editor') && (
              <div className="row">
                <Sure
                  label={p.forget}
                  ask={p.forgetAsk}
                  says={p.forgetSays}
                  act={async () => {
                    await ask('passages', 'forget', { edit_id: edit.edit_id })
                    await reload()
                  }}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
