// Bot: how it speaks, what it may do, and a preview. What is saved is a draft until it is published.
import { Alert, Button, Card, Grid, Group, NativeSelect, Text, Title } from '@mantine/core'
import React, { useEffect, useRef, useState } from 'react'
import Clashes from './BotClashes'
import BotCases from './BotCases'
import BotDraft from './BotDraft'
import Handoff from './BotHandoff'
import Hours from './BotHours'
import Limits from './BotLimits'
import ToolChoice from './BotToolChoice'
import Tools, { Tool } from './BotTools'
import BotReplay from './BotReplay'
import BotShare from './BotShare'
import BotVersions from './BotVersions'
import Voice from './BotVoice'
import BotWords from './BotWords'
import ConnectNumber from './ConnectNumber'
import Doctor from './Doctor'
import Preview from './Preview'
import { Refused, ask } from './api'
import { refresh, useAsk } from './data'
import { go } from './route'
import { Name, Settings, atOnce, useEdits, withDraft, wrongField } from './settings'
import { Empty, Intro, Loaded, Tabs, useForm, useHere } from './ui'
import { useRoute } from './useRoute'

type Answer = { bots: Settings[]; tools: Tool[] }
const parts = { voice: Voice, words: BotWords, hours: Hours, handoff: Handoff, limits: Limits, tools: ToolChoice }
// The settings on the tabs other than the one for limits.
const tabs: Record<string, Name[]> = {
  voice: ['name', 'enabled', 'persona', 'system_prompt', 'languages', 'show_citations', 'send_documents', 'links', 'source_links', 'ask_location', 'reactions', 'catalog_id', 'products', 'forms', 'contact_cards', 'voice_answers'],
  words: ['dont_know', 'offer_human', 'handoff_message', 'closed_message', 'limit_message', 'failure_message', 'canned_replies', 'opt_out_words', 'opt_in_words', 'waiting_message'],
  hours: ['opening_hours', 'time_zone', 'closed_on', 'outside_hours'],
  handoff: ['handoff_keywords', 'handoff_hours', 'lead_fields', 'handoff_on_failure', 'ask_rating', 'notify_webhook_url', 'notify_phone', 'notify_template', 'window_template', 'notify_email', 'handoff_again_min', 'handoff_next', 'approval_hours'],
  tools: ['tools'],
}
const tabOf = (name: Name) => Object.keys(tabs).find((tab) => tabs[tab].includes(name)) ?? 'limits'

export default function Bot() {
  const { t, may } = useHere()
  const [number, setNumber] = useState('')
  const loaded = useAsk<Answer>('bot', 'get')
  const asks = may('owner', 'editor', 'agent')
  return (
    <Loaded of={loaded}>
      {({ bots, tools }) => {
        const bot = bots.find((b) => b.phone_number_id === number) ?? bots[0]
        if (!bot) return may('owner') ? <Card className="panel"><Title order={2} mb="xs">{t.connect.title}</Title><Intro>{t.connect.intro}</Intro><ConnectNumber /></Card> : <Empty title={t.bot.none} hint={t.bot.noneHint} icon="bot" />
        return (
          <>
            <Intro>{t.bot.intro}</Intro>
            {!may('owner', 'editor') && <Alert color="gray" mb="md">{t.bot.readOnly}</Alert>}
            {bots.length > 1 && <NativeSelect maw="18rem" mb="md" label={t.bot.number} value={bot.phone_number_id} onChange={(e) => setNumber(e.target.value)} data={bots.map((b) => ({ value: b.phone_number_id, label: b.name }))} />}
            <Grid gap="xl">
              <Grid.Col span={{ base: 12, lg: asks ? 7 : 12 }}>{may('owner', 'editor') && <BotShare key={`share ${bot.phone_number_id}`} bot={bot} />}<BotDraft bot={bot} /><Form key={bot.phone_number_id} bot={bot} tools={tools} /></Grid.Col>
              {asks && <Grid.Col span={{ base: 12, lg: 5 }}><Preview key={bot.phone_number_id} bot={bot} /></Grid.Col>}
            </Grid>
          </>
        )
      }}
    </Loaded>
  )
}

