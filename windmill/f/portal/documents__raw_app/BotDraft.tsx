// What is drafted and not yet live: how much, what exactly, by whom; and to publish or delete it.
import { Alert, Button, Group, NativeSelect, NumberInput, Radio, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import Differences from './BotDifferences'
import { shares } from './BotShare'
import { RedCases, Stopped, Testing, useRun } from './CaseRun'
import { ask } from './api'
import { refresh } from './data'
import { go } from './route'
import { Settings, seenDraft } from './settings'
import { Ago, Dialog, Facts, Sure, fill, toast, useForm, useHere } from './ui'

export default function BotDraft({ bot }: { bot: Settings }) {
  const { t, number } = useHere()
  const d = t.bot.draft
  const [open, setOpen] = useState(false)
  const { waits, all, said } = useWaits(bot)
  if (!bot.draft.length) return null
  const discard = async () => {
    const done = await ask('versions', 'discard', seenDraft(bot))
    await refresh('bot')
    toast(said(done.left ? d.left : d.deleted, done))
  }
  return (
    <Alert color="blue" mb="md" title={bot.draft.length === 1 ? d.one : fill(d.many, { n: number(bot.draft.length) })}>
      <details><summary>{d.show}</summary><Drafted bot={bot} /></details>
      {waits && <Text size="sm" mt="xs">{d.waits}</Text>}
      {bot.draft.some((one) => bot.replayed.includes(one.setting)) && <Text size="sm" mt="xs">{d.replayed}</Text>}
      {!all && (
        <Group gap="sm" mt="sm">
          <Button size="compact-sm" onClick={() => setOpen(true)}>{d.publish}</Button>
          <Sure label={d.delete} ask={d.deleteAsk} says={d.deleteSays} act={discard} />
        </Group>
      )}
      {open && <Publish bot={bot} close={() => setOpen(false)} />}
    </Alert>
  )
}

// Whether drafted tools wait for an owner, because this person may neither publish nor delete them; and whether nothing else is drafted.
// `said`: what was done, and whether something of it waits.
function useWaits(bot: Settings) {
  const { t, may } = useHere()
  const waits = !may('owner') && bot.draft.some((one) => one.setting === 'tools')
  const said = (words: string, done: { waits: string[] }) => (done.waits.length ? `${words} ${t.bot.draft.waits}` : words)
  return { waits, all: waits && bot.draft.length === 1, said }
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

// Shows what is published. Where somebody has changed it meanwhile, it says who, shows what it is now, and waits. A bot's tests are asked first: where
// one fails, nothing is published but by an owner who says why.
function Publish({ bot, close }: { bot: Settings; close: () => void }) {
  const { t, may } = useHere()
  const { waits, said } = useWaits(bot)
  const d = t.bot.draft
  const c = t.cases
  const form = useForm()
  const [note, setNote] = useState('')
  const [reason, setReason] = useState('')
  const [run, setRun] = useState('')
  const [whom, setWhom] = useState<Whom>({ way: 'all', percent: 10, margin: 10 })
  const share = whom.way === 'share' ? { percent: whom.percent, margin: whom.margin } : {}
  const publish = (with_run: string, why = '') =>
    form.run(async () => {
      const done = await ask('versions', 'publish', { ...seenDraft(bot), live: bot.version, note, run: with_run, reason: why, ...share })
        .finally(() => refresh('bot', 'versions', 'home'))
      if (done.version === undefined) {
        setRun(done.run ?? done.red)
        return
      }
      close()
      return said(fill(whom.way === 'share' ? t.share.begun : d.published, { n: done.version, percent: whom.percent }), done)
    })
  const going = useRun(run, (ended) => ended.of.state === 'green' && publish(ended.of.id))
  const testing = Boolean(run) && (!going || going.of.state === 'running')
  const red = going?.of.state === 'red'
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    if (whom.way === 'shadow') {
      close()
      return go('bot', 'replay', 'shadow')
    }
    publish(red ? run : '', red ? reason : '')
  }
  return (
    <Dialog title={d.publishAsk} close={close}>
      <form onSubmit={submit}>
        <Drafted bot={bot} />
        {waits && <Alert color="gray" mt="sm">{d.waits}</Alert>}
        {testing && <Testing going={going} />}
        {red && <Stopped reason={reason} say={setReason}><RedCases red={going.red} /></Stopped>}
        {!run && <ToWhom bot={bot} whom={whom} choose={setWhom} />}
        {!run && whom.way !== 'shadow' && <TextInput mt="sm" label={d.note} description={d.noteHint} maxLength={500} value={note} dir="auto" onChange={(e) => setNote(e.target.value)} data-autofocus />}
        {form.shown}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>{t.cancel}</Button>
          {(!red || may('owner')) && <Button type="submit" color={red ? 'red' : undefined} disabled={testing} loading={form.busy}>{red ? c.anyway : whom.way === 'shadow' ? t.share.shadowNext : d.publish}</Button>}
        </Group>
      </form>
    </Dialog>
  )
}

type Whom = { way: string; percent: number; margin: number }

// All customers, a share of them, or nobody yet.
function ToWhom({ bot, whom, choose }: { bot: Settings; whom: Whom; choose: (whom: Whom) => void }) {
  const { t, number } = useHere()
  const s = t.share
  return (
    <>
      <Radio.Group mt="md" label={s.whom} value={whom.way} onChange={(way) => choose({ ...whom, way })}>
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={s.all} description={bot.shared ? fill(s.allEnds, { n: number(bot.shared) }) : undefined} />
          <Radio value="share" label={s.some} description={bot.shared ? fill(s.oneRuns, { n: number(bot.shared) }) : s.someHint} disabled={Boolean(bot.shared)} />
          <Radio value="shadow" label={s.shadow} description={s.shadowHint} />
        </Stack>
      </Radio.Group>
      {whom.way === 'share' && (
        <Group mt="sm" align="end">
          <NativeSelect label={s.percent} value={String(whom.percent)} onChange={(e) => choose({ ...whom, percent: Number(e.target.value) })} data={shares.map((percent) => ({ value: String(percent), label: `${percent} %` }))} />
          <NumberInput w="16rem" label={s.margin} description={s.marginHint} min={1} max={100} allowDecimal={false} value={whom.margin} onChange={(margin) => choose({ ...whom, margin: Number(margin) })} />
        </Group>
      )}
    </>
  )
}
