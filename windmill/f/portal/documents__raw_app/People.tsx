// People: who may open this business's portal, and as what.
import React, { useState } from 'react'
import Changes from './Changes'
import { ask } from './api'
import { Field, Loading, Problem, Sure, fill, useForm, useHere, useLoad } from './ui'

type Person = { email: string; role: string; created_at: string }

export default function People() {
  const { t, may } = useHere()
  const p = t.people
  const list = useLoad<{ people: Person[]; you: string }>(() => ask('people', 'list'), [])
  if (list.error) return <Problem error={list.error} retry={list.reload} />
  if (!list.value) return <Loading />
  const { people, you } = list.value
  return (
    <>
      <p className="intro">{p.intro}</p>
      {!may('owner') && <p className="hint">{p.only}</p>}
      {may('owner') && <Add reload={list.reload} />}
      <ul className="cards">
        {people.map((person) => <One key={person.email} person={person} you={person.email === you} reload={list.reload} />)}
      </ul>
      <section aria-labelledby="roles">
        <h2 id="roles">{p.whatRoles}</h2>
        <dl className="pairs">
          {Object.entries(p.does).map(([role, words]) => (
            <div key={role}>
              <dt>{t.roles[role]}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </section>
      {may('owner') && <Changes script="people" />}
    </>
  )
}

function One({ person, you, reload }: { person: Person; you: boolean; reload: () => Promise<void> }) {
  const { t, may, time } = useHere()
  const p = t.people
  const form = useForm()
  const change = (role: string) =>
    form.run(async () => {
      await ask('people', 'update', { email: person.email, role })
      // What one may oneself, every page has to learn.
      if (you) location.reload()
      await reload()
    })
  return (
    <li className="card">
      <div className="row spread">
        <div className="row grow">
          <span className="face" aria-hidden="true">{person.email[0].toUpperCase()}</span>
          <div className="min">
            <strong className="break">{person.email}</strong> {you && <span className="badge">{p.youMark}</span>}
            <small>{fill(p.since, { time: time(person.created_at) })}</small>
          </div>
        </div>
        {may('owner') ? (
          <div className="row">
            <select className="fit" aria-label={fill(p.roleOf, { email: person.email })} value={person.role} disabled={form.busy} onChange={(e) => change(e.target.value)}>
              {Object.entries(t.roles).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
            </select>
            <Sure
              label={t.remove}
              ask={fill(p.removeAsk, { email: person.email })}
              says={you ? p.leaveSays : p.removeSays}
              act={async () => {
                await ask('people', 'delete', { email: person.email })
                if (you) location.reload()
                await reload()
              }}
            />
          </div>
        ) : (
          <span className="badge">{t.roles[person.role]}</span>
        )}
      </div>
      {form.shown}
    </li>
  )
}

function Add({ reload }: { reload: () => Promise<void> }) {
  const { t } = useHere()
  const p = t.people
  const form = useForm()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState('agent')
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('people', 'create', { email, role })
      setEmail('')
      await reload()
    })
  }
  return (
    <form className="panel" onSubmit={add}>
      <div className="row bottom">
        <div className="grow">
          <Field label={p.email}>
            <input type="email" required maxLength={200} autoComplete="off" value={email} onChange={(e) => setEmail(e.target.value)} />
          </Field>
        </div>
        <Field label={p.role}>
          <select value={role} onChange={(e) => setRole(e.target.value)}>
            {Object.entries(t.roles).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </Field>
        <button className="solid" disabled={form.busy}>{p.add}</button>
      </div>
      <small>{p.signIn}</small>
      {form.shown}
    </form>
  )
}
