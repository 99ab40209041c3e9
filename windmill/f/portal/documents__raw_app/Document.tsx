// One document: its passages exactly as the bot has them, beside a picture of the page; what the staff has changed; a question to try.
import { ActionIcon, Alert, Anchor, Button, Card, Grid, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconArrowLeft, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import React, { useEffect, useState } from 'react'
import { Edit, Passage, Unfit } from './Passage'
import Try from './Try'
import { useAsk } from './data'
import type { Message } from './messages'
import { go, placeOf } from './route'
import { Empty, Loaded, Loading, Problem, fill, useHere } from './ui'

type Details = { id: string; title: string; filename: string; state: string; warnings: Message[]; pages: number | null; origin: string; url: string | null; has_pictures: boolean }
type Listed = { document: Details; passages: Passage[]; total: number; no_longer_fit: Edit[] }
type Place = { from?: number; page?: number; words?: string; at_used?: boolean }
const atOnce = 20

// `at`: where it opens, and which passages an answer has used.
export default function Document({ id, at }: { id: string; at: string }) {
  const { t, say } = useHere()
  const p = t.passages
  const { page, used } = placeOf(at)
  const [place, setPlace] = useState<Place>({ from: 0, page, at_used: true })
  // What was there stays until the next part is: the page does not jump.
  const list = useAsk<Listed>('passages', 'list', { document_id: id, used, ...place }, { keep: true })
  const document = list.data?.document
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={() => go('knowledge', document?.origin === 'web' ? 'websites' : 'documents')}>
        <Group gap={4}><IconArrowLeft size={16} aria-hidden="true" />{p.back}</Group>
      </Anchor>
      <Loaded of={list}>
        {(listed) => (
          <>
            <Title order={2} dir="auto" className="break" mt="xs">{listed.document.title}</Title>
            <Text size="sm" c="dimmed" className="break" dir="auto">{listed.document.url ?? listed.document.filename}</Text>
            {listed.document.warnings.length > 0 && (
              <Alert color="orange" my="md" title={<h3 id="warnings" className="same">{p.warnings}</h3>}>
                <Stack component="ul" className="plain" gap={4}>{listed.document.warnings.map((warning, i) => <li key={i}>{say(warning)}</li>)}</Stack>
              </Alert>
            )}
            <Unfit edits={listed.no_longer_fit} />
            <Find pages={listed.document.pages ?? 1} go={setPlace} />
            <Read id={id} listed={listed} place={place} go={setPlace} />
            <Try document={id} />
          </>
        )}
      </Loaded>
    </>
  )
}

type ReadProps = { id: string; listed: Listed; place: Place; go: (place: Place) => void }

function Read({ id, listed, place, go }: ReadProps) {
  const { t, number } = useHere()
  const p = t.passages
  const { document, passages, total } = listed
  const first = passages[0]?.place ?? 0
  const [page, setPage] = useState(passages[0]?.page ?? 1)
  const shownPage = passages[0]?.page ?? 1
  useEffect(() => setPage(shownPage), [first, shownPage])
  const pages = document.pages ?? 1
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, lg: document.has_pictures ? 7 : 12 }} order={{ base: 2, lg: 1 }}>
        <Text role="status" size="sm" c="dimmed">{passages.length > 0 ? fill(p.part, { from: number(first + 1), to: number(first + passages.length), all: number(total) }) : ''}</Text>
        {passages.length === 0 && <Empty title={place.words ? fill(p.emptySearch, { words: place.words }) : p.empty} />}
        <Stack component="ol" className="plain" gap="sm" my="sm" aria-label={p.title}>
          {passages.map((one) => <Passage key={`${one.ordinal} ${one.text}`} id={id} one={one} pages={pages} seen={one === passages.find((other) => other.used)} show={document.has_pictures ? setPage : undefined} />)}
        </Stack>
        {total > passages.length && (
          <Group justify="space-between">
            <Button variant="default" disabled={first === 0} onClick={() => go({ words: place.words, from: Math.max(0, first - atOnce) })}>{p.previous}</Button>
            <Button variant="default" disabled={first + passages.length >= total} onClick={() => go({ words: place.words, from: first + atOnce })}>{p.next}</Button>
          </Group>
        )}
      </Grid.Col>
      {document.has_pictures && (
        <Grid.Col span={{ base: 12, lg: 5 }} order={{ base: 1, lg: 2 }}>
          <Picture id={id} page={page} pages={pages} go={setPage} />
        </Grid.Col>
      )}
    </Grid>
  )
}

function Find({ pages, go }: { pages: number; go: (place: Place) => void }) {
  const { t } = useHere()
  const [words, setWords] = useState('')
  const [page, setPage] = useState<number | string>(1)
  const search = (event: React.FormEvent) => {
    event.preventDefault()
    go({ words, from: 0 })
  }
  const jump = (event: React.FormEvent) => {
    event.preventDefault()
    setWords('')
    go({ page: Number(page) })
  }
  return (
    <Group align="end" my="md" gap="xl">
      <Group component="form" role="search" align="end" flex="1 1 18rem" onSubmit={search}>
        <TextInput flex={1} miw="10rem" type="search" label={t.passages.search} dir="auto" maxLength={200} value={words} onChange={(e) => setWords(e.target.value)} />
        <Button type="submit" variant="default">{t.passages.searchButton}</Button>
      </Group>
      {pages > 1 && (
        <Group component="form" align="end" onSubmit={jump}>
          <NumberInput w="6rem" label={t.passages.page} required min={1} max={pages} allowDecimal={false} value={page} onChange={setPage} />
          <Button type="submit" variant="default">{t.passages.jump}</Button>
        </Group>
      )}
    </Group>
  )
}

function Picture({ id, page, pages, go }: { id: string; page: number; pages: number; go: (page: number) => void }) {
  const { t, number } = useHere()
  const p = t.passages
  const drawn = useAsk<{ png: string }>('page_picture', 'get', { document_id: id, page }, { once: true })
  const label = fill(p.picture, { n: number(page), all: number(pages) })
  return (
    <Card component="aside" className="picture" aria-label={p.pictureOf}>
      <Group justify="space-between" mb="xs">
        <ActionIcon variant="subtle" disabled={page <= 1} aria-label={p.previousPage} onClick={() => go(page - 1)}><IconChevronLeft size={18} aria-hidden="true" /></ActionIcon>
        <Text fw={600}>{label}</Text>
        <ActionIcon variant="subtle" disabled={page >= pages} aria-label={p.nextPage} onClick={() => go(page + 1)}><IconChevronRight size={18} aria-hidden="true" /></ActionIcon>
      </Group>
      {drawn.error && <Problem error={drawn.error} />}
      {drawn.isPending && <Loading />}
      {drawn.data && <img src={`data:image/png;base64,${drawn.data.png}`} alt={label} />}
    </Card>
  )
}
