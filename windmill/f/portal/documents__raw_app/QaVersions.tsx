// The versions of the questions and answers: who made which and when, in what one differs from what is live, and an earlier one as a new draft.
import { Badge, Button, Group, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import React, { useState } from 'react'
import { Compared, DraftOfPairs } from './QaDraft'
import { ask, chosenTenant } from './api'
import { refresh } from './data'
import { About, Ago, Confirm, Facts, Item, List, Loaded, fill, toast, useHere } from './ui'

type Version = { number: number; note: string; person: string | null; at: string; reason: string | null; pairs: number; changed: number }
type Page = { versions: Version[]; more: boolean }
type Props = { version: number; draft: DraftOfPairs | null }

export default function QaVersions(props: Props) {
  const { t } = useHere()
  const [open, setOpen] = useState(false)
  return <details onToggle={(e) => setOpen(e.currentTarget.open)}><summary>{t.qaPairs.versions.title}</summary>{open && <Versions {...props} />}</details>
}

function Versions({ version, draft }: Props) {
  const { t } = useHere()
  const v = t.bot.versions
  const [restored, setRestored] = useState(0)
  const loaded = useInfiniteQuery<Page, Error, Version[], unknown[], number>({
    queryKey: [chosenTenant(), 'qa_pairs', 'versions', version],
    queryFn: ({ pageParam }) => ask('qa_pairs', 'versions', { before: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.more ? page.versions[page.versions.length - 1].number : undefined),
    select: ({ pages }) => pages.flatMap((page) => page.versions),
  })
  const restore = async () => {
    await ask('qa_pairs', 'restore', { number: restored, revision: draft?.revision ?? '' }).finally(() => refresh('qa_pairs', 'bot'))
    toast(v.restored)
  }
  return (
    <>
      <Text c="dimmed">{t.qaPairs.versions.intro}</Text>
      <Loaded of={loaded}>
        {(versions) => (
          <>
            <List label={t.qaPairs.versions.title}>{versions.map((one) => <One key={one.number} version={one} live={one.number === version} restore={() => setRestored(one.number)} />)}</List>
            {loaded.hasNextPage && <Button variant="default" loading={loaded.isFetchingNextPage} onClick={() => loaded.fetchNextPage()}>{t.changes.more}</Button>}
          </>
        )}
      </Loaded>
      {restored > 0 && <Confirm label={v.restore} ask={fill(v.restoreAsk, { n: restored })} says={t.qaPairs.versions.restoreSays} act={restore} close={() => setRestored(0)} />}
    </>
  )
}

function One({ version, live, restore }: { version: Version; live: boolean; restore: () => void }) {
  const { t, number } = useHere()
  const v = t.bot.versions
  const [open, setOpen] = useState(false)
  const title = fill(v.version, { n: version.number })
  return (
    <Item>
      <Group gap="xs"><Text fw={600}>{title}</Text>{live && <Badge>{v.live}</Badge>}</Group>
      {version.note && <Text dir="auto" className="text">{version.note}</Text>}
      {version.reason && <Text size="sm" c="orange" dir="auto">{fill(t.cases.overruled, { reason: version.reason })}</Text>}
      <Facts facts={[<Ago at={version.at} />, version.person, fill(t.qaPairs.versions.facts, { pairs: number(version.pairs), changed: number(version.changed) })]} />
      <Group gap="xs">
        <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>{v.compare}<About>{title}</About></Button>
        {!live && <Button size="compact-sm" variant="default" onClick={restore}>{v.restore}<About>{title}</About></Button>}
      </Group>
      {open && <Compared one={version.number > 1 ? String(version.number - 1) : '0'} other={String(version.number)} />}
    </Item>
  )
}
