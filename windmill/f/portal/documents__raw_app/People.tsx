// People: who may open this business's portal, and as what.
import { Alert, Avatar, Badge, Box, Button, Card, Code, CopyButton, Group, NativeSelect, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import Changes from './Changes'
import Developers from './Developers'
import Sessions from './Sessions'
import Values from './Values'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { Ago, Confirm, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Person = { email: string; role: string; created_at: string }
type Invited = { person: string; role: string; invited_by: string; expires_at: string }

export default function People() {
  const { t, may } = useHere()
  const p = t.people
  const list = useAsk<{ people: Person[]; you: string; invited: Invited[]; door: boolean }>('people', 'list')
  return (
    <Loaded of={list}>
      {({ people, you, invited, door }) => (
        <>
          <Intro>{p.intro}</Intro>
          {may('owner') ? <Add door={door} /> : <Alert color="gray">{p.only}</Alert>}
          <List>{people.map((person) => <One key={person.email} person={person} you={person.email === you} />)}</List>
          {invited.length > 0 && (
            <section aria-labelledby="invited">
              <Title order={2} id="invited" mt="xl" mb="xs">{p.invited}</Title>
              <List>{invited.map((one) => <Waiting key={one.person} one={one} />)}</List>
            </section>
          )}
          <Sessions />
          <section aria-labelledby="roles">
            <Title order={2} id="roles" mt="xl" mb="xs">{p.whatRoles}</Title>
            <Values rows={Object.entries(p.does).map(([role, words]) => [t.roles[role], words])} />
          </section>
          {may('owner') && <Developers />}
          {may('owner') && <Changes script="people" />}
        </>
      )}
    </Loaded>
  )
}

const useRoles = () => Object.entries(useHere().t.roles).map(([value, label]) => ({ value, label }))

function One({ person, you }: { person: Person; you: boolean }) {
  const { t, may } = useHere()
  const p = t.people
  const roles = useRoles()
  const [wanted, setWanted] = useState('')
  const change = async (action: 'update' | 'delete', role?: string) => {
    await ask('people', action, { email: person.email, role })
    // What one may oneself, every page has to learn.
    if (you) location.reload()
    await refresh('people')
  }
  return (
    <Item>
      <Group justify="space-between">
        <Group wrap="nowrap" miw={0}>
          <Avatar color="accent" aria-hidden="true">{person.email[0].toUpperCase()}</Avatar>
          <Box miw={0}>
            <Text fw={600} className="break" component="span">{person.email}</Text> {you && <Badge>{p.youMark}</Badge>}
            <Text size="sm" c="dimmed">{p.since} <Ago at={person.created_at} /></Text>
          </Box>
        </Group>
        {may('owner') ? (
          <Group gap="xs">
            <NativeSelect aria-label={fill(p.roleOf, { email: person.email })} value={person.role} data={roles} onChange={(e) => setWanted(e.target.value)} />
            <Sure label={t.remove} ask={fill(p.removeAsk, { email: person.email })} says={you ? p.leaveSays : p.removeSays} act={() => change('delete')} />
          </Group>
        ) : (
          <Badge>{t.roles[person.role]}</Badge>
        )}
      </Group>
      {wanted && (
        <Confirm
          label={p.change}
          ask={fill(p.roleAsk, { email: person.email, role: t.roles[wanted] })}
          says={<>{fill(p.roleSays, { from: t.roles[person.role], to: t.roles[wanted] })} {p.does[wanted]}.{you && <> {p.yourRole}</>}</>}
          act={() => change('update', wanted)}
          close={() => setWanted('')}
        />
      )}
    </Item>
  )
}

function Waiting({ one }: { one: Invited }) {
  const { t, may } = useHere()
  const p = t.people
  const withdraw = async () => {
    await ask('people', 'withdraw', { email: one.person })
    await refresh('people')
  }
  return (
    <Item>
      <Group justify="space-between">
        <Box miw={0}>
          <Text fw={600} className="break">{one.person}</Text>
          <Text size="sm" c="dimmed" className="break">{fill(p.until, { role: t.roles[one.role], by: one.invited_by })} <Ago at={one.expires_at} /></Text>
        </Box>
        {may('owner') && <Sure label={p.withdraw} ask={fill(p.withdrawAsk, { email: one.person })} says={p.withdrawSays} act={withdraw} />}
      </Group>
    </Item>
  )
}

function Add({ door }: { door: boolean }) {
  const { t, language } = useHere()
  const p = t.people
  const form = useForm()
  const roles = useRoles()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState('agent')
  const [link, setLink] = useState<{ to: string; address: string; mail: string }>()
  const invite = () =>
    form.run(async () => {
      const made = await ask('people', 'invite', { email, role, language })
      setLink({ to: email, address: made.link, mail: made.mail })
      setEmail('')
      await refresh('people')
    })
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('people', 'create', { email, role })
      setEmail('')
      await refresh('people')
      return fill(p.added, { email })
    })
  }
  return (
    <Card component="form" onSubmit={add} className="panel">
      <Group align="start">
        <TextInput flex="1 1 14rem" label={p.email} required maxLength={200} autoComplete="off" value={email} error={form.problem} onChange={(e) => { form.clear(); setEmail(e.target.value) }} />
        <NativeSelect label={p.role} value={role} onChange={(e) => setRole(e.target.value)} data={roles} />
        <Button type="submit" loading={form.busy} className="beside">{p.add}</Button>
        {door && <Button variant="default" onClick={invite} disabled={!email} className="beside">{p.invite}</Button>}
      </Group>
      {link && (
        <div role="status" className="inset">
          <Text fw={600} className="break">{fill(p.link, { email: link.to })}</Text>
          <Code block className="break">{link.address}</Code>
          <Group justify="space-between" mt="xs">
            <Text size="sm" c="dimmed" flex="1 1 14rem" className="break">{fill(p.mailed[link.mail], { email: link.to })} {fill(p.linkSays, { email: link.to })}</Text>
            <CopyButton value={link.address}>{({ copied, copy }) => <Button variant="default" size="compact-sm" onClick={copy}>{copied ? p.copied : p.copy}</Button>}</CopyButton>
          </Group>
        </div>
      )}
      <Text size="sm" c="dimmed" mt="xs">{p.signIn}</Text>
    </Card>
  )
}
