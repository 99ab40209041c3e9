// The way to how the team shares its conversations.
import { ActionIcon } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import React, { useState } from 'react'
import Later from './Later'
import { sharing } from './parts'
import { useHere } from './ui'

export default function InboxSettings() {
  const { t } = useHere()
  const c = t.conversations
  const [open, setOpen] = useState(false)
  return (
    <>
      <ActionIcon variant="default" size={36} aria-label={c.settings} title={c.settings} onClick={() => setOpen(true)}><IconSettings size={18} aria-hidden="true" /></ActionIcon>
      {open && <Later of={sharing} props={{ close: () => setOpen(false) }} waiting={null} />}
    </>
  )
}
