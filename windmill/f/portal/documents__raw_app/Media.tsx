// A file of a message: seen, heard or downloaded. Its bytes come sealed, so each is asked for only when somebody looks.
import { Anchor, Button, Group, Loader, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useInViewport } from '@mantine/hooks'
import { IconDownload, IconFile, IconPhotoOff, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import React, { useEffect, useState } from 'react'
import { Window } from './Window'
import { ThreadFile, openFile } from './files'
import { fill, useHere } from './ui'

// The file as an address for this page, once `wanted`; the address goes when nobody shows it.
function useFile(file: ThreadFile, wanted: boolean) {
  const { tenant } = useHere()
  const query = useQuery({ queryKey: [tenant, 'file', file.id], queryFn: () => openFile(tenant, file.id), enabled: wanted, staleTime: Infinity })
  const [url, setUrl] = useState('')
  useEffect(() => {
    if (!query.data) return
    const made = URL.createObjectURL(query.data)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [query.data])
  return { url: query.data ? url : '', error: query.error, again: query.refetch, busy: query.isFetching }
}

export function useSize() {
  const { number } = useHere()
  return (bytes: number | null) => (bytes === null ? '' : bytes < 1_000_000 ? `${number(Math.max(1, Math.round(bytes / 1000)))} kB` : `${number(bytes / 1_000_000, { maximumFractionDigits: 1 })} MB`)
}

export default function Media({ file, voice }: { file: ThreadFile; voice: boolean }) {
  const { t } = useHere()
  const c = t.conversations
  if (file.state === 'coming') return <Group gap="xs"><Loader size="xs" aria-hidden="true" /><Text size="sm">{fill(c.coming, { kind: c.kinds[file.kind] })}</Text></Group>
  if (file.state === 'gone') return <Group gap="xs" wrap="nowrap"><IconPhotoOff size={18} aria-hidden="true" /><Text size="sm">{c.kinds[file.kind]}: {c.goneBecause[file.problem ?? 'old']}</Text></Group>
  if (file.kind === 'image' || file.kind === 'sticker') return <Photo file={file} />
  return file.kind === 'document' ? <Paper file={file} /> : <Player file={file} voice={voice} />
}

function Failed({ error, again }: { error: unknown; again: () => unknown }) {
  const { t, describe } = useHere()
  return <Text size="sm" role="alert">{describe(error)} <Anchor component="button" type="button" inherit onClick={() => again()}>{t.again}</Anchor></Text>
}

function Photo({ file }: { file: ThreadFile }) {
  const { t } = useHere()
  const c = t.conversations
  const { ref, inViewport } = useInViewport<HTMLDivElement>()
  const [looked, setLooked] = useState(false)
  const [large, setLarge] = useState(false)
  useEffect(() => setLooked((before) => before || inViewport), [inViewport])
  const { url, error, again } = useFile(file, looked)
  const label = c.kinds[file.kind]
  return (
    <div ref={ref} className={`photo ${file.kind}`}>
      {error ? <Failed error={error} again={again} /> : url ? (
        <UnstyledButton onClick={() => setLarge(true)} aria-label={fill(c.enlarge, { kind: label })}><img src={url} alt={label} /></UnstyledButton>
      ) : (
        <><Loader size="sm" aria-hidden="true" /><VisuallyHidden>{t.loading}</VisuallyHidden></>
      )}
      {large && (
        <Window title={file.name ?? label} close={() => setLarge(false)} size="auto">
          <img src={url} alt={label} className="large" />
          <Save url={url} name={file.name ?? `${file.kind}.${(file.mime ?? '').split('/')[1] ?? 'jpg'}`} />
        </Window>
      )}
    </div>
  )
}

const Save = ({ url, name }: { url: string; name: string }) => {
  const { t } = useHere()
  return <Button component="a" href={url} download={name} size="compact-sm" variant="default" mt="xs" leftSection={<IconDownload size={15} aria-hidden="true" />}>{t.conversations.download}</Button>
}

function Player({ file, voice }: { file: ThreadFile; voice: boolean }) {
  const { t } = useHere()
  const c = t.conversations
  const size = useSize()
  const [wanted, setWanted] = useState(false)
  const { url, error, again, busy } = useFile(file, wanted)
  const label = voice ? c.kinds['voice note'] : c.kinds[file.kind]
  return (
    <div className="player">
      {error ? <Failed error={error} again={again} /> : !url ? (
        <Button size="compact-md" variant="default" loading={busy} leftSection={<IconPlayerPlay size={16} aria-hidden="true" />} onClick={() => setWanted(true)}>{fill(c.play, { kind: label, size: size(file.size) })}</Button>
      ) : file.kind === 'video' ? (
        <video src={url} controls autoPlay aria-label={label} />
      ) : (
        <audio src={url} controls autoPlay aria-label={label} />
      )}
      {file.kind === 'audio' && file.transcript && <p dir="auto" className="text transcript">{file.transcript}</p>}
      {file.kind === 'audio' && !file.transcript && file.problem === 'no_words' && <Text size="sm">{c.noWords}</Text>}
    </div>
  )
}

function Paper({ file }: { file: ThreadFile }) {
  const { t } = useHere()
  const size = useSize()
  const [wanted, setWanted] = useState(false)
  const { url, error, again, busy } = useFile(file, wanted)
  const name = file.name ?? t.conversations.kinds.document
  useEffect(() => {
    if (!url || !wanted) return
    const link = document.createElement('a')
    link.href = url
    link.download = name
    link.click()
    setWanted(false)
  }, [url, wanted, name])
  return (
    <>
      <Button variant="default" size="sm" h="auto" py={6} maw="100%" loading={busy} leftSection={<IconFile size={18} aria-hidden="true" />} rightSection={<IconDownload size={16} aria-hidden="true" />} onClick={() => setWanted(true)}>
        <span className="break filename" dir="auto">{name}{file.size !== null && <Text span size="xs" c="dimmed"> {size(file.size)}</Text>}</span>
      </Button>
      {error && <Failed error={error} again={again} />}
    </>
  )
}
