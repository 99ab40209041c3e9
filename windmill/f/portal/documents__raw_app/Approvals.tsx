// Calls of tools to which a person must agree: what exactly will be called, for whom, until when, and what became of it.
import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core'
import React from 'react'
import Values from './Values'
import { ask, escaped } from './api'
import { readable } from './conversation'
import { refresh, useAsk } from './data'
import { go } from './route'
import { About, Ago, Facts, fill, toast, useForm, useHere } from './ui'

// arguments: names and values, in the letters that the call will have. notified: sent, a code of `asking`, or what Meta said.
export type Approval = {
  id: string
  contact_id: string
  customer: string | null
  server: string
  tool: string
  arguments: [string, string | null][]
  digest: string
  state: 'waiting' | 'approved' | 'declined' | 'expired'
  at: string
  expires_at: string
  decided_at: string | null
  decided_by: string | null
  result: 'begun' | 'done' | 'refused' | 'not_called' | 'unsure' | null
  outcome: string | null
  notified: string | null
  notified_phone: string | null
}

// What waits for a decision, where something does.
export const useWaiting = (enabled: boolean) => useAsk<{ approvals: Approval[] }>('approvals', 'list', {}, { every: 20_000, enabled })

// Letters that can't be seen, or that turn the order of others round, as JSON writes them.
const plain = (text: string) => text.replace(/[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, escaped)

const colors: Record<string, string> = { waiting: 'orange', approved: 'green', declined: 'gray', expired: 'gray' }

// `alone`: not in the conversation's thread, so it leads there.
export function ApprovalCard({ approval: a, alone }: { approval: Approval; alone?: boolean }) {
  const { t, may, time } = useHere()
  const p = t.approvals
  const words = fill(p.wants, { tool: a.tool, server: a.server })
  return (
    <Card component="article" withBorder className="approval" aria-label={words}>
      <Stack gap={6}>
        <Group justify="space-between" align="start" wrap="nowrap">
          <Text fw={600} dir="auto" className="break">{words}</Text>
          <Badge color={colors[a.state]} style={{ flexShrink: 0 }}>{p.states[a.state]}</Badge>
        </Group>
        <Values rows={a.arguments.map(([name, value]) => [plain(name), plain(value ?? 'null')] as const)} />
        <Facts facts={[alone && (a.customer ?? t.conversations.unnamed), <Ago at={a.at} />, a.state === 'waiting' && fill(p.until, { time: time(a.expires_at) })]} />
        {a.state === 'waiting' && <Asked approval={a} />}
        {a.state !== 'waiting' && <Outcome approval={a} />}
        {a.state === 'waiting' && may('owner', 'editor', 'agent') && <Buttons approval={a} />}
        {alone && <Group><Button variant="subtle" size="compact-sm" onClick={() => go('conversations', 'all', a.contact_id)}>{t.notifications.open.conversations}<About>{a.customer ?? t.conversations.unnamed}</About></Button></Group>}
      </Stack>
    </Card>
  )
}

// Who was asked beside the portal, or why nobody was.
function Asked({ approval: { notified, notified_phone } }: { approval: Approval }) {
  const { t } = useHere()
  const p = t.approvals
  const asked = notified === 'sent' && fill(p.asked, { phone: readable(notified_phone ?? '') })
  const why = p.asking[notified ?? 'soon'] ?? fill(p.notAsked, { why: notified })
  return <Text size="sm" c="dimmed">{asked || why}</Text>
}

function Outcome({ approval: a }: { approval: Approval }) {
  const { t, time } = useHere()
  const p = t.approvals
  const by = a.decided_by && fill(p.by[a.state], { person: a.decided_by, time: time(a.decided_at ?? a.at) })
  const result = a.state === 'approved' ? p.results[a.result ?? 'soon'] : p.nothingDone
  return (
    <>
      {by && <Text size="sm" className="break">{by}</Text>}
      <Text size="sm">{result}</Text>
      {a.outcome && <Text size="sm" c="dimmed" dir="auto" className="break" lineClamp={6}>{a.outcome}</Text>}
    </>
  )
}

function Buttons({ approval: a }: { approval: Approval }) {
  const { t } = useHere()
  const p = t.approvals
  const form = useForm()
  const decide = (approve: boolean) =>
    form.run(async () => {
      try {
        await ask('approvals', 'decide', { approval_id: a.id, digest: a.digest, approve })
        toast(approve ? p.approved : p.declined)
      } finally {
        await refresh('approvals', 'conversations', 'home', 'notifications')
      }
    })
  return (
    <>
      <Group gap="xs">
        <Button size="compact-md" disabled={form.busy} onClick={() => decide(true)}>{p.approve}<About>{a.tool}</About></Button>
        <Button size="compact-md" variant="default" disabled={form.busy} onClick={() => decide(false)}>{p.decline}<About>{a.tool}</About></Button>
      </Group>
      {form.shown}
    </>
  )
}
