// The figures of a period beside the one before, and how each is written.
import React from 'react'
import { useAsk } from './data'
import { daysAsked } from './first'
import { fill, useHere } from './ui'

// The median and the 95th percentile of the time to reply, and how long customers waited for a person; seconds.
type Times = { median_s: number | null; p95_s: number | null; handoffs_begun: number; handoffs_met: number; handoff_median_s: number | null; handoff_p95_s: number | null } & Feedback
// The staff's marks on answers, customers' reactions to them, and their ratings of conversations, on average from 1 to 5.
type Feedback = { marked_good: number; marked_wrong: number; thumbs_up: number; thumbs_down: number; other_reactions: number; ratings_asked: number; ratings: number; rating: number | null }
export type Day = { day: string; messages_in: number; messages_out: number; answered: number; unanswered: number; handoffs: number; failed: number; response_s: number | null; cost_usd: number; meta_usd: number } & Times
// What Meta charges for a number's messages this month: how many of its free replies are sent, and what the others cost.
export type Charged = { phone_number_id: string; name: string; free: number; bound: number; billed: number; unpriced: number; usd: number }
export type Month = { turns: number; tokens: number; cost_usd: number; limits: Record<string, number> }
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
  const loaded = useAsk<Overview>('insights', 'get', daysAsked(days, phone_number_id), { keep: true })
  const all = loaded.data?.days ?? []
  return { loaded, now: all.slice(-days), before: all.slice(0, -days) }
}

export default function Figures({ now, before, halves }: { now: Day[]; before: Day[]; halves: Halves }) {
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
        <div key={name} className="tile">
          <dt>{label}</dt>
          <dd>
            <p className="now">{written(here[name], as)}</p>
            {more && <p>{more}</p>}
            <p className="then">{fill(s.before_period, { n: written(then[name], as) })}</p>
          </dd>
        </div>
      ))}
    </dl>
  )
}
