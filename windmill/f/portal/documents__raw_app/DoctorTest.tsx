// A message there and back: a person writes words with a code to the number, and sees how far they and the bot's answer come.
import { Anchor, Badge, Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import React, { useState } from 'react'
import { ask, keep } from './api'
import { useAsk } from './data'
import { dates } from './formats'
import { Linked } from './Linked'
import type { Message } from './messages'
import { About, fill, moment, useForm, useHere } from './ui'

// `since`: by the server's clock, which its scripts compare with; `begun`: ms by this browser's, which may go otherwise.
type Test = { code: string; display: string | null; since: string; begun: number }
type Step = { step: string; state: string; at: string | null; message: Message | null }
const steps = ['came', 'answered', 'sent', 'delivered']
const colors: Record<string, string> = { done: 'green', failed: 'red', waiting: 'gray' }
const QUICK = 2000 // ms
const SLOW = 6000
const QUICK_FOR = 120_000
const FOR = 900_000
const KEPT = 3_600_000 // the scripts look for a message of the last hour

// `tenant`: on the operator's page the business that the number belongs to.
export default function DoctorTest({ number, name, tenant }: { number: string; name: string; tenant?: string }) {
  const { t } = useHere()
  const d = t.doctor.test
  const form = useForm()
  const place = `test ${number}`
  const kept = keep.get<Test | null>(place, null)
  const [test, setTest] = useState(kept && ageOf(kept) < KEPT ? kept : null)
  const fields = { phone_number_id: number, ...(tenant && { tenant }) }
  const begin = () =>
    form.run(async () => {
      const { code, display, since } = await ask(scriptOf(tenant), 'begin_test', fields)
      const begun = { code, display, since, begun: Date.now() }
      keep.set(place, begun)
      setTest(begun)
    })
  return (
    <Stack component="section" gap="xs" mt="md" aria-label={fill(d.of, { name })}>
      <Title order={2} size="h5">{d.title}</Title>
      <Text size="sm" c="dimmed">{d.hint}</Text>
      {test && <Follow key={test.code} test={test} fields={fields} tenant={tenant} />}
      <Group><Button variant="default" loading={form.busy} onClick={begin}>{test ? d.again : d.begin}<About>{name}</About></Button></Group>
      {form.shown}
    </Stack>
  )
}

function Follow({ test, fields, tenant }: { test: Test; fields: Record<string, unknown>; tenant?: string }) {
  const { t } = useHere()
  const d = t.doctor.test
  const words = fill(d.words, { code: test.code })
  const wanted = { ...fields, code: test.code, since: test.since }
  const every = (said?: { steps: Step[] }) => waitOf(test, said?.steps)
  const found = useAsk<{ steps: Step[] }>(scriptOf(tenant), 'follow_test', wanted, { every }).data?.steps ?? []
  return (
    <>
      <Text size="sm">{test.display ? fill(d.write, { number: `+${test.display}` }) : d.writeUnknown}</Text>
      <Group gap="sm">
        <Code fz="md" dir="auto">{words}</Code>
        <CopyButton value={words}>{({ copied, copy }) => <Button variant="default" size="compact-sm" onClick={copy}>{copied ? t.platform.copied : t.platform.copy}</Button>}</CopyButton>
        {test.display && <Anchor size="sm" href={`https://wa.me/${test.display}?text=${encodeURIComponent(words)}`} target="_blank" rel="noreferrer" underline="always">{d.open}</Anchor>}
      </Group>
      <Stack component="ol" className="plain" gap="xs" aria-live="polite">
        {steps.map((step) => <One key={step} step={found.find((one) => one.step === step) ?? { step, state: 'waiting', at: null, message: null }} />)}
      </Stack>
    </>
  )
}

const scriptOf = (tenant?: string) => (tenant ? 'operator' : 'doctor')
const ageOf = (test: Test) => Date.now() - test.begun

// Until it is asked again, in ms; 0: not again. What has failed is mended, and the words are written once more: so it is looked on, slowly.
function waitOf(test: Test, found: Step[] = []) {
  if (ageOf(test) > FOR || found.some(({ step, state }) => step === 'delivered' && state === 'done')) return 0
  return ageOf(test) > QUICK_FOR || found.some(({ state }) => state === 'failed') ? SLOW : QUICK
}

function One({ step }: { step: Step }) {
  const { t, say, locale } = useHere()
  const d = t.doctor.test
  const at = step.at && dates(locale, { timeStyle: 'medium' }).format(moment(step.at))
  return (
    <li>
      <Group gap="xs">
        <Text fw={600}>{d.steps[step.step]}</Text>
        <Badge color={colors[step.state]}>{at ? fill(d.at, { time: at }) : d.states[step.state]}</Badge>
      </Group>
      {step.message && <Text size="sm" className="break"><Linked text={say(step.message)} /></Text>}
    </li>
  )
}
