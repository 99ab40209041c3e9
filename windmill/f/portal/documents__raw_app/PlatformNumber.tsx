// One number on the operator's page: the model that answers, the ones that stand in for it, and how fast it may send.
import React, { useState } from 'react'
import type { Act } from './PlatformTenant'
import { Field, fill, useForm, useHere } from './ui'

type Model = { provider: string; model: string }
export type NumberOf = {
  phone_number_id: string
  name: string
  enabled: boolean
  provider: string | null
  model: string | null
  fallbacks: Partial<Model>[]
  sends_per_s: number
}
const MOST = 5

export default function PlatformNumber({ number, act }: { number: NumberOf; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [first, setFirst] = useState<Model>({ provider: number.provider ?? '', model: number.model ?? '' })
  const [others, setOthers] = useState<Model[]>(number.fallbacks.map((other) => ({ provider: other.provider ?? number.provider ?? 'openai', model: other.model ?? '' })))
  const [rate, setRate] = useState(String(number.sends_per_s))
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(act('update_model', { phone_number_id: number.phone_number_id, ...first, fallbacks: others, sends_per_s: Number(rate) }))
  }
  return (
    <form className="inset" onSubmit={send} aria-label={fill(p.numberOf, { name: number.name })}>
      <div className="row spread">
        <strong dir="auto">{number.name}</strong>
        <small>{number.phone_number_id}{!number.enabled && ` · ${t.bot.off}`}</small>
      </div>
      <div className="row bottom">
        <OneModel value={first} change={setFirst} may={['', 'openai', 'gemini']} />
        <Field label={p.rate}>
          <input type="number" required min={0.1} max={1000} step="any" value={rate} onChange={(e) => setRate(e.target.value)} />
        </Field>
      </div>
      <Fallbacks others={others} change={setOthers} />
      <button disabled={form.busy}>{t.save}<span className="hidden">: {number.name}</span></button>
      {form.shown}
    </form>
  )
}

// In the order in which they are asked.
function Fallbacks({ others, change }: { others: Model[]; change: (others: Model[]) => void }) {
  const { t } = useHere()
  const p = t.platform
  const up = (at: number) => change(others.map((other, i) => (i === at - 1 ? others[at] : i === at ? others[at - 1] : other)))
  return (
    <fieldset>
      <legend>{p.fallbacks}</legend>
      <ol className="plain">
        {others.map((other, i) => (
          <li key={i} className="row bottom">
            <OneModel value={other} change={(next) => change(others.map((o, n) => (n === i ? next : o)))} may={['openai', 'gemini']} nth={i + 1} />
            <button type="button" className="quiet" disabled={i === 0} onClick={() => up(i)}>{p.moveUp}<span className="hidden">: {other.model}</span></button>
            <button type="button" className="quiet danger" onClick={() => change(others.filter((_, n) => n !== i))}>{t.remove}<span className="hidden">: {other.model}</span></button>
          </li>
        ))}
      </ol>
      <button type="button" className="quiet" disabled={others.length >= MOST} onClick={() => change([...others, { provider: 'openai', model: '' }])}>{p.addFallback}</button>
    </fieldset>
  )
}

type OneModelProps = { value: Model; change: (value: Model) => void; may: string[]; nth?: number }

function OneModel({ value, change, may, nth }: OneModelProps) {
  const { t } = useHere()
  const p = t.platform
  return (
    <>
      <Field label={nth ? fill(p.vendorOf, { n: nth }) : p.vendor}>
        <select value={value.provider} onChange={(e) => change({ ...value, provider: e.target.value })}>
          {may.map((code) => <option key={code} value={code}>{p.providers[code]}</option>)}
        </select>
      </Field>
      {value.provider && (
        <Field label={nth ? fill(p.modelOf, { n: nth }) : p.model}>
          <input required maxLength={100} value={value.model} onChange={(e) => change({ ...value, model: e.target.value })} />
        </Field>
      )}
    </>
  )
}
