// An HTTP action as f/portal_api/tools gives and takes it, and its request as the page edits it: as text.
export type Source = 'model' | 'fixed' | 'contact' | 'secret'
export type Parameter = { name: string; source: Source; schema?: Record<string, unknown>; description?: string; required?: boolean; value?: unknown }
export type Action = {
  name: string
  description: string
  method: string
  url: string
  query: Record<string, unknown>
  headers: Record<string, string>
  body: unknown
  body_kind: string
  parameters: Parameter[]
  answer_path?: string
  answer_template?: string
  read_only: boolean
  idempotent?: boolean
  timeout_s?: number
  enabled?: boolean
  revision?: string
}
// samples: what stood in a parameter's place in the command. held: its keys, sealed.
export type Draft = { action: Action; samples: Record<string, unknown>; held: string; stored: boolean }
export type Tried = { request: { method: string; url: string; headers: Record<string, string>; body: string } | null; status: number | null; raw: string; seen: string; problem: string }

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
export const contactFields = ['phone', 'phone_e164', 'name', 'language', 'user_id']
const place = /\{([A-Za-z_][A-Za-z0-9_.-]{0,63})\}/g

// Scheme, host and port, by the same rule as f/portal_api/tools: a key is for one server.
export const serverOf = (url: string) => /^https?:\/\/[^/?#]+/.exec(url)?.[0].toLowerCase() ?? ''

// The parameters for the places that a request has now: those that were there stay as they are, the others begin as the model's.
export function parametersFor(action: Action): Parameter[] {
  const text = [action.url, JSON.stringify([action.query, action.headers, action.body])].join('\n')
  const names = [...new Set([...text.matchAll(place)].map((found) => found[1]))]
  return names.map((name) => action.parameters.find((p) => p.name === name) ?? { name, source: 'model', schema: { type: 'string' }, description: '', required: true })
}

// What a person typed for a value of this kind: a number where a number is wanted, JSON where a list or an object is.
export function typed(text: string, parameter: Parameter): unknown {
  const kind = parameter.schema?.type
  if (parameter.source === 'contact' || kind === 'string' || kind === undefined) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const shown = (value: unknown) => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))
