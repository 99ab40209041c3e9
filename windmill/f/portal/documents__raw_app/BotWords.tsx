// What the bot says when it doesn't think for itself, one language at a time.
import React, { useState } from 'react'
import { Listed } from './BotParts'
import { Part, Words } from './settings'
import { Field, useHere } from './ui'

type Said = 'dont_know' | 'failure_message' | 'handoff_message' | 'offer_human' | 'limit_message' | 'closed_message' | 'waiting_message'

// A language's name in the page's language. A half-typed code is no language yet.
function named(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

export default function BotWords({ now, set }: Part) {
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
  const word = (label: string, words: Words | undefined, change: (words: Words) => void) => (
    <Field key={label + code} label={label}>
      <textarea rows={3} dir="auto" lang={code} maxLength={1000} value={words?.[code] ?? ''} onChange={(e) => change({ ...words, [code]: e.target.value })} />
    </Field>
  )
  return (
    <>
      <p className="intro">{b.wordsIntro}</p>
      {now.languages.length > 1 && (
        <div className="narrow">
          <Field label={b.wordsIn}>
            <select value={code} onChange={(e) => setCode(e.target.value)}>
              {now.languages.map((tag) => <option key={tag} value={tag}>{named(tag, language)}</option>)}
            </select>
          </Field>
        </div>
      )}
      {labels.map(([name, label]) => word(label, now[name], (words) => set({ [name]: words })))}
      <details>
        <summary>{b.canned_replies}</summary>
        <p className="intro">{b.cannedRepliesHint}</p>
        {Object.entries(b.situations).map(([name, label]) => word(label, now.canned_replies[name], (words) => set({ canned_replies: { ...now.canned_replies, [name]: words } })))}
      </details>
      <div className="grid">
        <Listed key={`out ${code}`} label={b.optOut} hint={b.byComma} value={now.opt_out_words[code] ?? []} change={(words) => set({ opt_out_words: { ...now.opt_out_words, [code]: words } })} />
        <Listed key={`in ${code}`} label={b.optIn} hint={b.byComma} value={now.opt_in_words[code] ?? []} change={(words) => set({ opt_in_words: { ...now.opt_in_words, [code]: words } })} />
      </div>
    </>
  )
}
