// The first calls: they go out while the browser still reads the rest of the script, and the page finds their answers there. A browser that was here
// before asks at once what it asked then, and who is here beside it; if that is somebody else, what they need is asked as soon as that is known.
import { Actions, ask, chooseTenant, chosenTenant, keep, lasting } from './api'
import { distances, localeOf, numbers, timeZone } from './formats'
import { Open, openPages, pageOf } from './pages'
import { views } from './parts'
import { readRoute } from './route'
import { chosenLanguage } from './texts'

type Fields = Record<string, unknown>
type Call = [script: keyof Actions, action: string, fields?: Fields]

// The business that somebody works for here: the one they chose before, else their first.
export const chosenOf = <B extends { tenant_id: string }>({ businesses }: { businesses: B[] }, tenant: string): B | undefined => businesses.find((one) => one.tenant_id === tenant) ?? businesses[0]

// This period and as many days before it, of all numbers or of one.
export const daysAsked = (days: number, phone_number_id = '') => ({ days: 2 * days, zone: timeZone(), phone_number_id })
export const listAsked = (days: number, phone_number_id = '') => ({ days, phone_number_id })

// What each page asks first, as it asks it. A page that is not here asks by itself.
const asks: Record<string, () => Call[]> = {
  home: () => [['home', 'get'], ['insights', 'get', daysAsked(7)]],
  conversations: () => [['conversations', 'list', { view: 'all', tag: '', search: '', days: 0, skip: 0 }], ['inbox', 'count'], ['inbox', 'get_team']],
  insights: () => [['insights', 'get', daysAsked(30)], ['insights', 'list_topics', listAsked(30)], ['insights', 'list_wrong', listAsked(30)], ['insights', 'list_unanswered']],
  platform: () => [['operator', 'get']],
}

const aSecond = (locale: string) => numbers(locale, { style: 'unit', unit: 'second' }).format(1)

// What each writes, where to learn how takes a slow browser long.
const writes: Record<string, (locale: string) => unknown> = {
  home: aSecond,
  conversations: distances,
  insights: aSecond,
}

// `value`: once it is there.
const early = new Map<string, { answer: Promise<any>; value?: unknown }>()
// What one business says is no answer for another. Who somebody is does not depend on it.
const nameOf = (script: string, action: string, fields: Fields) => JSON.stringify([script === 'me' ? '' : chosenTenant(), script, action, fields])

function start(script: keyof Actions, action: string, fields: Fields = {}) {
  const name = nameOf(script, action, fields)
  const there = early.get(name)
  if (there) return there.answer
  const one: { answer: Promise<any>; value?: unknown } = { answer: ask(script, action as never, fields) }
  one.answer.then((value) => (one.value = value)).catch(() => undefined) // whoever takes it learns of it
  early.set(name, one)
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
const BEFORE = 'before'

// Which businesses somebody had here, with what role: no names. It outlives the tab, unlike what the portal keeps otherwise, until they sign out.
function remember({ businesses, operator }: Open) {
  const open: Open = { businesses: businesses.map(({ tenant_id, role }) => ({ tenant_id, role })), operator }
  lasting.set(BEFORE, open)
}

export const forgetBefore = () => lasting.forget(BEFORE)

// What they probably need. What is kept may be of another version of this page: then nothing is asked early.
function guess(last: Open) {
  try {
    prepare(last)
  } catch {
    // who is here is on its way, and is kept in its place
  }
}

// What somebody's first page needs, unless it is on its way.
function prepare(who: Open) {
  const mine = chosenOf(who, keep.get('tenant', ''))
  chooseTenant(mine?.tenant_id ?? '')
  const route = readRoute()
  const page = pageOf(route.page, openPages(who, mine), mine)
  views[page]?.read().catch(() => undefined) // whoever draws it learns of it
  if (mine) start('notifications', 'count')
  const elsewhere = route.part || (page === 'conversations' && keep.get(`inbox ${mine?.tenant_id}`, ''))
  if (!elsewhere) asks[page]?.().forEach((call) => start(...call))
  writes[page]?.(localeOf(chosenLanguage())) // while the answers are on their way
}

export async function begin() {
  setTimeout(() => early.clear(), LATE)
  const asked = start('me', 'get')
  const last: Open | undefined = lasting.get(BEFORE)
  if (last) guess(last)
  else timeZone() // slow the first time: found while the answer is on its way
  const me: Open = await asked
  remember(me)
  prepare(me)
}

const TOGETHER = 80 // ms: less than it takes a slow browser to draw a page twice

// Waits a little for answers that are nearly there, so that the page is drawn with them, once.
export const gather = () => Promise.race([Promise.allSettled([...early.values()].map((one) => one.answer)), new Promise((go) => setTimeout(go, TOGETHER))])
