// Insights: how it goes, beside the period before, what customers ask about, and what was asked in vain.
import { Button, Card, Group, NativeSelect, Progress, SegmentedControl, SimpleGrid, Text, Title } from '@mantine/core'
import { IconCertificate, IconDownload } from '@tabler/icons-react'
import React, { useState } from 'react'
import Chart from './Chart'
import Statement from './Statement'
import Topics from './Topics'
import Unanswered from './Unanswered'
import WrongAnswers from './WrongAnswers'
import { download } from './api'
import { useAsk } from './data'
import { go, useRoute } from './route'
import { Empty, Intro, Loaded, fill, useHere } from './ui'

// The median and the 95th percentile of the time to reply, and how long customers waited for a person; seconds.
type Times = { median_s: number | null; p95_s: number | null; handoffs_begun: number; handoffs_met: number; handoff_median_s: number | null; handoff_p95_s: number | null } & Feedback
// The staff's marks on answers, customers' reactions to them, and their ratings of conversations, on average from 1 to 5.
type Feedback = { marked_good: number; marked_wrong: number; thumbs_up: number; thumbs_down: number; other_reactions: number; ratings_asked: number; ratings: number; rating: number | null }
export type Day = { day: string; messages_in: number; messages_out: number; answered: number; unanswered: number; handoffs: number; failed: number; response_s: number | null; cost_usd: number; meta_usd: number } & Times
// What Meta charges for a number's messages this month: how many of its free replies are sent, and what the others cost.
type Charged = { phone_number_id: string; name: string; free: number; bound: number; billed: number; unpriced: number; usd: number }
type Month = { turns: number; tokens: number; cost_usd: number; limits: Record<string, number> }
export type Halves = { now: Times; before: Times }
export type Overview = { days: Day[]; halves: Halves; month: Month | null; numbers: Charged[] }

const closed = (row: Day) => row.answered + row.unanswered + row.handoffs + row.failed
type Sums = { messages: number; answered: number | null; handoffs: number; cost: number }

export function sums(rows: Day[]): Sums {
  const sum = (of: (row: Day) => number) => rows.reduce((all, row) => all + of(row), 0)
  const turns = sum(closed)
  return {
    messages: sum((r) => r.messages_in),
    answered: turns ? sum((r) => r.answered) / turns : null,
    handoffs: sum((r) => r.handoffs),
    cost: sum((r) => r.cost_usd),
  }
}

// Each figure as it is written.
export function useShow() {
  const { number, money } = useHere()
  const unit = (n: number, name: string) => number(n, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: n < 10 ? 1 : 0 })
  const duration = (n: number) => (n < 90 ? unit(n, 'second') : n < 5400 ? unit(n / 60, 'minute') : n < 129_600 ? unit(n / 3600, 'hour') : unit(n / 86_400, 'day'))
  const percent = (n: number) => number(n, { style: 'percent', maximumFractionDigits: 0 })
  return { count: (n: number) => number(n, { maximumFractionDigits: 0 }), duration, percent, money }
}

// This period and as many days before it, of all numbers or of one.
export function useDays(days: number, phone_number_id = '') {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const loaded = useAsk<Overview>('insights', 'get', { days: 2 * days, zone, phone_number_id }, { keep: true })
  const all = loaded.data?.days ?? []
  return { loaded, now: all.slice(-days), before: all.slice(0, -days) }
}

export default function Insights() {
  return useRoute().part === 'statement' ? <Statement /> : <Overall />
}

