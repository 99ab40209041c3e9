// A conversation as f/portal_api/conversations gives it, and how its parts read.
import type { Approval } from './Approvals'
import type { Call } from './Calls'
import type { ThreadFile } from './files'
import type { Mark, Note, Order, Status } from './inbox'

type Known = { id: string; name: string | null; username: string | null; phone: string | null; waiting: boolean; blocked: boolean; status: Status; snoozed_until: string | null; assignee: string | null; tags: string[] }
// A line of the list. at: when the customer last wrote.
export type Contact = Known & { paused: boolean; opted_out: boolean; unread: number; body: string | null; direction: string | null; message_id: number | null; at: string | null }
// The person of a thread. paused_until: 'infinity' until somebody resumes the bot. opens_at: when the business opens on a later day. profile_name:
// WhatsApp's.
export type Person = Known & {
  profile_name: string | null
  language: string | null
  lead: Record<string, string>
  opted_out_at: string | null
  since: string
  last_message_at: string | null
  paused_until: string | null
  opens_at: string | null
}
// id: of the document, as long as there is one of that title. passages: the marks of those that were used.
export type Source = { document: string; page?: number; url?: string; id?: string; passages?: string[] }
export type Message = {
  id: number
  direction: 'in' | 'out'
  body: string
  citations: Source[] | null
  model: string | null
  status: string | null
  outcome: string | null
  tools: Call[] | null
  answered_by_human: boolean
  file: ThreadFile | null
  // By which words that wait are taken back.
  reply_id: string | null
  // What a mark names, on the last message of an answer of the bot; the marks of that answer; the emoji of the customer's reaction.
  answer_id: string | null
  marks: Mark[] | null
  reaction: string | null
  at: string
}
// past: there is something from the phone, of before the number was connected.
export type Page = { messages: Message[]; more: boolean; past?: boolean }
// score: from 1 to 5.
export type Rating = { score: number; at: string }
// A conversation before the one that goes on: the ids of its first and last message, and what the customer began with.
export type Earlier = { first: number; last: number; at: string; messages: number; words: string | null }
export type History = Page & { contact: Person; notes: Note[]; orders: Order[]; ratings: Rating[]; approvals: Approval[]; earlier: Earlier[] }

type Named = Pick<Known, 'name' | 'username' | 'phone'>
export const called = (contact: Named, unnamed: string) => contact.name || contact.username || (contact.phone ? readable(contact.phone) : unnamed)

// Countries whose code has two digits; 1 and 7 have one, all others three (ITU-T E.164).
const twoDigits = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

// +34 600 111 222: Meta's form of a number has digits only.
export function readable(phone: string): string {
  const code = /^[17]/.test(phone) ? 1 : twoDigits.test(phone) ? 2 : 3
  const rest = phone.slice(code)
  const groups = phone[0] === '1' && rest.length === 10 ? [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)] : (rest.match(/\d{1,3}(?=(\d{3})*$)/g) ?? [])
  return `+${phone.slice(0, code)} ${groups.join(' ')}`
}

// WhatsApp takes free words for 24 hours after the customer's last message.
export const windowEnds = (person: Person, moment: (text: string) => Date) => (person.last_message_at ? moment(person.last_message_at).getTime() + 86_400_000 : 0)

export type Said = { kind: string; words: string; quoted: string }
const MARKED = /^\[(link|location request|product|form(?: flow)?|image|video|audio|voice note|document|sticker|location|contact|order|template|rating|reaction|reaction taken back|deleted a message|deleted message)\]\s*/

// What the log's words mean: which kind of message they stand for, without the marks, and what they answer.
export function readWords(body: string, file: ThreadFile | null): Said {
  const quote = /^\[answers "([\s\S]*?)"\]\s*/.exec(body)
  const rest = quote ? body.slice(quote[0].length) : body
  const mark = MARKED.exec(rest)
  let words = mark ? rest.slice(mark[0].length) : rest
  if (file?.name && words.startsWith(file.name)) words = words.slice(file.name.length).replace(/^:\s*/, '')
  return { kind: mark?.[1].replace(' flow', '') ?? 'text', words, quoted: quote?.[1] ?? '' }
}
