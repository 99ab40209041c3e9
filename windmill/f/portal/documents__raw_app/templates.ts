// After 24 hours: templates and words that wait, as f/portal_api/templates answers them.
import { ask } from './api'

// place: what values are given by, such as body.1. value: what is known of the person, '' for nothing.
export type Place = { place: string; component: string; example: string; value: string }
// unusable: null, 'unsupported', or Meta's status, such as PAUSED; words: with places as {{1}}.
export type Template = {
  name: string
  language: string
  status: string
  category: 'UTILITY' | 'MARKETING' | 'AUTHENTICATION' | null
  reason: string | null
  words: string
  places: Place[]
  unusable: string | null
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
