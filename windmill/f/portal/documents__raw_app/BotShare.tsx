// A version that a share of the customers has: how its answers do beside the others', to raise it, publish it for all, or take it back; and why one that
// did worse was taken back by itself. And what runs in the shadow of live turns.
import { Alert, Button, Group, NativeSelect, Progress, Table, Text } from '@mantine/core'
import React, { useState } from 'react'
import type { Replay } from './BotReplay'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { go } from './route'
import type { Settings } from './settings'
import { About, Ago, Facts, Sure, fill, toast, useForm, useHere } from './ui'

type Rate = { measure: string; bad: number; customers: number; turns: number; others_bad: number; others_turns: number }
type Step = { act: string; percent: number; person: string | null; at: string }
type Share = { version: number; percent: number; margin: number; state: string; steps: Step[]; why: Rate | null; started_at: string; rates: Rate[] }
export const shares = [5, 10, 25, 50]

export default function BotShare({ bot }: { bot: Settings }) {
  const number = { phone_number_id: bot.phone_number_id }
  const { data } = useAsk<{ share: Share | null }>('versions', 'get_share', { ...number, shared: bot.shared }, { every: bot.shared ? 60_000 : 0, enabled: Boolean(bot.shared) || bot.newest > bot.version })
  const shadow = useAsk<{ last: Replay | null }>('replays', 'get', number, { every: (found) => (found?.last?.state === 'running' ? 15_000 : 0), enabled: bot.shadowed }).data?.last
  const share = data?.share
  return (
    <>
      {share?.state === 'running' && <Running bot={bot} share={share} />}
      {share?.why && share.version === bot.newest && <TakenBack share={share} />}
      {shadow?.shadow && shadow.state === 'running' && <Shadow shadow={shadow} />}
    </>
  )
}

function Running({ bot, share }: { bot: Settings; share: Share }) {
  const { t, number } = useHere()
  const s = t.share
  const form = useForm()
  const larger = shares.filter((percent) => percent > share.percent)
  const [to, setTo] = useState('')
  const change = async (act: string, fields = {}) => {
    await ask('versions', 'change_share', { phone_number_id: bot.phone_number_id, version: share.version, percent: share.percent, act, ...fields }).finally(() => refresh('bot', 'versions', 'home'))
    toast(fill(s.done[act], { n: share.version }))
  }
  const raised = larger.includes(Number(to)) ? Number(to) : larger[0]
  return (
    <Alert color="blue" mb="md" title={fill(s.running, { n: share.version, percent: number(share.percent) })}>
      <Rates rates={share.rates} />
      <Text size="sm" my="xs">{fill(s.bound, { margin: number(share.margin) })}{bot.enabled ? '' : ` ${s.off}`}</Text>
      <Steps steps={share.steps} />
      <Group gap="sm" mt="sm" align="end">
        {raised && (
          <>
            <NativeSelect w="8rem" size="xs" label={s.raiseTo} value={String(raised)} onChange={(e) => setTo(e.target.value)} data={larger.map((percent) => ({ value: String(percent), label: `${percent} %` }))} />
            <Button size="compact-sm" variant="default" loading={form.busy} onClick={() => form.run(() => change('raise', { to: raised }))}>{s.raise}</Button>
          </>
        )}
        <Sure label={s.publish} ask={fill(s.publishAsk, { n: share.version })} says={s.publishSays} act={() => change('publish')} />
        <Sure label={s.takeBack} ask={fill(s.takeBackAsk, { n: share.version })} says={s.takeBackSays} act={() => change('take_back')} />
      </Group>
      {form.shown}
    </Alert>
  )
}

function TakenBack({ share }: { share: Share }) {
  const { t, say } = useHere()
  const s = t.share
  const { measure, ...values } = share.why!
  return (
    <Alert color="red" mb="md" role="status" title={fill(s.takenBack, { n: share.version })}>
      <Text>{say({ code: 'share_worse', values: { ...values, measure: { code: `share_${measure}`, values: {} } } })}</Text>
      <Text size="sm" my="xs">{s.goOn}</Text>
      <Steps steps={share.steps} />
    </Alert>
  )
}

// Each measure of the share beside that of the others.
function Rates({ rates }: { rates: Rate[] }) {
  const { t, number } = useHere()
  const s = t.share
  const rate = (bad: number, turns: number) => (turns ? `${number(bad)} (${number(bad / turns, { style: 'percent', maximumFractionDigits: 1 })})` : '–')
  const { turns, others_turns } = rates[0]
  return (
    <Table aria-label={s.rates} withRowBorders={false} verticalSpacing={2} fz="sm">
      <Table.Thead><Table.Tr><Table.Th scope="col">{s.measure}</Table.Th><Table.Th scope="col">{fill(s.mine, { n: number(turns) })}</Table.Th><Table.Th scope="col">{fill(s.others, { n: number(others_turns) })}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {rates.map((one) => (
          <Table.Tr key={one.measure}><Table.Th scope="row" fw={400}>{s.measures[one.measure]}</Table.Th><Table.Td>{rate(one.bad, turns)}</Table.Td><Table.Td>{rate(one.others_bad, others_turns)}</Table.Td></Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

// Who did what with it, and when.
export function Steps({ steps }: { steps: Step[] }) {
  const { t, number } = useHere()
  return <>{steps.map((step, i) => <Facts key={i} facts={[fill(t.share.acts[step.act], { percent: number(step.percent) }), step.person ?? t.share.itself, <Ago at={step.at} />]} />)}</>
}

function Shadow({ shadow }: { shadow: Replay }) {
  const { t, number, money, time } = useHere()
  const r = t.replay
  const about = fill(r.shadowed, { n: number(shadow.done), of: number(shadow.turns) })
  return (
    <Alert color="blue" mb="md" title={about}>
      <Progress mb="sm" value={(100 * shadow.done) / shadow.turns} aria-label={r.progress} />
      <Facts facts={[fill(r.until, { at: time(shadow.to_at) }), fill(r.spent, { cost: money(shadow.spent_usd), most: money(shadow.most_usd) }), shadow.person]} />
      <Group mt="sm"><Button size="compact-sm" variant="default" onClick={() => go('bot', 'replay')}>{r.look}<About>{about}</About></Button></Group>
    </Alert>
  )
}
