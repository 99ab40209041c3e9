// People: who may open this business's portal, and as what.
import { Alert, Avatar, Badge, Box, Button, Card, Group, NativeSelect, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import Changes from './Changes'
import Values from './Values'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { Ago, Confirm, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Person = { email: string; role: string; created_at: string }

export default function People() {
  const { t, may } = useHere()
  const p = t.people
  const list = useAsk<{ people: Person[]; you: string }>('people', 'list')
  return (
    <Loaded of={list}>
      {({ people, you }) => (
        <>
          <Intro>{p.intro}</Intro>
          {may('owner') ? <Add /> : <Alert color="gray">{p.only}</Alert>}
          <List>{people.map((person) => <One key={person.email} person={person} you={person.email === you} />)}</List>
          <section aria-labelledby="roles">
            <Title order={2} id="roles" mt="xl" mb="xs">{p.whatRoles}</Title>
            <Values rows={Object.entries(p.does).map(([role, words]) => [t.roles[role], words])} />
          </section>
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
          <Avatar color="green" aria-hidden="true">{person.email[0].toUpperCase()}</Avatar>
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

function Add() {
  const { t } = useHere()
  const p = t.people
  const form = useForm()
  const roles = useRoles()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState('agent')
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
        <TextInput flex="1 1 14rem" label={p.email} type="email" required maxLength={200} autoComplete="off" value={email} error={form.problem} onChange={(e) => { form.clear(); setEmail(e.target.value) }} />
        <NativeSelect label={p.role} value={role} onChange={(e) => setRole(e.target.value)} data={roles} />
        <Button type="submit" loading={form.busy} className="beside">{p.add}</Button>
      </Group>
      <Text size="sm" c="dimmed" mt="xs">{p.signIn}</Text>
    </Card>
  )
}
