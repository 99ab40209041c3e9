// Two documents give different figures for the same thing: both places, and a way to settle it.
import { Alert, Box, Button, Group, SimpleGrid, Text } from '@mantine/core'
import React from 'react'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { go } from './route'
import { About, Item, List, fill, useForm, useHere } from './ui'

type Place = { said: string; document_id: string; ordinal: number; title: string; page: number; passage: string }
type Pair = { id: string; places: Place[] }

export default function Contradictions() {
  const { t, number } = useHere()
  const c = t.contradictions
  const list = useAsk<{ contradictions: Pair[]; total: number }>('contradictions', 'list', {}, { every: 10_000 }) // documents are compared after they are ready
  if (!list.data?.contradictions.length) return null
  const { contradictions, total } = list.data
  return (
    <section aria-labelledby="contradictions">
      <Alert color="orange" mb="lg" title={<h2 id="contradictions" className="same">{c.title} ({number(total)})</h2>}>
        {c.hint}
        <List>{contradictions.slice(0, 3).map((pair) => <One key={pair.id} pair={pair} />)}</List>
        {contradictions.length > 3 && (
          <details>
            <summary>{fill(c.more, { n: number(total - 3) })}</summary>
            <List>{contradictions.slice(3).map((pair) => <One key={pair.id} pair={pair} />)}</List>
          </details>
        )}
      </Alert>
    </section>
  )
}

function One({ pair }: { pair: Pair }) {
  const { t, number, may } = useHere()
  const c = t.contradictions
  const form = useForm()
  const edits = may('owner', 'editor')
  const act = (work: () => Promise<unknown>) =>
    form.run(async () => {
      await work()
      await refresh('contradictions', 'passages')
    })
  const leaveOut = ({ document_id, ordinal, passage }: Place) =>
    act(() => ask('passages', 'edit', { document_id, ordinal, was: passage, text: passage, left_out: true }))
  return (
    <Item>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {pair.places.map((place) => (
          <Box className="inset" key={`${place.document_id} ${place.ordinal}`}>
            <Text fw={600} dir="auto">{place.said}</Text>
            <Text size="sm" c="dimmed" dir="auto">{fill(t.conversations.source, { document: place.title, page: number(place.page) })}</Text>
            <Group gap="xs" mt="xs">
              <Button variant="subtle" size="compact-sm" onClick={() => go('knowledge', 'document', place.document_id)}>{t.passages.open}<About>{place.said}</About></Button>
              {edits && <Button variant="subtle" size="compact-sm" disabled={form.busy} onClick={() => leaveOut(place)}>{c.leaveOut}<About>{place.said}</About></Button>}
            </Group>
          </Box>
        ))}
      </SimpleGrid>
      {edits && <Group><Button variant="subtle" size="compact-sm" disabled={form.busy} onClick={() => act(() => ask('contradictions', 'dismiss', { contradiction_id: pair.id }))}>{c.dismiss}<About>{pair.places[0].said}</About></Button></Group>}
      {form.shown}
    </Item>
  )
}
