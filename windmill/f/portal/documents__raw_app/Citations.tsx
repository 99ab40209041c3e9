// Where an answer comes from: a web page opens by itself, a document at the passages of its page.
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconExternalLink, IconFileText } from '@tabler/icons-react'
import React, { useState } from 'react'
import type { Passage } from './Passage'
import { Window } from './Window'
import type { Source } from './conversation'
import { useAsk } from './data'
import { go } from './route'
import { Empty, Loaded, fill, useHere } from './ui'

export function From({ source: { document, page, url } }: { source: Source }) {
  const { t } = useHere()
  if (!url) return page ? fill(t.conversations.source, { document, page }) : document
  return <Anchor href={url} target="_blank" rel="noopener noreferrer" inherit>{document}</Anchor>
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
  const found = useAsk<{ passages: Passage[] }>('passages', 'list', { document_id: source.id, words: '', page: source.page ?? 0, from: 0 })
  return (
    <Window title={<From source={source} />} close={close}>
      <Loaded of={found}>
        {({ passages }) => {
          const here = passages.filter((one) => !source.page || (one.page <= source.page && source.page <= one.page_end))
          return (
            <Stack gap="sm">
              {here.length === 0 && <Empty title={t.conversations.noPassage} icon="file" />}
              {here.map((one) => (
                <div key={one.ordinal} className="inset">
                  <Text size="sm" c="dimmed"><strong>{fill(t.passages.name, { n: number(one.ordinal + 1) })}</strong>{one.heading && <span dir="auto"> · {one.heading}</span>}</Text>
                  <Text dir="auto" className="text">{one.text}</Text>
                </div>
              ))}
            </Stack>
          )
        }}
      </Loaded>
      <Group mt="md"><Button variant="default" onClick={() => go('knowledge', 'document', source.id)}>{t.conversations.openDocument}</Button></Group>
    </Window>
  )
}
