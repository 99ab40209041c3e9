// A chatbot's settings as f/portal_api/bot gives and takes them.
export type Words = Record<string, string>
export type Template = { name: string; language: string; parameters?: string[] } | null
export type Week = Record<string, string[][]>
export type Settings = {
  phone_number_id: string
  name: string
  enabled: boolean
  persona: string
  system_prompt: string
  provider: string | null
  model: string | null
  languages: string[]
  dont_know: Words
  failure_message: Words
  handoff_message: Words
  offer_human: Words
  limit_message: Words
  closed_message: Words
  canned_replies: Record<string, Words>
  opt_out_words: Record<string, string[]>
  opt_in_words: Record<string, string[]>
  show_citations: boolean
  send_documents: boolean
  merge_window_s: number
  max_rounds: number
  max_seconds: number
  max_tokens: number
  history_tokens: number
  max_replies_per_hour: number
  max_cost_usd: number
  stale_after_s: number
  handoff_hours: number
  handoff_on_failure: boolean
  handoff_keywords: string[]
  lead_fields: string[]
  notify_webhook_url: string | null
  notify_phone: string | null
  notify_template: Template
  window_template: Template
  time_zone: string
  opening_hours: Week
  closed_on: string[]
  outside_hours: string
  open_now: boolean
}

// What the page shows and does not send back.
const shownOnly = ['phone_number_id', 'provider', 'model', 'open_now']

export const changed = (before: Settings, now: Settings) =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => !shownOnly.includes(name) && JSON.stringify(value) !== JSON.stringify(before[name as keyof Settings])),
  )

export const listed = (text: string) => text.split(',').map((word) => word.trim()).filter(Boolean)

// What each part of the form is given: the settings as they stand, and a way to change some of them.
export type Part = { now: Settings; set: (part: Partial<Settings>) => void }
