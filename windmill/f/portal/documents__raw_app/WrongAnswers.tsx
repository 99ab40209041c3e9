// The bot's answers that somebody of the staff has marked wrong, or that got a thumb down from the customer; each leads to its conversation.
import { Badge, Button, Group, Text, Title } from '@mantine/core'
import React from 'react'
import Formatted from './Formatted'
import { Given } from './Marks'
import { useAsk } from './data'
import { listAsked } from './first'
import type { Mark } from './inbox'
import { go } from './route'
import { About, Ago, Empty, Facts, Intro, Item, List, Loaded, fill, useHere } from './ui'

type Wrong = { turn_id: string; contact_id: string; name: string | null; question: string | null; answer: string | null; at: string; marks: Mark[]; thumb_down: boolean }

export default function WrongAnswers({ days, number }: { days: number; number: string }) {
  const { t } = useHere()
  const f = t.feedback
  const loaded = useAsk<{ answers: Wrong[]; more: boolean }>('insights', 'list_wrong', listAsked(days, number), { keep: true })
  return (
    <section aria-labelledby="wrong">
      <Title order={2} id="wrong" mt="xl">{f.wrongAnswers}</Title>
      <Loaded of={loaded}>
        {({ answers, more }) => (
          <>
            <Intro>{f.wrongHint}</Intro>
            {answers.length === 0 && <Empty title={f.noWrong} icon="answer" />}
            <List label={f.wrongAnswers}>{answers.map((one) => <One key={one.turn_id} wrong={one} />)}</List>
            {more && <Text size="sm" c="dimmed">{fill(f.onlyNewest, { n: answers.length })}</Text>}
          </>
        )}
      </Loaded>
    </section>
  )
}

function One({ wrong }: { wrong: Wrong }) {
  const { t } = useHere()
  const f = t.feedback
  const name = wrong.name || t.conversations.unnamed
  return (
    <Item>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Text fw={600} dir="auto" miw={0} className="break">{wrong.question || f.noQuestion}</Text>
        {wrong.thumb_down && <Badge color="orange">{f.thumbDown}</Badge>}
      </Group>
      {wrong.answer && <Text size="sm" dir="auto" className="text" lineClamp={6}><Formatted text={wrong.answer} /></Text>}
      <Given marks={wrong.marks} />
      <Facts facts={[<bdi>{name}</bdi>, <Ago at={wrong.at} />]} />
      <Group><Button size="compact-sm" variant="default" onClick={() => go('conversations', 'all', wrong.contact_id)}>{f.openConversation}<About>{name}</About></Button></Group>
    </Item>
  )
}
