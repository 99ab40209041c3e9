// Home: what is still to set up, what needs a person, whether the bot is on, and the week at a glance.
import { Badge, Button, Card, Group, Progress, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconArrowRight, IconCheck, IconCircleDashed } from '@tabler/icons-react'
import React from 'react'
import { ApprovalCard, useWaiting } from './Approvals'
import { useCount } from './Banners'
import Figures, { useDays } from './Figures'
import { useAsk } from './data'
import { Icon } from './icons'
import { go } from './route'
import { About, Intro, List, Loaded, fill, useHere } from './ui'

type Setup = Record<'token' | 'number' | 'answers' | 'written' | 'notified' | 'document' | 'preview', boolean>
type Open = Record<'waiting' | 'unanswered' | 'failed_documents' | 'contradictions' | 'approvals', number>
type Answer = { setup: Setup; open: Open }

export default function Home() {
  const { t, may } = useHere()
  const home = useAsk<Answer>('home', 'get', {}, { every: 20_000 })
  return (
    <>
      <Intro>{t.home.intro}</Intro>
      <Loaded of={home}>
        {({ setup, open }) => (
          <Stack gap="lg">
            {may('owner', 'editor') && <Checklist setup={setup} />}
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <Needs open={open} />
              <BotState setup={setup} />
            </SimpleGrid>
          </Stack>
        )}
      </Loaded>
      <Week />
    </>
  )
}

// Gone once everything is done.
function Checklist({ setup }: { setup: Setup }) {
  const { t, number, may } = useHere()
  const h = t.home
  const live = !setup.number ? h.noNumber : !setup.token ? h.noToken : !setup.written ? h.noMessage : ''
  const unconnected = !setup.number || !setup.token
  const steps: [string, boolean, string, () => void][] = [
    ['live', !live, live || h.liveHint, () => go('bot', 'doctor')],
    ['document', setup.document, h.documentHint, () => go('knowledge', 'documents')],
    ['preview', setup.preview, h.previewHint, () => go('bot', 'voice')],
    ['notified', setup.notified, h.notifiedHint, () => go('bot', 'handoff')],
  ]
  const done = steps.filter(([, ready]) => ready).length
  if (done === steps.length) return null
  return (
    <Card component="section" aria-labelledby="setup">
      <Group justify="space-between">
        <Title order={2} id="setup">{h.setup}</Title>
        <Text size="sm" c="dimmed">{fill(h.done, { n: number(done), all: number(steps.length) })}</Text>
      </Group>
      <Progress.Root size="sm" my="sm"><Progress.Section value={(100 * done) / steps.length} aria-label={h.setup} /></Progress.Root>
      <List>
        {steps.map(([name, ready, hint, open]) => (
          <Group component="li" key={name} align="start" className="step">
            <ThemeIcon variant={ready ? 'filled' : 'light'} color={ready ? 'green' : 'gray'} radius="xl" size={26}>{ready ? <IconCheck size={16} aria-hidden="true" /> : <IconCircleDashed size={16} aria-hidden="true" />}</ThemeIcon>
            <Stack gap={0} flex="1 1 14rem" miw={0}>
              <Text fw={600} c={ready ? 'dimmed' : undefined}>{h.steps[name]} {ready && <Badge color="green">{h.ready}</Badge>}</Text>
              {!ready && <Text size="sm" c="dimmed">{hint}</Text>}
            </Stack>
            {!ready && (name !== 'live' || (unconnected && may('owner'))) && <Button className="act" size="compact-md" variant="light" onClick={open}>{h.go}<About>{h.steps[name]}</About></Button>}
          </Group>
        ))}
      </List>
    </Card>
  )
}

function Needs({ open }: { open: Open }) {
  const { t, number } = useHere()
  const h = t.home
  const ways: [keyof Open, string, () => void][] = [
    ['waiting', 'conversations', () => go('conversations', 'waiting')],
    ['unanswered', 'answer', () => go('insights')],
    ['failed_documents', 'file', () => go('knowledge', 'documents')],
    ['contradictions', 'knowledge', () => go('knowledge', 'documents')],
  ]
  const some = open.approvals > 0
  const asked = useWaiting(some)
  const there = ways.filter(([name]) => open[name] > 0)
  // Somebody may have decided since they were counted.
  const none = !some || asked.data?.approvals.length === 0
  return (
    <Card component="section" aria-labelledby="needs">
      <Title order={2} id="needs" mb="sm">{h.needs}</Title>
      {there.length === 0 && none && <Text c="dimmed">{h.nothing}</Text>}
      {some && <Loaded of={asked}>{({ approvals }) => <Stack>{approvals.map((one) => <ApprovalCard key={one.id} approval={one} alone />)}</Stack>}</Loaded>}
      <Stack component="ul" className="plain" gap={4}>
        {there.map(([name, icon, act]) => (
          <li key={name}>
            <Button variant="subtle" fullWidth justify="space-between" px="xs" leftSection={<Icon name={icon} />} rightSection={<IconArrowRight size={16} aria-hidden="true" />} h="auto" py={6} styles={{ label: { flex: 1, whiteSpace: 'normal', textAlign: 'start' } }} onClick={act}>
              {fill(h.open[name], { n: number(open[name]) })}
            </Button>
          </li>
        ))}
      </Stack>
    </Card>
  )
}

function BotState({ setup }: { setup: Setup }) {
  const { t, may } = useHere()
  const h = t.home
  const off = useCount(true)?.off ?? []
  const answers = setup.answers && off.length === 0
  return (
    <Card component="section" aria-labelledby="bot-state">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="bot-state">{h.bot}</Title>
        <Badge color={answers ? 'green' : 'orange'}>{answers ? h.on : h.off}</Badge>
      </Group>
      <Text c="dimmed" mb="md">{!setup.number ? h.noNumber : answers ? h.onSays : fill(h.offSays, { names: off.join(', ') })}</Text>
      {may('owner', 'editor') && <Group><Button variant="light" onClick={() => go('bot', 'voice')}>{h.openBot}</Button></Group>}
    </Card>
  )
}

function Week() {
  const { t } = useHere()
  const { loaded, now, before } = useDays(7)
  return (
    <section aria-labelledby="week">
      <Group justify="space-between" mt="xl" mb="sm">
        <Title order={2} id="week">{t.home.week}</Title>
        <Button variant="subtle" size="compact-sm" onClick={() => go('insights')}>{t.notifications.open.insights}</Button>
      </Group>
      <Loaded of={loaded}>{({ halves }) => <Figures now={now} before={before} halves={halves} />}</Loaded>
    </section>
  )
}
