// Documents: the files that the bot answers from.
import React, { useState } from 'react'
import { Drop, Pick, useUploads } from './Uploads'
import { Actions, ask } from './api'
import { Icon } from './icons'
import type { Message } from './messages'
import { go } from './route'
import { Empty, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Row = {
  id: string
  title: string
  filename: string
  size_bytes: number
  state: string
  error: Message | null
  warnings: Message[]
  pages: number | null
  chunks: number | null
  chunks_embedded: number | null
  replaces: string | null
  sendable: boolean
  created_at: string
}

export default function Documents() {
  const { t, may } = useHere()
  const [notes, setNotes] = useState(false)
  const reading = useForm()
  const list = useLoad<Row[]>(async () => {
    const answer = await ask('list', 'list')
    setNotes(answer.speaker_notes === true)
    return answer.documents
  }, [])
  const uploads = useUploads(list.reload)
  const edits = may('owner', 'editor')
  const working = list.value?.some((row) => row.state === 'received' || row.state === 'processing') ?? false
  useEvery(1500, working, list.reload)

  return (
    <>
      {edits && (
        <Drop onFiles={uploads.take}>
          <strong>{t.documents.drop}</strong>
          <Pick label={t.documents.add} onFiles={uploads.take} many />
          <small>{t.documents.types}</small>
        </Drop>
      )}
      {uploads.shown}
      {edits && (
        <label className="check small">
          <input
            type="checkbox"
            checked={notes}
            disabled={reading.busy}
            onChange={(e) => {
              const wanted = e.target.checked
              reading.run(async () => setNotes((await ask('documents', 'set_speaker_notes', { speaker_notes: wanted })).speaker_notes))
            }}
          />{' '}
          {t.documents.speakerNotes}
        </label>
      )}
      {reading.shown}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {list.value === null && list.error === null && <Loading />}
      {list.value?.length === 0 && <Empty title={t.documents.empty} hint={t.documents.emptyHint} icon="file" />}
      <ul className="cards" aria-label={t.knowledge.tabs.documents}>
        {list.value?.map((row) => (
          <Document key={row.id} row={row} edits={edits} reload={list.reload} replace={(files) => uploads.take(files, row.id)} />
        ))}
      </ul>
    </>
  )
}

type DocumentProps = { row: Row; edits: boolean; reload: () => Promise<void>; replace: (files: File[]) => void }

function Document({ row, edits, reload, replace }: DocumentProps) {
  const { t, number, time, say } = useHere()
  const form = useForm()
  const d = t.documents
  const busy = row.state === 'received' || row.state === 'processing'
  const act = (action: Actions['documents'], fields: Record<string, unknown> = {}) =>
    form.run(async () => {
      await ask('documents', action, { document_id: row.id, ...fields })
      await reload()
      return ' '
    })
  const facts = [
    row.pages !== null && fill(d.pages, { n: number(row.pages) }),
    row.chunks !== null && !busy && fill(d.chunks, { n: number(row.chunks) }),
    row.size_bytes < 1e6 ? `${number(Math.ceil(row.size_bytes / 1e3))} kB` : `${number(row.size_bytes / 1e6, { maximumFractionDigits: 1 })} MB`,
    time(row.created_at),
  ].filter(Boolean)
  return (
    <li className="card">
      <div className="row spread">
        <div className="row grow">
          <Icon name="file" />
          <div className="min">
            <h2 dir="auto">{row.title}</h2>
            <small dir="auto">{row.filename}</small>
          </div>
        </div>
        <span className={`badge ${row.state}`}>{d.states[row.state]}</span>
      </div>
      {busy && (
        <div>
          <progress aria-label={`${row.title}: ${d.states[row.state]}`} max={row.chunks || 1} value={row.chunks ? (row.chunks_embedded ?? 0) : undefined} />
          {row.chunks ? <small>{fill(d.progress, { done: number(row.chunks_embedded ?? 0), all: number(row.chunks) })}</small> : null}
        </div>
      )}
      {row.error && <p className="bad">{say(row.error)}</p>}
      {row.replaces && busy && <small>{d.replaces}</small>}
      {row.warnings.map((warning, i) => <small key={i}>{say(warning)}</small>)}
      {form.shown}
      {row.state === 'ready' && edits && (
        <label className="check small">
          <input type="checkbox" checked={row.sendable} onChange={(e) => act('update', { sendable: e.target.checked })} /> {d.sendable}
          <span className="hidden">: {row.title}</span>
        </label>
      )}
      <div className="row spread">
        <small>{facts.join(' · ')}</small>
        {row.state === 'ready' && (
          <button type="button" className="quiet" onClick={() => go('knowledge', 'document', row.id)}>
            {t.passages.open}
            <span className="hidden">: {row.title}</span>
          </button>
        )}
        {edits && <Actions row={row} again={() => act('read_again')} reload={reload} replace={replace} />}
      </div>
    </li>
  )
}

type ActionsProps = { row: Row; again: () => void; reload: () => Promise<void>; replace: (files: File[]) => void }

function Actions({ row, again, reload, replace }: ActionsProps) {
  const { t, number } = useHere()
  const d = t.documents
  return (
    <div className="row">
      {row.state === 'failed' && (
        <button type="button" className="quiet" onClick={again}>
          {d.readAgain}
        </button>
      )}
      {row.state === 'ready' && <Pick label={d.replace} onFiles={replace} />}
      <Sure
        label={d.delete}
        ask={fill(d.deleteAsk, { title: row.title })}
        says={fill(d.deleteSays, { n: number(row.chunks ?? 0) })}
        act={async () => {
          await ask('documents', 'delete', { document_id: row.id })
          await reload()
        }}
      />
    </div>
  )
}
