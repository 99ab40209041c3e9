// Conversations: find one, read it, step in.
import React, { useContext, useEffect, useState } from 'react'
import Thread, { Contact, called } from './Thread'
import { ask, download, keep } from './api'
import { go, useRoute } from './route'
import { Empty, Field, Loading, Problem, Recount, fill, useEvery, useForm, useHere, useLoad } from './ui'

export default function Conversations() {
  const { t, may } = useHere()
  const c = t.conversations
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(1)
  const { show, chosen, open } = usePlace()
  const waiting = show === 'waiting'
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), 300)
    return () => clearTimeout(timer)
  }, [typed])
  const list = useLoad<{ contacts: Contact[]; more: boolean }>(async () => {
    const pages = await Promise.all(Array.from({ length: shown }, (_, i) => ask('conversations', 'list', { search, waiting, skip: i * 50 })))
    return { contacts: pages.flatMap((page) => page.contacts), more: pages[pages.length - 1].more }
  }, [search, waiting, shown])
  useEvery(10_000, list.value !== null, list.reload)
  const recount = useContext(Recount)
  const changed = () => {
    list.reload()
    recount()
  }
  return (
    <>
      <p className="intro">{c.intro}</p>
      <div className={chosen ? 'split open' : 'split'}>
        <div className="list">
          <Filter typed={typed} type={setTyped} waiting={waiting} wait={(only) => open(only ? 'waiting' : 'all', chosen)} />
          {list.error !== null && <Problem error={list.error} retry={list.reload} />}
          {!list.value && !list.error && <Loading />}
          {list.value?.contacts.length === 0 && (
            <Empty title={search ? fill(c.emptySearch, { words: search }) : waiting ? c.emptyWaiting : c.empty} hint={search || waiting ? undefined : c.emptyHint} icon="conversations" />
          )}
          <ul className="people">
            {list.value?.contacts.map((contact) => (
              <Person key={contact.id} contact={contact} current={contact.id === chosen} choose={() => open(show, contact.id)} />
            ))}
          </ul>
          {list.value?.more && <button type="button" onClick={() => setShown(shown + 1)}>{c.more}</button>}
          {may('owner', 'editor', 'agent') && Boolean(list.value?.contacts.length) && <Export />}
        </div>
        {chosen ? <Thread key={chosen} id={chosen} back={() => open(show, '')} changed={changed} /> : <div className="wide"><Empty title={c.choose} icon="conversations" /></div>}
      </div>
    </>
  )
}

// What the list shows and which conversation is open. Both are in the address, so that one can send it to a colleague; who comes back without
// them in the address is where they were.
function usePlace() {
  const { tenant } = useHere()
  const name = `inbox ${tenant}`
  const route = useRoute()
  const here = !route.page || route.page === 'conversations'
  const place = here && route.part ? { show: route.part, chosen: route.id ?? '' } : keep.get(name, { show: 'all', chosen: '' })
  const open = (show: string, chosen: string) => go('conversations', show, chosen)
  useEffect(() => {
    if (!here) return
    keep.set(name, place)
    if (!route.part) go('conversations', place.show, place.chosen, true)
  }, [name, here, route.part, place.show, place.chosen])
  return { ...place, open }
}

function Export() {
  const { t, number } = useHere()
  const c = t.conversations
  const form = useForm()
  const take = () =>
    form.run(async () => {
      const answer = await ask('conversations', 'export')
      download('conversations.csv', answer.csv)
      return answer.cut ? fill(c.exportCut, { n: number(answer.rows) }) : ' '
    }, t.loading)
  return (
    <>
      <button type="button" className="quiet" disabled={form.busy} onClick={take}>{c.export}</button>
      {form.shown}
    </>
  )
}

type FilterProps = { typed: string; type: (words: string) => void; waiting: boolean; wait: (only: boolean) => void }

function Filter({ typed, type, waiting, wait }: FilterProps) {
  const { t } = useHere()
  const c = t.conversations
  return (
    <>
      <Field label={c.search}>
        <input type="search" dir="auto" value={typed} onChange={(e) => type(e.target.value)} />
      </Field>
      <Field label={c.show}>
        <select value={waiting ? 'waiting' : 'all'} onChange={(e) => wait(e.target.value === 'waiting')}>
          <option value="all">{c.all}</option>
          <option value="waiting">{c.onlyWaiting}</option>
        </select>
      </Field>
    </>
  )
}

function Person({ contact, current, choose }: { contact: Contact; current: boolean; choose: () => void }) {
  const { t, time } = useHere()
  return (
    <li>
      <button type="button" aria-current={current || undefined} onClick={choose}>
        <span className="row spread">
          <strong dir="auto">{called(contact, t.conversations.unnamed)}</strong>
          <small>{contact.at && time(contact.at)}</small>
        </span>
        <span dir="auto" className="line">{contact.body}</span>
        {contact.waiting ? <span className="badge failed">{t.conversations.waiting}</span> : contact.paused && <span className="badge processing">{t.conversations.paused}</span>}
        {contact.opted_out && <span className="badge">{t.conversations.optedOut}</span>}
      </button>
    </li>
  )
}
