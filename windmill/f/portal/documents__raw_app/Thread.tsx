// One conversation: who it is, what was said, and what a person of the staff does or writes.
import { Alert, Anchor, Card, Group } from '@mantine/core'
import { useDocumentVisibility, useMediaQuery } from '@mantine/hooks'
import { IconArrowLeft } from '@tabler/icons-react'
import React, { useEffect, useState } from 'react'
import Composer from './Composer'
import CustomerCard from './CustomerCard'
import Timeline from './Timeline'
import ThreadHead, { BotState } from './ThreadHead'
import { Side } from './Window'
import { Lost } from './api'
import { History, called } from './conversation'
import { refresh, useAsk } from './data'
import { markRead } from './inbox'
import { Loading, Problem, fill, useHere } from './ui'

export default function Thread({ id, back }: { id: string; back: () => void }) {
  const { t, may, describe } = useHere()
  const c = t.conversations
  const loaded = useAsk<History>('conversations', 'get', { contact_id: id }, { every: 10_000 })
  const wide = useMediaQuery('(min-width: 100em)', false, { getInitialValueInEffect: false })
  const [card, setCard] = useState(false)
  useRead(id, loaded.data)
  const toList = <Anchor component="button" type="button" size="sm" className="back" onClick={back}><Group gap={4} wrap="nowrap"><IconArrowLeft size={16} aria-hidden="true" />{c.back}</Group></Anchor>
  if (!loaded.data) return <Card component="section" className="conversation">{toList}{loaded.error ? <Problem error={loaded.error} retry={loaded.refetch} /> : <Loading />}</Card>
  const { contact } = loaded.data
  const name = called(contact, c.unnamed)
  const customer = <CustomerCard history={loaded.data} gone={back} />
  return (
    <div className="columns">
      <Card component="section" className="conversation" aria-label={name} p={0}>
        <div className="head">
          {toList}
          <ThreadHead contact={contact} name={name} card={wide ? undefined : () => setCard(true)} />
          <Flags history={loaded.data} />
          <BotState contact={contact} />
          {loaded.error && !(loaded.error instanceof Lost) && <Alert color="orange" p="xs" mt={6} role="alert">{`${c.lost} ${describe(loaded.error)}`}</Alert>}
        </div>
        <Timeline id={id} label={name} newest={loaded.data} />
        {may('owner', 'editor', 'agent') && <Composer contact={contact} />}
      </Card>
      {wide && <Card component="aside" className="customer" aria-label={c.customerCard}>{customer}</Card>}
      {!wide && card && <Side title={c.customerCard} close={() => setCard(false)}>{customer}</Side>}
    </div>
  )
}

// What a customer writes while somebody looks at it is read. An answer of the bot changes nothing: whoever has marked the conversation as unread
// may go on looking.
function useRead(id: string, history?: History) {
  const newest = history?.messages.filter((message) => message.direction === 'in').pop()?.id
  const looks = useDocumentVisibility() !== 'hidden'
  useEffect(() => {
    if (!newest || !looks) return
    markRead(id, newest)
      .then(() => refresh('inbox', 'conversations'))
      .catch(() => undefined) // it stays unread, and is read with the next message
  }, [id, newest, looks])
}

// Why this customer can't be written to, or is not.
function Flags({ history: { contact } }: { history: History }) {
  const { t, time } = useHere()
  const c = t.conversations
  return (
    <>
      {contact.blocked && <Alert color="red" mt={6} p="xs">{c.blockedSays}</Alert>}
      {contact.opted_out_at && <Alert color="orange" mt={6} p="xs">{fill(c.optedOutSince, { time: time(contact.opted_out_at) })}</Alert>}
    </>
  )
}
