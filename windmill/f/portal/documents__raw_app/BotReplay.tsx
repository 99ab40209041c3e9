// What a past time would have looked like with the draft or a version, or (shadow) what customers are told from now on: what it costs first, how far it is,
// and the answers of then and now side by side.
import { Alert, Badge, Button, Card, Group, NativeSelect, NumberInput, Progress, SegmentedControl, SimpleGrid, Text } from '@mantine/core'
import React, { useState } from 'react'
import { choices } from './BotVersions'
import Formatted from './Formatted'
import { ask } from './api'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { go } from './route'
import type { Settings } from './settings'
import { About, Ago, Empty, Facts, Intro, Item, List, Loaded, fill, useForm, useHere } from './ui'
import { useRoute } from './useRoute'

export type Replay = {
  id: string
  version: string
  shadow: boolean
  turns: number
  from_at: string
  to_at: string
  of_turns: number
  most_usd: number
  spent_usd: number
  state: string
  why: string | null
  person: string | null
  started_at: string
  total: number
  done: number
  handoffs: number
  handoffs_then: number
  model: number
  model_then: number
  meta: number
  meta_then: number
  kinds: Record<string, number>
}
type Estimate = { turns: number; of_turns: number; usd: number; has_price: boolean }
type Side = { outcome: string; said: string; problem?: Message | string | null; calls: { tool: string; arguments: unknown; would?: boolean }[] }
type Result = { turn_id: string; contact_id: string; name: string | null; at: string; question: string; kinds: string[]; reasons: string[]; usd: Record<string, number>; was: Side; now: Side }

export default function BotReplay({ bot }: { bot: Settings }) {
  const { t } = useHere()
  const part = useRoute().id ?? ''
  const loaded = useAsk<{ last: Replay | null }>('replays', 'get', { phone_number_id: bot.phone_number_id }, { every: (found) => (found?.last?.state !== 'running' ? 0 : busy(found.last) ? 1500 : 15_000) })
  return (
    <>
      <Intro>{t.replay.intro}</Intro>
      <Loaded of={loaded}>
        {({ last }) => (
          <>
            <New key={part} bot={bot} shadowed={part === 'shadow'} busy={last?.state === 'running'} />
            {last ? <Found key={last.id} replay={last} /> : <Empty title={t.replay.none} icon="answer" />}
          </>
        )}
      </Loaded>
    </>
  )
}

// A shadow between two customers has nothing to do.
const busy = (replay: Replay) => !replay.shadow || replay.done < replay.total

