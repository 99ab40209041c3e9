// The audit log: who changed what, and what was there before.
import { Button, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import React, { useState } from 'react'
import Values from './Values'
import { ask, chosenTenant } from './api'
import { Ago, Facts, Item, List, Loaded, useHere } from './ui'

type Change = {
  id: number
  at: string
  person: string
  action: string
  subject: string | null
  tenant?: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}
type Page = { changes: Change[]; more: boolean }

const shown = (value: unknown) => (value === undefined || value === null || value === '' ? '–' : typeof value === 'string' ? value : JSON.stringify(value))

export default function Changes({ script }: { script: 'people' | 'operator' }) {
  const { t } = useHere()
  const [open, setOpen] = useState(false)
  return (
    <section aria-labelledby="changes">
      <Title order={2} id="changes" mt="xl">{t.changes.title}</Title>
      <Text c="dimmed" mb="xs">{t.changes.intro}</Text>
      {open ? <Pages script={script} /> : <Button variant="default" onClick={() => setOpen(true)}>{t.changes.show}</Button>}
    </section>
  )
}

function Pages({ script }: { script: 'people' | 'operator' }) {
  const { t } = useHere()
  const c = t.changes
  const loaded = useInfiniteQuery<Page, Error, Change[], string[], number>({
    queryKey: [chosenTenant(), script, 'list_changes'],
    queryFn: ({ pageParam }) => ask(script, 'list_changes', { before: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.more ? page.changes[page.changes.length - 1].id : undefined),
    select: ({ pages }) => pages.flatMap((page) => page.changes),
  })
  return (
    <Loaded of={loaded}>
      {(changes) => (
        <>
          {changes.length === 0 && <p>{c.none}</p>}
          <List label={c.title}>{changes.map((change) => <One key={change.id} change={change} />)}</List>
          {loaded.hasNextPage && <Button variant="default" loading={loaded.isFetchingNextPage} onClick={() => loaded.fetchNextPage()}>{c.more}</Button>}
        </>
      )}
    </Loaded>
  )
}

function One({ change }: { change: Change }) {
  const { t } = useHere()
  const c = t.changes
  const names = Object.keys({ ...change.before, ...change.after })
  const rows = names.map((name) => [t.fields[name] ?? name, change.before ? `${shown(change.before[name])} → ${shown(change.after?.[name])}` : shown(change.after?.[name])] as const)
  return (
    <Item>
      <Text fw={600} className="break">{c.actions[change.action] ?? change.action}</Text>
      {change.subject && <Text dir="auto" className="break">{change.subject}</Text>}
      <Facts facts={[<Ago at={change.at} />, change.person, change.tenant]} />
      {rows.length > 0 && <details><summary>{c.details}</summary><Values rows={rows} /></details>}
    </Item>
  )
}
