// Knowledge: what the bot answers from. Files, websites, and answers that the staff has written; a question to try all of it.
import React from 'react'
import Contradictions from './Contradictions'
import Document from './Document'
import Documents from './Documents'
import QaPairs from './QaPairs'
import Sources from './Sources'
import Try from './Try'
import { go } from './route'
import { Intro, Tabs, useHere } from './ui'
import { useRoute } from './useRoute'

const parts: Record<string, () => React.JSX.Element> = { documents: Documents, websites: Sources, qaPairs: QaPairs }

export default function Knowledge() {
  const { t } = useHere()
  const { part, id, at = '' } = useRoute()
  const chosen = part in parts ? part : 'documents'
  const Part = parts[chosen]
  if (part === 'document' && id) return <Document key={`${id} ${at}`} id={id} at={at} />
  return (
    <>
      <Intro>{t.knowledge.intro}</Intro>
      <Contradictions />
      <Tabs label={t.knowledge.parts} names={Object.keys(parts)} title={(name) => t.knowledge.tabs[name]} chosen={chosen} choose={(name) => go('knowledge', name)}>
        <Part />
      </Tabs>
      <Try key={chosen} />
    </>
  )
}
