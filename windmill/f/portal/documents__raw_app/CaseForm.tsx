// The form of one test: the question, what was said before, and what the answer must be.
import { Button, Checkbox, Group, NativeSelect, TagsInput, Text, TextInput, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import { ask } from './api'
import { refresh } from './data'
import { Dialog, useForm, useHere } from './ui'

export type Said = { role: string; text: string }
export type Expected = { outcome: string; must_say?: string[]; must_not_say?: string[]; source?: { id?: string; title?: string; url?: string } | null; tool?: string | null }
export type Case = { id?: string; phone_number_id: string; title: string; question: string; history: Said[]; expected: Expected; enabled?: boolean; of_customer?: boolean; answer_id?: string; said?: string | null }

export const emptyCase = (number: string): Case => ({ phone_number_id: number, title: '', question: '', history: [], expected: { outcome: 'answered', must_say: [], must_not_say: [], source: null, tool: null }, enabled: true })

export default function CaseForm({ stored, close }: { stored: Case; close: () => void }) {
  const { t } = useHere()
  const c = t.cases
  const form = useForm()
  const [now, setNow] = useState(stored)
  const set = (part: Partial<Case>) => setNow((before) => ({ ...before, ...part }))
  const expect = (part: Partial<Expected>) => set({ expected: { ...now.expected, ...part } })
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { title, question, history, expected, enabled, phone_number_id, answer_id } = now
      const fields = { title, question, history, expected, enabled: enabled !== false, phone_number_id, answer_id }
      await ask('cases', stored.id ? 'update' : 'create', stored.id ? { ...fields, case_id: stored.id } : fields)
      await refresh('cases')
      close()
      return c.saved
    })
  }
  const answered = now.expected.outcome === 'answered'
  return (
    <Dialog title={stored.id ? c.edit : c.add} close={close}>
      <form onSubmit={save}>
        {stored.history.length > 0 && (
          <details>
            <summary>{c.before}</summary>
            {stored.history.map((said, i) => <p key={i} className={`bubble ${said.role === 'user' ? 'in' : 'out'}`} dir="auto">{said.text}</p>)}
            <Button size="compact-sm" variant="subtle" onClick={() => set({ history: [] })} disabled={!now.history.length}>{c.dropBefore}</Button>
          </details>
        )}
        <Textarea label={c.question} required autosize maxLength={2000} dir="auto" value={now.question} onChange={(e) => set({ question: e.target.value })} data-autofocus />
        {(stored.of_customer || stored.answer_id) && <Text size="sm" c="dimmed">{c.ofCustomer}</Text>}
        {stored.said && <Text size="sm" dir="auto" className="text" my="xs">{c.said}: {stored.said}</Text>}
        <NativeSelect mt="sm" label={c.outcome} value={now.expected.outcome} onChange={(e) => expect({ outcome: e.target.value })} data={Object.entries(c.outcomes).map(([value, label]) => ({ value, label }))} />
        {answered && (
          <>
            <TagsInput mt="sm" label={c.mustSay} description={c.wordsHint} maxTags={12} splitChars={['\n']} value={now.expected.must_say ?? []} onChange={(must_say) => expect({ must_say })} />
            <TagsInput mt="sm" label={c.mustNotSay} maxTags={12} splitChars={['\n']} value={now.expected.must_not_say ?? []} onChange={(must_not_say) => expect({ must_not_say })} />
            <TextInput mt="sm" label={c.source} description={c.sourceHint} dir="auto" value={now.expected.source?.title ?? now.expected.source?.url ?? ''} onChange={(e) => expect({ source: e.target.value ? { title: e.target.value } : null })} />
            <TextInput mt="sm" label={c.tool} description={c.toolHint} value={now.expected.tool ?? ''} onChange={(e) => expect({ tool: e.target.value || null })} />
          </>
        )}
        <TextInput mt="sm" label={c.title} description={c.titleHint} dir="auto" maxLength={200} value={now.title} onChange={(e) => set({ title: e.target.value })} />
        <Checkbox mt="sm" label={c.enabled} checked={now.enabled !== false} onChange={(e) => set({ enabled: e.target.checked })} />
        {form.shown}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>{t.cancel}</Button>
          <Button type="submit" loading={form.busy}>{t.save}</Button>
        </Group>
      </form>
    </Dialog>
  )
}

// Makes a test of an answer: opens the form with what the answer proposes.
export function MakeCase({ answer, good }: { answer: string; good: boolean }) {
  const { t } = useHere()
  const form = useForm()
  const [proposed, setProposed] = useState<Case | null>(null)
  const open = () =>
    form.run(async () => {
      const made: Case = (await ask('cases', 'propose', { answer_id: answer, good })).case
      setProposed({ ...made, answer_id: answer })
    })
  return (
    <>
      <Button size="compact-xs" variant="subtle" loading={form.busy} onClick={open}>{t.cases.make}</Button>
      {form.shown}
      {proposed && <CaseForm stored={proposed} close={() => setProposed(null)} />}
    </>
  )
}
