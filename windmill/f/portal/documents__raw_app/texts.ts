// The texts of the languages: a browser reads those of the one that is chosen.
import { keep } from './api'
import type { Texts } from './text/en'

// Each language by its own name.
export const languages: Record<string, string> = { en: 'English', es: 'Español' }

const load: Record<string, () => Promise<{ default: Texts }>> = { en: () => import('./text/en'), es: () => import('./text/es') }
const there: Record<string, Texts> = {}

// What was chosen here, else what the browser speaks.
export const chosenLanguage = () => [keep.get('language', ''), navigator.language.slice(0, 2), 'en'].find((code) => code in languages)!

export async function readTexts(code: string) {
  there[code] ??= (await load[code]()).default
}

// Of a language that has been read.
export const textsOf = (code: string) => there[code]
