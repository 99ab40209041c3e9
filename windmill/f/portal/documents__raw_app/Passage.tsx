// A passage: what it says, where it stands, and what the staff has changed about it. An editor corrects it, or leaves it out of answers.
import { Alert, Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import { ask } from './api'
import { refresh } from './data'
import Words from './PassageWords'
import { About, Ago, Item, List, Sure, fill, useForm, useHere } from './ui'

export type Passage = {
  ordinal: number
  page: number
  page_end: number
  heading: string
  text: string
  source_text: string | null
  left_out: boolean
  edited_by: string | null
  edited_at: string | null
  place: number
  used: boolean
}
export type Edit = { edit_id: string; heading: string; source_text: string; text: string | null; left_out: boolean; edited_by: string; edited_at: string }

type PassageProps = { id: string; one: Passage; pages: number; seen?: boolean; show?: (page: number) => void }

// Where somebody looks for what an answer has used.
export const toSight = (passage: HTMLElement | null) => passage?.scrollIntoView({ block: 'center' })

export function Passage({ id, one, pages, seen, show }: PassageProps) {
  const { t, number } = useHere()
  const p = t.passages
  const form = useForm()
  const [text, setText] = useState<string | null>(null)
  const name = fill(p.name, { n: number(one.ordinal + 1) })
  const change = (fields: Record<string, unknown>) =>
    form.run(async () => {
      const given = { text: one.source_text === null ? null : one.text, left_out: one.left_out, ...fields }
      await ask('passages', 'edit', { document_id: id, ordinal: one.ordinal, was: one.text, ...given })
      setText(null)
      await refresh('passages')
      return t.saved
    })
  const where = one.page_end > one.page ? fill(p.onPages, { from: number(one.page), to: number(one.page_end) }) : fill(p.onPage, { n: number(one.page) })
  return (
    <Item faded={one.left_out} className={one.used ? 'used' : ''}>
      <Group justify="space-between" align="start" wrap="nowrap" ref={seen ? toSight : undefined}>
        <Text size="sm" c="dimmed" miw={0}><strong>{name}</strong>{pages > 1 && ` · ${where}`}{one.heading && <span dir="auto"> · {one.heading}</span>}</Text>
        {one.used && <Badge color="green">{p.used}</Badge>}
        {one.left_out ? <Badge color="orange">{p.leftOut}</Badge> : one.source_text !== null && <Badge color="green">{p.corrected}</Badge>}
      </Group>
      {text === null ? (
        <Words text={one.text} />
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); change({ text }) }}>
          <Textarea label={p.newText} description={p.newTextHint} dir="auto" minRows={6} required value={text} onChange={(e) => setText(e.target.value)} />
          <Group mt="sm">
            <Button type="submit" loading={form.busy}>{t.save}</Button>
            <Button variant="subtle" onClick={() => setText(null)}>{t.cancel}</Button>
          </Group>
        </form>
      )}
      {one.edited_by && <Text size="sm" c="dimmed">{one.edited_by}, <Ago at={one.edited_at ?? ''} /></Text>}
      {one.source_text !== null && (
        <details>
          <summary>{p.asRead}<About>{name}</About></summary>
          <Text dir="auto" className="text" c="dimmed">{one.source_text}</Text>
        </details>
      )}
      <Acts one={one} name={name} busy={form.busy || text !== null} show={show && pages > 1 ? show : undefined} correct={() => setText(one.text)} change={change} />
      {form.shown}
    </Item>
  )
}

type ActsProps = { one: Passage; name: string; busy: boolean; show?: (page: number) => void; correct: () => void; change: (fields: Record<string, unknown>) => void }

function Acts({ one, name, busy, show, correct, change }: ActsProps) {
  const { t, may } = useHere()
  const p = t.passages
  const act = (label: string, run: () => void) => <Button variant="subtle" size="compact-sm" disabled={busy} onClick={run}>{label}<About>{name}</About></Button>
  return (
    <Group gap="xs">
      {show && act(p.showPage, () => show(one.page))}
      {may('owner', 'editor') && (
        <>
          {act(p.correct, correct)}
          {one.source_text !== null && act(p.undo, () => change({ text: null }))}
          {act(one.left_out ? p.putBack : p.leaveOut, () => change({ left_out: !one.left_out }))}
        </>
      )}
    </Group>
  )
}

export function Unfit({ edits }: { edits: Edit[] }) {
  const { t, may } = useHere()
  const p = t.passages
  if (edits.length === 0) return null
  return (
    <section aria-labelledby="unfit">
      <Alert color="orange" my="md" title={<h3 id="unfit" className="same">{p.unfit}</h3>}>
        {p.unfitHint}
        <List>
          {edits.map((edit) => (
            <Item key={edit.edit_id}>
              <Text size="sm" c="dimmed">{p.wasRead}</Text>
              <Text dir="auto" className="text" c="dimmed">{edit.source_text}</Text>
              <Text size="sm" c="dimmed">{edit.left_out ? p.leftOut : p.corrected}: {edit.edited_by}, <Ago at={edit.edited_at} /></Text>
              {edit.text !== null && <Text dir="auto" className="text">{edit.text}</Text>}
              {may('owner', 'editor') && (
                <Stack align="start">
                  <Sure
                    label={p.forget}
                    ask={p.forgetAsk}
                    says={p.forgetSays}
                    act={async () => {
                      await ask('passages', 'forget', { edit_id: edit.edit_id })
                      await refresh('passages')
                    }}
                  />
                </Stack>
              )}
            </Item>
          ))}
        </List>
      </Alert>
    </section>
  )
}
