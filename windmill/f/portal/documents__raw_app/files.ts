// The files of conversations: sealed on their way in both directions, because what a page sends and gets stands in a job (f/portal_api/attachments.py).
import { ask } from './api'

// state: here, coming (it is being fetched), gone. problem: why it is gone, as f/whatsapp/media names it; null: too old.
export type ThreadFile = {
  id: string
  kind: 'image' | 'audio' | 'video' | 'document' | 'sticker'
  name: string | null
  mime: string | null
  size: number | null
  transcript: string | null
  state: 'here' | 'coming' | 'gone'
  problem: 'too_large' | 'wrong_type' | 'unreachable' | 'no_words' | null
}

const SECRET = 32 // bytes of the encapsulated secret before the ciphertext
const text = (words: string) => new TextEncoder().encode(words)
export const decoded = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

export function encoded(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768))
  return btoa(binary)
}

export async function pageKey(): Promise<string> {
  const { suite, pair } = await import('./sealing')
  return encoded(await suite.SerializePublicKey((await pair).publicKey))
}

// What a script has sealed to this page, for one use.
export async function opened(sealed: string, use: string): Promise<Uint8Array<ArrayBuffer>> {
  const { suite, pair } = await import('./sealing')
  const all = decoded(sealed)
  return new Uint8Array(await suite.Open((await pair).privateKey, all.subarray(0, SECRET), all.subarray(SECRET), { info: text(use) }))
}

// A file of a thread, for an <img>, <audio>, <video> or a download.
export async function openFile(tenant: string, id: string): Promise<Blob> {
  const page_key = await pageKey()
  const pieces: BlobPart[] = []
  let mime = ''
  for (let first: number | null = 0; first !== null; ) {
    const piece: { sealed: string; mime: string; first: number; next: number | null } = await ask('attachments', 'get', { file_id: id, first, page_key })
    pieces.push(await opened(piece.sealed, `portal: piece of a file\n${tenant}\n${id}\n${piece.first}`))
    mime = piece.mime
    first = piece.next
  }
  return new Blob(pieces, { type: mime })
}

// Sends a file to a contact, once for each reply. voice: only Opus in Ogg becomes a voice note.
export async function sendFile(tenant: string, contact: string, reply: string, file: File, more: { caption?: string; voice?: boolean } = {}): Promise<{ state: string }> {
  const { suite } = await import('./sealing')
  const { sealing_key } = await ask('attachments', 'get_key')
  const info = text(`portal: file to send\n${tenant}\n${contact}\n${reply}`)
  const to = await suite.DeserializePublicKey(decoded(sealing_key))
  const { encapsulatedSecret, ciphertext } = await suite.Seal(to, new Uint8Array(await file.arrayBuffer()), { info })
  const whole = new Uint8Array(SECRET + ciphertext.length)
  whole.set(encapsulatedSecret)
  whole.set(ciphertext, SECRET)
  const sealed_file = encoded(whole)
  return ask('attachments', 'send', { contact_id: contact, reply_id: reply, filename: file.name, sealed_file, ...more })
}
