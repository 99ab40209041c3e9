// A business's own tests of its bot: what must be answered, how the last run went, and one by one to change.
import { Alert, Badge, Button, Group, Progress, Text } from '@mantine/core'
import React, { useState } from 'react'
import CaseForm, { Case, emptyCase } from './CaseForm'
import { Finding, RedCases, Run, Cause, useRun } from './CaseRun'
import { ask } from './api'
import { refresh, useAsk } from './data'
import type { Settings } from './settings'
import { About, Ago, Empty, Facts, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

export type Stored = Case & { id: string; origin: string; person: string | null; of_customer: boolean; at: string; state: string | null; findings: Finding[] | null; cause: Cause; said: string | null; asked_at: string | null }
type Answer = { cases: Stored[]; last: Run | null }

export default function BotCases({ bot }: { bot: Settings }) {
  const { t, may } = useHere()
  const c = t.cases
  const loaded = useAsk<Answer>('cases', 'list', { phone_number_id: bot.phone_number_id })
  const [edited, setEdited] = useState<Case | null>(null)
  return (
    <>
      <Intro>{c.intro}</Intro>
      <Loaded of={loaded}>
        {({ cases, last }) => (
          <>
            <Head bot={bot} last={last} some={cases.some((one) => one.enabled)} add={() => setEdited(emptyCase(bot.phone_number_id))} />
            {cases.length === 0 && <Empty title={c.none} hint={c.noneHint} icon="answer" />}
            <List label={t.bot.tabs.cases}>{cases.map((one) => <One key={one.id} stored={one} edit={may('owner', 'editor') ? () => setEdited(one) : undefined} />)}</List>
          </>
        )}
      </Loaded>
      {edited && <CaseForm stored={edited} close={() => setEdited(null)} />}
    </>
  )
}

function Head({ bot, last, some, add }: { bot: Settings; last: Run | null; some: boolean; add: () => void }) {
  const { t, may } = useHere()
  const c = t.cases
  const form = useForm()
  const [run, setRun] = useState(last?.state === 'running' ? last.id : '')
  const state = useRun(run, () => refresh('cases'))
  const start = () =>
    form.run(async () => {
      setRun((await ask('cases', 'run', { phone_number_id: bot.phone_number_id })).run)
    })
  const shown = state?.of ?? last
  const running = shown?.state === 'running'
  return (
    <>
      {shown && (
        <Alert color={running ? 'blue' : shown.state === 'red' ? 'red' : 'green'} mb="md" role="status" title={running ? fill(c.running, { n: shown.done, of: shown.total }) : c.ended[shown.state]}>
          {running ? <Progress value={(100 * shown.done) / Math.max(shown.total, 1)} aria-label={c.progress} /> : <Facts facts={[c.why[shown.why], shown.ended_at && <Ago at={shown.ended_at} />, shown.person]} />}
        </Alert>
      )}
      {may('owner', 'editor') && (
        <Group mb="md">
          <Button size="compact-md" disabled={!some || running} loading={form.busy} onClick={start}>{c.runNow}</Button>
          <Button size="compact-md" variant="default" onClick={add}>{c.add}</Button>
          {form.shown}
        </Group>
      )}
      {state && state.of.state !== 'running' && state.red.length > 0 && <RedCases red={state.red} />}
    </>
  )
}

function One({ stored, edit }: { stored: Stored; edit?: () => void }) {
  const { t, say } = useHere()
  const c = t.cases
  const remove = async () => {
    await ask('cases', 'delete', { case_id: stored.id })
    await refresh('cases')
  }
  const color = stored.state === 'green' ? 'green' : stored.state ? 'red' : 'gray'
  return (
    <Item faded={!stored.enabled}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Text fw={600} dir="auto" miw={0} className="break">{stored.title}</Text>
        <Badge color={stored.enabled ? color : 'gray'}>{stored.enabled ? c.states[stored.state ?? 'waiting'] : c.off}</Badge>
      </Group>
      <Wanted expected={stored.expected} />
      {stored.findings?.map((finding, i) => <Text key={i} size="sm" c={stored.state === 'green' ? 'dimmed' : 'red'} dir="auto">{say(finding)}</Text>)}
      <Facts facts={[c.origins[stored.origin], stored.person, stored.asked_at && <Ago at={stored.asked_at} />]} />
      {edit && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={edit}>{c.edit}<About>{stored.title}</About></Button>
          <Sure label={t.remove} ask={fill(c.removeAsk, { title: stored.title })} says={c.removeSays} act={remove} />
        </Group>
      )}
    </Item>
  )
}

// What must be, in a line each.
function Wanted({ expected }: { expected: Case['expected'] }) {
  const { t } = useHere()
  const c = t.cases
  const quoted = (words: string[]) => words.map((one) => `“${one}”`).join(', ')
  const lines = [
    c.outcomes[expected.outcome],
    expected.must_say?.length ? `${c.mustSay}: ${quoted(expected.must_say)}` : '',
    expected.must_not_say?.length ? `${c.mustNotSay}: ${quoted(expected.must_not_say)}` : '',
    expected.source ? `${c.source}: ${expected.source.title || expected.source.url}` : '',
    expected.tool ? `${c.tool}: ${expected.tool}` : '',
  ].filter(Boolean)
  return <>{lines.map((line) => <Text key={line} size="sm" dir="auto">{line}</Text>)}</>
}