function Overall() {
  const { t } = useHere()
  const s = t.insights
  const [days, setDays] = useState(30)
  const [one, setOne] = useState('')
  const { loaded, now, before } = useDays(days, one)
  const numbers = loaded.data?.numbers ?? []
  const table = () => {
    const names = Object.keys(now[0]) as (keyof Day)[]
    download('insights.csv', [names.join(','), ...now.map((row) => names.map((name) => row[name] ?? '').join(','))].join('\n'))
  }
  return (
    <>
      <Intro>{s.intro}</Intro>
      <Group justify="space-between" mb="md">
        <SegmentedControl maw="100%" aria-label={s.range} value={String(days)} onChange={(value) => setDays(Number(value))} data={['7', '30', '90'].map((n) => ({ value: n, label: fill(s.days, { n }) }))} />
        {numbers.length > 1 && <NativeSelect aria-label={s.number} value={one} onChange={(e) => setOne(e.target.value)} data={[{ value: '', label: s.allNumbers }, ...numbers.map((n) => ({ value: n.phone_number_id, label: n.name }))]} />}
        {now.length > 0 && <Button variant="default" leftSection={<IconDownload size={16} aria-hidden="true" />} onClick={table}>{s.export}</Button>}
        <Button variant="default" leftSection={<IconCertificate size={16} aria-hidden="true" />} onClick={() => go('insights', 'statement')}>{t.statement.title}</Button>
      </Group>
      <Loaded of={loaded}>
        {({ month, halves }) => (
          <>
            <Figures now={now} before={before} halves={halves} />
            {sums(now).messages === 0 ? <Empty title={s.noData} icon="insights" /> : <Charts rows={now} before={before} month={month} numbers={numbers} />}
          </>
        )}
      </Loaded>
      <Topics days={days} number={one} />
      <WrongAnswers days={days} number={one} />
      <Unanswered />
    </>
  )
}

export function Figures({ now, before, halves }: { now: Day[]; before: Day[]; halves: Halves }) {
  const { t, number } = useHere()
  const show = useShow()
  const s = t.insights
  const [here, then] = [{ ...sums(now), ...halves.now }, { ...sums(before), ...halves.before }]
  type Name = keyof typeof here
  const written = (value: number | null, as: (n: number) => string) => (value === null ? '–' : as(value))
  const slowest = here.p95_s !== null && fill(s.slowest, { n: show.duration(here.p95_s) })
  const alone = here.handoffs_begun - here.handoffs_met
  const figures: [string, Name, (n: number) => string, (string | false)?][] = [
    [s.messages, 'messages', show.count],
    [s.answered, 'answered', show.percent],
    [s.response, 'median_s', show.duration, slowest],
    [s.handoffs, 'handoffs', show.count],
    [s.handoffWait, 'handoff_median_s', show.duration, alone > 0 && fill(s.notMet, { n: show.count(alone) })],
    [s.cost, 'cost', show.money],
    [t.feedback.markedWrong, 'marked_wrong', show.count, fill(t.feedback.markedGood, { n: show.count(here.marked_good) })],
    [t.feedback.rating, 'rating', (n) => number(n, { minimumFractionDigits: 1, maximumFractionDigits: 1 }), fill(t.feedback.rated, { n: show.count(here.ratings), asked: show.count(here.ratings_asked) })],
    [t.feedback.thumbsDown, 'thumbs_down', show.count, fill(t.feedback.thumbsUp, { n: show.count(here.thumbs_up) })],
  ]
  return (
    <dl className="figures">
      {figures.map(([label, name, as, more]) => (
        <Card key={name} padding="sm">
          <Text component="dt" size="sm" c="dimmed">{label}</Text>
          <dd>
            <Text fz="1.6rem" fw={650} lh={1.2}>{written(here[name], as)}</Text>
            {more && <Text size="xs">{more}</Text>}
            <Text size="xs" c="dimmed">{fill(s.before_period, { n: written(then[name], as) })}</Text>
          </dd>
        </Card>
      ))}
    </dl>
  )
}

