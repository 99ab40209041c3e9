// The first calls: they go out while the browser still reads the rest of the script, and the page finds their answers there.
import type { Business, Me } from './App'
import { Actions, ask, chooseTenant, chosenTenant, keep } from './api'
import { timeZone } from './formats'
import { openPages, pageOf } from './pages'
import { views } from './parts'
import { readRoute } from './route'

type Fields = Record<string, unknown>
type Call = [script: keyof Actions, action: string, fields?: Fields]

// The business that somebody works for here: the one they chose before, else their first.
export const chosenOf = ({ businesses }: Me, tenant: string): Business | undefined => businesses.find((one) => one.tenant_id === tenant) ?? businesses[0]

// This period and as many days before it, of all numbers or of one.
export const daysAsked = (days: number, phone_number_id = '') => ({ days: 2 * days, zone: timeZone(), phone_number_id })
export const listAsked = (days: number, phone_number_id = '') => ({ days, phone_number_id })

// What each page asks first, as it asks it. A page that is not here asks by itself.
const asks: Record<string, () => Call[]> = {
  home: () => [['home', 'get'], ['insights', 'get', daysAsked(7)], ['approvals', 'list']],
  conversations: () => [['conversations', 'list', { view: 'all', tag: '', search: '', days: 0, skip: 0 }], ['inbox', 'count'], ['inbox', 'get_team']],
  insights: () => [['insights', 'get', daysAsked(30)], ['insights', 'list_topics', listAsked(30)], ['insights', 'list_wrong', listAsked(30)], ['insights', 'list_unanswered']],
  platform: () => [['operator', 'get']],
}

// `value`: once it is there.
const early = new Map<string, { answer: Promise<any>; value?: unknown }>()
// What one business says is no answer for another. Who somebody is does not depend on it.
const nameOf = (script: string, action: string, fields: Fields) => JSON.stringify([script === 'me' ? '' : chosenTenant(), script, action, fields])

function start(script: keyof Actions, action: string, fields: Fields = {}) {
  const one: { answer: Promise<any>; value?: unknown } = { answer: ask(script, action as never, fields) }
  one.answer.then((value) => (one.value = value)).catch(() => undefined) // whoever takes it learns of it
  early.set(nameOf(script, action, fields), one)
  return one.answer
}

// A call that is on its way already is taken once: its answer where it is there, else the promise of one.
export function takeValue(script: string, action: string, fields: Fields = {}): any {
  const name = nameOf(script, action, fields)
  const value = early.get(name)?.value
  if (value !== undefined) early.delete(name)
  return value
}

export function take(script: string, action: string, fields: Fields = {}): Promise<any> | undefined {
  const name = nameOf(script, action, fields)
  const answer = early.get(name)?.answer
  early.delete(name)
  return answer
}

const LATE = 30_000 // ms after which an answer that nobody took is no news

export async function begin() {
  setTimeout(() => early.clear(), LATE)
  const asked = start('me', 'get')
  timeZone() // slow the first time: found while the answer is on its way
  const me: Me = await asked
  const mine = chosenOf(me, keep.get('tenant', ''))
  chooseTenant(mine?.tenant_id ?? '')
  const route = readRoute()
  const page = pageOf(route.page, openPages(me, mine), mine)
  views[page]?.read().catch(() => undefined) // whoever draws it learns of it
  if (mine) start('notifications', 'count')
  const elsewhere = route.part || (page === 'conversations' && keep.get(`inbox ${mine?.tenant_id}`, ''))
  if (!elsewhere) asks[page]?.().forEach((call) => start(...call))
}
