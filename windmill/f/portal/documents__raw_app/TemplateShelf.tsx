// The templates of the business's WhatsApp accounts with Meta's verdict on each, and the way to a new one.
import { Alert, Badge, Button, Group, Text, VisuallyHidden } from '@mantine/core'
import React, { useState } from 'react'
import { languageName } from './BotVoice'
import NewTemplate from './NewTemplate'
import { Window } from './Window'
import { refresh, useAsk } from './data'
import { Account, Listed, Shelf, deleteTemplate, editable } from './templates'
import { Ago, Empty, Item, List, Loaded, Sure, fill, useHere } from './ui'

const colors: Record<string, string> = { APPROVED: 'green', PENDING: 'blue', IN_APPEAL: 'blue', REJECTED: 'red', DISABLED: 'red', PAUSED: 'orange' }

export default function TemplateShelf({ close }: { close: () => void }) {
  const { t, may } = useHere()
  const w = t.templates
  // A new one, or the one whose words are changed.
  const [writing, setWriting] = useState<'new' | Listed>()
  // Meta's verdict comes while one looks.
  const shelf = useAsk<Shelf>('templates', 'list_all', {}, { every: 5000 })
  return (
    <Window title={w.title} close={close}>
      <Text size="sm" c="dimmed">{w.intro}</Text>
      <Loaded of={shelf}>
        {(found) => (
          <>
            {found.accounts.length === 0 && <Alert color="orange" mt="sm">{w.noAccount}</Alert>}
            {found.accounts.length > 0 && may('owner', 'editor') && (writing ? <NewTemplate shelf={found} of={writing === 'new' ? undefined : writing} done={() => setWriting(undefined)} /> : <Button mt="sm" size="sm" onClick={() => setWriting('new')}>{w.create}</Button>)}
            {!writing && found.accounts.map((account) => <OfAccount key={account.waba_id} account={account} named={found.accounts.length > 1} templates={found.templates.filter((one) => one.waba_id === account.waba_id)} edit={may('owner', 'editor') ? setWriting : undefined} />)}
          </>
        )}
      </Loaded>
    </Window>
  )
}

function OfAccount({ account, named, templates, edit }: { account: Account; named: boolean; templates: Listed[]; edit?: (template: Listed) => void }) {
  const { t } = useHere()
  const w = t.templates
  const label = account.names.join(', ')
  return (
    <>
      {named && <Text fw={600} mt="md">{label}</Text>}
      {account.error && <Alert color="orange" mt="sm">{fill(w.unread, { error: account.error })}</Alert>}
      <List label={named ? `${w.title}: ${label}` : w.title}>
        {templates.length === 0 && <Empty title={account.read_at ? w.none : w.soon} icon="answer" />}
        {templates.map((one) => <One key={`${one.name} ${one.language}`} template={one} edit={edit} />)}
      </List>
      {account.read_at && <Text size="xs" c="dimmed">{w.read} <Ago at={account.read_at} /></Text>}
    </>
  )
}

function One({ template, edit }: { template: Listed; edit?: (template: Listed) => void }) {
  const { t, language } = useHere()
  const w = t.templates
  const { name, status, category, reason, words } = template
  return (
    <Item>
      <Group justify="space-between" gap="xs">
        <Text fw={600} className="break">{name}</Text>
        <Badge color={colors[status] ?? 'gray'}>{w.status[status] ?? status}</Badge>
      </Group>
      <Text size="xs" c="dimmed">{[languageName(template.language.replace('_', '-'), language), t.conversations.categories[category ?? ''] ?? category].filter(Boolean).join(' · ')}</Text>
      {reason && <Text size="sm" c={status === 'REJECTED' ? 'red' : undefined}>{fill(w.why, { reason: w.reasons[reason] ?? reason })}</Text>}
      {words && <Text size="sm" dir="auto" className="text">{words}</Text>}
      {edit && (
        <Group gap="xs" mt={6}>
          {editable(template) && <Button size="compact-sm" variant="default" onClick={() => edit(template)}>{w.edit}<VisuallyHidden>: {name}</VisuallyHidden></Button>}
          <Sure label={w.remove} ask={fill(w.removeAsk, { name })} says={w.removeSays} act={() => deleteTemplate(template).then(() => refresh('templates'))} />
        </Group>
      )}
    </Item>
  )
}
