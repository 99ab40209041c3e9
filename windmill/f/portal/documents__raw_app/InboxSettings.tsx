// How the team shares its conversations: who gets those that the bot hands off, who is away, and the canned replies.
import { ActionIcon, Button, NativeSelect, Stack, Switch, Text } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import React, { useState } from 'react'
import CannedReplies from './CannedReplies'
import { Window } from './Window'
import { refresh, useAsk } from './data'
import { Team, setAssignment, setAvailable } from './inbox'
import { Loaded, useForm, useHere } from './ui'

export default function InboxSettings() {
  const { t } = useHere()
  const c = t.conversations
  const [open, setOpen] = useState(false)
  const [canned, setCanned] = useState(false)
  return (
    <>
      <ActionIcon variant="default" size={36} aria-label={c.settings} title={c.settings} onClick={() => setOpen(true)}><IconSettings size={18} aria-hidden="true" /></ActionIcon>
      {open && (
        <Window title={c.settings} close={() => setOpen(false)} size="md">
          <Sharing />
          <Button variant="default" size="sm" mt="lg" onClick={() => { setOpen(false); setCanned(true) }}>{c.canned}</Button>
        </Window>
      )}
      {canned && <CannedReplies close={() => setCanned(false)} />}
    </>
  )
}

function Sharing() {
  const { t, may } = useHere()
  const c = t.conversations
  const team = useAsk<Team>('inbox', 'get_team')
  const form = useForm()
  const change = (work: Promise<unknown>) =>
    form.run(async () => {
      await work
      await refresh('inbox')
      return t.saved
    })
  return (
    <Loaded of={team}>
      {({ people, assignment, you }) => (
        <Stack gap="md">
          {may('owner', 'editor') ? (
            <NativeSelect label={c.handedOff} description={c.inTurnHint} disabled={form.busy} value={assignment} onChange={(e) => change(setAssignment(e.target.value as Team['assignment']))} data={[{ value: 'manual', label: c.manual }, { value: 'in_turn', label: c.inTurn }]} />
          ) : (
            <Text size="sm">{c.handedOff}: {assignment === 'in_turn' ? c.inTurn : c.manual}</Text>
          )}
          <Switch label={c.available} description={c.availableHint} disabled={form.busy} checked={people.find((one) => one.email === you)?.available ?? true} onChange={(e) => change(setAvailable(e.target.checked))} />
          {form.shown}
        </Stack>
      )}
    </Loaded>
  )
}
