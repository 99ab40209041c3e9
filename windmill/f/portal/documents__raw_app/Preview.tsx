// A question to the bot without a customer. The run goes on without the page: a reload finds it again.
import { Button, Card, Group, Loader, NativeSelect, Text, TextInput, Title } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import React, { useEffect, useRef, useState } from 'react'
import { choices } from './BotVersions'
import Calls, { Call } from './Calls'
import { Citations, withSources } from './Citations'
import Formatted from './Formatted'
import { ask, keep } from './api'
import type { Source } from './conversation'
import { useEvery } from './every'
import type { Message } from './messages'
import type { Settings } from './settings'
import { Intro, fill, useHere } from './ui'

export type Answered = {
  finished: boolean
  step?: number
  answered?: boolean
  reply?: string[]
  citations?: Source[]
  tools?: Call[]
  problem?: Message | string | null
  version?: string | number | null
  pairs_version?: string | number | null // of the questions and answers
}
type Asked = { question: string; run: string; answer: Answered | null; problem?: string }

// The questions and what has become of them: each run goes on by itself, and is asked for until it has ended.
function useAsked(phoneNumberId: string, version?: string) {
  const { tenant, describe } = useHere()
  const name = `preview ${tenant} ${phoneNumberId}`
  const [asked, setAsked] = useState<Asked[]>(keep.get(name, []))
  const [question, setQuestion] = useState('')
  const change = (rows: Asked[]) => {
    keep.set(name, rows.slice(-10))
    setAsked(rows.slice(-10))
  }
  const open = asked.find((row) => row.run && !row.problem && !row.answer?.finished)
  useEvery(500, Boolean(open), async () => {
    if (!open) return
    try {
      const answer = await ask('bot', 'get_answer', { run: open.run })
      change(asked.map((row) => (row === open ? { ...row, answer } : row)))
    } catch (error) {
      change(asked.map((row) => (row === open ? { ...row, problem: describe(error) } : row)))
    }
  })
  const send = async (event: React.FormEvent) => {
    event.preventDefault()
    const said = question.trim()
    if (!said) return
    setQuestion('')
    // What was said before, as far as it came to an answer.
    const history = asked.flatMap(({ question, answer }) => (answer?.reply?.length ? [{ role: 'user', text: question }, { role: 'assistant', text: answer.reply.join('\n\n') }] : []))
    const row: Asked = { question: said, run: '', answer: { finished: false, step: 0 } }
    change([...asked, row])
    try {
      const { run } = await ask('bot', 'ask', { question: said, phone_number_id: phoneNumberId, version, history })
      change([...asked, { ...row, run }])
    } catch (error) {
      change([...asked, { ...row, problem: describe(error) }])
    }
  }
  return { asked, open, send, question, setQuestion, clear: () => change([]) }
}

export default function Preview({ bot }: { bot: Settings }) {
  const { t, may } = useHere()
  const [chosen, setChosen] = useState('')
  const offered = may('owner', 'editor') ? choices(bot, t.bot.versions) : []
  const version = (offered.find(({ value }) => value === chosen) ?? offered[0])?.value
  const { asked, open, send, question, setQuestion, clear } = useAsked(bot.phone_number_id, version)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }, [asked])
  return (
    <Card component="section" className="preview" aria-labelledby="preview">
      <Group justify="space-between">
        <Title order={2} id="preview">{t.bot.preview}</Title>
        {asked.length > 0 && <Button variant="subtle" size="compact-sm" disabled={Boolean(open)} onClick={clear}>{t.bot.previewClear}</Button>}
      </Group>
      <Intro>{t.bot.previewHint}</Intro>
      {version && <NativeSelect size="sm" label={t.bot.versions.try} value={version} onChange={(e) => setChosen(e.target.value)} data={offered} />}
      <div className="thread" ref={box} aria-live="polite" tabIndex={0} role="log" aria-label={t.bot.preview}>
        {asked.length === 0 && <Text c="dimmed" size="sm">{t.bot.previewEmpty}</Text>}
        {asked.map((row, i) => (
          <React.Fragment key={i}>
            <p className="bubble in" dir="auto">{row.question}</p>
            <Shown row={row} />
          </React.Fragment>
        ))}
      </div>
      <Group component="form" align="end" wrap="nowrap" mt="sm" onSubmit={send}>
        <TextInput flex={1} label={t.bot.previewLabel} value={question} dir="auto" maxLength={2000} onChange={(e) => setQuestion(e.target.value)} />
        <Button type="submit" disabled={Boolean(open)} leftSection={<IconSend size={16} aria-hidden="true" />}>{t.bot.previewAsk}</Button>
      </Group>
    </Card>
  )
}

function Shown({ row }: { row: Asked }) {
  const { t } = useHere()
  if (row.problem) return <Text className="bubble out" c="red">{row.problem}</Text>
  if (row.answer?.finished) return <Reply answer={row.answer} />
  const step = Math.min(row.answer?.step ?? 0, t.bot.steps.length - 1)
  return <Group className="bubble out" gap="xs"><Loader size={14} aria-hidden="true" />{t.bot.steps[step]}</Group>
}

export function Reply({ answer }: { answer: Answered }) {
  const { t, say } = useHere()
  const said = answer.reply ?? []
  const named = (version: string | number) => (version === 'draft' ? t.bot.versions.draft : fill(t.bot.versions.version, { n: version }))
  const { body, sources } = withSources(said[said.length - 1] ?? '', answer.citations ?? [])
  return (
    <div className="bubble out">
      {[...said.slice(0, -1), body].filter(Boolean).map((text, i) => <p dir="auto" key={i} className="text"><Formatted text={text} /></p>)}
      <Citations sources={sources} />
      {answer.problem && <Text c="red">{fill(t.bot.broke, { reason: say(answer.problem) })}</Text>}
      {!answer.answered && !answer.problem && <small>{t.bot.notAnswered}</small>}
      <Calls tools={answer.tools} />
      {answer.version && <small>{named(answer.version)}{answer.pairs_version && ` · ${t.knowledge.tabs.qaPairs}: ${named(answer.pairs_version)}`}</small>}
    </div>
  )
}
