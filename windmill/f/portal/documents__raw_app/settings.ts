// A chatbot's settings as f/portal_api/bot gives and takes them, and what an editor has changed of them and not yet saved.
import { useEffect, useState } from 'react'
import { Refused, keep } from './api'
import type { BusinessTool } from './BotToolChoice'
import type { Message } from './messages'
import type { Editable } from './settings_form'
export type { Row, Rule, Template, Week, Words } from './settings_form'
export { atOnce, bounds, columns, defaults, longest } from './settings_form'

export type Name = keyof Editable
// version: the number of the one that is live; newest: of the last one; shared: of the one that a share of the customers has; shadowed: a shadow runs; replayed: what of the draft a running replay takes; pairs_drafted: the business has drafted answers. problem: why a drafted value no longer fits.
export type Drafted = { setting: Name; value: unknown; person: string; at: string; problem: Message | null }
export type Settings = Editable & { phone_number_id: string; provider: string | null; model: string | null; open_now: boolean; version: number; newest: number; shared: number | null; shadowed: boolean; replayed: string[]; pairs_drafted: boolean; draft: Drafted[]; business_tools: BusinessTool[] }

// What each part of the form is given: the settings with the edits of them, as they stand without these (`saved`), a way to change some of them, and what is wrong with one.
export type Part = { now: Settings; saved: Settings; set: (part: Partial<Settings>) => void; wrong: (name: Name) => string | undefined }

type Edit = { was: unknown; now: unknown }
type Edits = Partial<Record<Name, Edit>>
// Objects with the same values are the same, in whatever order: PostgreSQL has one of its own.
const ordered = (_: string, value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value)
export const same = (a: unknown, b: unknown) => JSON.stringify(a, ordered) === JSON.stringify(b, ordered)

// The settings with what is drafted of them: these an editor goes on with.
export const withDraft = (bot: Settings): Settings => ({ ...bot, ...Object.fromEntries(bot.draft.filter((one) => one.setting in bot).map((one) => [one.setting, one.value])) })

// The draft as somebody sees it, so that nobody publishes or deletes what somebody else has changed since.
export const seenDraft = (bot: Settings) => ({ phone_number_id: bot.phone_number_id, draft: Object.fromEntries(bot.draft.map((one) => [one.setting, one.value])) })

// An edit knows what stood there when it began, so that another person's change in between is seen. Edits outlive a look at another page, and a reload.
export function useEdits(bot: Settings, tenant: string) {
  const draft = `edits ${tenant} ${bot.phone_number_id}`
  const [edits, setEdits] = useState<Edits>(() => keep.get(draft, {}))
  useEffect(() => keep.set(draft, edits), [draft, edits])
  const names = (Object.keys(edits) as Name[]).filter((name) => !same(edits[name]!.now, bot[name]))
  const values = (of: (edit: Edit, name: Name) => unknown) => Object.fromEntries(names.map((name) => [name, of(edits[name]!, name)]))
  const set = (part: Partial<Settings>) =>
    setEdits((before) => {
      const next = { ...before }
      for (const [key, value] of Object.entries(part)) {
        const name = key as Name
        const was = before[name] ? before[name].was : bot[name]
        if (same(value, bot[name])) delete next[name]
        else next[name] = { was, now: value }
      }
      return next
    })
  // Somebody else's value stands there now: keep one's own words, or take the other's.
  const rebase = (name: Name) => setEdits((before) => ({ ...before, [name]: { was: bot[name], now: before[name]?.now } }))
  const drop = (name: Name) => setEdits(({ [name]: _, ...rest }) => rest)
  return {
    now: { ...bot, ...values((edit) => edit.now) } as Settings,
    names,
    clashes: names.filter((name) => !same(edits[name]!.was, bot[name])),
    settings: values((edit) => edit.now),
    was: values((edit) => edit.was),
    standing: values((_, name) => bot[name]),
    set,
    rebase,
    drop,
    // Also where the page was left before the answer came.
    clear: () => {
      keep.set(draft, {})
      setEdits({})
    },
  }
}

// The field that a refusal is about.
const fieldOf: Record<string, Name> = {
  name_missing: 'name',
  languages_invalid: 'languages',
  time_zone_unknown: 'time_zone',
  webhook_address: 'notify_webhook_url',
  host_private: 'notify_webhook_url',
  phone_number: 'notify_phone',
  email_invalid: 'notify_email',
  person_to_tell: 'handoff_next',
  approval_rule: 'tools',
  tools_gone: 'tools',
  opening_days: 'opening_hours',
  opening_hours: 'opening_hours',
  date: 'closed_on',
  outside_hours: 'outside_hours',
}

export function wrongField(error: unknown, names: Name[]): Name | undefined {
  if (!(error instanceof Refused)) return undefined
  const { code, values } = error.reason
  if (code.startsWith('template_')) return names.find((name) => name.endsWith('_template'))
  return fieldOf[code] ?? (typeof values.field === 'string' ? (values.field as Name) : undefined)
}
