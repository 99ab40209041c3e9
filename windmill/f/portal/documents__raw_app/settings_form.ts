// Made by windmill/deploy/settings_form.py from f/common/chatbot_settings.py: change that, then run `make bundle`.
export type Words = Record<string, string>
export type Template = { name: string; language: string; parameters?: string[] } | null
export type Week = Record<string, string[][]>
export type Row = Record<string, string>
export type Rule = 'never' | 'always' | { parameter: string; over: number }

// What a tenant's editors may change.
export type Editable = {
  name: string
  enabled: boolean
  persona: string
  system_prompt: string
  languages: string[]
  dont_know: Words
  failure_message: Words
  handoff_message: Words
  offer_human: Words
  limit_message: Words
  closed_message: Words
  waiting_message: Words
  canned_replies: Record<string, Words>
  opt_out_words: Record<string, string[]>
  opt_in_words: Record<string, string[]>
  show_citations: boolean
  send_documents: boolean
  links: Row[]
  source_links: boolean
  ask_location: boolean
  reactions: boolean
  catalog_id: string|null
  products: Row[]
  forms: Row[]
  contact_cards: Row[]
  voice_answers: string
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
  tools: Record<string, Rule>|null
  ask_rating: string
  notify_webhook_url: string|null
  notify_phone: string|null
  notify_template: Template
  notify_email: string|null
  handoff_again_min: number
  handoff_next: string[]
  approval_hours: number
  window_template: Template
  time_zone: string
  opening_hours: Week
  closed_on: string[]
  outside_hours: string
}

// What is live as soon as it is saved, without a draft.
export const atOnce: string[] = ['enabled']

// The least and the most of each number.
export const bounds = {
  merge_window_s: [0, 30],
  max_rounds: [1, 20],
  max_seconds: [5, 600],
  max_tokens: [1000, 1000000],
  history_tokens: [0, 20000],
  max_replies_per_hour: [1, 1000],
  max_cost_usd: [0.001, 100],
  stale_after_s: [60, 604800],
  handoff_hours: [0, 720],
  handoff_again_min: [0, 1440],
  approval_hours: [0.05, 168],
}

// What each number is where nobody has changed it.
export const defaults = {
  merge_window_s: 1.5,
  max_rounds: 6,
  max_seconds: 60,
  max_tokens: 60000,
  history_tokens: 2000,
  max_replies_per_hour: 60,
  max_cost_usd: 0.5,
  stale_after_s: 86400,
  handoff_hours: 12,
  handoff_again_min: 10,
  approval_hours: 4,
}

// The most characters of each text.
export const longest = {
  name: 200,
  persona: 4000,
  system_prompt: 8000,
  catalog_id: 40,
  notify_webhook_url: 1000,
  notify_phone: 30,
  notify_email: 320,
}

// The columns of each table, and the most characters of each.
export const columns = {
  links: { label: 20, url: 2000 },
  products: { name: 60, id: 100 },
  forms: { purpose: 200, id: 40, button: 20, screen: 60, fields: 1000 },
  contact_cards: { name: 100, phone: 30, email: 320 },
}