// Saves the edits. Where somebody else has changed one of them meanwhile, nothing is saved, and the next try knows who it was and what stands there.
function useSaving(bot: Settings, edits: ReturnType<typeof useEdits>, begin: () => void) {
  const { t } = useHere()
  const form = useForm()
  const [who, setWho] = useState('')
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      try {
        await ask('bot', 'update', { phone_number_id: bot.phone_number_id, settings: edits.settings, was: who ? edits.standing : edits.was })
      } catch (error) {
        if (error instanceof Refused && error.reason.code === 'settings_changed') {
          await refresh('bot')
          setWho(String(error.reason.values.person))
        }
        throw error
      }
      const drafted = edits.names.some((name) => !atOnce.includes(name))
      await refresh('bot', 'notifications', 'home')
      edits.clear()
      setWho('')
      begin()
      return drafted ? t.bot.draft.saved : t.saved
    })
  }
  const forget = () => {
    form.clear()
    setWho('')
    begin()
  }
  return { form, who, save, forget }
}

function Form({ bot: live, tools }: { bot: Settings; tools: Tool[] }) {
  const { t, may, tenant } = useHere()
  const { part } = useRoute()
  const bot = withDraft(live)
  const edits = useEdits(bot, tenant)
  const [begun, setBegun] = useState(0)
  const { form, who, save, forget } = useSaving(bot, edits, () => setBegun((n) => n + 1))
  const box = useRef<HTMLFormElement>(null)
  const chosen = part in t.bot.tabs ? part : 'voice'
  const Part = parts[chosen as keyof typeof parts]
  const field = wrongField(form.error, edits.names)
  // To the field that is wrong.
  useEffect(() => {
    if (field && tabOf(field) !== chosen) go('bot', tabOf(field))
    else if (field) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [form.error, field, chosen])
  const choose = (name: string) => {
    form.clear() // what became of another part's saving
    go('bot', name)
  }
  const wrong = (name: Name) => (name === field ? form.problem : undefined)
  const choice = (act: (name: Name) => void) => (name: Name) => {
    act(name)
    forget()
  }
  return (
    <Tabs label={t.bot.parts} names={Object.keys(t.bot.tabs).filter((name) => (name === 'versions' || name === 'replay' ? may('owner', 'editor') : name !== 'doctor' || may('owner')))} title={(name) => t.bot.tabs[name]} chosen={chosen} choose={choose}>
      {Part ? (
        <>
          <Card component="form" className="panel" onSubmit={save} ref={box} style={{ overflow: 'visible' }}>
            <fieldset disabled={!may('owner', 'editor')} aria-label={t.bot.tabs[chosen]}>
              <Part key={begun} now={edits.now} saved={bot} set={edits.set} wrong={wrong} />
              {edits.clashes.length > 0 && <Clashes names={edits.clashes} theirs={bot} who={who} keep={choice(edits.rebase)} take={choice(edits.drop)} />}
              {may('owner', 'editor') && (chosen !== 'tools' || edits.names.length > 0) && <SaveBar unsaved={edits.names.length > 0} busy={form.busy} problem={form.problem} shown={!field && form.shown} discard={() => { edits.clear(); forget() }} />}
            </fieldset>
          </Card>
          {chosen === 'tools' && <Tools tools={tools} />}
        </>
      ) : chosen === 'versions' ? (
        <BotVersions bot={live} />
      ) : chosen === 'replay' && may('owner', 'editor') ? (
        <BotReplay bot={live} />
      ) : chosen === 'cases' ? (
        <BotCases bot={live} />
      ) : chosen === 'doctor' && may('owner') ? (
        <Card className="panel"><Text c="dimmed" mb="sm">{t.doctor.intro}</Text><Doctor number={bot.phone_number_id} name={bot.name} /><Title order={2} size="h4" mt="xl" mb="xs">{t.connect.title}</Title><ConnectNumber /></Card>
      ) : null}
    </Tabs>
  )
}

type SaveBarProps = { unsaved: boolean; busy: boolean; problem: string; shown: React.ReactNode; discard: () => void }

// In sight however long the form is; what went wrong and belongs to no field is said here.
function SaveBar({ unsaved, busy, problem, shown, discard }: SaveBarProps) {
  const { t } = useHere()
  return (
    <Group className="savebar" gap="sm">
      <Button type="submit" loading={busy} disabled={!unsaved}>{t.save}</Button>
      {unsaved && !busy && <Button variant="subtle" onClick={discard}>{t.bot.discard}</Button>}
      {unsaved && !busy && !problem && <Text size="sm" c="dimmed">{t.bot.unsaved}</Text>}
      {shown}
    </Group>
  )
}
