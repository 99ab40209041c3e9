// Whether the staff find an answer of the bot good or wrong: a thumb for each person, with a few words why.
import { ActionIcon, Button, Group, Text, TextInput } from '@mantine/core'
import { IconThumbDown, IconThumbDownFilled, IconThumbUp, IconThumbUpFilled } from '@tabler/icons-react'
import React, { useState } from 'react'
import { MakeCase } from './CaseForm'
import { useAct } from './ThreadHead'
import { useAsk } from './data'
import { Mark, Team, Verdict, markAnswer } from './inbox'
import { Ago, fill, useHere } from './ui'

export default function Marks({ id, marks }: { id: string; marks: Mark[] }) {
  const { may } = useHere()
  return (
    <div className="marks">
      <Given marks={marks} />
      {may('owner', 'editor', 'agent') && <Thumbs id={id} marks={marks} />}
    </div>
  )
}

export function Given({ marks }: { marks: Mark[] }) {
  const { t } = useHere()
  return marks.map(({ person, verdict, reason, at }) => (
    <Text key={person} size="xs" dir="auto">{fill(verdict === 'good' ? t.feedback.goodBy : t.feedback.wrongBy, { person })} · <Ago at={at} />{reason && `: ${reason}`}</Text>
  ))
}

function Thumbs({ id, marks }: { id: string; marks: Mark[] }) {
  const { t } = useHere()
  const f = t.feedback
  const you = useAsk<Team>('inbox', 'get_team').data?.you
  const { act, busy, shown } = useAct()
  const [writing, setWriting] = useState(false)
  const yours = marks.find((mark) => mark.person === you)
  // A second click takes the mark back.
  const press = (verdict: Verdict) => {
    const off = yours?.verdict === verdict
    act(() => markAnswer(id, off ? '' : verdict), off ? f.unmarked : f.marked)
    setWriting(!off)
  }
  const thumb = (verdict: Verdict, label: string, Icon: typeof IconThumbUp) => (
    <ActionIcon variant="subtle" size={26} disabled={busy} aria-label={label} title={label} aria-pressed={yours?.verdict === verdict} onClick={() => press(verdict)}><Icon size={15} aria-hidden="true" /></ActionIcon>
  )
  return (
    <>
      <Group gap={2} wrap="nowrap">
        {thumb('good', f.good, yours?.verdict === 'good' ? IconThumbUpFilled : IconThumbUp)}
        {thumb('wrong', f.wrong, yours?.verdict === 'wrong' ? IconThumbDownFilled : IconThumbDown)}
        {yours && !writing && <Button size="compact-xs" variant="subtle" onClick={() => setWriting(true)}>{yours.reason ? f.changeReason : f.addReason}</Button>}
        {yours && <MakeCase answer={id} good={yours.verdict === 'good'} />}
      </Group>
      {yours && writing && <Reason id={id} mark={yours} close={() => setWriting(false)} />}
      {shown}
    </>
  )
}

function Reason({ id, mark, close }: { id: string; mark: Mark; close: () => void }) {
  const { t } = useHere()
  const { act, busy, shown } = useAct()
  const [words, setWords] = useState(mark.reason ?? '')
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    act(async () => {
      await markAnswer(id, mark.verdict, words)
      close()
    })
  }
  return (
    <form onSubmit={save}>
      <Group gap={4} wrap="nowrap" align="end">
        <TextInput size="xs" flex={1} aria-label={t.feedback.reason} placeholder={t.feedback.reason} dir="auto" maxLength={500} value={words} onChange={(e) => setWords(e.target.value)} />
        <Button type="submit" size="xs" variant="default" loading={busy}>{t.save}</Button>
        <Button size="xs" variant="subtle" onClick={close}>{t.close}</Button>
      </Group>
      {shown}
    </form>
  )
}
