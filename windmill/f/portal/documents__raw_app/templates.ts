// Templates and words that wait, as f/portal_api/templates answers them; and the draft of a new template.
import { ask } from './api'

// place: what values are given by, such as body.1. value: what is known of the person, '' for nothing.
export type Place = { place: string; component: string; example: string; value: string }
// unusable: null, 'unsupported', or Meta's status, such as PAUSED; words: with places as {{1}}; usd: what Meta charges for one to this person.
export type Template = {
  name: string
  language: string
  status: string
  category: 'UTILITY' | 'MARKETING' | 'AUTHENTICATION' | null
  reason: string | null
  words: string
  places: Place[]
  unusable: string | null
  usd: number | null
}
// reading: null while the account was never read.
export type Templates = { templates: Template[]; reading: { read_at: string | null; error: string | null } | null; window_open: boolean }
export type Filled = { name: string; language: string; values: Record<string, string> }

export const listTemplates = (contact_id: string, all = false): Promise<Templates> => ask('templates', 'list', { contact_id, all })
export const previewTemplate = (contact_id: string, filled: Filled): Promise<{ words: string; category: Template['category'] }> =>
  ask('templates', 'preview', { contact_id, ...filled })
export const sendTemplate = (contact_id: string, reply_id: string, filled: Filled): Promise<{ state: string }> =>
  ask('templates', 'send', { contact_id, reply_id, ...filled })
// state: waiting after 24 hours, else as that of a reply.
export const waitToSend = (contact_id: string, reply_id: string, body: string): Promise<{ state: string }> =>
  ask('templates', 'wait', { contact_id, reply_id, body })
export const withdraw = (reply_id: string): Promise<unknown> => ask('templates', 'withdraw', { reply_id })

// An account's template, whether it can be sent or not. reason: a word of Meta's, such as SCAM, or its sentences.
export type Listed = Pick<Template, 'name' | 'language' | 'status' | 'category' | 'reason' | 'words'> & { waba_id: string; draft: Pick<Draft, 'header' | 'body' | 'footer' | 'buttons' | 'examples'> | null }
// names: of the numbers that belong to the account.
export type Account = { waba_id: string; names: string[]; read_at: string | null; error: string | null }
export type Shelf = { accounts: Account[]; templates: Listed[]; languages: string[]; categories: string[] }
// examples: by place, such as body.1.
export type Draft = { waba_id: string; name: string; language: string; category: string; header: string; body: string; footer: string; buttons: string[]; examples: Record<string, string> }

export const emptyDraft: Draft = { waba_id: '', name: '', language: 'en', category: 'UTILITY', header: '', body: '', footer: '', buttons: [], examples: {} }
export const createTemplate = (draft: Draft): Promise<{ status: string }> => ask('templates', 'create', draft)
export const updateTemplate = (draft: Draft): Promise<{ status: string }> => ask('templates', 'update', draft)
export const deleteTemplate = ({ waba_id, name, language }: Listed) => ask('templates', 'delete', { waba_id, name, language })
// Meta takes new words for these.
export const editable = (template: Listed) => template.draft !== null && ['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status)

// The places of a text, as it numbers them, each once.
export const placesOf = (text: string): string[] => [...new Set([...text.matchAll(/\{\{(\d+)\}\}/g)].map((found) => found[1]))]

// The draft as a customer reads it; a place without an example stays as it is written.
export function withExamples({ header, body, footer, buttons, examples }: Draft): string {
  const filled = (component: string, text: string) => text.replace(/\{\{(\d+)\}\}/g, (place, n) => examples[`${component}.${n}`] || place)
  return [filled('header', header), filled('body', body), footer, buttons.filter(Boolean).map((title) => `[${title}]`).join(' ')].filter(Boolean).join('\n')
}
