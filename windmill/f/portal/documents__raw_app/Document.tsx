// One document: its passages exactly as the bot has them, beside a picture of the page; what the staff has changed; a question to try.
import React, { useEffect, useState } from 'react'
import { Unfit, Edit, Passage } from './Passage'
import Try from './Try'
import { ask } from './api'
import type { Message } from './messages'
import { go } from './route'
import { Empty, Field, Loading, Problem, fill, useHere, useLoad } from './ui'

type Details = { id: string; title: string; filename: string; state: string; warnings: Message[]; pages: number | null; origin: string; url: string | null; has_pictures: boolean }
type Listed = { document: Details; passages: Passage[]; total: number; no_longer_fit: Edit[] }
type Place = { from?: number; page?: number; words?: string }
const atOnce = 20

export default function Document({ id }: { id: string }) {
  const { t, number, say } = useHere()
  const p = t.passages
  const [place, setPlace] = useState<Place>({ from: 0 })
  const [page, setPage] = useState(0)
  const list = useLoad<Listed>(() => ask('passages', 'list', { document_id: id, ...place }), [id, place])
  const [shown, setShown] = useState<Listed | null>(null)
  useEffect(() => {
    if (list.value === null) return
    setShown(list.value)
    setPage(list.value.passages[0]?.page ?? 1)
  }, [list.value])
  // What was there stays until the next part is: the page does not jump.
  const value = list.value ?? shown
  const back = (
    <button type="button" className="quiet" onClick={() => go('knowledge', value?.document.origin === 'web' ? 'websites' : 'documents')}>
      {p.back}
    </button>
  )
  if (list.error !== null) return <>{back}<Problem error={list.error} retry={list.reload} /></>
  if (value === null) return <>{back}<Loading /></>
  const { document, passages, total } = value
  const first = passages[0]?.place ?? 0
  return (
    <>
      {back}
      <h2 dir="auto" className="break">{document.title}</h2>
      <small className="break" dir="auto">{document.url ?? document.filename}</small>
      {document.warnings.length > 0 && (
        <section className="panel" aria-labelledby="warnings">
          <h2 id="warnings">{p.warnings}</h2>
          <ul className="plain">{document.warnings.map((warning, i) => <li key={i}>{say(warning)}</li>)}</ul>
        </section>
      )}
      <Unfit edits={value.no_longer_fit} reload={list.reload} />
      <Find pages={document.pages ?? 1} go={setPlace} />
      <div className={document.has_pictures ? 'two' : undefined}>
        <div>
          <p role="status" className="soft">{passages.length > 0 ? fill(p.part, { from: number(first + 1), to: number(first + passages.length), all: number(total) }) : ''}</p>
          {passages.length === 0 && <Empty title={place.words ? fill(p.emptySearch, { words: place.words }) : p.empty} />}
          <ol className="cards" aria-label={p.title}>
            {passages.map((one) => (
              <Passage key={`${one.ordinal} ${one.text}`} id={id} one={one} pages={document.pages ?? 1} show={document.has_pictures ? setPage : undefined} reload={list.reload} />
            ))}
          </ol>
          {total > passages.length && (
            <div className="row spread">
              <button type="button" disabled={first === 0} onClick={() => setPlace({ words: place.words, from: Math.max(0, first - atOnce) })}>{p.previous}</button>
              <button type="button" disabled={first + passages.length >= total} onClick={() => setPlace({ words: place.words, from: first + atOnce })}>{p.next}</button>
            </div>
          )}
        </div>
        {document.has_pictures && page > 0 && <Picture id={id} page={page} pages={document.pages ?? 1} go={setPage} />}
      </div>
      <Try document={id} />
    </>
  )
}

function Find({ pages, go }: { pages: number; go: (place: Place) => void }) {
  const { t } = useHere()
  const [words, setWords] = useState('')
  const [page, setPage] = useState(1)
  const search = (event: React.FormEvent) => {
    event.preventDefault()
    go({ words, from: 0 })
  }
  const jump = (event: React.FormEvent) => {
    event.preventDefault()
    setWords('')
    go({ page })
  }
  return (
    <div className="find">
      <form className="row bottom grow" role="search" onSubmit={search}>
        <div className="grow"><Field label={t.passages.search}><input type="search" dir="auto" maxLength={200} value={words} onChange={(e) => setWords(e.target.value)} /></Field></div>
        <button>{t.passages.searchButton}</button>
      </form>
      {pages > 1 && (
        <form className="row bottom" onSubmit={jump}>
          <div className="narrow"><Field label={t.passages.page}><input type="number" required min={1} max={pages} value={page} onChange={(e) => setPage(e.target.valueAsNumber || 1)} /></Field></div>
          <button>{t.passages.jump}</button>
        </form>
      )}
    </div>
  )
}

function Picture({ id, page, pages, go }: { id: string; page: number; pages: number; go: (page: number) => void }) {
  const { t, number } = useHere()
  const p = t.passages
  const drawn = useLoad<string>(async () => (await ask('page_picture', 'get', { document_id: id, page })).png, [id, page])
  const label = fill(p.picture, { n: number(page), all: number(pages) })
  return (
    <aside className="preview picture" aria-label={p.pictureOf}>
      <div className="row spread">
        <button type="button" className="quiet" disabled={page <= 1} aria-label={p.previousPage} onClick={() => go(page - 1)}>‹</button>
        <strong>{label}</strong>
        <button type="button" className="quiet" disabled={page >= pages} aria-label={p.nextPage} onClick={() => go(page + 1)}>›</button>
      </div>
      {drawn.error !== null && <Problem error={drawn.error} />}
      {drawn.value === null && drawn.error === null && <Loading />}
      {drawn.value !== null && <img src={`data:image/png;base64,${drawn.value}`} alt={label} />}
    </aside>
  )
}
