// What the sign-in page and the page for a new passkey share: words in the reader's language, calls of the door, passkeys.
import { texts } from './texts.js'

export const at = (id) => document.getElementById(id)
const language = at('language')
export const words = () => texts[language.value]
export const refusal = (said) => words().refused[said.refused] ?? words().refused.unavailable
// Browsers bind a passkey to a name, never to an address of digits.
export const canPasskey = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON) && !/^[\d.]+$|:/.test(location.hostname)

export const name = (title) => (document.title = `${title} · ${document.documentElement.dataset.name}`)

export function start(show) {
  const draw = () => {
    document.documentElement.lang = language.value
    for (const element of document.querySelectorAll('[data-text]')) element.textContent = words()[element.dataset.text]
    for (const element of document.querySelectorAll('.problem')) element.textContent = ''
    name(words().title)
    for (const element of document.querySelectorAll('[data-powered]')) element.textContent = words().powered.replace('{product}', element.dataset.powered)
    show()
  }
  language.addEventListener('change', draw)
  language.value = navigator.language.slice(0, 2) in texts ? navigator.language.slice(0, 2) : 'en'
  draw()
}

export async function post(path, fields) {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...fields, language: language.value }),
    })
    const said = await answer.json()
    return answer.ok ? { ok: true, ...said } : { refused: said.refused ?? (answer.status === 401 ? 'signed_out' : 'unavailable') }
  } catch {
    return { refused: 'unavailable' }
  }
}

// Asks the door for a challenge, the authenticator for its answer, and the door whether that is right.
export async function usePasskey(ask, make, enter) {
  const asked = await post(ask, {})
  if (!asked.ok) return asked
  try {
    const credential = await make(asked.options)
    return await post(enter, { credential: credential.toJSON() })
  } catch {
    return { refused: 'passkey' }
  }
}
