// The operator's page: businesses, and what needs a hand.
import React, { useState } from 'react'
import { ask } from './api'
import { Empty, Field, Loading, Problem, Sure, fill, useForm, useHere, useLoad } from './ui'

type Tenant = {
  id: string
  name: string
  status: string
  has_whatsapp_token: boolean
  has_llm_key: boolean
  numbers: { phone_number_id: string; name: string; enabled: boolean }[]
  members: { email: string; role: string }[]
  documents: number
  turns: number
  cost_usd: number
}
type Overview = {
  tenants: Tenant[]
  stuck_turns: { id: string; tenant: string; run_id: string; lease_until: string }[]
  failed_documents: { id: string; tenant: string; title: string; error: string; updated_at: string }[]
  dead_letters: { phone_number_id: string; message_id: string; tenant: string | null; reason: string; received_at: string }[]
}

export default function Platform() {
  const { t, time } = useHere()
  const p = t.platform
  const form = useForm()
  const [name, setName] = useState('')
  const loaded = useLoad<Overview>(() => ask('operator', 'overview'), [])
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  const { tenants, stuck_turns, failed_documents, dead_letters } = loaded.value
  const create = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('operator', 'put_tenant', { name })
      setName('')
      await loaded.reload()
    })
  }
  return (
    <>
      <p className="intro">{p.intro}</p>
      <Trouble title={p.dead} hint={p.deadHint} count={dead_letters.length}>
        {dead_letters.map((m) => (
          <DeadLetter key={m.phone_number_id + m.message_id} letter={m} reload={loaded.reload} />
        ))}
      </Trouble>
      <Trouble title={p.stuck} count={stuck_turns.length}>
        {stuck_turns.map((turn) => (
          <li className="card" key={turn.id}>
            <strong dir="auto">{turn.tenant}</strong>
            <small>{fill(p.since, { time: time(turn.lease_until) })} · {fill(p.run, { id: turn.run_id })}</small>
          </li>
        ))}
      </Trouble>
      <Trouble title={p.failedDocs} count={failed_documents.length}>
        {failed_documents.map((d) => (
          <li className="card" key={d.id}>
            <strong dir="auto">{d.tenant}: {d.title}</strong>
            <span className="bad">{d.error}</span>
            <small>{time(d.updated_at)}</small>
          </li>
        ))}
      </Trouble>
      <section aria-labelledby="tenants">
        <h2 id="tenants">{p.tenants}</h2>
        <form className="row bottom" onSubmit={create}>
          <div className="grow">
            <Field label={p.tenantName}>
              <input required dir="auto" maxLength={200} value={name} onChange={(e) => setName(e.target.value)} />
            </Field>
          </div>
          <button className="solid" disabled={form.busy}>{p.create}</button>
        </form>
        {form.shown}
        <ul className="cards">
          {tenants.map((tenant) => <OneTenant key={tenant.id} tenant={tenant} reload={loaded.reload} />)}
        </ul>
      </section>
    </>
  )
}

function Trouble({ title, hint, count, children }: { title: string; hint?: string; count: number; children: React.ReactNode }) {
  const { t } = useHere()
  return (
    <section aria-label={title}>
      <h2>{title} {count > 0 && <span className="badge failed">{count}</span>}</h2>
      {count === 0 ? <p className="hint">{t.platform.fine}</p> : <><p className="intro">{hint}</p><ul className="cards">{children}</ul></>}
    </section>
  )
}

function DeadLetter({ letter, reload }: { letter: Overview['dead_letters'][number]; reload: () => Promise<void> }) {
  const { t, time } = useHere()
  const form = useForm()
  const again = () =>
    form.run(async () => {
      await ask('operator', 'hand_over_again', { phone_number_id: letter.phone_number_id, message_id: letter.message_id })
      await reload()
      return t.platform.handedOver
    })
  return (
    <li className="card">
      <strong dir="auto">{letter.tenant ?? letter.phone_number_id}</strong>
      <span className="bad">{letter.reason}</span>
      <small className="break">{letter.message_id} · {time(letter.received_at)}</small>
      <button type="button" disabled={form.busy} onClick={again}>{t.platform.handOver}</button>
      {form.shown}
    </li>
  )
}

function OneTenant({ tenant, reload }: { tenant: Tenant; reload: () => Promise<void> }) {
  const { t, number, money } = useHere()
  const p = t.platform
  const form = useForm()
  const act = (action: string, fields: Record<string, unknown>) => async () => {
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
          <Sure label={p.suspend} ask={fill(p.suspendAsk, { name: tenant.name })} says={p.suspendSays} act={act('put_tenant', { status: 'suspended' })} />
        ) : (
          <button type="button" disabled={form.busy} onClick={() => form.run(act('put_tenant', { status: 'active' }))}>{p.activate}</button>
        )}
      </div>
      <details>
        <summary>{p.numbers}, {p.keys}, {p.members}<span className="hidden">: {tenant.name}</span></summary>
        <h3>{p.numbers}</h3>
        <ul className="plain">
          {tenant.numbers.map((n) => <li key={n.phone_number_id}><span dir="auto">{n.name}</span> <small>{n.phone_number_id}</small></li>)}
        </ul>
        <Put labels={[p.numberId, t.bot.nameLabel]} button={p.addNumber} act={([phone_number_id, name]) => act('put_number', { phone_number_id, name })()} />
        <h3>{p.keys}</h3>
        {(['whatsapp_token', 'llm_api_key'] as const).map((kind) => (
          <div key={kind}>
            <p>{p[kind]}: {(kind === 'whatsapp_token' ? tenant.has_whatsapp_token : tenant.has_llm_key) ? p.stored : p.missing}</p>
            <Put labels={[`${p.key}: ${p[kind]}`]} button={t.save} secret act={([key]) => act('put_key', { kind, key })()} />
          </div>
        ))}
        <h3>{p.members}</h3>
        <ul className="plain">
          {tenant.members.map((m) => (
            <li key={m.email} className="row spread">
              <span>{m.email} <small>{t.roles[m.role]}</small></span>
              <Sure label={t.remove} ask={fill(p.memberAsk, { email: m.email })} says={p.memberSays} act={act('put_member', { email: m.email })} />
            </li>
          ))}
        </ul>
        <Put labels={[p.email]} button={p.addMember} roles act={([email, role]) => act('put_member', { email, role })()} />
      </details>
      {form.shown}
    </li>
  )
}

type PutProps = { labels: string[]; button: string; secret?: boolean; roles?: boolean; act: (values: string[]) => Promise<void> }

function Put({ labels, button, secret, roles, act }: PutProps) {
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
