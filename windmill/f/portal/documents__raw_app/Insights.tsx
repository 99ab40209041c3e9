// Insights: how it goes, beside the period before, what customers ask about, and what was asked in vain.
import { Button, Card, Group, NativeSelect, Progress, SegmentedControl, SimpleGrid, Text, Title } from '@mantine/core'
import { IconCertificate, IconDownload } from '@tabler/icons-react'
import React, { useState } from 'react'
import Chart from './Chart'
import Figures, { Charged, Day, Month, sums, useDays, useShow } from './Figures'
import Statement from './Statement'
import Topics from './Topics'
import Unanswered from './Unanswered'
import WrongAnswers from './WrongAnswers'
import { download } from './api'
import { go } from './route'
import { Empty, Intro, Loaded, fill, useHere } from './ui'
import { useRoute } from './useRoute'

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
