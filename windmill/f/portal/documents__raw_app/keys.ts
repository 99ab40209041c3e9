// Keys are sealed here, to a public key whose private half only the scripts have: what a page sends stands in a job's arguments for weeks.
// The algorithms are JavaScript's own implementations, because browsers have theirs on https only.
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from '@panva/hpke-noble'
import { CipherSuite } from 'hpke'
import { ask } from './api'

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305)
const bytes = (text: string) => new TextEncoder().encode(text)

// Sealed for one tenant and one use, as f/portal_api/typed_keys.py opens it; '' for an empty key.
export async function sealKey(script: 'bot' | 'operator' | 'connect', tenant: string, purpose: string, key: string): Promise<string> {
  if (!key.trim()) return ''
  const { sealing_key } = await ask(script, 'get')
  const publicKey = await suite.DeserializePublicKey(Uint8Array.from(atob(sealing_key), (c) => c.charCodeAt(0)))
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, bytes(key), { info: bytes(`chatmill typed key\n${tenant}\n${purpose}`) })
  return btoa(String.fromCharCode(...encapsulatedSecret, ...ciphertext))
}
