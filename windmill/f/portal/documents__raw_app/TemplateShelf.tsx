// The templates of the business's WhatsApp accounts with Meta's verdict on each, and the way to a new one.
import { Alert, Badge, Button, Group, Text } from '@mantine/core'
import React, { useState } from 'react'
import { languageName } from './BotVoice'
import NewTemplate from './NewTemplate'
import { Window } from './Window'
import { useAsk } from './data'
import { Account, Listed, Shelf } from './templates'
import { Ago, Empty, Item, List, Loaded, fill, useHere } from './ui'

const colors: Record<string, string> = { APPROVED: 'green', PENDING: 'blue', IN_APPEAL: 'blue', REJECTED: 'red', DISABLED: 'red', PAUSED: 'orange' }

export default function TemplateShelf({ close }: { close: () => void }) {
  const { t, may } = useHere()
  const w = t.templates
  const [writing, setWriting] = useState(false)
  // Meta's verdict comes while one looks.
  const shelf = useAsk<Shelf>('templates', 'list_all', {}, { every: 5000 })
  return (
    <Window title={w.title} close={close}>
      <Text size="sm" c="dimmed">{w.intro}</Text>
      <Loaded of={shelf}>
        {(found) => (
          <>
            {found.accounts.length === 0 && <Alert color="orange" mt="sm">{w.noAccount}</Alert>}
            {found.accounts.length > 0 && may('owner', 'editor') && (writing ? <NewTemplate shelf={found} done={() => setWriting(false)} /> : <Button mt="sm" size="sm" onClick={() => setWriting(true)}>{w.create}</Button>)}
            {!writing && found.accounts.map((account) => <OfAccount key={account.waba_id} account={account} named={found.accounts.length > 1} templates={found.templates.filter((one) => one.waba_id === account.waba_id)} />)}
          </>
        )}
      </Loaded>
    </Window>
  )
}

function OfAccount({ account, named, templates }: { account: Account; named: boolean; templates: Listed[] }) {
  const { t } = useHere()
  const w = t.templates
  const label = account.names.join(', ')
  return (
    <>
      {named && <Text fw={600} mt="md">{label}</Text>}
      {account.error && <Alert color="orange" mt="sm">{fill(w.unread, { error: account.error })}</Alert>}
      <List label={named ? `${w.title}: ${label}` : w.title}>
        {templates.length === 0 && <Empty title={account.read_at ? w.none : w.soon} icon="answer" />}
        {templates.map((one) => <One key={`${one.name} ${one.language}`} template={one} />)}
      </List>
      {account.read_at && <Text size="xs" c="dimmed">{w.read} <Ago at={account.read_at} /></Text>}
    </>
  )
}

function One({ template }: { template: Listed }) {
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
    </Item>
  )
}
