// Uploads: files are chosen or dropped, as many as one likes, and taken one after the other, with a line for what became of each.
import { Button, CloseButton, FileButton, Group, Loader, Stack, Text, ThemeIcon } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconCheck, IconClock, IconCloudUpload, IconX } from '@tabler/icons-react'
import React, { useRef, useState } from 'react'
import { ask, base64, newId } from './api'
import { refresh } from './data'
import { fill, useHere } from './ui'

type Stage = 'queued' | 'sending' | 'stored' | 'known' | 'bad'
// document: which one it has become; its card says what came of it.
type Try = { id: string; name: string; says: string; stage: Stage; document?: string }
type Read = { id: string; state: string }
export type Take = (files: File[], replaces?: string) => void
const TYPES = (
  'pdf txt md markdown csv tsv json jsonl xml html htm docx xlsx pptx doc xls ppt odt ods odp rtf epub eml msg png jpg jpeg gif webp heic'
).split(' ')
const MOST = 50_000_000
const accepted = TYPES.map((type) => `.${type}`).join(',')

export function useUploads() {
  const { t, describe } = useHere()
  const d = t.documents
  const [tries, setTries] = useState<Try[]>([])
  const open = useRef(0)
  const last = useRef(Promise.resolve())

  // Why a file can't be taken at all: said at once, before the others are sent.
  const unfit = (file: File) => {
    const type = file.name.split('.').pop()?.toLowerCase() ?? ''
    return !file.size ? d.emptyFile : file.size > MOST ? d.tooLarge : TYPES.includes(type) ? '' : d.wrongType
  }
  const upload = async (file: File, replaces?: string): Promise<Partial<Try>> => {
    const answer = await ask('upload', 'upload', { file: await base64(file), filename: file.name, replaces })
    // The file stands in the upload's job until then, or for a minute.
    if (answer.job) ask('upload', 'forget', { job: answer.job }).catch(() => {})
    await refresh('list')
    return answer.known ? { stage: 'known', says: fill(replaces ? d.notReplaced : d.known, { title: answer.known }) } : { stage: 'stored', says: d.stored, document: answer.document_id }
  }
  const take: Take = (files, replaces) => {
    // While some are still under way, further ones queue up behind them.
    const kept = open.current ? tries : []
    const added = files.map((file) => ({ id: newId(), name: file.name, says: unfit(file) || d.queued, stage: (unfit(file) ? 'bad' : 'queued') as Stage, file }))
    setTries([...kept, ...added])
    const fit = added.filter((one) => one.stage === 'queued')
    open.current += fit.length
    for (const { id, file } of fit) {
      const tell = (what: Partial<Try>) => setTries((all) => all.map((one) => (one.id === id ? { ...one, ...what } : one)))
      last.current = last.current.then(async () => {
        tell({ stage: 'sending', says: d.uploading })
        await upload(file, replaces).then(tell, (error) => tell({ stage: 'bad', says: describe(error) }))
        open.current--
      })
    }
  }
  // A file that was stored and then could not be read, or was read, says so here, too.
  const now = (one: Try, documents: Read[]): Try => {
    const state = one.stage === 'stored' && documents.find(({ id }) => id === one.document)?.state
    if (state === 'failed') return { ...one, stage: 'bad', says: d.notRead }
    return state === 'ready' ? { ...one, says: d.read } : one
  }
  const shown = (documents: Read[]) => (
    <div role="status">
      {tries.length > 0 && (
        <Group align="start" wrap="nowrap" justify="space-between" mb="md">
          <Stack component="ul" className="plain" gap={6} miw={0}>{tries.map((one) => <One key={one.id} one={now(one, documents)} />)}</Stack>
          {open.current === 0 && <CloseButton aria-label={d.clear} title={d.clear} onClick={() => setTries([])} />}
        </Group>
      )}
    </div>
  )
  return { take, shown }
}

const signs = { queued: [IconClock, 'gray'], stored: [IconCheck, 'green'], known: [IconCheck, 'orange'], bad: [IconX, 'red'] } as const

function One({ one }: { one: Try }) {
  const [Sign, color] = one.stage === 'sending' ? [null, ''] : signs[one.stage]
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="start">
      {Sign ? <ThemeIcon size={20} radius="xl" color={color} variant="light" mt={2}><Sign size={14} aria-hidden="true" /></ThemeIcon> : <Loader size={18} mt={3} aria-hidden="true" />}
      <Text size="sm" c={one.stage === 'bad' ? 'red' : undefined} className="break"><bdi>{one.name}</bdi>: {one.says}</Text>
    </Group>
  )
}

// Files dropped here are taken; the button inside is for everybody else.
export function Drop({ onFiles, title, label, hint }: { onFiles: Take; title: string; label: string; hint: string }) {
  const choose = useRef<() => void>(null)
  return (
    <Dropzone className="drop" openRef={choose} onDrop={(files) => onFiles(files)} enablePointerEvents activateOnClick={false} activateOnKeyboard={false} tabIndex={-1} inputProps={{ 'aria-label': label, accept: accepted, hidden: true, style: undefined }} mb="md">
      <Stack align="center" gap="xs" ta="center">
        <IconCloudUpload size={34} stroke={1.4} aria-hidden="true" />
        <Text fw={600}>{title}</Text>
        <Button onClick={() => choose.current?.()}>{label}</Button>
        <Text size="sm" c="dimmed">{hint}</Text>
      </Stack>
    </Dropzone>
  )
}

export function Replace({ label, about, onFiles }: { label: string; about: React.ReactNode; onFiles: Take }) {
  return (
    <FileButton accept={accepted} onChange={(file) => file && onFiles([file])} inputProps={{ 'aria-label': label }}>
      {(props) => <Button {...props} variant="subtle" size="compact-sm">{label}{about}</Button>}
    </FileButton>
  )
}
