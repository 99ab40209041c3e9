// The inbox of a team, as f/portal_api/inbox and f/portal_api/saved_replies answer it.
import { ask } from './api'

export type View = 'all' | 'mine' | 'unassigned' | 'waiting' | 'snoozed' | 'solved' | 'blocked'
export type Status = 'open' | 'snoozed' | 'solved'
export type Counts = Record<View | 'unread', number>
export type Team = {
  people: { email: string; role: 'owner' | 'editor' | 'agent'; available: boolean }[]
  tags: { tag: string; contacts: number }[]
  assignment: 'manual' | 'in_turn'
  you: string
}
export type Note = { id: number; author: string; body: string; at: string }
export type Verdict = 'good' | 'wrong'
// What a member of the staff says of an answer of the bot.
export type Mark = { person: string; verdict: Verdict; reason: string | null; at: string }
export type Order = { at: string; source: string; words: string }
// filled, missing: where the list was asked for a contact.
export type SavedReply = { id: string; shortcut: string; body: string; author: string; updated_at: string; filled?: string; missing?: string[] }
// What is absent stays. name: '' is WhatsApp's name again. lead: null deletes a field. opted_out: only the customer takes it back.
export type ContactChanges = { name?: string; language?: string; tags?: string[]; lead?: Record<string, string | null>; blocked?: boolean; opted_out?: true }

export const countViews = async (): Promise<Counts> => (await ask('inbox', 'count')).counts
export const getTeam = (): Promise<Team> => ask('inbox', 'get_team')
export const markRead = (contact_id: string, message_id?: number): Promise<unknown> => ask('inbox', 'mark_read', { contact_id, message_id })
export const markUnread = (contact_id: string): Promise<unknown> => ask('inbox', 'mark_read', { contact_id, unread: true })
// until: an ISO 8601 time with its zone, for a snoozed conversation.
export const setStatus = (contact_id: string, status: Status, until?: string): Promise<{ status: Status; snoozed_until: string | null }> =>
  ask('inbox', 'set_status', { contact_id, status, until })
// if_free: refused with already_assigned where somebody has it. email '': nobody.
export const assign = (contact_id: string, email: string, if_free = false): Promise<{ assignee: string | null }> =>
  ask('inbox', 'assign', { contact_id, email, if_free })
// verdict '': takes this person's mark back.
export const markAnswer = (answer_id: string, verdict: Verdict | '', reason = ''): Promise<unknown> => ask('inbox', 'mark_answer', { answer_id, verdict, reason })
export const addNote = (contact_id: string, body: string): Promise<{ note_id: number }> => ask('inbox', 'add_note', { contact_id, body })
export const deleteNote = (note_id: number): Promise<unknown> => ask('inbox', 'delete_note', { note_id })
export const updateContact = (contact_id: string, changes: ContactChanges): Promise<{ updated: string[] }> =>
  ask('inbox', 'update_contact', { contact_id, ...changes })
export const setAvailable = (available: boolean): Promise<unknown> => ask('inbox', 'set_available', { available })
export const setAssignment = (assignment: Team['assignment']): Promise<unknown> => ask('inbox', 'set_assignment', { assignment })
export const listSavedReplies = async (contact_id?: string): Promise<SavedReply[]> => (await ask('saved_replies', 'list', { contact_id })).replies
export const saveReply = (shortcut: string, body: string, saved_reply_id?: string): Promise<{ saved_reply_id: string }> =>
  ask('saved_replies', 'save', { shortcut, body, saved_reply_id })
export const deleteSavedReply = (saved_reply_id: string): Promise<unknown> => ask('saved_replies', 'delete', { saved_reply_id })
