// When a human takes over, who learns of it, and whether the customer is asked for a rating when it is solved.
import { Alert, NativeSelect, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import React from 'react'
import { Check, Chips, Figure } from './BotFields'
import HandoffNotices from './HandoffNotices'
import { Part, Template, longest } from './settings'
import { useHere } from './ui'

export default function Handoff(part: Part) {
  const { now, set, wrong } = part
  const { t } = useHere()
  const b = t.bot
  const nobody = !now.notify_webhook_url && !now.notify_phone && !now.notify_email
  return (
    <Stack gap="sm">
      <Text c="dimmed">{b.handoffIntro}</Text>
      <Chips label={b.keywords} hint={b.keywordsHint} value={now.handoff_keywords} error={wrong('handoff_keywords')} change={(handoff_keywords) => set({ handoff_keywords })} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Figure {...part} name="handoff_hours" label={b.handoffHours} hint={b.handoffHoursHint} step={0.5} />
        <Chips label={b.lead} hint={b.leadHint} value={now.lead_fields} error={wrong('lead_fields')} change={(lead_fields) => set({ lead_fields })} />
      </SimpleGrid>
      <Check {...part} name="handoff_on_failure" label={b.onFailure} />
      <NativeSelect maw="28rem" label={b.askRating} description={b.askRatingHint} value={now.ask_rating} error={wrong('ask_rating')} onChange={(e) => set({ ask_rating: e.target.value })} data={Object.entries(b.ratingKinds).map(([value, label]) => ({ value, label }))} />
      <Title order={2}>{b.notify}</Title>
      {nobody && <Alert color="orange">{b.nobody}</Alert>}
      <TextInput type="url" label={b.webhook} description={b.webhookHint} maxLength={longest.notify_webhook_url} value={now.notify_webhook_url ?? ''} error={wrong('notify_webhook_url')} onChange={(e) => set({ notify_webhook_url: e.target.value || null })} />
      <TextInput type="tel" label={b.phone} maxLength={longest.notify_phone} value={now.notify_phone ?? ''} error={wrong('notify_phone')} onChange={(e) => set({ notify_phone: e.target.value || null })} />
      <HandoffNotices {...part} />
      <OneTemplate label={b.notifyTemplate} value={now.notify_template} error={wrong('notify_template')} change={(notify_template) => set({ notify_template })} />
      <OneTemplate label={b.windowTemplate} value={now.window_template} error={wrong('window_template')} change={(window_template) => set({ window_template })} withParameters />
    </Stack>
  )
}

type TemplateProps = { label: string; value: Template; change: (value: Template) => void; error?: string; withParameters?: boolean }

function OneTemplate({ label, value, change, error, withParameters }: TemplateProps) {
  const { t } = useHere()
  const b = t.bot
  const template = value ?? { name: '', language: 'en' }
  const set = (part: Partial<NonNullable<Template>>) => {
    const next = { ...template, ...part }
    change(next.name ? next : null)
  }
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput label={label} description={b.templateHint} pattern="[a-z0-9_]*" maxLength={512} value={template.name} error={error} onChange={(e) => set({ name: e.target.value })} />
      {value && <TextInput label={b.templateLanguage} pattern="[a-z]{2,3}(_[A-Z]{2,3})?" maxLength={10} value={template.language} onChange={(e) => set({ language: e.target.value })} />}
      {value && withParameters && <Chips label={b.parameters} value={template.parameters ?? []} change={(parameters) => set({ parameters })} />}
    </SimpleGrid>
  )
}
