// The versions of a bot's settings: who made which and when, in what two differ, and an earlier one as a new draft.
import { Alert, Badge, Button, Group, NativeSelect, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import React, { useState } from 'react'
import Differences, { Difference } from './BotDifferences'
import { Steps } from './BotShare'
import { Refused, ask, chosenTenant } from './api'
import { refresh, useAsk } from './data'
import type { Message } from './messages'
import { Settings, seenDraft } from './settings'
import { About, Ago, Confirm, Facts, Item, List, Loaded, fill, toast, useHere } from './ui'

type Version = { number: number; note: string; person: string | null; at: string; overruled: { reason: string; red: string[] } | null; live_before: number | null; share: React.ComponentProps<typeof Steps>['steps'] | null }
type Page = { versions: Version[]; more: boolean }

export default function BotVersions({ bot }: { bot: Settings }) {
  const { t, say } = useHere()
  const v = t.bot.versions
  const [leftOut, setLeftOut] = useState<Message[]>([])
  const [restored, setRestored] = useState(0)
  const [gone, setGone] = useState(false)
  const loaded = useInfiniteQuery<Page, Error, Version[], unknown[], number>({
    queryKey: [chosenTenant(), 'versions', bot.phone_number_id, bot.newest, bot.version, bot.shared],
    queryFn: ({ pageParam }) => ask('versions', 'list', { phone_number_id: bot.phone_number_id, before: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.more ? page.versions[page.versions.length - 1].number : undefined),
    select: ({ pages }) => pages.flatMap((page) => page.versions),
  })
  const close = () => {
    setRestored(0)
    setGone(false)
  }
  // A version with a tool that is gone is restored when somebody has read that and wants the rest.
  const restore = async () => {
    try {
      const done = await ask('versions', 'restore', { ...seenDraft(bot), number: restored, without_gone: gone }).finally(() => refresh('bot'))
      setLeftOut(done.left_out)
      toast(v.restored)
    } catch (error) {
      setGone(error instanceof Refused && error.reason.code === 'version_tools_gone')
      throw error
    }
  }
  return (
    <>
      <Text c="dimmed">{v.intro}</Text>
      {leftOut.length > 0 && <Alert color="orange" my="md" title={v.leftOut} role="alert">{leftOut.map((message, i) => <div key={i}>{say(message)}</div>)}</Alert>}
      <Loaded of={loaded}>
        {(versions) => (
          <>
            <List label={t.bot.tabs.versions}>{versions.map((one) => <One key={one.number} version={one} bot={bot} restore={() => setRestored(one.number)} />)}</List>
            {loaded.hasNextPage && <Button variant="default" loading={loaded.isFetchingNextPage} onClick={() => loaded.fetchNextPage()}>{t.changes.more}</Button>}
          </>
        )}
      </Loaded>
      {restored > 0 && <Confirm label={gone ? v.restoreRest : v.restore} ask={fill(v.restoreAsk, { n: restored })} says={v.restoreSays} act={restore} close={close} />}
    </>
  )
}

function One({ version, bot, restore }: { version: Version; bot: Settings; restore: () => void }) {
  const { t } = useHere()
  const v = t.bot.versions
  const [open, setOpen] = useState(false)
  const title = fill(v.version, { n: version.number })
  const live = version.number === bot.version
  return (
    <Item>
      <Group gap="xs"><Text fw={600}>{title}</Text>{live && <Badge>{v.live}</Badge>}{version.number === bot.shared && <Badge color="gray">{t.share.badge}</Badge>}</Group>
      {version.note && <Text dir="auto" className="text">{version.note}</Text>}
      {version.overruled && <Text size="sm" c="orange" dir="auto">{fill(t.cases.overruled, { reason: version.overruled.reason })}</Text>}
      {version.share ? <Steps steps={version.share} /> : <Facts facts={[<Ago at={version.at} />, version.person]} />}
      <Group gap="xs">
        <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>{v.compare}<About>{title}</About></Button>
        {!live && version.number !== bot.shared && <Button size="compact-sm" variant="default" onClick={restore}>{v.restore}<About>{title}</About></Button>}
      </Group>
      {open && <Compared number={version.number} before={version.live_before} bot={bot} />}
    </Item>
  )
}

// With what was live before it; or with another version, what is live, or the draft.
function Compared({ number, before, bot }: { number: number; before: number | null; bot: Settings }) {
  const { t } = useHere()
  const v = t.bot.versions
  const [other, setOther] = useState(before ? String(before) : 'live')
  const loaded = useAsk<{ differences: Difference[] }>('versions', 'compare', { phone_number_id: bot.phone_number_id, one: other, other: String(number) })
  return (
    <>
      <NativeSelect maw="16rem" label={v.with} value={other} onChange={(e) => setOther(e.target.value)} data={choices({ ...bot, pairs_drafted: false }, t.bot.versions).filter(({ value }) => value !== String(number))} />
      <Loaded of={loaded}>{({ differences }) => <Differences rows={differences} />}</Loaded>
    </>
  )
}

// The draft, with the business's drafted answers, what is live, and the versions before it.
export function choices(bot: Settings, v: { draft: string; live: string; version: string }) {
  const numbers = Array.from({ length: bot.newest }, (_, i) => String(bot.newest - i))
  return [...(bot.draft.length || bot.pairs_drafted ? [{ value: 'draft', label: v.draft }] : []), { value: 'live', label: v.live }, ...numbers.map((n) => ({ value: n, label: fill(v.version, { n }) }))]
}
