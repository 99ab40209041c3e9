// Ways of writing numbers and times, each made once: to make one takes a browser longer than to draw a card.
const made = new Map<string, unknown>()

function once<T>(kind: string, locale: string, options: unknown, make: () => T): T {
  const name = `${kind} ${locale} ${JSON.stringify(options)}`
  if (!made.has(name)) made.set(name, make())
  return made.get(name) as T
}

export const numbers = (locale: string, options?: Intl.NumberFormatOptions) => once('number', locale, options, () => new Intl.NumberFormat(locale, options))
export const dates = (locale: string, options: Intl.DateTimeFormatOptions) => once('date', locale, options, () => new Intl.DateTimeFormat(locale, options))
export const distances = (locale: string) => once('distance', locale, '', () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
export const languageNames = (locale: string) => once('name', locale, '', () => new Intl.DisplayNames([locale], { type: 'language' }))

// Where this browser is, as "Europe/Madrid".
export const timeZone = () => once('zone', '', '', () => Intl.DateTimeFormat().resolvedOptions().timeZone)
