// The connection is lost, or one is signed out: said above what is read, which stays as it is and where it is.
import { Button, Group, Paper, Text } from '@mantine/core'
import React, { useEffect, useRef } from 'react'
import { queries } from './data'
import { useLine } from './line'
import { useHere } from './ui'

export default function LostLine() {
  const { t } = useHere()
  const line = useLine()
  const before = useRef(line)
  useEffect(() => {
    // What was missed meanwhile is read again.
    if (line === 'up' && before.current !== 'up') queries.invalidateQueries()
    before.current = line
  }, [line])
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault()
    window.addEventListener('signed-out', stay)
    return () => window.removeEventListener('signed-out', stay)
  }, [])
  if (line === 'up') return null
  return (
    <Paper className="lostline" role="alert" shadow="md" withBorder p="sm" radius="md">
      <Group gap="sm" justify="space-between" wrap="nowrap">
        <Text size="sm">{t.line[line]}</Text>
        {line === 'signedOut' && <Button className="still" size="compact-sm" onClick={() => location.reload()}>{t.line.signIn}</Button>}
      </Group>
    </Paper>
  )
}
