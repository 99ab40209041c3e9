// Lines or stacked bars by day, with axes and the figures of the day under the pointer. A library for it would be a quarter of the whole portal.
import { Paper, Text } from '@mantine/core'
import React, { useState } from 'react'

// color: a shade of the theme, as green.6. A day without a value (null) has no point, and the line is broken there.
export type Series = { name: string; label: string; color: string; values: (number | null)[]; dashed?: boolean }
type Props = { days: string[]; series: Series[]; show: (value: number) => string; stacked?: boolean; whole?: boolean }

const MOST_LABELS = 8 // on a narrow screen every second one
const paint = (one: Series) => `var(--mantine-color-${one.color.replace('.', '-')})`
const value = (one: Series, i: number) => one.values[i] ?? null

// From 0 to the greatest value or a little more, in round steps.
export function scale(most: number, whole = false): number[] {
  const rough = Math.max((most || 1) / 4, whole ? 1 : 0)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * [1, 2, 2.5, 5, 10].find((n) => n * power >= rough && (!whole || Number.isInteger(n * power)))!
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, i) => i * step)
}

// The drawing is one wide per day and one high; strokes keep their width however it is stretched.
const line = (one: Series, top: number) =>
  one.values.map((v, i) => (v === null ? '' : `${value(one, i - 1) === null ? 'M' : 'L'}${i + 0.5} ${1 - v / top}`)).join('')
const dots = (one: Series, top: number) => one.values.map((v, i) => (v === null ? '' : `M${i + 0.5} ${1 - v / top}h0`)).join('')

function Line({ one, top }: { one: Series; top: number }) {
  const stroke = { fill: 'none', vectorEffect: 'non-scaling-stroke' as const, stroke: paint(one) }
  return (
    <>
      <path {...stroke} d={line(one, top)} strokeWidth={2} strokeDasharray={one.dashed ? '4 4' : undefined} />
      <path {...stroke} d={dots(one, top)} strokeWidth={5} strokeLinecap="round" />
    </>
  )
}

function Bars({ series, top, days }: { series: Series[]; top: number; days: number }) {
  return Array.from({ length: days }, (_, i) => {
    let below = 0
    return series.map((one) => {
      const height = (value(one, i) ?? 0) / top
      below += height
      return height > 0 && <rect key={one.name + i} x={i + 0.15} width={0.7} y={1 - below} height={height} fill={paint(one)} />
    })
  })
}

export default function Plot({ days, series, show, stacked, whole }: Props) {
  const [at, setAt] = useState<number>()
  const heights = stacked ? days.map((_, i) => series.reduce((sum, one) => sum + (value(one, i) ?? 0), 0)) : series.flatMap((one) => one.values.map((v) => v ?? 0))
  const ticks = scale(Math.max(0, ...heights), whole)
  const top = ticks[ticks.length - 1]
  const every = Math.ceil(days.length / MOST_LABELS)
  const middle = (i: number) => `${(100 * (i + 0.5)) / days.length}%`
  const point = ({ clientX, currentTarget }: React.PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    setAt(Math.min(days.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * days.length))))
  }
  return (
    <>
      <div className="plot">
        <div className="ticks">{ticks.map((tick) => <span key={tick}>{show(tick)}</span>)}</div>
        <div className="area" onPointerMove={point} onPointerDown={point} onPointerLeave={() => setAt(undefined)}>
          <svg viewBox={`0 0 ${days.length} 1`} preserveAspectRatio="none">
            {ticks.map((tick) => <path key={tick} className="grid" d={`M0 ${1 - tick / top}H${days.length}`} />)}
            {at !== undefined && <path className="grid" d={`M${at + 0.5} 0V1`} />}
            {stacked ? <Bars series={series} top={top} days={days.length} /> : series.map((one) => <Line key={one.name} one={one} top={top} />)}
          </svg>
          {at !== undefined && (
            <Paper className="figure" withBorder shadow="md" p="xs" style={at < days.length / 2 ? { left: middle(at) } : { right: `calc(100% - ${middle(at)})` }}>
              <Text size="sm" fw={600}>{days[at]}</Text>
              <Legend series={series} says={(one) => (value(one, at) === null ? '–' : show(value(one, at)!))} />
            </Paper>
          )}
        </div>
        <div className="dates">
          {days.map((day, i) => (days.length - 1 - i) % every === 0 && <span key={i} style={{ left: middle(i) }}>{day}</span>)}
        </div>
      </div>
      <Legend series={series} />
    </>
  )
}

// What each colour is; with its figure, of the day that is pointed at.
function Legend({ series, says }: { series: Series[]; says?: (one: Series) => string }) {
  return (
    <ul className={`plain legend${says ? ' rows' : ''}`}>
      {series.map((one) => (
        <li key={one.name}>
          <span className="swatch" style={{ background: paint(one) }} />
          {one.label}
          {says && <strong>{says(one)}</strong>}
        </li>
      ))}
    </ul>
  )
}
