// What the keys of the inbox do, and the switch for them.
import { Group, Kbd, Popover, Stack, Switch, Text } from '@mantine/core'
import React, { useEffect, useState } from 'react'
import { useHere } from './ui'

// `children`: the button that opens it.
type Props = { open: boolean; setOpen: (open: boolean) => void; on: boolean; toggle: (on: boolean) => void; children: React.ReactElement }

export default function InboxKeyHelp({ open, setOpen, on, toggle, children }: Props) {
  const { t } = useHere()
  const c = t.conversations
  const [drawn, setDrawn] = useState(false)
  useEffect(() => setDrawn(true), []) // it opens once the button is there, to which the focus comes back
  return (
    <Popover opened={open && drawn} onChange={setOpen} position="top-start" trapFocus returnFocus width={300} transitionProps={{ duration: 0 }}>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown aria-label={c.keys}>
        <Stack gap={6}>
          <KeyList />
          <Switch label={c.keysOn} checked={on} onChange={(e) => toggle(e.target.checked)} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function KeyList() {
  const { t } = useHere()
  return t.conversations.keyList.map(([keys, what]) => (
    <Group key={keys} gap="xs" wrap="nowrap">
      <Text component="span" miw="5.5rem">{keys.split(' ').map((key) => <Kbd key={key} mr={3}>{key}</Kbd>)}</Text>
      <Text size="sm">{what}</Text>
    </Group>
  ))
}
