// A chatbot's settings as f/portal_api/bot gives and takes them.
import type { Editable } from './settings_form'
export type { Template, Week, Words } from './settings_form'
export { bounds, longest } from './settings_form'

export type Settings = Editable & { phone_number_id: string; provider: string | null; model: string | null; open_now: boolean }

// What the page shows and does not send back.
const shownOnly = ['phone_number_id', 'provider', 'model', 'open_now']

export const changed = (before: Settings, now: Settings) =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => !shownOnly.includes(name) && JSON.stringify(value) !== JSON.stringify(before[name as keyof Settings])),
  )

export const listed = (text: string) => text.split(',').map((word) => word.trim()).filter(Boolean)

// What each part of the form is given: the settings as they stand, and a way to change some of them.
export type Part = { now: Settings; set: (part: Partial<Settings>) => void }
