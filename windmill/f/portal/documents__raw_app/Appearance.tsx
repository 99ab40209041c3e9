// How a business's portal looks, and its addresses of its own: for owners.
import { Badge, Button, Card, Code, Group, Text, TextInput, Title } from '@mantine/core'
import React, { useState } from 'react'
import Looks, { LooksOf } from './Looks'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { Ago, Facts, Intro, Item, List, Loaded, Sure, fill, useForm, useHere } from './ui'

type Domain = { domain: string; proof: string; added_at: string; verified_at: string | null }
type All = LooksOf & { domains: Domain[]; most_domains: number; proof_path: string }

export default function Appearance() {
  const { t } = useHere()
  const loaded = useAsk<All>('branding', 'get')
  return (
    <Loaded of={loaded}>
      {(stored) => (
        <>
          <Intro>{t.branding.intro}</Intro>
          <Looks script="branding" stored={stored} />
          <Domains stored={stored} />
        </>
      )}
    </Loaded>
  )
}

function Domains({ stored: { domains, most_domains, proof_path } }: { stored: All }) {
  const { t } = useHere()
  const b = t.branding
  const form = useForm()
  const [domain, setDomain] = useState('')
  const add = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('branding', 'add_domain', { domain })
      setDomain('')
      await refresh('branding')
    })
  }
  return (
    <section aria-labelledby="domains">
      <Title order={2} id="domains" mt="xl" mb="xs">{b.domains}</Title>
      <Text c="dimmed" mb="xs">{b.domainsIntro}</Text>
      {most_domains === 0 && <Text>{b.domainsNone}</Text>}
      {most_domains > 0 && (
        <Card component="form" onSubmit={add} className="panel">
          <Group align="start">
            <TextInput flex="1 1 14rem" label={b.domain} placeholder={b.domainHint} required maxLength={300} autoComplete="off" autoCapitalize="none" value={domain} error={form.problem} onChange={(e) => { form.clear(); setDomain(e.target.value) }} />
            <Button type="submit" loading={form.busy} className="beside">{b.add}</Button>
          </Group>
        </Card>
      )}
      <List label={b.domains}>{domains.map((one) => <One key={one.domain} of={one} path={proof_path} />)}</List>
    </section>
  )
}

function One({ of: { domain, proof, added_at, verified_at }, path }: { of: Domain; path: string }) {
  const { t } = useHere()
  const b = t.branding
  const form = useForm()
  const check = () =>
    form.run(async () => {
      await ask('branding', 'check_domain', { domain })
      await refresh('branding')
      return fill(b.checked, { domain })
    })
  const drop = async () => {
    await ask('branding', 'delete_domain', { domain })
    await refresh('branding')
  }
  return (
    <Item>
      <Group justify="space-between">
        <Text fw={600} className="break" miw={0}>{domain}</Text>
        <Group gap="xs">
          <Badge color={verified_at ? 'green' : 'orange'}>{verified_at ? b.verified : b.waits}</Badge>
          <Sure label={t.remove} ask={fill(b.deleteAsk, { domain })} says={b.deleteSays} act={drop} />
        </Group>
      </Group>
      {!verified_at && (
        <>
          <Text size="sm">{b.prove}</Text>
          <Text size="sm">{b.proofAt}: <Code className="break">https://{domain}{path}</Code></Text>
          <Text size="sm">{b.proof}: <Code className="break">{proof}</Code></Text>
          <Group><Button variant="default" size="compact-md" loading={form.busy} onClick={check}>{b.check}</Button></Group>
          {form.shown}
        </>
      )}
      <Facts facts={[<Ago at={verified_at ?? added_at} />]} />
    </Item>
  )
}
