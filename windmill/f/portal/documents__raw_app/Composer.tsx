// What a person of the staff writes: to the customer, or a note for colleagues. After 24 hours WhatsApp takes only templates.
import { Alert, Button, Group, SegmentedControl, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import AfterADay from './AfterADay'
import Reply from './Reply'
import { useAct } from './ThreadHead'
import { keep } from './api'
import { Person, windowEnds } from './conversation'
import { addNote } from './inbox'
import { fill, moment, useHere } from './ui'

// Words that outlive a reload, each under its name.
export function useDraft<T>(name: string, empty: T): [T, (next: T) => void] {
  const { tenant } = useHere()
  const key = `${name} ${tenant}`
  const [draft, setDraft] = useState<T>(keep.get(key, empty))
  const change = (next: T) => {
    keep.set(key, next)
    setDraft(next)
  }
  return [draft, change]
}

export const sendsWith = (event: React.KeyboardEvent) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing

export default function Composer({ contact }: { contact: Person }) {
  const { t, time } = useHere()
  const c = t.conversations
  const [mode, setMode] = useDraft<'reply' | 'note'>(`writing ${contact.id}`, 'reply')
  const ends = windowEnds(contact, moment)
  const left = ends - Date.now()
  return (
    <div className={`composer ${mode}`}>
      <Group justify="space-between" gap="xs" mb={4}>
        <SegmentedControl size="xs" aria-label={c.writes} value={mode} onChange={(next) => setMode(next as 'reply' | 'note')} data={[{ value: 'reply', label: c.modeReply }, { value: 'note', label: c.modeNote }]} />
        {mode === 'reply' && left > 0 && left < 4 * 3_600_000 && <small className="facts">{fill(c.windowUntil, { time: time(new Date(ends).toISOString()) })}</small>}
      </Group>
      {mode === 'note' ? <Note id={contact.id} /> : contact.blocked ? <Alert color="gray" p="xs">{c.cantBlocked}</Alert> : contact.opted_out_at ? <Alert color="gray" p="xs">{c.cantOptedOut}</Alert> : left > 0 ? <Reply contact={contact} /> : <AfterADay contact={contact} />}
    </div>
  )
}

function Note({ id }: { id: string }) {
  const { t } = useHere()
  const c = t.conversations
  const { act, busy, shown } = useAct()
  const [body, setBody] = useDraft(`note ${id}`, '')
  const save = () =>
    body.trim() &&
    act(async () => {
      await addNote(id, body)
      setBody('')
    }, c.noteSaved)
  return (
    <form onSubmit={(event) => { event.preventDefault(); save() }}>
      <Textarea aria-label={c.noteLabel} placeholder={c.noteLabel} description={c.noteHint} minRows={2} maxRows={8} dir="auto" required maxLength={4000} value={body} onChange={(e) => setBody(e.target.value)} onKeyDown={(e) => sendsWith(e) && save()} />
      <Group mt={6} justify="flex-end"><Button type="submit" size="sm" color="orange" loading={busy}>{c.saveNote}</Button></Group>
      {shown}
    </form>
  )
}
