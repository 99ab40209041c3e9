// Insights: how it goes, and what was asked in vain.
import React, { useState } from 'react'
import Chart from './Chart'
import { ask } from './api'
import Unanswered from './Unanswered'
import { Empty, Field, Loading, Problem, fill, useHere, useLoad } from './ui'

type Day = { day: string; messages_in: number; messages_out: number; answered: number; unanswered: number; handoffs: number; failed: number; response_s: number | null; cost_usd: number }
type Month = { turns: number; tokens: number; cost_usd: number; limits: Record<string, number> }
type Overview = { days: Day[]; month: Month | null }

export default function Insights() {
  const { t, number, money } = useHere()
  const s = t.insights
  const [days, setDays] = useState(30)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const loaded = useLoad<Overview>(() => ask('insights', 'get', { days, zone }), [days])
  const rows = loaded.value?.days ?? []
  const sum = (name: 'messages_in' | 'answered' | 'unanswered' | 'handoffs' | 'failed' | 'cost_usd') => rows.reduce((all, row) => all + row[name], 0)
  const closed = (row: Day) => row.answered + row.unanswered + row.handoffs + row.failed
  const turns = rows.reduce((all, row) => all + closed(row), 0)
  const seconds = (n: number) => number(n, { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: 1 })
  const percent = (n: number) => number(n, { style: 'percent', maximumFractionDigits: 0 })
  const waited = rows.reduce((all, row) => all + (row.response_s ?? 0) * closed(row), 0)
  const month = loaded.value?.month
  return (
    <>
      <p className="intro">{s.intro}</p>
      <div className="narrow"><Field label={s.range}>
        <select value={days} onChange={(e) => setDays(Number(e.target.value))}>
          {[7, 30, 90].map((n) => <option key={n} value={n}>{fill(s.days, { n })}</option>)}
        </select>
      </Field></div>
      {loaded.error !== null && <Problem error={loaded.error} retry={loaded.reload} />}
      {!loaded.value && !loaded.error && <Loading />}
      {loaded.value && (
        <>
          <dl className="figures">
            <div><dt>{s.messages}</dt><dd>{number(sum('messages_in'))}</dd></div>
            <div><dt>{s.answered}</dt><dd>{turns ? percent(sum('answered') / turns) : '–'}</dd></div>
            <div><dt>{s.handoffs}</dt><dd>{number(sum('handoffs'))}</dd></div>
            <div><dt>{s.response}</dt><dd>{turns ? seconds(waited / turns) : '–'}</dd></div>
            <div><dt>{s.cost}</dt><dd>{money(sum('cost_usd'))}</dd></div>
          </dl>
          {sum('messages_in') === 0 ? (
            <Empty title={s.noData} />
          ) : (
            <Charts rows={rows} closed={closed} month={month} show={{ seconds, percent }} />
          )}
        </>
      )}
      <Unanswered />
    </>
  )
}

type Show = (n: number) => string
type ChartsProps = { rows: Day[]; closed: (row: Day) => number; month?: Month | null; show: { seconds: Show; percent: Show } }

function Charts({ rows, closed, month, show }: ChartsProps) {
  const { t, number, money } = useHere()
  const s = t.insights
  const dates = rows.map((row) => row.day)
  return (
    <div className="charts">
      <Chart title={s.chartMessages} days={dates} values={rows.map((r) => r.messages_in)} show={(n) => number(n)} />
      <Chart title={s.chartAnswered} days={dates} values={rows.map((r) => (closed(r) ? r.answered / closed(r) : null))} show={show.percent} most={1} />
      <Chart title={s.chartHandoffs} days={dates} values={rows.map((r) => r.handoffs)} show={(n) => number(n, { maximumFractionDigits: 0 })} />
      <Chart title={s.chartResponse} days={dates} values={rows.map((r) => r.response_s)} show={show.seconds} />
      <Chart title={s.chartCost} days={dates} values={rows.map((r) => r.cost_usd)} show={money} />
      {month && <Month month={month} />}
    </div>
  )
}

// What this month has used, each against its limit where the plan has one.
function Month({ month }: { month: Month }) {
  const { t, number, money } = useHere()
  const s = t.insights
  const rows: [string, number, number | undefined, (n: number) => string][] = [
    [s.monthTurns, month.turns, month.limits.monthly_turns, (n) => number(n)],
    [s.monthTokens, month.tokens, month.limits.monthly_tokens, (n) => number(n)],
    [s.monthCost, month.cost_usd, month.limits.monthly_cost_usd, money],
  ]
  return (
    <section className="chart" aria-labelledby="month">
      <h2 id="month">{s.month}</h2>
      {rows.map(([name, used, bound, show]) => (
        <div key={name} className="used">
          <div className="row spread">
            <small>{name}</small>
            <strong>{show(used)}{bound ? <small> {fill(s.limit, { n: show(bound) })}</small> : null}</strong>
          </div>
          {bound ? <progress aria-label={name} className={used >= 0.8 * bound ? 'near' : ''} max={bound} value={Math.min(used, bound)} /> : null}
        </div>
      ))}
    </section>
  )
}
