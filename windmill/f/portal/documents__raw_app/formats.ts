// Ways of writing numbers and times, each made once: to make one takes a browser longer than to draw a card.
import { lasting } from './api'

const made = new Map<string, unknown>()

function once<T>(kind: string, locale: string, options: unknown, make: () => T): T {
  const name = `${kind} ${locale} ${JSON.stringify(options)}`
  if (!made.has(name)) made.set(name, make())
  return made.get(name) as T
}

// The person's own habits of writing dates and numbers, where their browser speaks the chosen language.
export const localeOf = (language: string) => navigator.languages.find((name) => name.startsWith(language)) ?? language

export const numbers = (locale: string, options?: Intl.NumberFormatOptions) => once('number', locale, options, () => new Intl.NumberFormat(locale, options))
export const dates = (locale: string, options: Intl.DateTimeFormatOptions) => once('date', locale, options, () => new Intl.DateTimeFormat(locale, options))
export const distances = (locale: string) => once('distance', locale, '', () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
export const languageNames = (locale: string) => once('name', locale, '', () => new Intl.DisplayNames([locale], { type: 'language' }))

// Whole numbers that every language here writes alike.
export const isPlain = (n: number, options?: Intl.NumberFormatOptions) => Number.isInteger(n) && n >= 0 && n < 1000 && Object.keys(options ?? {}).every((name) => name === 'maximumFractionDigits')

const ZONE = 'zone'

// Where this browser is, as "Europe/Madrid", by the browser's own word.
export const exactZone = () =>
  once('exact zone', '', '', () => {
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone
    lasting.set(ZONE, [name, new Date().getTimezoneOffset()])
    return name
  })

// The same, to show times by. To ask takes a slow browser a tenth of a second, so what it said holds as long as its clock is as far from UTC,
// which in summer is so in Los Angeles and in Phoenix: good enough for what is on the screen, not for what is stored.
export const timeZone = () =>
  once('zone', '', '', () => {
    const kept = lasting.get(ZONE)
    return kept?.[1] === new Date().getTimezoneOffset() && typeof kept[0] === 'string' ? (kept[0] as string) : exactZone()
  })
