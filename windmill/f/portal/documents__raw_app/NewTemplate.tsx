// A new template, or new words of one, written with its examples and brought to Meta for review. The draft stays until Meta has it.
import { Alert, Button, CloseButton, Group, NativeSelect, Stack, Text, TextInput, Textarea } from '@mantine/core'
import React, { useEffect, useRef } from 'react'
import { languageName } from './BotVoice'
import { useDraft } from './Composer'
import { Refused } from './api'
import { refresh } from './data'
import { Draft, Listed, Shelf, createTemplate, emptyDraft, placesOf, updateTemplate, withExamples } from './templates'
import { fill, useForm, useHere } from './ui'

type Props = { draft: Draft; set: (part: Partial<Draft>) => void; wrong: (field: string) => string | undefined }

const draftOf = ({ waba_id, name, language, category, draft }: Listed): Draft => ({ ...emptyDraft, waba_id, name, language, category: category ?? 'UTILITY', ...draft })

export default function NewTemplate({ shelf, of, done }: { shelf: Shelf; of?: Listed; done: () => void }) {
  const { t, language } = useHere()
  const w = t.templates
  const form = useForm()
  const empty = of ? draftOf(of) : { ...emptyDraft, language, waba_id: shelf.accounts[0].waba_id }
  const [draft, setDraft] = useDraft<Draft>(of ? `template ${of.waba_id} ${of.name} ${of.language}` : 'new template', empty)
  const box = useRef<HTMLFormElement>(null)
  const field = form.error instanceof Refused ? String(form.error.reason.values.field ?? '') : ''
  useEffect(() => {
    if (field) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [form.error, field])
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const wrong = (name: string) => (field === name ? form.problem : undefined)
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    form.run(async () => {
      await (of ? updateTemplate(draft) : createTemplate(draft))
      setDraft(of ? draft : { ...emptyDraft, language: draft.language, waba_id: draft.waba_id })
      await refresh('templates')
      done()
      return w.sent
    })
  }
  const part = { draft, set, wrong }
  return (
    <form onSubmit={submit} ref={box} noValidate>
      <Stack gap="sm" mt="sm">
        {of ? <Text fw={600} className="break">{`${of.name} (${of.language})`}</Text> : shelf.accounts.length > 1 && <NativeSelect label={w.account} value={draft.waba_id} onChange={(e) => set({ waba_id: e.target.value })} data={shelf.accounts.map((one) => ({ value: one.waba_id, label: one.names.join(', ') }))} />}
        {of?.status === 'APPROVED' ? <Alert p="xs">{w.editApproved}</Alert> : null}
        <About {...part} shelf={shelf} of={of} />
        <TextInput label={w.header} description={w.headerHint} dir="auto" maxLength={60} value={draft.header} error={wrong('header')} onChange={(e) => set({ header: e.target.value })} />
        <Body {...part} />
        <TextInput label={w.footer} dir="auto" maxLength={60} value={draft.footer} error={wrong('footer')} onChange={(e) => set({ footer: e.target.value })} />
        <Buttons {...part} />
        <Examples {...part} />
        <Text size="sm" fw={500}>{t.conversations.preview}</Text>
        <div className="inset preview-words" role="group" tabIndex={0} aria-label={t.conversations.preview}><Text size="sm" dir="auto" className="text">{withExamples(draft)}</Text></div>
        {form.problem && <Alert color="red" p="xs">{field ? w.wrong : form.problem}</Alert>}
        <Group>
          <Button type="submit" loading={form.busy}>{w.send}</Button>
          <Button variant="subtle" onClick={done}>{t.cancel}</Button>
        </Group>
      </Stack>
    </form>
  )
}

function About({ draft, set, wrong, shelf, of }: Props & { shelf: Shelf; of?: Listed }) {
  const { t, language } = useHere()
  const w = t.templates
  const languages = shelf.languages.map((value) => ({ value, label: languageName(value.replace('_', '-'), language) })).sort((a, z) => a.label.localeCompare(z.label, language))
  return (
    <>
      {!of && <TextInput label={w.name} description={w.nameHint} data-autofocus maxLength={512} value={draft.name} error={wrong('name')} onChange={(e) => set({ name: e.target.value })} />}
      {!of && <NativeSelect label={w.language} value={draft.language} error={wrong('language')} onChange={(e) => set({ language: e.target.value })} data={languages} />}
      <NativeSelect disabled={of?.status === 'APPROVED'} label={w.category} description={w.categoryHint} value={draft.category} error={wrong('category')} onChange={(e) => set({ category: e.target.value })} data={shelf.categories.map((value) => ({ value, label: w.categories[value] ?? value }))} />
    </>
  )
}

function Body({ draft, set, wrong }: Props) {
  const { t } = useHere()
  const w = t.templates
  const box = useRef<HTMLTextAreaElement>(null)
  const addPlace = () => {
    const at = box.current?.selectionEnd ?? draft.body.length
    const place = `{{${placesOf(draft.body).length + 1}}}`
    set({ body: draft.body.slice(0, at) + place + draft.body.slice(at) })
    box.current?.focus()
  }
  return (
    <div>
      <Textarea ref={box} label={w.body} description={w.bodyHint} required dir="auto" minRows={3} maxLength={1024} value={draft.body} error={wrong('body')} onChange={(e) => set({ body: e.target.value })} />
      <Button mt={6} size="compact-sm" variant="default" onClick={addPlace}>{w.addPlace}</Button>
    </div>
  )
}

function Buttons({ draft, set, wrong }: Props) {
  const { t } = useHere()
  const w = t.templates
  const { buttons } = draft
  return (
    <Stack gap={6}>
      {buttons.map((title, i) => (
        <Group key={i} gap="xs" align="end" wrap="nowrap">
          <TextInput flex={1} label={fill(w.button, { n: i + 1 })} dir="auto" maxLength={25} value={title} error={wrong(`button${i}`)} onChange={(e) => set({ buttons: buttons.map((one, n) => (n === i ? e.target.value : one)) })} />
          <CloseButton size="lg" aria-label={fill(w.removeButton, { n: i + 1 })} onClick={() => set({ buttons: buttons.filter((_, n) => n !== i) })} />
        </Group>
      ))}
      {buttons.length < 10 && <Group><Button size="compact-sm" variant="default" onClick={() => set({ buttons: [...buttons, ''] })}>{w.addButton}</Button></Group>}
    </Stack>
  )
}

// Meta's reviewers read the template with an example in each place.
function Examples({ draft, set, wrong }: Props) {
  const { t } = useHere()
  const w = t.templates
  const places = [...placesOf(draft.header).map((n) => ['header', n]), ...placesOf(draft.body).map((n) => ['body', n])]
  if (places.length === 0) return null
  return (
    <div className="places" role="group" aria-label={w.examples}>
      {places.map(([component, n]) => {
        const place = `${component}.${n}`
        const label = fill(w.exampleFor, { place: fill(t.conversations.place, { part: t.conversations.placeParts[component], name: `{{${n}}}` }) })
        return <TextInput key={place} size="sm" label={label} dir="auto" maxLength={200} value={draft.examples[place] ?? ''} error={wrong(place)} onChange={(e) => set({ examples: { ...draft.examples, [place]: e.target.value } })} />
      })}
    </div>
  )
}
