// What customers ask about: the newest questions in groups of similar ones.
import { Badge, Group, Progress, Stack, Text, Title } from '@mantine/core'
import React from 'react'
import { useAsk } from './data'
import { listAsked } from './first'
import { Empty, Intro, Item, List, Loaded, fill, useHere } from './ui'

type Topic = { question: string; asked: number; unanswered: number; examples: string[] }

export default function Topics({ days, number }: { days: number; number: string }) {
  const { t, number: shown } = useHere()
  const s = t.insights
  const loaded = useAsk<{ questions: number; topics: Topic[] }>('insights', 'list_topics', listAsked(days, number), { keep: true })
  return (
    <section aria-labelledby="topics">
      <Title order={2} id="topics" mt="xl">{s.topics}</Title>
      <Loaded of={loaded}>
        {({ questions, topics }) => (
          <>
            <Intro>{fill(s.topicsHint, { n: shown(questions) })}</Intro>
            {topics.length === 0 && <Empty title={s.noTopics} icon="answer" />}
            <List label={s.topics}>{topics.map((topic) => <OneTopic key={topic.question} topic={topic} most={topics[0].asked} />)}</List>
          </>
        )}
      </Loaded>
    </section>
  )
}

function OneTopic({ topic, most }: { topic: Topic; most: number }) {
  const { t, number } = useHere()
  const s = t.insights
  const asked = topic.asked === 1 ? s.once : fill(s.count, { n: number(topic.asked) })
  const others = topic.examples.filter((example) => example !== topic.question)
  return (
    <Item>
      <Group justify="space-between" align="start">
        <Text fw={600} dir="auto" miw={0} flex="1 1 12rem" className="break">{topic.question}</Text>
        <Group gap="xs">
          {topic.unanswered > 0 && <Badge color="orange">{fill(s.ofThem, { n: number(topic.unanswered) })}</Badge>}
          <Badge>{asked}</Badge>
        </Group>
      </Group>
      <Progress.Root size="sm"><Progress.Section aria-label={asked} value={(100 * topic.asked) / most} /></Progress.Root>
      {others.length > 0 && <Stack component="ul" className="plain" gap={2}>{others.map((example) => <li key={example}><Text size="sm" c="dimmed" dir="auto" className="break">{example}</Text></li>)}</Stack>}
    </Item>
  )
}
