// Documents: the files that the bot answers from.
import React, { useRef, useState } from 'react'
import { ask, base64 } from './api'
import { Icon } from './icons'
import { Empty, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

type Row = {
  id: string
  title: string
  filename: string
  size_bytes: number
  state: string
  error: string | null
  notes: string[]
  pages: number | null
  chunks: number | null
  chunks_embedded: number | null
  replaces: string | null
  sendable: boolean
  created_at: string
}
const TYPES = ['pdf', 'txt', 'md', 'markdown', 'csv', 'html', 'htm', 'docx', 'xlsx', 'pptx', 'png', 'jpg', 'jpeg', 'gif', 'webp']

export default function Documents() {
  const { t, may, said } = useHere()
  const list = useLoad<Row[]>(async () => (await ask('list', 'list')).documents, [])
  const form = useForm()
  const edits = may('owner', 'editor')
  const working = list.value?.some((row) => row.state === 'received' || row.state === 'processing') ?? false
  useEvery(1500, working, list.reload)

  const upload = (file: File, replaces?: string) =>
    form.run(
      async () => {
        const type = file.name.split('.').pop()?.toLowerCase() ?? ''
        if (!file.size) throw new Error(t.documents.emptyFile)
        if (file.size > 50_000_000) throw new Error(t.documents.tooLarge)
        if (!TYPES.includes(type)) throw new Error(t.documents.wrongType)
        const answer = await ask('upload', 'upload', { file: await base64(file), filename: file.name, replaces })
        if (!answer.document_id) throw new Error(answer.message)
        await list.reload()
        return answer.known ? said(answer.message) : ' '
      },
      fill(t.documents.uploading, { name: file.name }),
    )

  return (
    <>
      {edits && (
        <Drop onFile={(file) => upload(file)}>
          <strong>{t.documents.drop}</strong>
          <Pick label={t.documents.add} onFile={(file) => upload(file)} busy={form.busy} solid />
          <small>{t.documents.types}</small>
        </Drop>
      )}
      {form.shown}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {list.value === null && list.error === null && <Loading />}
      {list.value?.length === 0 && <Empty title={t.documents.empty} hint={t.documents.emptyHint} icon="file" />}
      <ul className="cards" aria-label={t.knowledge.tabs.documents}>
        {list.value?.map((row) => (
          <Document key={row.id} row={row} edits={edits} reload={list.reload} replace={(file) => upload(file, row.id)} />
        ))}
      </ul>
    </>
  )
}

// A file dropped here is taken; the button inside is for everybody else.
function Drop({ onFile, children }: { onFile: (file: File) => void; children: React.ReactNode }) {
  const [over, setOver] = useState(false)
  const moved = (event: React.DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    const file = event.type === 'drop' ? event.dataTransfer.files[0] : undefined
    if (file) onFile(file)
  }
  return (
    <div className={over ? 'drop over' : 'drop'} onDragOver={moved} onDragLeave={moved} onDrop={moved}>
      {children}
    </div>
  )
}

function Pick({ label, onFile, busy, solid }: { label: string; onFile: (file: File) => void; busy?: boolean; solid?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className={solid ? 'solid' : 'quiet'} disabled={busy} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={TYPES.map((type) => `.${type}`).join(',')}
        onChange={(e) => {
          const file = e.target.files?.[0]
          e.target.value = ''
          if (file) onFile(file)
        }}
      />
    </>
  )
}

type DocumentProps = { row: Row; edits: boolean; reload: () => Promise<void>; replace: (file: File) => void }

function Document({ row, edits, reload, replace }: DocumentProps) {
  const { t, number, time, words, said } = useHere()
  const [problem, setProblem] = useState('')
  const d = t.documents
  const busy = row.state === 'received' || row.state === 'processing'
  const act = (action: string, fields: Record<string, unknown> = {}) =>
    ask('documents', action, { document_id: row.id, ...fields })
      .then(reload)
      .catch((error) => setProblem(words(error)))
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
      {row.error && <p className="bad">{said(row.error)}</p>}
      {row.replaces && busy && <small>{d.replaces}</small>}
      {row.notes?.map((note) => <small key={note}>{said(note)}</small>)}
      {problem && <p role="alert" className="bad">{problem}</p>}
      {row.state === 'ready' && edits && (
        <label className="check small">
          <input type="checkbox" checked={row.sendable} onChange={(e) => act('save', { sendable: e.target.checked })} /> {d.sendable}
          <span className="hidden">: {row.title}</span>
        </label>
      )}
      <div className="row spread">
        <small>{facts.join(' · ')}</small>
        {edits && <Actions row={row} again={() => act('again')} reload={reload} replace={replace} />}
      </div>
    </li>
  )
}

type ActionsProps = { row: Row; again: () => void; reload: () => Promise<void>; replace: (file: File) => void }

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
      {row.state === 'ready' && <Pick label={d.replace} onFile={replace} />}
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
