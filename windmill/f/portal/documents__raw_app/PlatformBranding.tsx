// How the portal looks where no business says otherwise, and which business has which address: for operators.
import { Badge, Button, Group, Text, Title } from '@mantine/core'
import React, { useState } from 'react'
import Looks, { LooksOf } from './Looks'
import { ask } from './api'
import { refresh, useAsk } from './data'
import { go } from './route'
import { Ago, Confirm, Facts, Intro, Item, List, Loaded, Sure, fill, useHere } from './ui'

type Domain = { tenant_id: string; tenant: string; domain: string; added_by: string; added_at: string; verified_at: string | null; verified_by: string | null }
type All = LooksOf & { domains: Domain[] }

export default function PlatformBranding() {
  const { t } = useHere()
  const b = t.branding
  const loaded = useAsk<All>('platform_branding', 'get')
  return (
    <>
      <Button variant="subtle" size="compact-md" mb="sm" onClick={() => go('platform')}>{b.back}</Button>
      <Loaded of={loaded}>
        {(stored) => (
          <>
            <Intro>{b.platformIntro}</Intro>
            <Looks script="platform_branding" stored={stored} />
            <section aria-labelledby="domains">
              <Title order={2} id="domains" mt="xl" mb="xs">{b.all}</Title>
              <Text c="dimmed" mb="xs">{b.allIntro}</Text>
              {stored.domains.length === 0 && <Text>{b.allNone}</Text>}
              <List label={b.all}>{stored.domains.map((one) => <One key={one.tenant_id + one.domain} of={one} />)}</List>
            </section>
          </>
        )}
      </Loaded>
    </>
  )
}

function One({ of: { tenant_id, tenant, domain, added_by, added_at, verified_at, verified_by } }: { of: Domain }) {
  const { t } = useHere()
  const b = t.branding
  const [asking, setAsking] = useState(false)
  const act = async (action: 'verify_domain' | 'delete_domain') => {
    await ask('platform_branding', action, { tenant: tenant_id, domain })
    await refresh('platform_branding')
  }
  return (
    <Item>
      <Group justify="space-between">
        <div>
          <Text fw={600} className="break">{domain}</Text>
          <Text size="sm" dir="auto">{tenant}</Text>
        </div>
        <Group gap="xs">
          {verified_at ? <Badge color="green">{b.verified}</Badge> : <Button size="compact-sm" variant="default" aria-label={`${b.confirm}: ${domain}, ${tenant}`} onClick={() => setAsking(true)}>{b.confirm}</Button>}
          <Sure label={t.remove} ask={fill(b.deleteAsk, { domain })} says={b.deleteSays} act={() => act('delete_domain')} />
        </Group>
      </Group>
      <Facts facts={[fill(b.by, { person: added_by }), verified_by && fill(b.confirmedBy, { person: verified_by }), <Ago at={verified_at ?? added_at} />]} />
      {asking && <Confirm label={b.confirm} ask={fill(b.confirmAsk, { domain, tenant })} says={fill(b.confirmSays, { tenant })} act={() => act('verify_domain')} close={() => setAsking(false)} />}
    </Item>
  )
}
