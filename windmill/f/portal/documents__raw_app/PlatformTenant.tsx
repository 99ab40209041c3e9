// One business on the operator's page: its state, numbers, keys and staff.
import React, { useState } from 'react'
import PlatformNumber, { NumberOf } from './PlatformNumber'
import { Actions, ask } from './api'
import { sealKey } from './keys'
import { Field, Sure, fill, useForm, useHere } from './ui'

export type Tenant = {
  id: string
  name: string
  status: string
  has_whatsapp_token: boolean
  has_llm_key: boolean
  numbers: NumberOf[]
  limits: Record<string, number>
  members: { email: string; role: string }[]
  documents: number
  turns: number
  cost_usd: number
}

export default function PlatformTenant({ tenant, reload }: { tenant: Tenant; reload: () => Promise<void> }) {
  const { t, number, money } = useHere()
  const p = t.platform
  const form = useForm()
  const act: Act = (action, fields) => async () => {
    await ask('operator', action, { tenant: tenant.id, ...fields })
    await reload()
  }
  return (
    <li className="card">
      <div className="row spread">
        <strong dir="auto">{tenant.name}</strong>
        <span className={tenant.status === 'active' ? 'badge ready' : 'badge failed'}>{p.status[tenant.status]}</span>
      </div>
      <small>
        {fill(p.month, { turns: number(tenant.turns), cost: money(tenant.cost_usd) })} · {fill(p.documents, { n: number(tenant.documents) })}
      </small>
      <div className="row">
        {tenant.status === 'active' ? (
          <Sure label={p.suspend} ask={fill(p.suspendAsk, { name: tenant.name })} says={p.suspendSays} act={act('update_tenant', { status: 'suspended' })} />
        ) : (
          <button type="button" disabled={form.busy} onClick={() => form.run(act('update_tenant', { status: 'active' }))}>{p.activate}</button>
        )}
      </div>
      <details>
        <summary>{p.details}<span className="hidden">: {tenant.name}</span></summary>
        <h3>{p.numbers}</h3>
        <ul className="plain">
          {tenant.numbers.map((n) => (
            <li key={n.phone_number_id}>
              <PlatformNumber number={n} act={act} />
            </li>
          ))}
        </ul>
        <Put labels={[p.numberId, t.bot.nameLabel]} button={p.addNumber} act={([phone_number_id, name]) => act('upsert_number', { phone_number_id, name })()} />
        <h3>{p.keys}</h3>
        <Keys tenant={tenant} act={act} />
        <h3>{p.plan}</h3>
        <Plan tenant={tenant} act={act} />
        <h3>{p.members}</h3>
        <ul className="plain">
          {tenant.members.map((m) => (
            <li key={m.email} className="row spread">
              <span>{m.email} <small>{t.roles[m.role]}</small></span>
              <Sure label={t.remove} ask={fill(p.memberAsk, { email: m.email })} says={p.memberSays} act={act('delete_member', { email: m.email })} />
            </li>
          ))}
        </ul>
        <Put labels={[p.email]} button={p.addMember} roles act={([email, role]) => act('upsert_member', { email, role })()} />
      </details>
      {form.shown}
    </li>
  )
}

export type Act = (action: Actions['operator'], fields: Record<string, unknown>) => () => Promise<void>

// A key goes in and never comes out: only whether there is one is shown.
function Keys({ tenant, act }: { tenant: Tenant; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const set = async (kind: string, key: string) => act('set_key', { kind, sealed_key: await sealKey('operator', tenant.id, kind, key) })()
  return (
    <>
      {(['whatsapp_token', 'llm_api_key'] as const).map((kind) => (
        <div key={kind}>
          <p>{p[kind]}: {(kind === 'whatsapp_token' ? tenant.has_whatsapp_token : tenant.has_llm_key) ? p.stored : p.missing}</p>
          <Put labels={[`${p.key}: ${p[kind]}`]} button={t.save} secret act={([key]) => set(kind, key)} />
        </div>
      ))}
    </>
  )
}

const BOUNDS = ['monthly_turns', 'monthly_tokens', 'monthly_cost_usd', 'replies_per_hour', 'documents', 'pages', 'bytes', 'ingestions_per_day', 'sources', 'qa_pairs', 'previews_per_hour', 'turns_at_once', 'turn_weight', 'background_jobs', 'keep_words_days', 'keep_media_days', 'keep_traces_days', 'keep_jobs_days']

// How many of the stored unit one of the shown is.
const unit = (name: string) => (name === 'bytes' ? 1e6 : 1)

// The plan: an empty field has the platform's figure.
function Plan({ tenant, act }: { tenant: Tenant; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [now, setNow] = useState<Record<string, string>>(Object.fromEntries(BOUNDS.map((name) => [name, name in tenant.limits ? String(tenant.limits[name] / unit(name)) : ''])))
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(act('update_limits', { limits: Object.fromEntries(BOUNDS.map((name) => [name, now[name] === '' ? null : Number(now[name]) * unit(name)])) }))
  }
  return (
    <form onSubmit={send}>
      <p className="soft">{p.planHint}</p>
      <div className="grid">
        {BOUNDS.map((name) => (
          <Field key={name} label={p.limits[name]}>
            <input type="number" min={0} step="any" value={now[name]} onChange={(e) => setNow({ ...now, [name]: e.target.value })} />
          </Field>
        ))}
      </div>
      <button disabled={form.busy}>{t.save}<span className="hidden">: {p.plan}</span></button>
      {form.shown}
    </form>
  )
}

type PutProps = { labels: string[]; button: string; secret?: boolean; roles?: boolean; act: (values: string[]) => Promise<void> }

export function Put({ labels, button, secret, roles, act }: PutProps) {
  const { t } = useHere()
  const form = useForm()
  const [values, setValues] = useState(labels.map(() => ''))
  const [role, setRole] = useState('editor')
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act(roles ? [...values, role] : values)
      setValues(labels.map(() => ''))
    })
  }
  return (
    <form className="row bottom" onSubmit={send}>
      {labels.map((label, i) => (
        <Field key={label} label={label}>
          <input required type={secret ? 'password' : 'text'} autoComplete="off" value={values[i]} onChange={(e) => setValues(values.map((v, n) => (n === i ? e.target.value : v)))} />
        </Field>
      ))}
      {roles && (
        <Field label={t.platform.role}>
          <select value={role} onChange={(e) => setRole(e.target.value)}>
            {Object.entries(t.roles).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </Field>
      )}
      <button disabled={form.busy}>{button}</button>
      {form.shown}
    </form>
  )
}
