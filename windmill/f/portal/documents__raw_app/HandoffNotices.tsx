// Who is told of a handoff by e-mail, and whom next while nobody writes.
import { SimpleGrid, TextInput } from '@mantine/core'
import React from 'react'
import { Chips, Figure } from './BotFields'
import { Part, longest } from './settings'
import { useHere } from './ui'

export default function HandoffNotices(part: Part) {
  const { now, set, wrong } = part
  const { t } = useHere()
  const b = t.bot
  return (
    <>
      <TextInput type="email" label={b.notifyEmail} description={b.notifyEmailHint} maxLength={longest.notify_email} value={now.notify_email ?? ''} error={wrong('notify_email')} onChange={(e) => set({ notify_email: e.target.value || null })} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Figure {...part} name="handoff_again_min" label={b.handoffAgain} hint={b.handoffAgainHint} />
        <Chips label={b.handoffNext} hint={b.handoffNextHint} value={now.handoff_next} error={wrong('handoff_next')} change={(handoff_next) => set({ handoff_next })} />
        <Figure {...part} name="approval_hours" label={b.approvalHours} hint={b.approvalHoursHint} />
      </SimpleGrid>
    </>
  )
}
