// What the scripts say, in the page's language. They write English sentences with values in them, some of which are stored for days (why a
// document failed); as in gettext the English sentence is the key: the catalogue of a language (text/es/sentences.ts) has it with gaps.
import type { Texts } from './text/en'

type Rule = { fits: RegExp; gaps: string[]; says: string }
type Show = (n: number) => string
const known = new Map<Record<string, string>, Rule[]>()

// The longest fixed words first: a sentence that fits two entries is the more particular one.
function rulesOf(catalogue: Record<string, string>): Rule[] {
  const made = known.get(catalogue)
  if (made) return made
  const fixed = (key: string) => key.replace(/\{\w+\}/g, '').length
  const rules = Object.entries(catalogue)
    .sort(([a], [b]) => fixed(b) - fixed(a))
    .map(([key, says]) => {
      // The catalogue has the apostrophes of print, the scripts those of typewriters.
      const pattern = key.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/’/g, "['’]").replace(/\{\w+\}/g, '(.+?)')
      return { fits: new RegExp(`^${pattern}$`, 's'), gaps: [...key.matchAll(/\{(\w+)\}/g)].map((gap) => gap[1]), says }
    })
  known.set(catalogue, rules)
  return rules
}

// A value in a sentence: a number as the reader writes it, a setting by its label on the page, words that are in the catalogue themselves.
function value(text: string, t: Texts, number: Show): string {
  if (/^\d[\d,]*(\.\d+)?$/.test(text)) return number(Number(text.replace(/,/g, '')))
  return t.fields[text] ?? said(text, t, number) ?? text
}

function said(sentence: string, t: Texts, number: Show): string | null {
  for (const { fits, gaps, says } of rulesOf(t.sentences)) {
    const found = fits.exec(sentence)
    if (found) return gaps.reduce((text, gap, i) => text.replace(`{${gap}}`, () => value(found[i + 1], t, number)), says)
  }
  return null
}

// A sentence, or several one after the other; what is not in the catalogue stays as it is.
export function say(text: string, t: Texts, number: Show): string {
  const whole = said(text, t, number)
  if (whole !== null) return whole
  for (let end = text.indexOf('. '); end >= 0; end = text.indexOf('. ', end + 1)) {
    const first = said(text.slice(0, end + 1), t, number)
    if (first !== null) return `${first} ${say(text.slice(end + 2), t, number)}`
  }
  return text.replace(/“(\w+)”/g, (all, name) => (t.fields[name] ? `“${t.fields[name]}”` : all))
}
