// Files that will be sent, and which ones WhatsApp takes: refused at once, and again by the server, which reads their content.
import { CloseButton, Group, Paper, Text } from '@mantine/core'
import { IconFile, IconMicrophone } from '@tabler/icons-react'
import React, { useEffect, useState } from 'react'
import { useSize } from './Media'
import type { Message } from './messages'
import { fill, useHere } from './ui'

export type Attachment = { id: string; file: File; voice: boolean }

const MB = 1 << 20
// As f/whatsapp/outgoing_files has them.
const limits = { image: 5, video: 16, audio: 16, document: 50 }
const types: Record<keyof typeof limits, RegExp> = {
  image: /\.(jpe?g|png)$/i,
  video: /\.(mp4|3gp)$/i,
  audio: /\.(mp3|m4a|aac|amr|ogg|opus)$/i,
  document: /\.(pdf|docx?|xlsx?|pptx?|txt|csv|md)$/i,
}
const kindOf = (file: File) => (Object.keys(types) as (keyof typeof limits)[]).find((kind) => types[kind].test(file.name))

export const takesCaption = (file: File) => kindOf(file) !== 'audio'

// Why WhatsApp would not take a file; nothing where it does.
export function accepted(file: File): Message | undefined {
  const kind = kindOf(file)
  if (!kind) return { code: 'attachment_type', values: {} }
  if (file.size === 0) return { code: 'file_empty', values: {} }
  if (file.size <= limits[kind] * MB) return undefined
  const values = { size: Math.round((file.size / MB) * 10) / 10, most: limits[kind] }
  return { code: kind === 'image' ? 'attachment_image_size' : kind === 'document' ? 'attachment_document_size' : 'attachment_sound_size', values }
}

type AttachedProps = { files: Attachment[]; remove: (id: string) => void; disabled: boolean }

export default function Attached({ files, remove, disabled }: AttachedProps) {
  const { t } = useHere()
  const c = t.conversations
  const size = useSize()
  if (files.length === 0) return null
  return (
    <Group component="ul" className="plain" gap={6} mt={6} aria-label={c.attached}>
      {files.map(({ id, file, voice }) => (
        <Paper component="li" key={id} withBorder px={8} py={4} maw="100%">
          <Group gap={8} wrap="nowrap">
            {voice || kindOf(file) === 'audio' ? <Sound file={file} label={voice ? c.kinds['voice note'] : file.name} /> : kindOf(file) === 'image' ? <Thumb file={file} /> : <IconFile size={18} aria-hidden="true" />}
            <Text size="sm" truncate dir="auto" maw="12rem">{voice ? c.kinds['voice note'] : file.name} <Text span size="xs" c="dimmed">{size(file.size)}</Text></Text>
            <CloseButton size="sm" disabled={disabled} aria-label={fill(c.detach, { name: file.name })} onClick={() => remove(id)} />
          </Group>
        </Paper>
      ))}
    </Group>
  )
}

function useUrl(file: File) {
  const [url, setUrl] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url
}

function Thumb({ file }: { file: File }) {
  const url = useUrl(file)
  return url ? <img src={url} alt="" className="thumb" /> : null
}

function Sound({ file, label }: { file: File; label: string }) {
  const url = useUrl(file)
  return url ? <audio src={url} controls aria-label={label} className="small" /> : <IconMicrophone size={18} aria-hidden="true" />
}
