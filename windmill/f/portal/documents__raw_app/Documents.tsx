// Documents: what the bot knows.
import React, { useRef, useState } from 'react'
import { ask, base64 } from './api'
import { Empty, Field, Loading, Problem, Sure, fill, useEvery, useForm, useHere, useLoad } from './ui'

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
  created_at: string
}
type Passage = { document_id: string; title: string; page: number; heading: string; passage: string; used: boolean }
const TYPES = ['pdf', 'txt', 'md', 'markdown', 'csv', 'html', 'htm', 'docx', 'xlsx', 'pptx']

export default function Documents() {
  const { t, may } = useHere()
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
        return answer.known ? answer.message : ' '
      },
      fill(t.documents.uploading, { name: file.name }),
    )

  return (
    <>
      <p className="intro">{t.documents.intro}</p>
      {edits && (
        <div className="row">
          <Pick label={t.documents.add} onFile={(file) => upload(file)} busy={form.busy} solid />
          <small>{t.documents.types}</small>
        </div>
      )}
      {form.shown}
      {list.error !== null && <Problem error={list.error} retry={list.reload} />}
      {list.value === null && list.error === null && <Loading />}
      {list.value?.length === 0 && <Empty title={t.documents.empty} hint={t.documents.emptyHint} />}
      <ul className="cards" aria-label={t.pages.documents}>
        {list.value?.map((row) => (
          <Document key={row.id} row={row} edits={edits} reload={list.reload} replace={(file) => upload(file, row.id)} />
        ))}
      </ul>
      <Try />
    </>
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
  const { t, number, time, words } = useHere()
  const [problem, setProblem] = useState('')
  const d = t.documents
  const busy = row.state === 'received' || row.state === 'processing'
  const again = () =>
    ask('documents', 'again', { document_id: row.id })
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
        <div className="grow">
          <h2 dir="auto">{row.title}</h2>
          <small dir="auto">{row.filename}</small>
        </div>
        <span className={`badge ${row.state}`}>{d.states[row.state]}</span>
      </div>
      {busy && (
        <div>
          <progress aria-label={`${row.title}: ${d.states[row.state]}`} max={row.chunks || 1} value={row.chunks ? (row.chunks_embedded ?? 0) : undefined} />
          {row.chunks ? <small>{fill(d.progress, { done: number(row.chunks_embedded ?? 0), all: number(row.chunks) })}</small> : null}
        </div>
      )}
      {row.error && <p className="bad">{row.error}</p>}
      {row.replaces && busy && <small>{d.replaces}</small>}
      {row.notes?.map((note) => <small key={note}>{note}</small>)}
      {problem && <p role="alert" className="bad">{problem}</p>}
      <div className="row spread">
        <small>{facts.join(' · ')}</small>
        {edits && (
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
        )}
      </div>
    </li>
  )
}

function Try() {
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
                {p.title}, {fill(d.page, { n: p.page })}
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
