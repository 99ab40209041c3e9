// A reply within the 24 hours: words, canned replies by "/", files and a voice note. Each message goes out once, however often it is tried.
import { ActionIcon, Button, FileButton, Group, Text, Textarea } from '@mantine/core'
import { IconBolt, IconPaperclip, IconSend } from '@tabler/icons-react'
import React, { useRef, useState } from 'react'
import CannedPicker, { useCanned } from './CannedPicker'
import { sendsWith, useDraft } from './Composer'
import Recorder from './Recorder'
import { changed } from './ThreadHead'
import Attached, { Attachment, accepted, takesCaption } from './Attached'
import { Refused, ask, newId } from './api'
import type { Person } from './conversation'
import { sendFile } from './files'
import { fill, useForm, useHere } from './ui'

// The words, and as which message they were tried: without an answer the same words stay the same message, in a reload's next try, too.
type Draft = { body: string; tried?: { body: string; id: string } }

// WhatsApp's answer was a no: the next try is another message.
const isNo = (error: unknown) => error instanceof Refused && error.reason.code === 'not_sent'

function useReply(id: string) {
  const { tenant } = useHere()
  const form = useForm()
  const [draft, change] = useDraft<Draft>(`reply ${id}`, { body: '' })
  const [files, setFiles] = useState<Attachment[]>([])
  const sendWords = async () => {
    const { body } = draft
    const tried = draft.tried?.body === body ? draft.tried : { body, id: newId() }
    change({ body, tried })
    try {
      await ask('conversations', 'reply', { contact_id: id, body, reply_id: tried.id })
    } catch (error) {
      if (isNo(error)) change({ body })
      throw error
    }
    change({ body: '' })
  }
  const send = () =>
    form.run(async () => {
      const captioned = draft.body.length <= 1024 ? files.find((one) => takesCaption(one.file)) : undefined
      try {
        for (const one of files) {
          try {
            await sendFile(tenant, id, one.id, one.file, { voice: one.voice, caption: one === captioned ? draft.body : undefined })
          } catch (error) {
            if (isNo(error)) setFiles((now) => now.map((other) => (other.id === one.id ? { ...other, id: newId() } : other)))
            throw error
          }
          if (one === captioned) change({ body: '' })
          setFiles((now) => now.filter((other) => other.id !== one.id))
        }
        if (draft.body.trim() && !captioned) await sendWords()
      } finally {
        await changed()
      }
    })
  return { form, draft, change, files, setFiles, send }
}

export default function Reply({ contact }: { contact: Person }) {
  const { t, time, say } = useHere()
  const c = t.conversations
  const { form, draft, change, files, setFiles, send } = useReply(contact.id)
  const [refused, setRefused] = useState('')
  const [over, setOver] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  const canned = useCanned(contact.id, draft.body, (body) => {
    change({ body })
    box.current?.focus()
  })
  const until = contact.paused_until
  const hint = until === 'infinity' ? c.replyHintOpen : until ? fill(c.replyHintUntil, { time: time(until) }) : c.replyHint
  const add = (chosen: File[], voice = false) => {
    const problems = chosen.map(accepted)
    setRefused(problems.map((problem, i) => problem && `${chosen[i].name}: ${say(problem)}`).filter(Boolean).join(' '))
    setFiles([...files, ...chosen.filter((_, i) => !problems[i]).map((file) => ({ id: newId(), file, voice }))].slice(0, 10))
  }
  const dropped = (list: FileList, event: React.SyntheticEvent) => {
    if (!list.length) return
    event.preventDefault()
    add([...list])
  }
  const ready = Boolean(draft.body.trim()) || files.length > 0
  const submit = () => ready && !form.busy && send()
  return (
    <form
      className={over ? 'over' : undefined}
      onSubmit={(event) => { event.preventDefault(); submit() }}
      onDragOver={(event) => { event.preventDefault(); setOver(true) }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { setOver(false); dropped(event.dataTransfer.files, event) }}
    >
      <CannedPicker canned={canned}>
        <Textarea ref={box} aria-label={c.reply} placeholder={over ? c.dropHere : c.replyPlaceholder} description={`${hint} ${c.enterHint}`} minRows={2} maxRows={8} dir="auto" maxLength={4096} readOnly={form.busy} value={draft.body} onChange={(e) => change({ ...draft, body: e.target.value })} onPaste={(event) => dropped(event.clipboardData.files, event)} onKeyDown={(e) => sendsWith(e) && submit()} />
      </CannedPicker>
      <Attached files={files} remove={(id) => setFiles(files.filter((one) => one.id !== id))} disabled={form.busy} />
      {refused && <Text size="sm" c="red" role="alert">{refused}</Text>}
      {files.length > 0 && draft.body.length > 1024 && <Text size="sm" c="dimmed">{c.captionLong}</Text>}
      <Group mt={6} gap={6} justify="space-between" wrap="nowrap">
        <Tools add={add} disabled={form.busy} canned={() => { change({ ...draft, body: `/${draft.body}` }); box.current?.focus() }} />
        <Button type="submit" size="sm" loading={form.busy} leftSection={<IconSend size={16} aria-hidden="true" />}>{c.send}</Button>
      </Group>
      {form.shown}
    </form>
  )
}

type ToolsProps = { add: (files: File[], voice?: boolean) => void; canned: () => void; disabled: boolean }

function Tools({ add, canned, disabled }: ToolsProps) {
  const { t } = useHere()
  const c = t.conversations
  const look = { variant: 'subtle', color: 'gray', c: 'var(--mantine-color-text)', size: 'lg', disabled }
  return (
    <Group gap={4} wrap="nowrap" miw={0}>
      <FileButton multiple onChange={add}>{(props) => <ActionIcon {...props} {...look} aria-label={c.attach} title={c.attachHint}><IconPaperclip size={19} aria-hidden="true" /></ActionIcon>}</FileButton>
      <Recorder take={(file, voice) => add([file], voice)} disabled={disabled} />
      <ActionIcon {...look} aria-label={c.canned} title={c.cannedHint} onClick={canned}><IconBolt size={19} aria-hidden="true" /></ActionIcon>
    </Group>
  )
}
