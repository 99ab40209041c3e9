// Calls an action with a sample, before it is saved: what was sent, and what came back.
import { Alert, Badge, Button, Card, Code, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import { Action, Tried, shown, typed } from './actions'
import { ask } from './api'
import { useForm, useHere } from './ui'

type Props = { action: Action; samples: Record<string, unknown>; sent: () => Promise<Record<string, unknown>> }

export default function ActionTrial({ action, samples, sent }: Props) {
  const { t } = useHere()
  const a = t.actions
  const form = useForm()
  const [values, setValues] = useState<Record<string, string>>({})
  const [tried, setTried] = useState<Tried | null>(null)
  const asked = action.parameters.filter((p) => p.source === 'model' || p.source === 'contact')
  const valueOf = (name: string) => values[name] ?? shown(samples[name])
  const call = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      setTried(null)
      const given = Object.fromEntries(asked.map((p) => [p.name, typed(valueOf(p.name), p)]))
      setTried((await ask('tools', 'try', { ...(await sent()), samples: given })).tried)
    })
  }
  return (
    <Card withBorder component="section" aria-label={a.trial}>
      <Stack component="form" onSubmit={call}>
        <Text fw={600}>{a.trial}</Text>
        <Text size="sm" c="dimmed">{action.read_only ? a.trialHint : a.trialChanges}</Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {asked.map((p) => <TextInput key={p.name} label={p.name} value={valueOf(p.name)} onChange={(e) => setValues({ ...values, [p.name]: e.target.value })} />)}
        </SimpleGrid>
        <Group><Button type="submit" variant="default" loading={form.busy}>{a.call}</Button></Group>
        {form.shown}
      </Stack>
      {tried && <Outcome tried={tried} />}
    </Card>
  )
}

function Outcome({ tried: { request, status, raw, seen, problem } }: { tried: Tried }) {
  const { t } = useHere()
  const a = t.actions
  const lines = request && [`${request.method} ${request.url}`, ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`), '', request.body].join('\n').trim()
  return (
    <Stack mt="md" role="status">
      {problem && <Alert color="red">{problem}</Alert>}
      {lines && <Block title={a.request} text={lines} />}
      {status !== null && <Group gap="xs"><Badge color={status < 300 ? 'green' : 'red'}>{status}</Badge></Group>}
      {raw && <Block title={a.response} text={raw} />}
      {status !== null && status < 300 && !problem && <Block title={a.seen} text={seen || a.nothing} />}
    </Stack>
  )
}

const Block = ({ title, text }: { title: string; text: string }) => (
  <div>
    <Text size="sm" fw={600}>{title}</Text>
    <Code block tabIndex={0} mah="16rem" style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} aria-label={title} role="region">{text}</Code>
  </div>
)
