// How the team shares its conversations: who gets those that the bot hands off, who is away, the canned replies and the templates.
import { Button, Group, NativeSelect, Stack, Switch, Text } from '@mantine/core'
import React, { useState } from 'react'
import CannedReplies from './CannedReplies'
import TemplateShelf from './TemplateShelf'
import { Window } from './Window'
import { refresh, useAsk } from './data'
import { Team, setAssignment, setAvailable } from './inbox'
import { Loaded, useForm, useHere } from './ui'

export default function InboxSharing({ close }: { close: () => void }) {
  const { t } = useHere()
  const c = t.conversations
  const [next, setNext] = useState<'canned' | 'templates'>()
  if (next === 'canned') return <CannedReplies close={close} />
  if (next === 'templates') return <TemplateShelf close={close} />
  return (
    <Window title={c.settings} close={close} size="md">
      <Sharing />
      <Group mt="lg">
        <Button variant="default" size="sm" onClick={() => setNext('canned')}>{c.canned}</Button>
        <Button variant="default" size="sm" onClick={() => setNext('templates')}>{t.templates.title}</Button>
      </Group>
    </Window>
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
