// One message as its reader sees it: who, what, from where, and what became of it. And a note, which only the staff see.
import { Anchor, Badge, Button, Text } from '@mantine/core'
import { IconAddressBook, IconMapPin, IconNote } from '@tabler/icons-react'
import React from 'react'
import Calls from './Calls'
import { Citations, withSources } from './Citations'
import Formatted from './Formatted'
import Marks from './Marks'
import Media from './Media'
import { changed, useAct } from './ThreadHead'
import { Message, readWords } from './conversation'
import { dates } from './formats'
import { Note, deleteNote } from './inbox'
import { withdraw } from './templates'
import { Sure, fill, moment, useHere } from './ui'

function useClock() {
  const { locale, time } = useHere()
  return (at: string) => <time dateTime={at} title={time(at)}>{dates(locale, { timeStyle: 'short' }).format(moment(at))}</time>
}

export default function Bubble({ message }: { message: Message }) {
  const { t } = useHere()
  const c = t.conversations
  const clock = useClock()
  const byHuman = message.model === 'human'
  const who = message.direction === 'in' ? c.customer : byHuman ? c.human : c.bot
  const { kind, words, quoted } = readWords(message.body, message.file)
  const { body, sources } = withSources(words, message.citations ?? [])
  return (
    <div className={`bubble ${message.direction} ${byHuman ? 'person' : ''}`}>
      <small className="sender">{who}</small>
      {quoted && <blockquote dir="auto">{quoted}</blockquote>}
      {message.file && <Media file={message.file} voice={kind === 'voice note'} />}
      <Words kind={kind} words={message.file?.kind === 'audio' ? '' : body} has={Boolean(message.file)} />
      <Citations sources={sources} />
      <Calls tools={message.tools} />
      <small className="facts">{clock(message.at)}{facts(message, c).map((fact) => ` · ${fact}`)}</small>
      {message.reaction && <span className="reaction" role="img" aria-label={fill(t.feedback.reaction, { emoji: message.reaction })} title={fill(t.feedback.reaction, { emoji: message.reaction })}>{message.reaction}</span>}
      {message.answer_id && <Marks id={message.answer_id} marks={message.marks ?? []} />}
      {message.reply_id && <Withdraw id={message.reply_id} />}
    </div>
  )
}

type Words = { answeredByHuman: string; status: Record<string, string>; outcomes: Record<string, string> }

function facts(message: Message, c: Words): string[] {
  const answered = message.answered_by_human && c.answeredByHuman
  // A thumb, a deletion: nobody expects an answer to it.
  const silent = message.status === 'not answered' && /^\[(reaction|deleted)/.test(message.body)
  const status = !silent && message.status && ((message.status === 'not answered' && answered) || (c.status[message.status] ?? message.status))
  const outcome = message.outcome && message.direction === 'out' && ((message.outcome === 'unanswered' && answered) || c.outcomes[message.outcome])
  return [status, outcome].filter((fact): fact is string => Boolean(fact))
}

function Words({ kind, words, has }: { kind: string; words: string; has: boolean }) {
  const { t } = useHere()
  const c = t.conversations
  if (kind === 'location') return <Spot words={words} />
  if (kind === 'contact') return <p dir="auto" className="text"><IconAddressBook size={16} aria-hidden="true" className="inline" /> {words.split('; ').map((one, i) => <span key={i} className="lines">{one}</span>)}</p>
  const link = kind === 'link' ? /^([\s\S]*)\n\n(.+): (https?:\/\/\S+)$/.exec(words) : null
  const named = kind !== 'text' && !has && (c.kinds[kind] ?? kind)
  return (
    <>
      {named && <Badge size="sm" mb={2}>{named}</Badge>}
      {words && <p dir="auto" className="text"><Formatted text={link ? link[1] : words} /></p>}
      {link && <Button component="a" href={link[3]} title={link[3]} target="_blank" rel="noopener noreferrer" size="compact-sm" variant="default">{link[2]}</Button>}
    </>
  )
}

// "Name, street, 41.38 2.17, https://…" on a map, or as words where it has no coordinates.
function Spot({ words }: { words: string }) {
  const { t } = useHere()
  const found = /(-?\d{1,2}(?:\.\d+)?) (-?\d{1,3}(?:\.\d+)?)/.exec(words)
  const label = (found ? words.replace(found[0], '') : words).split(', ').filter(Boolean).join(', ')
  return (
    <p dir="auto" className="text">
      <IconMapPin size={16} aria-hidden="true" className="inline" /> {label}{label && found && <br />}
      {found && <Anchor href={`https://www.openstreetmap.org/?mlat=${found[1]}&mlon=${found[2]}#map=17/${found[1]}/${found[2]}`} target="_blank" rel="noopener noreferrer" inherit>{t.conversations.showMap}</Anchor>}
    </p>
  )
}

function Withdraw({ id }: { id: string }) {
  const { t, may } = useHere()
  const { act, busy, shown } = useAct()
  if (!may('owner', 'editor', 'agent')) return null
  return <><Button size="compact-xs" variant="default" disabled={busy} onClick={() => act(() => withdraw(id), t.conversations.takenBack)}>{t.conversations.takeBack}</Button>{shown}</>
}

export function NoteBubble({ note }: { note: Note }) {
  const { t, may } = useHere()
  const c = t.conversations
  const clock = useClock()
  const remove = async () => {
    await deleteNote(note.id)
    await changed()
  }
  return (
    <div className="bubble memo">
      <small className="sender"><IconNote size={14} aria-hidden="true" className="inline" /> {c.noteBy}: {note.author}</small>
      <p dir="auto" className="text">{note.body}</p>
      <small className="facts">{clock(note.at)} · <Text span inherit>{c.noteOnly}</Text></small>
      {may('owner', 'editor', 'agent') && <Sure label={c.deleteNote} ask={c.deleteNoteAsk} says={note.body.slice(0, 200)} act={remove} />}
    </div>
  )
}
