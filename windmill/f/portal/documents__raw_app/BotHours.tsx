// Opening hours: by the week, in the business's own time zone, with holidays, and what the bot does when nobody is there.
import React from 'react'
import { Listed } from './BotParts'
import { Part, Week } from './settings'
import { Field, fill, useHere } from './ui'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const USUAL: Week = Object.fromEntries(DAYS.map((day) => [day, ['sat', 'sun'].includes(day) ? [] : [['09:00', '18:00']]]))
// A clock's midnight at the end of a day is stored as 24:00.
const stored = (end: string) => (end === '00:00' ? '24:00' : end)
const shown = (end: string) => (end === '24:00' ? '00:00' : end)
const zones = (Intl as unknown as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.('timeZone') ?? []

export default function Hours({ now, set }: Part) {
  const { t } = useHere()
  const b = t.bot
  const week = now.opening_hours
  const always = Object.keys(week).length === 0
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  const begin = () => set({ opening_hours: USUAL, ...(now.time_zone === 'UTC' ? { time_zone: here } : {}) })
  const day = (name: string, spans: string[][]) => set({ opening_hours: { ...week, [name]: spans } })
  const copy = () => set({ opening_hours: { ...week, ...Object.fromEntries(DAYS.slice(1, 5).map((name) => [name, week.mon ?? []])) } })
  return (
    <>
      <div className="row spread">
        <div className="choices" role="radiogroup" aria-label={b.tabs.hours}>
          <label className="check"><input type="radio" name="hours" checked={always} onChange={() => set({ opening_hours: {} })} /> {b.always}</label>
          <label className="check"><input type="radio" name="hours" checked={!always} onChange={begin} /> {b.weekly}</label>
        </div>
        <span className={now.open_now ? 'badge ready' : 'badge'}>{now.open_now ? b.openNow : b.closedNow}</span>
      </div>
      {!always && (
        <>
          <Field label={b.zone}>
            <select value={now.time_zone} onChange={(e) => set({ time_zone: e.target.value })}>
              {[...new Set([now.time_zone, 'UTC', here, ...zones])].map((zone) => <option key={zone} value={zone}>{zone.replace(/_/g, ' ')}</option>)}
            </select>
          </Field>
          <div className="week">
            {DAYS.map((name) => <Day key={name} name={b.days[name]} spans={week[name] ?? []} change={(spans) => day(name, spans)} />)}
          </div>
          <button type="button" className="quiet" onClick={copy}>{b.copyDown}</button>
          <Listed label={b.closedOn} hint={b.closedOnHint} value={now.closed_on} change={(closed_on) => set({ closed_on })} />
          <div className="choices" role="radiogroup" aria-label={b.outside}>
            <strong>{b.outside}</strong>
            {[['answer', b.outsideAnswer], ['close', b.outsideClose]].map(([code, words]) => (
              <label className="check" key={code}>
                <input type="radio" name="outside" checked={now.outside_hours === code} onChange={() => set({ outside_hours: code })} /> {words}
              </label>
            ))}
          </div>
        </>
      )}
    </>
  )
}

function Day({ name, spans, change }: { name: string; spans: string[][]; change: (spans: string[][]) => void }) {
  const { t } = useHere()
  const b = t.bot
  const write = (at: number, which: number, time: string) => {
    if (time) change(spans.map((span, i) => (i === at ? (which ? [span[0], stored(time)] : [time, span[1]]) : span)))
  }
  return (
    <div className="day">
      <strong>{name}</strong>
      <div className="spans">
        {spans.length === 0 && <small>{b.closed}</small>}
        {spans.map(([from, to], i) => (
          <div className="row" key={i}>
            <input type="time" aria-label={fill(b.from, { day: name })} value={from} onChange={(e) => write(i, 0, e.target.value)} />
            <span aria-hidden="true">–</span>
            <input type="time" aria-label={fill(b.to, { day: name })} value={shown(to)} onChange={(e) => write(i, 1, e.target.value)} />
            <button type="button" className="quiet danger" aria-label={`${b.removeSpan}: ${name} ${from}`} title={b.removeSpan} onClick={() => change(spans.filter((_, n) => n !== i))}>×</button>
          </div>
        ))}
      </div>
      <button type="button" className="quiet" disabled={spans.length >= 6} onClick={() => change([...spans, spans.length ? ['17:00', '20:00'] : ['09:00', '18:00']])}>
        {b.addSpan}<span className="hidden">: {name}</span>
      </button>
    </div>
  )
}
