// The operator's search: from a telephone number, a name or an ID to the person and the runs, and from a run back to the person.
import { Anchor, Button, Group, Text, TextInput, Title } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import React, { useState } from 'react'
import { useAsk } from './data'
import { go } from './route'
import { About, Ago, Empty, Facts, Item, List, Loaded, fill, useHere } from './ui'
import { useRoute } from './useRoute'

type Person = { id: string; tenant_id: string; tenant: string; name: string | null; phone: string | null; username: string | null; at: string | null }
type Run = { message_id: string; run_id: string | null; contact_id: string | null; tenant: string | null; phone_number_id: string; state: string; reason: string | null; outcome: string | null; received_at: string; jobs: { tool: string; job: string }[] | null }
type Answer = { people: Person[]; runs: Run[]; run_link: string }

export default function PlatformFind() {
  const { t } = useHere()
  const p = t.platform
  const { part, id } = useRoute()
  const asked = part === 'find' && id ? decodeURIComponent(id) : ''
  const [words, setWords] = useState(asked)
  const look = (event: React.FormEvent) => {
    event.preventDefault()
    go('platform', 'find', encodeURIComponent(words.trim()))
  }
  return (
    <section aria-labelledby="find">
      <Title order={2} id="find" mt="xl" mb="xs">{p.find}</Title>
      <Group component="form" role="search" align="end" mb="sm" onSubmit={look}>
        <TextInput type="search" flex={1} miw="14rem" label={p.findLabel} required dir="auto" maxLength={200} leftSection={<IconSearch size={16} aria-hidden="true" />} value={words} onChange={(e) => setWords(e.target.value)} />
        <Button type="submit">{p.findButton}</Button>
      </Group>
      {asked && <Found key={asked} words={asked} />}
    </section>
  )
}

function Found({ words }: { words: string }) {
  const { t } = useHere()
  const p = t.platform
  const loaded = useAsk<Answer>('operator', 'find', { words })
  return (
    <Loaded of={loaded}>
      {({ people, runs, run_link }) => (
        <>
          {people.length + runs.length === 0 && <Empty title={fill(p.findNone, { words })} hint={p.findNoneHint} icon="search" />}
          {people.length > 0 && (
            <>
              <Title order={3}>{p.foundPeople}</Title>
              <List label={p.foundPeople}>{people.map((one) => <PersonFound key={one.id} person={one} alone={words === one.id} />)}</List>
            </>
          )}
          {runs.length > 0 && (
            <>
              <Title order={3}>{p.foundRuns}</Title>
              <List label={p.foundRuns}>{runs.map((run) => <RunFound key={run.phone_number_id + run.message_id} run={run} link={run_link} person={people.find((one) => one.id === run.contact_id)} />)}</List>
            </>
          )}
        </>
      )}
    </Loaded>
  )
}

const named = (person: Person, otherwise: string) => person.name ?? person.username ?? person.phone ?? otherwise

// An operator who is of the business's staff, too, goes on to the conversation.
function PersonFound({ person, alone }: { person: Person; alone: boolean }) {
  const { t, tenant } = useHere()
  const p = t.platform
  const name = named(person, t.conversations.unnamed)
  return (
    <Item>
      <Text fw={600} dir="auto">{name}</Text>
      <Facts facts={[<bdi>{person.tenant}</bdi>, person.phone && <bdi>+{person.phone}</bdi>, person.at && <Ago at={person.at} />]} />
      <Group gap="sm">
        {!alone && <Button variant="default" size="compact-sm" onClick={() => go('platform', 'find', person.id)}>{p.runsOf}<About>{name}</About></Button>}
        {tenant === person.tenant_id && <Button variant="default" size="compact-sm" onClick={() => go('conversations', 'all', person.id)}>{p.openConversation}<About>{name}</About></Button>}
      </Group>
    </Item>
  )
}

function RunFound({ run, link, person }: { run: Run; link: string; person?: Person }) {
  const { t } = useHere()
  const p = t.platform
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600} dir="auto">{person ? named(person, t.conversations.unnamed) : run.tenant ?? run.phone_number_id}</Text>
        <RunLink link={link} id={run.run_id} />
      </Group>
      <Text>{p.states[run.state] ?? run.state}{run.reason && `: ${run.reason}`}</Text>
      <Facts facts={[run.outcome && (t.insights.outcomes as Record<string, string>)[run.outcome], <span className="break">{fill(p.message, { id: run.message_id })}</span>, <Ago at={run.received_at} />]} />
      {run.jobs && <Group gap="sm">{run.jobs.map(({ tool, job }) => <RunLink key={job} link={link} id={job} label={tool} />)}</Group>}
    </Item>
  )
}

// label: which of a run's jobs it is, in place of the run itself.
export function RunLink({ link, id, label }: { link: string; id: string | null; label?: string }) {
  const { t } = useHere()
  return id ? (
    <Anchor href={link.replace('{id}', id)} target="_blank" rel="noopener" size="sm">{label ?? t.platform.openRun}<About>{id}</About></Anchor>
  ) : (
    <Text size="sm" c="dimmed">{t.platform.noRun}</Text>
  )
}
