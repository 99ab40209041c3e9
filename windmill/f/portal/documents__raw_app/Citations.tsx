// Where an answer comes from: a web page opens by itself, a document at the passages of its page.
import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconExternalLink, IconFileText } from '@tabler/icons-react'
import React, { useState } from 'react'
import { Passage, toSight } from './Passage'
import Words from './PassageWords'
import { Window } from './Window'
import type { Source } from './conversation'
import { useAsk } from './data'
import { atPlace, go } from './route'
import { Empty, Loaded, fill, useHere } from './ui'

export function From({ source: { document, page, url } }: { source: Source }) {
  const { t } = useHere()
  if (!url) return page ? fill(t.conversations.source, { document, page }) : document
  return <Anchor href={url} target="_blank" rel="noopener noreferrer" inherit>{document}</Anchor>
}

// The bot names its sources in the last paragraph of a reply. Where all of them can be opened, they stand there once, as links.
export function withSources(words: string, sources: Source[]): { body: string; sources: Source[] } {
  const parts = words.split('\n\n')
  const end = parts[parts.length - 1]
  const named = (source: Source) => end.startsWith('_') && end.includes(source.url ?? source.document)
  if (sources.length && sources.every((source) => named(source) && (source.id || source.url))) return { body: parts.slice(0, -1).join('\n\n'), sources }
  return { body: words, sources: sources.filter((source) => source.id || !named(source)) }
}

export function Citations({ sources }: { sources: Source[] }) {
  const [open, setOpen] = useState<Source>()
  return (
    <>
      {sources.map((source, i) => (
        <small key={i} dir="auto" className="citation">
          {source.url ? <IconExternalLink size={13} aria-hidden="true" /> : <IconFileText size={13} aria-hidden="true" />}
          {source.id && !source.url ? <Anchor component="button" type="button" inherit ta="start" onClick={() => setOpen(source)}><From source={source} /></Anchor> : <From source={source} />}
        </small>
      ))}
      {open && <Passages source={open} close={() => setOpen(undefined)} />}
    </>
  )
}

function Passages({ source, close }: { source: Source; close: () => void }) {
  const { t, number } = useHere()
  const used = source.passages ?? []
  const found = useAsk<{ passages: Passage[] }>('passages', 'list', { document_id: source.id, page: source.page, used, at_used: true })
  return (
    <Window title={<From source={source} />} close={close}>
      <Loaded of={found}>
        {({ passages }) => {
          const here = passages.filter((one) => !source.page || (one.page <= source.page && source.page <= one.page_end))
          return (
            <Stack gap="sm">
              {here.length === 0 ? <Empty title={t.conversations.noPassage} icon="file" /> : used.length > 0 && !here.some((one) => one.used) && <Text size="sm" c="dimmed">{t.conversations.passageChanged}</Text>}
              {here.map((one) => (
                <div key={one.ordinal} className={`inset ${one.used ? 'used' : ''}`} ref={one.used && one === here.find((other) => other.used) ? toSight : undefined}>
                  <Group justify="space-between" align="start" wrap="nowrap">
                    <Text size="sm" c="dimmed" miw={0}><strong>{fill(t.passages.name, { n: number(one.ordinal + 1) })}</strong>{one.heading && <span dir="auto"> · {one.heading}</span>}</Text>
                    {one.used && <Badge color="green" className="still">{t.passages.used}</Badge>}
                  </Group>
                  <Words text={one.text} />
                </div>
              ))}
            </Stack>
          )
        }}
      </Loaded>
      <Group mt="md"><Button variant="default" onClick={() => go('knowledge', 'document', source.id, false, atPlace(source))}>{t.conversations.openDocument}</Button></Group>
    </Window>
  )
}
