// What the bot says when it doesn't think for itself, one language at a time.
import { NativeSelect, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import { Chips } from './BotFields'
import { languageName } from './BotVoice'
import { Name, Part, Words } from './settings'
import { useHere } from './ui'

type Said = 'dont_know' | 'failure_message' | 'handoff_message' | 'offer_human' | 'limit_message' | 'closed_message' | 'waiting_message'

// WhatsApp takes 20 characters on a button.
const onButton = /^rating_(good|fair|bad)$/

export default function BotWords({ now, set, wrong }: Part) {
  const { t, language } = useHere()
  const b = t.bot
  const [wanted, setCode] = useState(now.languages[0])
  const code = now.languages.includes(wanted) ? wanted : now.languages[0]
  const labels: [Said, string][] = [
    ['dont_know', b.dontKnow],
    ['offer_human', b.offerHuman],
    ['handoff_message', b.handoffMessage],
    ['closed_message', b.closedMessage],
    ['limit_message', b.limitMessage],
    ['waiting_message', b.waitingMessage],
    ['failure_message', b.failure],
  ]
  const word = (name: Name, label: string, words: Words | undefined, change: (words: Words) => void, most = 1000) => (
    <Textarea key={label + code} label={label} minRows={most < 100 ? 1 : 2} dir="auto" lang={code} maxLength={most} value={words?.[code] ?? ''} error={wrong(name)} onChange={(e) => change({ ...words, [code]: e.target.value })} />
  )
  return (
    <Stack gap="sm">
      <Text c="dimmed">{b.wordsIntro}</Text>
      {now.languages.length > 1 && <NativeSelect className="narrow" maw="16rem" label={b.wordsIn} value={code} onChange={(e) => setCode(e.target.value)} data={now.languages.map((value) => ({ value, label: languageName(value, language) }))} />}
      {labels.map(([name, label]) => word(name, label, now[name], (words) => set({ [name]: words })))}
      <details>
        <summary>{b.canned_replies}</summary>
        <Text c="dimmed" size="sm" my="xs">{b.cannedRepliesHint}</Text>
        <Stack gap="sm">{Object.entries(b.situations).map(([name, label]) => word('canned_replies', label, now.canned_replies[name], (words) => set({ canned_replies: { ...now.canned_replies, [name]: words } }), onButton.test(name) ? 20 : 1000))}</Stack>
      </details>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Chips key={`out ${code}`} label={b.optOut} value={now.opt_out_words[code] ?? []} error={wrong('opt_out_words')} change={(words) => set({ opt_out_words: { ...now.opt_out_words, [code]: words } })} />
        <Chips key={`in ${code}`} label={b.optIn} value={now.opt_in_words[code] ?? []} error={wrong('opt_in_words')} change={(words) => set({ opt_in_words: { ...now.opt_in_words, [code]: words } })} />
      </SimpleGrid>
    </Stack>
  )
}
