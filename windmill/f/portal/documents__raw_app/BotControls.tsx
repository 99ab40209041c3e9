// What else the bot may send, beside words: links, products, forms, contact cards; and whether it speaks.
import { Accordion, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import { Check } from './BotFields'
import { Part, Row, columns, longest } from './settings'
import { About, useHere } from './ui'

type Table = keyof typeof columns
let last: string | null = null // whether it was unfolded: saving draws the form anew

export default function Controls(part: Part) {
  const { now, set, wrong } = part
  const { t } = useHere()
  const b = t.bot
  const [unfolded, setUnfolded] = useState(last)
  const unfold = (value: string | null) => setUnfolded((last = value))
  const tables = Object.keys(columns) as Table[]
  const open = [...tables, 'catalog_id' as const].some((name) => wrong(name))
  return (
    <Accordion variant="contained" value={open ? 'more' : unfolded} onChange={unfold}>
      <Accordion.Item value="more">
        <Accordion.Control>{b.more}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">{b.moreIntro}</Text>
            <Rows {...part} name="links" />
            <Check {...part} name="source_links" label={b.sourceLinks} />
            <Check {...part} name="ask_location" label={b.askLocation} />
            <Check {...part} name="reactions" label={b.reactions} />
            <TextInput label={b.catalog} description={b.catalogHint} maxLength={longest.catalog_id} value={now.catalog_id ?? ''} error={wrong('catalog_id')} onChange={(e) => set({ catalog_id: e.target.value || null })} />
            <Rows {...part} name="products" />
            <Rows {...part} name="forms" />
            <Rows {...part} name="contact_cards" />
            <NativeSelect label={b.voiceAnswers} description={b.voiceAnswersHint} value={now.voice_answers} onChange={(e) => set({ voice_answers: e.target.value })} data={Object.entries(b.voiceKinds).map(([value, label]) => ({ value, label }))} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

// A table of short texts. What is left empty altogether is not saved.
function Rows({ now, set, wrong, name }: Part & { name: Table }) {
  const { t } = useHere()
  const { title, hint, cells } = t.bot.tables[name]
  const rows = now[name]
  const [first] = Object.keys(columns[name])
  const change = (next: Row[]) => set({ [name]: next })
  return (
    <Stack gap={4} role="group" aria-label={title}>
      <Text fw={500} size="sm">{title}</Text>
      <Text size="xs" c="dimmed">{hint}</Text>
      {rows.map((row, place) => (
        <Group key={place} gap="xs" align="flex-end">
          {Object.entries(columns[name]).map(([key, most]) => (
            <TextInput key={key} flex="1 1 9rem" size="sm" dir="auto" label={cells[key]} maxLength={most} value={row[key] ?? ''} error={Boolean(wrong(name))} onChange={(e) => change(rows.map((one, at) => (at === place ? { ...one, [key]: e.target.value } : one)))} />
          ))}
          <Button size="compact-sm" variant="subtle" mb={4} onClick={() => change(rows.filter((_, at) => at !== place))}>{t.remove}<About>{row[first] ?? ''}</About></Button>
        </Group>
      ))}
      {wrong(name) && <Text size="xs" c="red" role="alert">{wrong(name)}</Text>}
      <Group><Button size="compact-sm" variant="default" onClick={() => change([...rows, {}])}>{t.bot.addRow}<About>{title}</About></Button></Group>
    </Stack>
  )
}
