// Where one is signed in at the portal's own door: each browser, and the way to sign it out.
import { Badge, Box, Button, Group, Text, Title } from '@mantine/core'
import React from 'react'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { atOwnDoor } from './route'
import { Ago, Item, List, Loaded, Sure, fill, useHere } from './ui'

type Passkey = { id: string; name: string; made_at: string }
type Session = { id: string; how: string; browser: string; made_at: string; seen_at: string; here: boolean }

export default function Sessions() {
  const { t } = useHere()
  const p = t.people
  const list = useAsk<{ sessions: Session[]; passkeys: Passkey[] }>('sessions', 'list')
  const end = async (session?: Session) => {
    await ask('sessions', session ? 'end' : 'end_others', session && { session_id: session.id })
    if (session?.here) location.reload()
    else await refresh('sessions')
  }
  const forget = async (passkey: Passkey) => {
    await ask('sessions', 'delete_passkey', { passkey_id: passkey.id })
    await refresh('sessions')
  }
  return (
    <section aria-labelledby="sessions">
      <Title order={2} id="sessions" mt="xl" mb="xs">{p.sessions}</Title>
      <Loaded of={list}>
        {({ sessions, passkeys }) =>
          sessions.length === 0 ? (
            <Text c="dimmed">{p.sessionsNone}</Text>
          ) : (
            <>
              <List>
                {sessions.map((session) => (
                  <Item key={session.id}>
                    <Group justify="space-between">
                      <Box miw={0}>
                        <Text fw={600} component="span" className="break">{session.browser}</Text> {session.here && <Badge>{p.sessionsHere}</Badge>}
                        <Text size="sm" c="dimmed">{p.how[session.how]}, {p.used} <Ago at={session.seen_at} /></Text>
                      </Box>
                      <Sure label={p.signOut} ask={fill(p.signOutAsk, { browser: session.browser })} says={p.signOutSays} act={() => end(session)} />
                    </Group>
                  </Item>
                ))}
              </List>
              {passkeys.map((passkey) => (
                <Group key={passkey.id} justify="space-between" mt="sm">
                  <Text className="break">{fill(p.passkey, { name: passkey.name })} <Ago at={passkey.made_at} /></Text>
                  <Sure label={t.remove} ask={p.passkeyAsk} says={p.passkeySays} act={() => forget(passkey)} />
                </Group>
              ))}
              {atOwnDoor && <Button component="a" href="/passkey" variant="default" mt="sm" mr="sm">{p.passkeyAdd}</Button>}
              {sessions.some((session) => !session.here) && <Button variant="default" mt="sm" onClick={() => end()}>{p.signOutOthers}</Button>}
            </>
          )
        }
      </Loaded>
    </section>
  )
}
