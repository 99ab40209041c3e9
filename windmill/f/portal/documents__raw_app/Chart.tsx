// A small chart in SVG, a bar a day, with its figures as a table for whoever doesn't see it.
import React from 'react'
import { fill, useHere } from './ui'

type Props = { title: string; days: string[]; values: (number | null)[]; show: (value: number) => string; most?: number }

export default function Chart({ title, days, values, show, most }: Props) {
  const { t, locale } = useHere()
  const top = most ?? Math.max(...values.map((v) => v ?? 0), 1e-9)
  const step = 300 / days.length
  const day = (text: string) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(text))
  return (
    <figure className="chart">
      <figcaption>{title}</figcaption>
      <svg viewBox="0 0 300 84" role="img" aria-label={title} preserveAspectRatio="none">
        <line x1="0" x2="300" y1="80.5" y2="80.5" className="axis" />
        {values.map((value, i) => (
          <rect key={days[i]} x={i * step + step * 0.1} width={step * 0.8} y={80 - (76 * (value ?? 0)) / top} height={(76 * (value ?? 0)) / top} rx="1">
            <title>{`${day(days[i])}: ${value === null ? '–' : show(value)}`}</title>
          </rect>
        ))}
      </svg>
      <div className="row spread">
        <small>{day(days[0])}</small>
        <small>{fill(t.insights.most, { n: show(top) })}</small>
        <small>{day(days[days.length - 1])}</small>
      </div>
      <details>
        <summary>{t.insights.table}<span className="hidden">: {title}</span></summary>
        <table>
          <thead>
            <tr><th scope="col">{t.insights.day}</th><th scope="col">{title}</th></tr>
          </thead>
          <tbody>
            {days.map((d, i) => (
              <tr key={d}><td>{day(d)}</td><td>{values[i] === null ? '–' : show(values[i]!)}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
