// What is drafted of the questions and answers: how much, what exactly, by whom; and to publish or delete it.
import { Alert, Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import { RedCases, Stopped, Testing, useRun } from './CaseRun'
import { ask } from './api'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { Ago, Dialog, Facts, Item, List, Loaded, Sure, fill, toast, useForm, useHere } from './ui'

export type DraftOfPairs = { revision: string; added: number; changed: number; removed: number; person: string; at: string; document: { state: string; error: Message | null } | null; replayed: string[] }
type Words = { question: string; answer: string } | null
type Test = { phone_number_id: string; name: string; run: string; state: string }

const changed = () => refresh('qa_pairs', 'bot', 'home')

// Live at once, or into the draft. quick: of an answer to a question that found none.
export function Whither({ drafts, choose, quick = false }: { drafts: boolean; choose: (drafts: boolean) => void; quick?: boolean }) {
  const { t } = useHere()
  const w = t.qaPairs.where
  return (
    <Radio.Group my="sm" label={w.label} value={drafts ? 'draft' : 'live'} onChange={(value) => choose(value === 'draft')}>
      <Stack gap="xs" mt="xs">
        <Radio value="live" label={w.live} description={w.liveHint} />
        <Radio value="draft" label={w.draft} description={quick ? w.quickHint : w.draftHint} />
      </Stack>
    </Radio.Group>
  )
}

export default function QaDraft({ draft }: { draft: DraftOfPairs }) {
  const { t, say, number } = useHere()
  const d = t.bot.draft
  const a = t.qaPairs.draft
  const form = useForm()
  const [open, setOpen] = useState(false)
  const [shown, setShown] = useState(false)
  const state = draft.document?.state ?? 'drafted'
  const discard = async () => {
    await ask('qa_pairs', 'discard', { revision: draft.revision }).finally(changed)
    toast(d.deleted)
  }
  const again = () => form.run(() => ask('qa_pairs', 'read_again').finally(() => refresh('qa_pairs')))
  return (
    <Alert color="blue" mb="md" title={fill(a.title, { added: number(draft.added), changed: number(draft.changed), removed: number(draft.removed) })}>
      <Facts facts={[draft.person, <Ago at={draft.at} />]} />
      <details onToggle={(e) => setShown(e.currentTarget.open)}><summary>{d.show}</summary>{shown && <Compared one="live" other="draft" at={draft.revision} />}</details>
      {state === 'failed' ? <Text size="sm" c="red" role="status" mt="xs">{fill(a.failed, { error: say(draft.document?.error ?? '') })}</Text> : state !== 'drafted' && <Text size="sm" role="status" mt="xs">{a.reading}</Text>}
      {draft.replayed.length > 0 && <Text size="sm" mt="xs">{fill(a.replayed, { bots: draft.replayed.join(', ') })}</Text>}
      {form.shown}
      <Group gap="sm" mt="sm">
        {state === 'failed' ? <Button size="compact-sm" loading={form.busy} onClick={again}>{a.again}</Button> : <Button size="compact-sm" disabled={state !== 'drafted'} onClick={() => setOpen(true)}>{d.publish}</Button>}
        <Sure label={d.delete} ask={d.deleteAsk} says={d.deleteSays} act={discard} />
      </Group>
      {open && <Publish draft={draft} close={() => setOpen(false)} />}
    </Alert>
  )
}

// In which pairs two versions differ. at: what tells the drafts apart.
export function Compared({ one, other, at = '' }: { one: string; other: string; at?: string }) {
  const { t } = useHere()
  const loaded = useAsk<{ differences: { id: string; one: Words; other: Words }[]; more: boolean }>('qa_pairs', 'compare', { one, other, at })
  const words = (said: Words) => (said ? `${said.question}\n${said.answer}` : t.qaPairs.versions.none)
  return (
    <Loaded of={loaded}>
      {({ differences, more }) => (
        <>
          {differences.length === 0 && <p>{t.bot.versions.same}</p>}
          <List label={t.bot.draft.show}>
            {differences.map((pair) => <Item key={pair.id}><div className="text break" dir="auto"><del>{words(pair.one)}</del> → <ins>{words(pair.other)}</ins></div></Item>)}
          </List>
          {more && <p>{t.qaPairs.draft.more}</p>}
        </>
      )}
    </Loaded>
  )
}

// Shows what is published. The tests of all the business's bots are asked first; where one fails, only an owner goes on, who says why.
function Publish({ draft, close }: { draft: DraftOfPairs; close: () => void }) {
  const { t, may } = useHere()
  const d = t.bot.draft
  const c = t.cases
  const form = useForm()
  const [note, setNote] = useState('')
  const [reason, setReason] = useState('')
  const [tests, setTests] = useState<Test[]>([])
  const publish = (why = '') =>
    form.run(async () => {
      const done = await ask('qa_pairs', 'publish', { revision: draft.revision, note, reason: why }).finally(changed)
      if (done.version === undefined) return setTests(done.runs)
      close()
      return fill(d.published, { n: done.version })
    })
  const next = tests.find((test) => test.state === 'running')
  const going = useRun(next?.run ?? '', (ended) => {
    const now = tests.map((test) => (test.run === ended.of.id ? { ...test, state: ended.of.state } : test))
    setTests(now)
    if (now.every((test) => test.state === 'green' || test.state === 'cancelled')) publish()
  })
  const red = next ? [] : tests.filter((test) => test.state === 'red')
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    publish(red.length ? reason : '')
  }
  return (
    <Dialog title={t.qaPairs.draft.publishAsk} close={close}>
      <form onSubmit={submit}>
        <Compared one="live" other="draft" at={draft.revision} />
        {next && <Testing going={going} bot={fill(t.qaPairs.draft.bot, { name: next.name })} />}
        {red.length > 0 && <Stopped reason={reason} say={setReason}>{red.map((test) => <RedTests key={test.run} test={test} />)}</Stopped>}
        {!tests.length && <TextInput mt="sm" label={d.note} description={d.noteHint} maxLength={500} value={note} dir="auto" onChange={(e) => setNote(e.target.value)} data-autofocus />}
        {form.shown}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>{t.cancel}</Button>
          {(!red.length || may('owner')) && <Button type="submit" color={red.length ? 'red' : undefined} disabled={Boolean(next)} loading={form.busy}>{red.length ? c.anyway : d.publish}</Button>}
        </Group>
      </form>
    </Dialog>
  )
}

function RedTests({ test }: { test: Test }) {
  const { t } = useHere()
  const ended = useRun(test.run)
  return (
    <>
      <Text fw={600}>{fill(t.qaPairs.draft.bot, { name: test.name })}</Text>
      {ended && <RedCases red={ended.red} />}
    </>
  )
}
