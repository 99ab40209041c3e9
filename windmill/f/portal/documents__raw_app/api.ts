// How the pages ask the scripts: one JSON text with a mark, as f/common/portal_request wants it; and what they keep across a reload.
import { lineNow, setLine } from './line'
import type { Message } from './messages'
import { backend } from './wmill'

// A script's refusal: a code with values.
export class Refused extends Error {
  constructor(public reason: Message) {
    super(reason.code)
  }
}

// A script broke, or can't be reached. The details are for the console, not for a clerk.
export class Broken extends Error {}

// It can't be reached for now, or one is signed out there.
export class Lost extends Broken {}

let tenant = ''
export const chooseTenant = (id: string) => (tenant = id)
export const chosenTenant = () => tenant

// The actions of each script: a test compares them with the scripts.
export type Actions = {
  me: 'get'
  home: 'get'
  list: 'list'
  upload: 'upload' | 'forget'
  documents: 'delete' | 'read_again' | 'update' | 'set_speaker_notes'
  contradictions: 'list' | 'dismiss'
  page_picture: 'get'
  passages: 'list' | 'explain' | 'edit' | 'forget'
  sources: 'list' | 'list_pages' | 'create' | 'update' | 'refresh' | 'delete'
  qa_pairs: 'list' | 'create' | 'import' | 'update' | 'delete' | 'publish' | 'discard' | 'restore' | 'read_again' | 'versions' | 'compare'
  bot: 'get' | 'update' | 'upsert_tool' | 'delete_tool' | 'ask' | 'get_answer'
  cases: 'list' | 'propose' | 'create' | 'update' | 'keep_correction' | 'delete' | 'run' | 'get_run'
  replays: 'get' | 'estimate' | 'start' | 'stop' | 'list'
  versions: 'list' | 'compare' | 'publish' | 'discard' | 'restore' | 'get_share' | 'change_share'
  tools: 'list' | 'read_curl' | 'read_openapi' | 'save' | 'try' | 'delete' | 'list_server_tools' | 'connect' | 'finish_connection'
  scripts: 'list' | 'list_all' | 'read' | 'save' | 'delete'
  approvals: 'list' | 'decide'
  conversations: 'list' | 'get' | 'past' | 'pause' | 'resume' | 'reply' | 'export'
  attachments: 'get_key' | 'get' | 'send'
  inbox:
    | 'count'
    | 'watch'
    | 'get_team'
    | 'mark_read'
    | 'set_status'
    | 'assign'
    | 'mark_answer'
    | 'add_note'
    | 'delete_note'
    | 'update_contact'
    | 'set_available'
    | 'set_assignment'
  saved_replies: 'list' | 'save' | 'delete'
  templates: 'list' | 'preview' | 'send' | 'wait' | 'withdraw' | 'list_all' | 'create' | 'update' | 'delete'
  privacy: 'export' | 'forget'
  insights: 'get' | 'list_topics' | 'list_wrong' | 'list_unanswered' | 'dismiss' | 'ask_again' | 'get_answer'
  statement: 'get' | 'list_rows' | 'get_pdf'
  people: 'list' | 'invite' | 'withdraw' | 'create' | 'update' | 'delete' | 'list_changes'
  developers: 'list' | 'create_key' | 'revoke_key' | 'create_endpoint' | 'set_endpoint' | 'delete_endpoint' | 'show_secret'
  branding: 'get' | 'look' | 'update' | 'add_domain' | 'check_domain' | 'delete_domain'
  platform_branding: 'get' | 'look' | 'update' | 'verify_domain' | 'delete_domain'
  sessions: 'list' | 'end' | 'end_others' | 'delete_passkey'
  notifications: 'count' | 'list' | 'mark_read'
  doctor: 'get' | 'examine' | 'begin_test' | 'follow_test'
  connect: 'get' | 'list_numbers' | 'connect' | 'begin_dialog' | 'finish_dialog'
  operator:
    | 'get'
    | 'create_tenant'
    | 'update_tenant'
    | 'upsert_number'
    | 'set_key'
    | 'set_tool_folder'
    | 'update_limits'
    | 'update_model'
    | 'create_member'
    | 'delete_member'
    | 'create_operator'
    | 'delete_operator'
    | 'dispatch_again'
    | 'find'
    | 'send_test'
    | 'list_changes'
    | 'get_findings'
    | 'examine'
    | 'begin_test'
    | 'follow_test'
    | 'list_numbers'
    | 'connect_number'
}

// A letter as JSON writes it where it may not stand for itself.
export const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`

export async function ask<S extends keyof Actions>(script: S, action: Actions[S], fields: Record<string, unknown> = {}): Promise<any> {
  // The server blanks whatever looks like a reference to a secret: so that nobody's prices suffer, no dollar sign travels. And ASCII only:
  // the door takes no other large request.
  const request = JSON.stringify({ portal: 1, action, tenant_id: tenant, ...fields }).replace(/[$\u0080-\uffff]/g, escaped)
  const call = (backend as Record<string, (args: { request: string }) => Promise<any>>)[script]
  const answer = await call({ request }).catch((problem) => ({ error: problem }))
  if (answer?.ok === true || answer?.refused) setLine('up')
  // A browser's word for a connection that failed is a TypeError.
  else if (answer?.error instanceof TypeError && lineNow() === 'up') setLine('lost')
  if (answer?.ok === true) return answer
  if (answer?.refused) throw new Refused({ code: answer.refused, values: answer.values ?? {} })
  console.warn(script, action, answer?.error?.message ?? answer)
  throw lineNow() === 'up' ? new Broken() : new Lost()
}

// A frame may have no storage of its own: then a reload forgets, and nothing else breaks.
const memory: Record<string, string> = {}
export const keep = {
  get<T>(name: string, otherwise: T): T {
    let found: string | null = memory[name] ?? null
    try {
      found = sessionStorage.getItem(name) ?? found
    } catch {
      // no storage here: what is in memory counts
    }
    return found === null ? otherwise : JSON.parse(found)
  },
  set(name: string, value: unknown) {
    memory[name] = JSON.stringify(value)
    try {
      sessionStorage.setItem(name, memory[name])
    } catch {
      // no storage here: memory has it
    }
  },
}

// Kept beyond the tab, and by Windmill's own pages' side where the portal is inside Windmill: hence the mark before each name. None where there is no
// storage; whoever reads it checks its shape, which may be another version's.
const OURS = 'portal.'
export const lasting = {
  get(name: string): any {
    try {
      return JSON.parse(localStorage.getItem(OURS + name) ?? 'null') ?? undefined
    } catch {
      return undefined
    }
  },
  set(name: string, value: unknown) {
    try {
      localStorage.setItem(OURS + name, JSON.stringify(value))
    } catch {
      // no storage here: the next page does without
    }
  },
  forget(name: string) {
    try {
      localStorage.removeItem(OURS + name)
    } catch {
      // no storage here: nothing to forget
    }
  },
}

export const base64 = (file: File) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split('base64,')[1] ?? '')
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

export function download(name: string, content: string | BlobPart, type = 'text/csv') {
  const link = document.createElement('a')
  // Spreadsheets know the encoding by the mark in front.
  link.href = URL.createObjectURL(new Blob([type === 'text/csv' ? '\ufeff' + content : content], { type: `${type};charset=utf-8` }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

// crypto.randomUUID is there on https only.
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
