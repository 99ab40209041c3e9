// How files and keys are sealed on their way. JavaScript's own implementations, because browsers have theirs on https only; read when first needed.
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from '@panva/hpke-noble'
import { CipherSuite } from 'hpke'

export const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305)
// One key pair for as long as the page lives: nothing that was sealed to it opens afterwards.
export const pair = suite.GenerateKeyPair()
