// How a bot speaks.
import { Alert, MultiSelect, Stack, TextInput, Textarea } from '@mantine/core'
import React from 'react'
import Controls from './BotControls'
import { Check } from './BotFields'
import { languageNames } from './formats'
import { Part, longest } from './settings'
import { useHere } from './ui'

// The languages that customers of WhatsApp mostly write.
const CODES = (
  'af am ar az bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi hr hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl pa pl' +
  ' pt pt-BR pt-PT ro ru rw si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zh-CN zh-HK zh-TW zu'
).split(' ')

// A language's name in the page's language.
export function languageName(tag: string, language: string): string {
  try {
    return languageNames(language).of(tag) ?? tag
  } catch {
    return tag
  }
}

export default function Voice(part: Part) {
  const { now, set, wrong } = part
  const { t, language } = useHere()
  const b = t.bot
  const data = [...new Set([...now.languages, ...CODES])].map((value) => ({ value, label: languageName(value, language) })).sort((a, z) => a.label.localeCompare(z.label, language))
  return (
    <Stack gap="sm">
      <Check {...part} name="enabled" label={b.enabled} hint={b.atOnce} />
      {!now.enabled && <Alert color="orange">{b.offSays}</Alert>}
      <TextInput label={b.nameLabel} dir="auto" required maxLength={longest.name} value={now.name} error={wrong('name')} onChange={(e) => set({ name: e.target.value })} />
      <Textarea label={b.persona} description={b.personaHint} dir="auto" maxLength={longest.persona} value={now.persona} error={wrong('persona')} onChange={(e) => set({ persona: e.target.value })} />
      <Textarea label={b.prompt} dir="auto" maxLength={longest.system_prompt} value={now.system_prompt} error={wrong('system_prompt')} onChange={(e) => set({ system_prompt: e.target.value })} />
      <MultiSelect label={b.languages} description={b.languagesHint} searchable data={data} value={now.languages} error={wrong('languages')} maxValues={20} nothingFoundMessage={b.noLanguage} onChange={(languages) => languages.length > 0 && set({ languages })} />
      <Check {...part} name="show_citations" label={b.citations} />
      <Check {...part} name="send_documents" label={b.sendDocuments} />
      <Controls {...part} />
    </Stack>
  )
}
