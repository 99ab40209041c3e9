// What is drafted and not yet live: how much, what exactly, by whom; and to publish or delete it.
import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import Differences from './BotDifferences'
import { ask } from './api'
import { refresh } from './data'
import { Settings, seenDraft } from './settings'
import { Ago, Dialog, Facts, Sure, fill, toast, useForm, useHere } from './ui'

export default function BotDraft({ bot }: { bot: Settings }) {
  const { t, number } = useHere()
  const d = t.bot.draft
  const [open, setOpen] = useState(false)
  if (!bot.draft.length) return null
  const discard = async () => {
    const { left } = await ask('versions', 'discard', seenDraft(bot))
    await refresh('bot')
    toast(left ? d.left : d.deleted)
  }
  return (
    <Alert color="blue" mb="md" title={bot.draft.length === 1 ? d.one : fill(d.many, { n: number(bot.draft.length) })}>
      <details><summary>{d.show}</summary><Drafted bot={bot} /></details>
      <Group gap="sm" mt="sm">
        <Button size="compact-sm" onClick={() => setOpen(true)}>{d.publish}</Button>
        <Sure label={d.delete} ask={d.deleteAsk} says={d.deleteSays} act={discard} />
      </Group>
      {open && <Publish bot={bot} close={() => setOpen(false)} />}
    </Alert>
  )
}

function Drafted({ bot }: { bot: Settings }) {
  const { say } = useHere()
  const by = (one: Settings['draft'][number]) => (
    <>
      <Facts facts={[one.person, <Ago at={one.at} />]} />
      {one.problem && <Text size="sm" c="red">{say(one.problem)}</Text>}
    </>
  )
  return <Differences rows={bot.draft.map((one) => ({ setting: one.setting, one: bot[one.setting], other: one.value, by: by(one) }))} />
}

// Shows what is published. Where somebody has changed it meanwhile, it says who, shows what it is now, and waits.
function Publish({ bot, close }: { bot: Settings; close: () => void }) {
  const { t } = useHere()
  const d = t.bot.draft
  const form = useForm()
  const [note, setNote] = useState('')
  const publish = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const done = await ask('versions', 'publish', { ...seenDraft(bot), live: bot.version, note }).finally(() => refresh('bot', 'versions', 'home'))
      close()
      return fill(d.published, { n: done.version })
    })
  }
  return (
    <Dialog title={d.publishAsk} close={close}>
      <form onSubmit={publish}>
        <Drafted bot={bot} />
        <TextInput label={d.note} description={d.noteHint} maxLength={500} value={note} dir="auto" onChange={(e) => setNote(e.target.value)} data-autofocus />
        {form.shown}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>{t.cancel}</Button>
          <Button type="submit" loading={form.busy}>{d.publish}</Button>
        </Group>
      </form>
    </Dialog>
  )
}
