// Somebody else has changed what this editor was changing, too: what stands there now, and a choice for each.
import { Alert, Button, Group, Text } from '@mantine/core'
import React from 'react'
import { useShown } from './BotDifferences'
import { Name, Settings } from './settings'
import { About, fill, useHere } from './ui'

type Props = { names: Name[]; theirs: Settings; who: string; keep: (name: Name) => void; take: (name: Name) => void }

export default function Clashes({ names, theirs, who, keep, take }: Props) {
  const { t } = useHere()
  const c = t.bot.clash
  const shown = useShown()
  return (
    <Alert color="orange" mt="md" title={who ? fill(c.by, { who }) : c.title}>
      {names.map((name) => (
        <div key={name}>
          <Text fw={600} mt="xs">{t.fields[name] ?? name}</Text>
          <Text size="sm" className="text break" dir="auto">{c.theirs} {shown(theirs[name])}</Text>
          <Group gap="xs" mt={4}>
            <Button size="compact-sm" variant="default" onClick={() => take(name)}>{c.take}<About>{t.fields[name] ?? name}</About></Button>
            <Button size="compact-sm" variant="default" onClick={() => keep(name)}>{c.keep}<About>{t.fields[name] ?? name}</About></Button>
          </Group>
        </div>
      ))}
    </Alert>
  )
}
