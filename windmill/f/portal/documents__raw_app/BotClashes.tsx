// Somebody else has changed what this editor was changing, too: what stands there now, and a choice for each.
import { Alert, Button, Group, Text } from '@mantine/core'
import React from 'react'
import { useShown } from './BotDifferences'
import { About, fill, useHere } from './ui'

type Props<N extends string> = { names: N[]; theirs: Partial<Record<N, unknown>>; who?: string; labels?: Record<string, unknown>; keep: (name: N) => void; take: (name: N) => void }

export default function Clashes<N extends string>({ names, theirs, who, labels, keep, take }: Props<N>) {
  const { t } = useHere()
  const labelOf = (name: N) => String((labels ?? t.fields)[name] ?? name)
  const c = t.bot.clash
  const shown = useShown()
  return (
    <Alert color="orange" mt="md" title={who ? fill(c.by, { who }) : c.title}>
      {names.map((name) => (
        <div key={name}>
          <Text fw={600} mt="xs">{labelOf(name)}</Text>
          <Text size="sm" className="text break" dir="auto">{c.theirs} {shown(theirs[name], name)}</Text>
          <Group gap="xs" mt={4}>
            <Button size="compact-sm" variant="default" onClick={() => take(name)}>{c.take}<About>{labelOf(name)}</About></Button>
            <Button size="compact-sm" variant="default" onClick={() => keep(name)}>{c.keep}<About>{labelOf(name)}</About></Button>
          </Group>
        </div>
      ))}
    </Alert>
  )
}