function Charts({ rows, before, month, numbers }: { rows: Day[]; before: Day[]; month: Month | null; numbers: Charged[] }) {
  const { t } = useHere()
  const show = useShow()
  const s = t.insights
  const one = (title: string, of: (row: Day) => number | null, as: (n: number) => string, whole = false) => (
    <Chart title={title} days={rows.map((r) => r.day)} series={[{ name: 'now', label: s.thisPeriod, color: 'green.6', values: rows.map(of) }, { name: 'before', label: s.lastPeriod, color: 'gray.5', values: before.map(of), dashed: true }]} show={as} whole={whole} />
  )
  const outcomes = ([['answered', 'green.6'], ['unanswered', 'orange.5'], ['handoffs', 'blue.5'], ['failed', 'red.5']] as const).map(([name, color]) => ({
    name, color, label: s.outcomes[name], values: rows.map((r) => r[name]),
  }))
  const times = [
    { name: 'median', label: s.median, color: 'green.6', values: rows.map((r) => r.median_s) },
    { name: 'p95', label: s.p95, color: 'orange.5', values: rows.map((r) => r.p95_s) },
    { name: 'before', label: s.medianBefore, color: 'gray.5', values: before.map((r) => r.median_s), dashed: true },
  ]
  const costs = [
    { name: 'models', label: s.costModels, color: 'green.6', values: rows.map((r) => r.cost_usd - r.meta_usd) },
    { name: 'meta', label: 'WhatsApp', color: 'blue.5', values: rows.map((r) => r.meta_usd) },
  ]
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} my="md">
      {one(s.chartMessages, (r) => r.messages_in, show.count, true)}
      <Chart title={s.chartOutcomes} days={rows.map((r) => r.day)} series={outcomes} show={show.count} stacked whole />
      <Chart title={s.chartResponse} days={rows.map((r) => r.day)} series={times} show={show.duration} />
      {rows.some((r) => r.cost_usd > 0) && <Chart title={s.chartCost} days={rows.map((r) => r.day)} series={costs} show={show.money} stacked />}
      {month && <MonthUsed month={month} numbers={numbers} />}
    </SimpleGrid>
  )
}

// What this month has used, each against its limit where the plan has one.
function MonthUsed({ month, numbers }: { month: Month; numbers: Charged[] }) {
  const { t, number, money } = useHere()
  const s = t.insights
  const rows: [string, number, number | undefined, (n: number) => string][] = [
    [s.monthTurns, month.turns, month.limits.monthly_turns, (n) => number(n)],
    [s.monthTokens, month.tokens, month.limits.monthly_tokens, (n) => number(n)],
    [s.monthCost, month.cost_usd, month.limits.monthly_cost_usd, money],
    ...numbers.map((n): typeof rows[number] => [fill(s.freeReplies, { name: n.name }), n.free, n.bound, (count) => number(count)]),
  ]
  const charged = numbers.filter((n) => n.billed > 0)
  return (
    <Card component="section" aria-labelledby="month">
      <Title order={2} id="month" mb="sm">{s.month}</Title>
      {rows.map(([name, used, bound, show]) => (
        <div key={name}>
          <Group justify="space-between" mt="sm">
            <Text size="sm" c="dimmed">{name}</Text>
            <Text fw={600}>{show(used)}{bound ? <Text span size="sm" c="dimmed" fw={400}> {fill(s.limit, { n: show(bound) })}</Text> : null}</Text>
          </Group>
          {bound ? <Progress.Root size="sm"><Progress.Section aria-label={name} color={used >= 0.8 * bound ? 'orange' : 'green'} value={Math.min(100, (100 * used) / bound)} /></Progress.Root> : null}
        </div>
      ))}
      {charged.map((n) => (
        <Text key={n.phone_number_id} size="sm" mt="sm">
          {fill(s.charged, { name: n.name, n: number(n.billed), cost: money(n.usd) })}
          {n.unpriced > 0 && ` ${fill(s.unpriced, { n: number(n.unpriced) })}`}
        </Text>
      ))}
      <Text size="xs" c="dimmed" mt="sm">{s.chargesNote}</Text>
    </Card>
  )
}
