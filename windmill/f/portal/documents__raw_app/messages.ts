// What the scripts say: a code with values, as f/common/problems.py has it, in the page's language.
import type { Texts } from './text/en'

export type Message = { code: string; values: Record<string, unknown> }
type Show = (n: number) => string

export const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && 'code' in value && 'values' in value

export function say(message: Message, t: Texts, number: Show): string {
  const text = (t.messages as Record<string, string>)[message.code] ?? t.failed
  return text.replace(/\{(\w+)\}/g, (_, gap) => shown(gap, message.values[gap], t, number))
}

// A number as the reader writes it, a setting by its label on the page, a message within a message, several with commas between; other text as it came.
function shown(gap: string, value: unknown, t: Texts, number: Show): string {
  if (typeof value === 'number') return number(value)
  if (isMessage(value)) return say(value, t, number)
  if (Array.isArray(value)) return value.map((one) => shown('field', one, t, number)).join(', ')
  return (gap === 'field' && t.fields[String(value)]) || String(value ?? '')
}
