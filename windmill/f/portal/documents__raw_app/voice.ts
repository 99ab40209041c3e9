// A voice note as WhatsApp wants it: Opus in Ogg. Chromium records Opus in WebM: the same packets move into an Ogg file, nothing is encoded again.
import { BlobSource, BufferTarget, EncodedAudioPacketSource, EncodedPacketSink, Input, OggOutputFormat, Output, WEBM } from 'mediabunny'

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
  const ogg = mime.startsWith('audio/webm') ? await inOgg(recorded) : recorded
  return new File([ogg], 'voice.ogg', { type: 'audio/ogg' })
}

async function inOgg(webm: Blob): Promise<Blob> {
  const track = await new Input({ source: new BlobSource(webm), formats: [WEBM] }).getPrimaryAudioTrack()
  const decoderConfig = await track?.getDecoderConfig()
  if (!track || !decoderConfig) throw new Error('nothing was recorded')
  const output = new Output({ format: new OggOutputFormat(), target: new BufferTarget() })
  const source = new EncodedAudioPacketSource('opus')
  output.addAudioTrack(source)
  await output.start()
  for await (const packet of new EncodedPacketSink(track).packets()) await source.add(packet, { decoderConfig })
  await output.finalize()
  return new Blob([output.target.buffer!])
}
