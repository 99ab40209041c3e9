// Keys are sealed here, to a public key whose private half only the scripts have: what a page sends stands in a job's arguments for weeks.
import { ask } from './api'

const bytes = (text: string) => new TextEncoder().encode(text)

// Sealed for one tenant and one use, as f/portal_api/typed_keys.py opens it; '' for an empty key.
export async function sealKey(script: 'bot' | 'operator' | 'connect', tenant: string, purpose: string, key: string): Promise<string> {
  if (!key.trim()) return ''
  const { suite } = await import('./sealing')
  const { sealing_key } = await ask(script, 'get')
  const publicKey = await suite.DeserializePublicKey(Uint8Array.from(atob(sealing_key), (c) => c.charCodeAt(0)))
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, bytes(key), { info: bytes(`portal: typed key\n${tenant}\n${purpose}`) })
  return btoa(String.fromCharCode(...encapsulatedSecret, ...ciphertext))
}
