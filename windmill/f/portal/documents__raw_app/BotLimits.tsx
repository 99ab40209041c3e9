// How much a bot may do: what a business decides, and the technical figures, folded away.
import { SimpleGrid, Stack, Text } from '@mantine/core'
import React from 'react'
import { Figure } from './BotFields'
import { Name, Part } from './settings'
import { useHere } from './ui'

const technical: Name[] = ['max_tokens', 'max_rounds', 'max_seconds', 'merge_window_s', 'history_tokens']

export default function Limits(part: Part) {
  const { t } = useHere()
  const b = t.bot
  return (
    <Stack gap="sm">
      <Text c="dimmed">{b.limitsIntro}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: 'end' }}>
        <Figure {...part} name="max_replies_per_hour" label={b.replies} />
        <Figure {...part} name="max_cost_usd" label={b.cost} step={0.001} />
        <Figure {...part} name="stale_after_s" label={b.stale} step={0.1} unit={3600} />
      </SimpleGrid>
      <details open={technical.some((name) => part.wrong(name)) || undefined}>
        <summary>{b.technical}</summary>
        <Text c="dimmed" size="sm" my="xs">{b.technicalHint}</Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: 'end' }}>
          <Figure {...part} name="max_tokens" label={b.tokens} />
          <Figure {...part} name="max_rounds" label={b.rounds} />
          <Figure {...part} name="max_seconds" label={b.seconds} />
          <Figure {...part} name="merge_window_s" label={b.merge} step={0.1} />
          <Figure {...part} name="history_tokens" label={b.history} />
        </SimpleGrid>
      </details>
    </Stack>
  )
}
