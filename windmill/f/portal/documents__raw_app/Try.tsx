// A question to the knowledge, without the bot: for each passage, whether the bot would use it, and why or why not.
import { Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import { From } from './Citations'
import Words from './PassageWords'
import type { Source } from './conversation'
import { ask } from './api'
import { go } from './route'
import { Empty, Facts, Intro, Item, fill, useForm, useHere } from './ui'

type Found = {
  document_id: string
  source: Source
  ordinal: number
  heading: string
  passage: string
  rank: number | null
  cosine: number
  relevance: number | null
  used: boolean
  fits: boolean
  left_out: boolean
  matched: string[]
}
type Answer = { passages: Found[]; floor: number | null }

export default function Try({ document }: { document?: string }) {
  const { t } = useHere()
  const d = t.documents
  const form = useForm()
  const [question, setQuestion] = useState('')
  const [answer, setAnswer] = useState<Answer | null>(null)
  const search = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      setAnswer(null)
      setAnswer(await ask('passages', 'explain', { question, document_id: document }))
    })
  }
  const used = answer?.passages.filter((p) => p.used) ?? []
  const rest = answer?.passages.filter((p) => !p.used) ?? []
  return (
    <section aria-labelledby="try">
      <Title order={2} id="try" mt="xl">{d.tryTitle}</Title>
      <Intro>{d.tryHint}</Intro>
      <Group component="form" align="end" onSubmit={search}>
        <TextInput flex={1} miw="12rem" label={d.tryLabel} value={question} dir="auto" required maxLength={1000} onChange={(e) => setQuestion(e.target.value)} />
        <Button type="submit" loading={form.busy}>{d.tryButton}</Button>
      </Group>
      {form.shown}
      {answer && used.length === 0 && <Empty title={d.none} />}
      <Passages found={used} floor={answer?.floor ?? null} />
      {rest.length > 0 && (
        <details open={document !== undefined}>
          <summary>{d.others}</summary>
          <Passages found={rest} floor={answer?.floor ?? null} />
        </details>
      )}
    </section>
  )
}

const Passages = ({ found, floor }: { found: Found[]; floor: number | null }) => (
  <Stack component="ol" className="plain" gap="sm" my="sm">{found.map((p) => <One key={`${p.document_id} ${p.ordinal}`} found={p} floor={floor} />)}</Stack>
)

function One({ found, floor }: { found: Found; floor: number | null }) {
  const { t, number } = useHere()
  const d = t.documents
  const near = (n: number) => number(n, { maximumFractionDigits: 2, minimumFractionDigits: 2 })
  const why = found.used
    ? ''
    : found.left_out
      ? d.whyLeftOut
      : found.rank === null
        ? d.whyFar
        : !found.fits
          ? fill(d.whyFloor, { near: near(found.relevance ?? 0), floor: near(floor ?? 0) })
          : d.whyRank
  const facts = [
    found.rank !== null && fill(d.rank, { n: number(found.rank) }),
    fill(d.near, { n: near(found.cosine) }),
    found.matched.length > 0 ? fill(d.matched, { words: found.matched.join(', ') }) : d.noWords,
  ]
  return (
    <Item faded={!found.used}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Text fw={600} dir="auto" miw={0} className="break"><From source={found.source} />{found.heading && ` · ${found.heading}`}</Text>
        <Badge color={found.used ? 'green' : 'gray'}>{found.used ? d.used : d.unused}</Badge>
      </Group>
      <Words text={found.passage} />
      {why && <Text size="sm">{why}</Text>}
      <Group justify="space-between" gap="xs">
        <Facts facts={facts} />
        <Button variant="subtle" size="compact-sm" onClick={() => go('knowledge', 'document', found.document_id)}>{t.passages.open}</Button>
      </Group>
    </Item>
  )
}
