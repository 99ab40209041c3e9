// Uploads: files are chosen or dropped, as many as one likes, and taken one after the other, with a line for what became of each.
import React, { useRef, useState } from 'react'
import { ask, base64, newId } from './api'
import { fill, useHere } from './ui'

type Try = { id: string; name: string; says: string; bad?: boolean }
export type Take = (files: File[], replaces?: string) => void
const TYPES = (
  'pdf txt md markdown csv tsv json jsonl xml html htm docx xlsx pptx doc xls ppt odt ods odp rtf epub eml msg png jpg jpeg gif webp heic'
).split(' ')

export function useUploads(reload: () => Promise<void>) {
  const { t, describe } = useHere()
  const d = t.documents
  const [tries, setTries] = useState<Try[]>([])
  const open = useRef(0)
  const last = useRef(Promise.resolve())

  const upload = async (file: File, replaces?: string) => {
    const type = file.name.split('.').pop()?.toLowerCase() ?? ''
    if (!file.size) throw new Error(d.emptyFile)
    if (file.size > 50_000_000) throw new Error(d.tooLarge)
    if (!TYPES.includes(type)) throw new Error(d.wrongType)
    const answer = await ask('upload', 'upload', { file: await base64(file), filename: file.name, replaces })
    // The file stands in the upload's job until then, or for a minute.
    if (answer.job) ask('upload', 'forget', { job: answer.job }).catch(() => {})
    await reload()
    return answer.known ? fill(d.known, { title: answer.known }) : d.stored
  }
  const take: Take = (files, replaces) => {
    // While some are still under way, further ones queue up behind them.
    const kept = open.current ? tries : []
    const added = files.map((file) => ({ id: newId(), name: file.name, says: d.queued, file }))
    setTries([...kept, ...added])
    open.current += files.length
    for (const { id, file } of added) {
      const tell = (says: string, bad = false) => setTries((all) => all.map((one) => (one.id === id ? { ...one, says, bad } : one)))
      last.current = last.current.then(async () => {
        tell(d.uploading)
        await upload(file, replaces).then(tell, (error) => tell(describe(error), true))
        open.current--
      })
    }
  }
  const shown = (
    <div role="status">
      <ul className="plain">
        {tries.map((one) => <li key={one.id} className={one.bad ? 'note bad' : 'note'}><bdi>{one.name}</bdi>: {one.says}</li>)}
      </ul>
    </div>
  )
  return { take, shown }
}

// Files dropped here are taken; the button inside is for everybody else.
export function Drop({ onFiles, children }: { onFiles: Take; children: React.ReactNode }) {
  const [over, setOver] = useState(false)
  const moved = (event: React.DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop') onFiles([...event.dataTransfer.files])
  }
  return (
    <div className={over ? 'drop over' : 'drop'} onDragOver={moved} onDragLeave={moved} onDrop={moved}>
      {children}
    </div>
  )
}

export function Pick({ label, onFiles, many }: { label: string; onFiles: Take; many?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className={many ? 'solid' : 'quiet'} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={many}
        aria-label={label}
        accept={TYPES.map((type) => `.${type}`).join(',')}
        onChange={(e) => {
          const files = [...(e.target.files ?? [])]
          e.target.value = ''
          onFiles(files)
        }}
      />
    </>
  )
}
