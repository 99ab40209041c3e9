// What every page says above itself: how many wait, while nothing goes out, and which bots are off.
import { Alert, Button } from '@mantine/core'
import React from 'react'
import { isLoud } from './Alarm'
import { useAsk } from './data'
import type { Message } from './messages'
import { go } from './route'
import { fill, useHere } from './ui'

type Stop = { code: number; reason: Message; since: string; until: string; times: number }
export type Count = { unread: number; waiting: number; stop: Stop | null; off: string[] }

// A call that failed changes nothing: the next one counts again.
// Whoever wants to hear of a customer who waits is told while they look at something else, too.
export const useCount = (enabled: boolean) => useAsk<Count>('notifications', 'count', {}, { every: 20_000, enabled, hidden: isLoud() }).data

export function Stopped({ stop }: { stop: Stop }) {
  const { t, time, say } = useHere()
  return (
    <Alert color="red" title={t.notifications.stopped} role="alert" my="md" className="banner">
      {fill(t.notifications.stoppedSays, { since: time(stop.since), reason: say(stop.reason), until: time(stop.until) })}
    </Alert>
  )
}

// Which bots are switched off.
export function Off({ names }: { names: string[] }) {
  const { t, may } = useHere()
  const n = t.notifications
  return (
    <Alert color="orange" title={n.off} my="md" className="banner">
      {fill(n.offSays, { names: names.join(', ') })}
      {may('owner', 'editor') && <div><Button mt="xs" size="compact-sm" variant="default" onClick={() => go('bot', 'voice')}>{n.switchOn}</Button></div>}
    </Alert>
  )
}
