// The doctor of a number: whether customers get answers, and for each check what is wrong and what to do about it.
import { Alert, Badge, Button, Group, Stack, Text } from '@mantine/core'
import React from 'react'
import { ask } from './api'
import { refresh, useAsk } from './data'
import DoctorTest from './DoctorTest'
import { Linked } from './Linked'
import type { Message } from './messages'
import { About, Empty, Loaded, fill, useForm, useHere } from './ui'

type Finding = { check: string; state: string; message: Message | null; at?: string }
type Said = { findings: Finding[]; examined_at: string | null; verdict: string }
const colors: Record<string, string> = { green: 'green', red: 'red', unknown: 'gray', ready: 'green', not_ready: 'red' }

// `tenant`: on the operator's page the business that the number belongs to.
export default function Doctor({ number, name, tenant }: { number: string; name: string; tenant?: string }) {
  const { t, ago } = useHere()
  const d = t.doctor
  const form = useForm()
  const fields = { phone_number_id: number, ...(tenant && { tenant }) }
  const own = useAsk<Said>('doctor', 'get', fields, { enabled: !tenant })
  const any = useAsk<Said>('operator', 'get_findings', fields, { enabled: Boolean(tenant) })
  const run = () =>
    form.run(async () => {
      await (tenant ? ask('operator', 'examine', fields) : ask('doctor', 'examine', fields))
      await refresh(tenant ? 'operator' : 'doctor', 'notifications')
    })
  return (
    <Stack component="section" gap="sm" aria-label={fill(d.of, { name })}>
      <Loaded of={tenant ? any : own}>
        {({ findings, examined_at, verdict }) => (
          <>
            {findings.length === 0 ? <Empty title={d.never} hint={d.neverHint} /> : <Alert color={colors[verdict]} title={d.verdicts[verdict]} />}
            <Group>
              <Button variant="default" loading={form.busy} onClick={run}>{d.run}<About>{name}</About></Button>
              {examined_at && <Text size="sm" c="dimmed">{fill(d.at, { time: ago(examined_at) })}</Text>}
            </Group>
            {form.shown}
            <Stack component="ul" className="plain" gap="xs">{[...findings].sort((a, b) => order(a) - order(b)).map((finding) => <One key={finding.check} finding={finding} />)}</Stack>
            <DoctorTest number={number} name={name} tenant={tenant} />
          </>
        )}
      </Loaded>
    </Stack>
  )
}

// What must be mended comes first; within it the scripts' own order stays.
const order = (finding: Finding) => ['red', 'unknown', 'green'].indexOf(finding.state)

function One({ finding }: { finding: Finding }) {
  const { t, say, time } = useHere()
  const d = t.doctor
  return (
    <li>
      <Group gap="xs">
        <Text fw={600}>{d.checks[finding.check]}</Text>
        <Badge color={colors[finding.state]}>{d.states[finding.state]}</Badge>
      </Group>
      {finding.at && <Text size="sm" c="dimmed">{fill(d.lastProof, { time: time(finding.at) })}</Text>}
      {finding.message && <Text size="sm" className="break"><Linked text={say(finding.message)} /></Text>}
    </li>
  )
}
