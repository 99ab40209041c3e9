// The operator's page: businesses, and what needs a hand.
import React, { useState } from 'react'
import Changes from './Changes'
import PlatformTenant, { Put, Tenant } from './PlatformTenant'
import { Actions, ask } from './api'
import type { Message } from './messages'
import { Field, Loading, Problem, Sure, fill, useForm, useHere, useLoad } from './ui'

type Overview = {
  operators: string[]
  tenants: Tenant[]
  stuck_turns: { id: string; tenant: string; run_id: string; lease_until: string }[]
  failed_documents: { id: string; tenant: string; title: string; error: Message; updated_at: string }[]
  dead_letters: { phone_number_id: string; message_id: string; tenant: string | null; reason: string; received_at: string }[]
  packages_differ: { package: string; deployed: string; worker: string }[]
  tags_without_worker: string[]
}

export default function Platform() {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [name, setName] = useState('')
  const [search, setSearch] = useState('')
  const loaded = useLoad<Overview>(() => ask('operator', 'get'), [])
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  const { operators, tenants } = loaded.value
  const found = tenants.filter((tenant) => `${tenant.name} ${tenant.numbers.map((n) => n.phone_number_id).join(' ')}`.toLowerCase().includes(search.trim().toLowerCase()))
  const create = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('operator', 'create_tenant', { name })
      setName('')
      await loaded.reload()
    })
  }
  return (
    <>
      <p className="intro">{p.intro}</p>
      <Troubles found={loaded.value} reload={loaded.reload} />
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
        {tenants.length > 5 && (
          <Field label={p.search}>
            <input type="search" dir="auto" value={search} onChange={(e) => setSearch(e.target.value)} />
          </Field>
        )}
        <ul className="cards">
          {found.map((tenant) => <PlatformTenant key={tenant.id} tenant={tenant} reload={loaded.reload} />)}
        </ul>
      </section>
      <Operators operators={operators} reload={loaded.reload} />
      <Changes script="operator" />
    </>
  )
}

function Troubles({ found, reload }: { found: Overview; reload: () => Promise<void> }) {
  const { t, time, say } = useHere()
  const p = t.platform
  const { stuck_turns, failed_documents, dead_letters, packages_differ, tags_without_worker } = found
  return (
    <>
      {tags_without_worker.length > 0 && (
        <Trouble title={p.idle} hint={p.idleHint} count={tags_without_worker.length}>
          {tags_without_worker.map((tag) => (
            <li className="card" key={tag}>
              <strong>{p.work[tag]}</strong>
              <small>{fill(p.tag, { tag })}</small>
            </li>
          ))}
        </Trouble>
      )}
      {packages_differ.length > 0 && (
        <Trouble title={p.packages} hint={p.packagesHint} count={packages_differ.length}>
          {packages_differ.map((d) => (
            <li className="card" key={d.package}>
              <strong>{d.package}</strong>
              <small>{fill(p.packageVersions, { deployed: d.deployed, worker: d.worker })}</small>
            </li>
          ))}
        </Trouble>
      )}
      <Trouble title={p.dead} hint={p.deadHint} count={dead_letters.length}>
        {dead_letters.map((m) => (
          <DeadLetter key={m.phone_number_id + m.message_id} letter={m} reload={reload} />
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
            <span className="bad">{say(d.error)}</span>
            <small>{time(d.updated_at)}</small>
          </li>
        ))}
      </Trouble>
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

function Operators({ operators, reload }: { operators: string[]; reload: () => Promise<void> }) {
  const { t } = useHere()
  const p = t.platform
  const change = async (action: Actions['operator'], email: string) => {
    await ask('operator', action, { email })
    await reload()
  }
  return (
    <section aria-labelledby="operators">
      <h2 id="operators">{p.operators}</h2>
      <p className="intro">{p.operatorsHint}</p>
      <div className="panel">
        <ul className="plain">
          {operators.map((email) => (
            <li key={email} className="row spread">
              <span className="break">{email}</span>
              <Sure label={t.remove} ask={fill(p.operatorAsk, { email })} says={p.operatorSays} act={() => change('delete_operator', email)} />
            </li>
          ))}
        </ul>
        <Put labels={[p.email]} button={p.addOperator} act={([email]) => change('create_operator', email)} />
      </div>
    </section>
  )
}

function DeadLetter({ letter, reload }: { letter: Overview['dead_letters'][number]; reload: () => Promise<void> }) {
  const { t, time } = useHere()
  const form = useForm()
  const again = () =>
    form.run(async () => {
      await ask('operator', 'dispatch_again', { phone_number_id: letter.phone_number_id, message_id: letter.message_id })
      await reload()
      return t.platform.dispatched
    })
  return (
    <li className="card">
      <strong dir="auto">{letter.tenant ?? letter.phone_number_id}</strong>
      <span className="bad">{letter.reason}</span>
      <small className="break">{letter.message_id} · {time(letter.received_at)}</small>
      <button type="button" disabled={form.busy} onClick={again}>{t.platform.dispatchAgain}</button>
      {form.shown}
    </li>
  )
}