// Nothing is asked before the person has seen what it costs at most.
function New({ bot, shadowed, busy }: { bot: Settings; shadowed: boolean; busy: boolean }) {
  const { t, number, money } = useHere()
  const r = t.replay
  const form = useForm()
  const offered = choices(bot, t.bot.versions)
  const [chosen, setVersion] = useState(offered[0].value)
  const version = offered.some(({ value }) => value === chosen) ? chosen : 'live'
  const [days, setDays] = useState('7')
  const [shadow, setShadow] = useState(shadowed)
  const [turns, setTurns] = useState('100')
  const [most, setMost] = useState<string | number>('')
  const wanted = { phone_number_id: bot.phone_number_id, version, days: Number(days), turns: Number(turns), shadow }
  const loaded = useAsk<Estimate>('replays', 'estimate', wanted, { keep: true })
  const words = (found: Estimate) => {
    if (!found.turns) return r.nothing
    const many = fill(shadow ? r.shadowEstimate : r.estimate, { turns: number(found.turns), of: number(found.of_turns) })
    return `${many} ${found.has_price ? fill(r.cost, { cost: money(found.usd) }) : r.noPrice}`
  }
  const bound = (usd: number) => (most === '' ? Math.max(0.1, Math.ceil(usd * 15) / 10) : Number(most))
  const start = (usd: number) =>
    form.run(async () => {
      await ask('replays', 'start', { ...wanted, most_usd: bound(usd) }).finally(() => refresh('replays', 'bot'))
    })
  return (
    <Card className="panel" mb="md">
      <SegmentedControl transitionDuration={0} mb="sm" size="xs" aria-label={r.what} value={shadow ? 'shadow' : 'past'} onChange={(what) => setShadow(what === 'shadow')} data={['past', 'shadow'].map((value) => ({ value, label: r.whats[value] }))} />
      {shadow && <Text size="sm" c="dimmed" mb="sm">{r.shadowHint}</Text>}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <NativeSelect label={r.version} value={version} onChange={(e) => setVersion(e.target.value)} data={offered} />
        <NativeSelect label={r.period} value={days} onChange={(e) => setDays(e.target.value)} data={['1', '7', '31'].map((value) => ({ value, label: (shadow ? r.nextDays : r.periods)[value] }))} />
        <NativeSelect label={r.sample} value={turns} onChange={(e) => setTurns(e.target.value)} data={['20', '100', '1000'].map((value) => ({ value, label: (shadow ? r.atMost : r.samples)[value] }))} />
      </SimpleGrid>
      <Loaded of={loaded}>
        {(found) => (
          <>
            <Text mt="md">{words(found)}</Text>
            {found.turns > 0 && (
              <Group mt="sm" align="end">
                {found.has_price && <NumberInput w="9rem" label={r.most} min={0.01} max={1000} step={0.1} decimalScale={2} value={bound(found.usd)} onChange={setMost} />}
                <Button disabled={busy} loading={form.busy} onClick={() => start(found.usd)}>{shadow ? r.startShadow : r.start}</Button>
              </Group>
            )}
            {form.shown}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Found({ replay }: { replay: Replay }) {
  const { t, number, money, time } = useHere()
  const r = t.replay
  const form = useForm()
  const running = replay.state === 'running'
  const stop = () =>
    form.run(async () => {
      await ask('replays', 'stop', { replay: replay.id })
      await refresh('replays', 'bot')
    })
  const version = replay.version.startsWith('draft') ? t.bot.versions.draft : fill(t.bot.versions.version, { n: replay.version })
  const title = running ? fill(replay.shadow ? r.shadowed : r.running, { n: number(replay.done), of: number(replay.shadow ? replay.turns : replay.total) }) : replay.why ? `${r.whys[replay.why]} ${fill(r.stopped, { n: number(replay.done), of: number(replay.total) })}` : fill(r.ended, { n: number(replay.done) })
  return (
    <>
      <Alert color={running ? 'blue' : replay.why ? 'orange' : 'green'} mb="md" role="status" title={title}>
        {running && <Progress mb="sm" value={(100 * replay.done) / Math.max(replay.shadow ? replay.turns : replay.total, 1)} aria-label={r.progress} />}
        <Facts facts={[version, `${time(replay.from_at)} – ${time(replay.to_at)}`, fill(r.spent, { cost: money(replay.spent_usd), most: money(replay.most_usd) }), replay.person, <Ago at={replay.started_at} />]} />
        {running && <Group mt="sm"><Button size="compact-sm" variant="default" loading={form.busy} onClick={stop}>{r.stop}</Button></Group>}
        {form.shown}
      </Alert>
      {replay.done > 0 && <Results replay={replay} />}
    </>
  )
}

function Results({ replay }: { replay: Replay }) {
  const { t, number, money } = useHere()
  const r = t.replay
  const [kind, setKind] = useState('')
  const [pages, setPages] = useState(1)
  const choose = (name: string) => {
    setKind(name)
    setPages(1)
  }
  const counts = Object.keys(r.kinds).map((name): [string, number] => [name, name ? replay.kinds[name] : replay.done])
  const then = (was: number, now: number) => fill(r.thenNow, { was: money(was), now: money(now) })
  return (
    <>
      <Text size="sm">{r.models}: {then(replay.model_then, replay.model)}</Text>
      <Text size="sm">{r.meta}: {then(replay.meta_then, replay.meta)}</Text>
      <Text size="sm">{r.handoffs}: {fill(r.thenNow, { was: number(replay.handoffs_then), now: number(replay.handoffs) })}</Text>
      <Group gap="xs" my="md" role="group" aria-label={r.show}>
        {counts.map(([name, n]) => (
          <Button key={name} size="compact-sm" variant={name === kind ? 'filled' : 'default'} aria-pressed={name === kind} disabled={!n && name !== kind} onClick={() => choose(name)}>{r.kinds[name]} {number(n)}</Button>
        ))}
      </Group>
      <List label={r.results}>{Array.from({ length: pages }, (_, i) => <Page key={`${kind} ${i}`} replay={replay} kind={kind} from={i * 20} more={i === pages - 1 ? () => setPages(pages + 1) : undefined} />)}</List>
    </>
  )
}

// Twenty of them; read again as more are compared.
function Page({ replay, kind, from, more }: { replay: Replay; kind: string; from: number; more?: () => void }) {
  const { t } = useHere()
  const loaded = useAsk<{ results: Result[]; more: boolean }>('replays', 'list', { replay: replay.id, kind, from, done: replay.done }, { keep: true })
  return (
    <Loaded of={loaded}>
      {(found) => (
        <>
          {found.results.map((one) => <One key={one.turn_id} result={one} />)}
          {found.more && more && <li><Button variant="default" onClick={more}>{t.changes.more}</Button></li>}
        </>
      )}
    </Loaded>
  )
}

function One({ result }: { result: Result }) {
  const { t } = useHere()
  const r = t.replay
  const name = result.name || t.conversations.unnamed
  return (
    <Item faded={!result.kinds.length}>
      <Text fw={600} dir="auto" className="break">{result.question}</Text>
      <Group gap={6}>
        {result.kinds.map((kind) => <Badge key={kind} color={kind === 'failed' ? 'red' : 'orange'}>{kind === 'changed' ? result.reasons.map((reason) => r.reasons[reason]).join(', ') : r.kinds[kind]}</Badge>)}
        {!result.kinds.length && <Badge color="gray">{r.same}</Badge>}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Answer title={r.was} side={result.was} usd={result.usd.model_then + result.usd.meta_then} />
        <Answer title={r.now} side={result.now} usd={result.usd.model + result.usd.meta} />
      </SimpleGrid>
      <Facts facts={[<bdi>{name}</bdi>, <Ago at={result.at} />]} />
      <Group><Button size="compact-sm" variant="default" onClick={() => go('conversations', 'all', result.contact_id)}>{t.feedback.openConversation}<About>{name}</About></Button></Group>
    </Item>
  )
}

function Answer({ title, side, usd }: { title: string; side: Side; usd: number }) {
  const { t, money, say } = useHere()
  const r = t.replay
  return (
    <div>
      <Text size="sm" c="dimmed">{title} · {r.outcomes[side.outcome] ?? side.outcome} · {money(usd)}</Text>
      <div className="text" dir="auto">{side.said ? <Formatted text={side.said} /> : side.problem ? say(side.problem) : '–'}</div>
      {side.calls.map((call, i) => <Text key={i} size="sm" c="dimmed" className="break">{fill(call.would ? r.would : r.called, { tool: call.tool, arguments: JSON.stringify(call.arguments) })}</Text>)}
    </div>
  )
}
