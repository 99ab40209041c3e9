// The inbox by keyboard, and the small help that says how. Single keys can be switched off: speech input types them by chance.
import { Box, Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconKeyboard } from '@tabler/icons-react'
import React, { useRef, useState } from 'react'
import Later from './Later'
import { keep } from './api'
import { refresh } from './data'
import { setStatus } from './inbox'
import { keyHelp } from './parts'
import { toast, useForm, useHere } from './ui'

const rows = () => [...document.querySelectorAll<HTMLButtonElement>('.inbox .people button')]

// To the next line of the list (1) or the one before (-1), from the one that has the focus or is open.
function step(by: number) {
  const all = rows()
  const focused = all.indexOf(document.activeElement as HTMLButtonElement)
  const at = focused >= 0 ? focused : all.findIndex((row) => row.hasAttribute('aria-current'))
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

function useSolve(chosen: string) {
  const { t, may } = useHere()
  const form = useForm()
  const solve = () =>
    chosen &&
    may('owner', 'editor', 'agent') &&
    form.run(async () => {
      await setStatus(chosen, 'solved')
      await refresh('conversations', 'notifications', 'inbox')
      toast(t.conversations.solvedNow)
    })
  return { solve, shown: form.shown }
}

export default function InboxKeys({ chosen }: { chosen: string }) {
  const { t } = useHere()
  const c = t.conversations
  const [on, setOn] = useState(keep.get('inbox keys', true))
  const [help, setHelp] = useState<boolean>() // not once yet
  const pressed = useRef(false)
  const { solve, shown } = useSolve(chosen)
  const arrow = (by: number) => () => rows().includes(document.activeElement as HTMLButtonElement) && step(by)
  // A window that is open has the keyboard.
  const free = (act: () => unknown) => () => document.querySelector('[role=dialog]') || act()
  useHotkeys(
    on
      ? [
          ['j', free(() => step(1))],
          ['k', free(() => step(-1))],
          ['ArrowDown', arrow(1), { preventDefault: false }],
          ['ArrowUp', arrow(-1), { preventDefault: false }],
          ['e', free(solve)],
          ['/', free(() => document.getElementById('inbox-search')?.focus())],
          ['shift+?', free(() => setHelp(true))],
        ]
      : [],
  )
  const toggle = (next: boolean) => {
    keep.set('inbox keys', next)
    setOn(next)
  }
  const button = <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconKeyboard size={16} aria-hidden="true" />} aria-haspopup="dialog" autoFocus={pressed.current} onClick={() => { pressed.current = true; setHelp(!help) }}>{c.keys}</Button>
  return (
    <Box visibleFrom="md">
      {help === undefined ? button : <Later of={keyHelp} props={{ open: help, setOpen: setHelp, on, toggle, children: button }} waiting={button} />}
      {shown}
    </Box>
  )
}
