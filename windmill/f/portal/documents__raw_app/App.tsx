import React, { useEffect, useState } from 'react'
import { backend } from './wmill'

type Row = { id: string; title: string; state: string; error: string | null; pages: number | null }

const base64 = (file: File) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split('base64,')[1] ?? '')
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

export default function App() {
  const [rows, setRows] = useState<Row[] | null>(null)
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)

  const load = () =>
    backend
      .list({})
      .then((answer: { documents: Row[] }) => setRows(answer.documents))
      .catch((error: Error) => setMessage(error.message))
  useEffect(() => {
    load()
  }, [])

  async function upload(file: File) {
    setBusy(true)
    try {
      const answer = await backend.upload({ file: await base64(file), filename: file.name })
      setMessage(answer.message)
      await load()
    } catch (error) {
      setMessage((error as Error).message)
    }
    setBusy(false)
  }

  return (
    <main style={{ padding: 24, fontFamily: 'system-ui' }}>
      <h1>Documents</h1>
      <label>
        Add a document{' '}
        <input type="file" disabled={busy} onChange={(e) => e.target.files?.[0] && upload(e.target.files[0])} />
      </label>
      <p role="status">{busy ? 'Uploading…' : message}</p>
      {rows === null && <p>Loading…</p>}
      {rows?.length === 0 && <p>No documents yet. Add the first one above.</p>}
      <ul>
        {rows?.map((row) => (
          <li key={row.id}>
            {row.title}: {row.state} {row.pages ? `(${row.pages} pages)` : ''} {row.error}
          </li>
        ))}
      </ul>
    </main>
  )
}
