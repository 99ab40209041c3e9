// A voice note as WhatsApp wants it: Opus in Ogg.

// mime: what the browser records. voice: it becomes a voice note; else phones show it as a sound file.
export type Kind = { mime: string; voice: boolean }
const kinds: Kind[] = [
  { mime: 'audio/ogg;codecs=opus', voice: true },
  { mime: 'audio/webm;codecs=opus', voice: true },
  { mime: 'audio/mp4;codecs=mp4a.40.2', voice: false },
]

// What this browser can record of it; nothing where it can't, or has no microphone for this page.
export const recordable = () => (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices ? undefined : kinds.find(({ mime }) => MediaRecorder.isTypeSupported(mime)))

export async function voiceFile(recorded: Blob, { mime, voice }: Kind): Promise<File> {
  if (!voice) return new File([recorded], 'voice.m4a', { type: 'audio/mp4' })
  const ogg = mime.startsWith('audio/webm') ? await (await import('./ogg')).inOgg(recorded) : recorded
  return new File([ogg], 'voice.ogg', { type: 'audio/ogg' })
}
