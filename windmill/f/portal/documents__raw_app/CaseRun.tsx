// A run of tests: how far it is, and what is red, with the answer of then and now side by side and which change did it.
import { Alert, Badge, Group, Progress, SimpleGrid, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import Formatted from './Formatted'
import { ask } from './api'
import { useEvery } from './every'
import type { Message } from './messages'
import type { Name } from './settings'
import { Ago, Item, List, fill, useHere } from './ui'

export type Run = { id: string; why: string; version: string; state: string; person: string | null; started_at: string; ended_at: string | null; total: number; done: number }
export type Finding = Message
export type Change = { what: string; subject: string | null; person: string | null; at: string }
export type Cause = { kind: string; settings?: string[]; pairs?: string[]; changes?: Change[] } | null
export type Red = { id: string; title: string; question: string; known_red: boolean; state: string; findings: Finding[]; cause: Cause; said: string | null; before: string | null }
export type Going = { of: Run; red: Red[] }

// A run as far as it is; `done` is told when it has ended.
export function useRun(run: string, done?: (going: Going) => void): Going | null {
  const [going, setGoing] = useState<Going | null>(null)
  const current = going?.of.id === run ? going : null
  useEvery(800, Boolean(run) && (!current || current.of.state === 'running'), async () => {
    try {
      const next: Going = await ask('cases', 'get_run', { run })
      setGoing(next)
      if (next.of.state !== 'running') done?.(next)
    } catch {
      // it is asked for again
    }
  })
  return current
}

// The tests of a draft are asked before it is published. bot: whose, where a business has several.
export function Testing({ going, bot }: { going: Going | null; bot?: string }) {
  const { t } = useHere()
  const c = t.cases
  return (
    <Alert color="blue" my="md" role="status" title={going ? fill(c.running, { n: going.of.done, of: going.of.total }) : c.testing}>
      {bot && <Text size="sm">{bot}</Text>}
      <Progress value={going ? (100 * going.of.done) / Math.max(going.of.total, 1) : 0} aria-label={c.progress} />
    </Alert>
  )
}

// Some are red (children): only an owner goes on, who says why.
export function Stopped({ reason, say, children }: { reason: string; say: (reason: string) => void; children: React.ReactNode }) {
  const { t, may } = useHere()
  const c = t.cases
  return (
    <>
      <Alert color="red" my="md" role="alert" title={c.stopped}>{c.stoppedHint}</Alert>
      {children}
      {may('owner') && <TextInput label={c.reason} required maxLength={500} value={reason} dir="auto" onChange={(e) => say(e.target.value)} />}
    </>
  )
}

export function RedCases({ red }: { red: Red[] }) {
  const { t, say } = useHere()
  const c = t.cases
  return (
    <List label={c.redOnes}>
      {red.map((one) => (
        <Item key={one.id}>
          <Group justify="space-between" align="start" wrap="nowrap">
            <Text fw={600} dir="auto" miw={0} className="break">{one.title}</Text>
            {one.known_red && <Badge color="gray">{c.known}</Badge>}
          </Group>
          {one.findings.map((finding, i) => <Text key={i} size="sm" c="red" dir="auto">{say(finding)}</Text>)}
          <Why cause={one.cause} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {([[c.was, one.before], [c.now, one.said]] as const).map(([name, words]) => (
              <div key={name}>
                <Text size="sm" c="dimmed">{name}</Text>
                <div className="text" dir="auto">{words ? <Formatted text={words} /> : '–'}</div>
              </div>
            ))}
          </SimpleGrid>
        </Item>
      ))}
    </List>
  )
}

function Why({ cause }: { cause: Cause }) {
  const { t } = useHere()
  const c = t.cases
  if (!cause) return null
  if (cause.kind === 'settings') return <Text size="sm">{fill(c.bySettings, { fields: (cause.settings ?? []).map((name) => (name === 'qa_pairs' ? fill(c.pairs, { questions: (cause.pairs ?? []).join(' · ') }) : t.fields[name as Name] ?? name)).join(', ') })}</Text>
  return (
    <>
      <Text size="sm">{cause.changes?.length ? c.byChanges : c.byOthers}</Text>
      {cause.changes?.map((change, i) => (
        <Text key={i} size="sm" dir="auto">{t.changes.actions[change.what] ?? change.what}: {change.subject ?? '–'} · {change.person ?? ''} <Ago at={change.at} /></Text>
      ))}
    </>
  )
}
