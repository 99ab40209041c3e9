// Chromium records Opus in WebM: the same packets move into an Ogg file, nothing is encoded again. Read when somebody has recorded something.
import { BlobSource, BufferTarget, EncodedAudioPacketSource, EncodedPacketSink, Input, OggOutputFormat, Output, WEBM } from 'mediabunny'

export async function inOgg(webm: Blob): Promise<Blob> {
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
