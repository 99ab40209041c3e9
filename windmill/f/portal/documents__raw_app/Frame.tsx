// The portal's frame: the header, the ways to the pages, and what every page has to say.
import { ActionIcon, Anchor, AppShell, Avatar, Badge, Box, Burger, Button, Group, Indicator, NativeSelect, NavLink, Stack, Text, Title, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import React, { useEffect, useState } from 'react'
import { useAlarm } from './Alarm'
import type { Business, Me } from './App'
import { Count, Off, Stopped, useCount } from './Banners'
import Conversations from './Conversations'
import Home from './Home'
import Later from './Later'
import LostLine from './LostLine'
import { linkOf, pictureOf } from './brand'
import { forgetBefore } from './first'
import { Icon, schemeIcons } from './icons'
import { useLive } from './live'
import { openPages, pageOf } from './pages'
import { schemes, views } from './parts'
import { atOwnDoor, go } from './route'
import { languages } from './texts'
import { fill, useHere } from './ui'
import { useRoute } from './useRoute'

// Drawn again for what is new on the page itself, not in the frame around it.
const View = React.memo(({ page }: { page: string }) => (page === 'home' ? <Home /> : page === 'conversations' ? <Conversations /> : <Later of={views[page]} props={{}} />))

export type FrameProps = { me: Me; mine?: Business; onTenant: (id: string) => void; onLanguage: (code: string) => void }

export default function Frame({ me, mine, onTenant, onLanguage }: FrameProps) {
  const { t, language, brand } = useHere()
  const route = useRoute()
  const count = useCount(Boolean(mine))
  useAlarm(count?.waiting)
  const [opened, { toggle, close }] = useDisclosure(false)
  const narrow = useMediaQuery('(max-width: 61.99em)', false, { getInitialValueInEffect: false })
  const open = openPages(me, mine)
  const page = pageOf(route.page, open, mine)
  const title = t.pages[page]
  useLive(Boolean(mine), page === 'conversations' ? 1500 : 10_000)
  const waiting = count?.waiting ?? 0
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}${[title, brand.name].filter(Boolean).join(' · ')}`
  }, [title, waiting, brand])
  useEffect(() => {
    window.scrollTo(0, 0)
    close()
  }, [title])
  return (
    <AppShell header={{ height: 60 }} navbar={{ width: 240, breakpoint: 'md', collapsed: { mobile: !opened } }} padding={{ base: 'md', sm: 'xl' }}>
      <a className="skip" href="#page" onClick={(e) => { e.preventDefault(); document.getElementById('page')?.focus() }}>{t.skip}</a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="xs" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t.menu} aria-expanded={opened} />
          <Brand short />
          <Box flex={1} />
          {mine && <Bell current={page === 'notifications'} count={count} />}
          <NativeSelect aria-label={t.language} size="sm" value={language} onChange={(e) => onLanguage(e.target.value)} data={Object.entries(languages).map(([value, label]) => ({ value, label }))} w={110} flex="none" />
          <Scheme />
        </Group>
      </AppShell.Header>
      <LostLine />
      <AppShell.Navbar p="sm" withBorder inert={narrow && !opened}>
        <Stack component="nav" gap={4} aria-label={t.portal}>
          {open.map((name) => <Way key={name} name={name} current={name === page} waiting={name === 'conversations' ? waiting : 0} close={close} />)}
        </Stack>
        <Who me={me} mine={mine} onTenant={onTenant} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} className="page">
        <div className="width">
          <Title order={1} mb={4}>{title}</Title>
          {count?.stop && page !== 'platform' && <Stopped stop={count.stop} />}
          {Boolean(count?.off?.length) && page !== 'platform' && <Off names={count!.off} />}
          <View key={page} page={page} />
        </div>
      </AppShell.Main>
    </AppShell>
  )
}

export function Brand({ short }: { short?: boolean }) {
  const { brand } = useHere()
  const logo = pictureOf(brand.logo)
  const icon = pictureOf(brand.icon)
  if (logo) return <img className="logo" src={logo} alt={brand.name} />
  return (
    <Group gap="xs" wrap="nowrap" miw={0}>
      {icon ? <img className="icon" src={icon} alt="" /> : <span className="mark" aria-hidden="true" />}
      <Text fw={700} size="lg" truncate dir="auto" visibleFrom={short ? 'xs' : undefined}>{brand.name}</Text>
    </Group>
  )
}

function Way({ name, current, waiting, close }: { name: string; current: boolean; waiting: number; close: () => void }) {
  const { t, number } = useHere()
  const title = t.pages[name]
  return (
    <NavLink
      component="button"
      type="button"
      label={title}
      leftSection={<Icon name={name} />}
      rightSection={waiting > 0 && <Badge circle={waiting < 10} size="sm" variant="filled" color="red" aria-hidden="true">{waiting > 99 ? '99+' : waiting}</Badge>}
      active={current}
      aria-label={waiting ? fill(t.waitingOn, { page: title, n: number(waiting) }) : undefined}
      aria-current={current ? 'page' : undefined}
      onClick={() => { close(); go(name) }}
    />
  )
}

function Bell({ current, count }: { current: boolean; count?: Count }) {
  const { t, number } = useHere()
  const unread = count?.unread ?? 0
  const label = unread ? fill(t.notifications.bellUnread, { n: number(unread) }) : t.notifications.bell
  return (
    <Indicator disabled={unread === 0} label={unread > 99 ? '99+' : unread} size={18} offset={5} color="red" aria-hidden={undefined}>
      <ActionIcon className="bell" size="lg" variant={current ? 'light' : 'subtle'} color={current ? 'accent' : 'gray'} c={current ? undefined : 'var(--mantine-color-text)'} aria-label={label} title={label} aria-current={current ? 'page' : undefined} onClick={() => go('notifications')}>
        <Icon name="notifications" />
      </ActionIcon>
    </Indicator>
  )
}

// The menu is read when somebody first opens it.
function Scheme() {
  const { t } = useHere()
  const [asked, setAsked] = useState(false)
  const { colorScheme } = useMantineColorScheme()
  const Now = schemeIcons[colorScheme]
  const button = (
    <ActionIcon size="lg" variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={t.scheme.label} title={t.scheme.label} aria-haspopup="menu" autoFocus={asked} onClick={() => setAsked(true)}><Now size={20} stroke={1.7} aria-hidden="true" /></ActionIcon>
  )
  return asked ? <Later of={schemes} props={{ children: button }} waiting={button} /> : button
}

const leave = async () => {
  forgetBefore()
  await fetch('/api/leave', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  location.reload()
}

// Where to ask, how data is handled, and the product's name where that is said.
function Foot() {
  const { t, brand } = useHere()
  const { support, privacy_url, product, name } = brand
  const powered = product && product !== name
  if (!support && !privacy_url && !powered) return null
  return (
    <Group gap="md" px={4}>
      {support && <Anchor href={linkOf(support)} size="xs" target="_blank" rel="noreferrer">{t.support}</Anchor>}
      {privacy_url && <Anchor href={privacy_url} size="xs" target="_blank" rel="noreferrer">{t.privacy}</Anchor>}
      {powered && <Text size="xs" c="dimmed">{fill(t.powered, { product })}</Text>}
    </Group>
  )
}

function Who({ me, mine, onTenant }: Omit<FrameProps, 'onLanguage'>) {
  const { t } = useHere()
  const name = mine?.name ?? ''
  return (
    <Stack mt="auto" gap="xs">
      {me.businesses.length > 1 && <NativeSelect aria-label={t.business} value={mine?.tenant_id} onChange={(e) => onTenant(e.target.value)} data={me.businesses.map((b) => ({ value: b.tenant_id, label: b.name }))} />}
      <Group gap="xs" wrap="nowrap" className="who">
        <Avatar size="md" color="accent" name={me.email} aria-hidden="true">{me.email[0].toUpperCase()}</Avatar>
        <Box miw={0}>
          {name && me.businesses.length === 1 && <Text size="sm" fw={600} truncate dir="auto">{name}</Text>}
          <Text size="xs" c="dimmed" className="break">{me.email.split('@')[0]}<wbr />@{me.email.split('@').slice(1).join('@')}</Text>
          {mine && <Text size="xs" c="dimmed">{t.roles[mine.role]}</Text>}
        </Box>
      </Group>
      {atOwnDoor && <Button variant="default" size="xs" onClick={leave}>{t.people.signOut}</Button>}
      <Foot />
    </Stack>
  )
}
