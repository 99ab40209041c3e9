// What all pages share: the language, numbers and times, the states of loading, what became of an act, and the one question before something is gone.
import { Alert, Button, Card, Group, Modal, ScrollArea, Skeleton, Stack, Tabs as MantineTabs, Text, VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import React, { createContext, useContext, useEffect, useRef, useState } from 'react'
import { Broken, Lost, Refused } from './api'
import { Branding, ofPage } from './brand'
import { dates, distances, isPlain, localeOf, numbers } from './formats'
import { Icon } from './icons'
import { lineNow } from './line'
import { Message, say as sayMessage } from './messages'
import { textsOf } from './texts'

export type Member = { tenant: string; role: string; language: string; operator: boolean; brand: Branding }
export const Here = createContext<Member>({ tenant: '', role: 'viewer', language: 'en', operator: false, brand: ofPage })

export const fill = (text: string, values: Record<string, unknown>) =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))

// PostgreSQL's way of writing a moment.
export const moment = (text: string) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))

const units: [Intl.RelativeTimeFormatUnit, number][] = [['minute', 60], ['hour', 3600], ['day', 86_400]]

export function useHere() {
  const here = useContext(Here)
  const t = textsOf(here.language)
  const may = (...roles: string[]) => roles.includes(here.role)
  const locale = localeOf(here.language)
  const number = (n: number, options?: Intl.NumberFormatOptions) => (isPlain(n, options) ? String(n) : numbers(locale, options).format(n))
  const money = (n: number) => number(n, { style: 'currency', currency: 'USD', maximumFractionDigits: n < 1 ? 4 : 2 })
  const time = (text: string) => {
    const at = moment(text)
    return Number.isNaN(at.getTime()) ? text : dates(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
  }
  // "5 minutes ago", within a week; the date alone before that.
  const ago = (text: string) => {
    const at = moment(text)
    const seconds = (at.getTime() - Date.now()) / 1000
    if (Number.isNaN(seconds)) return text
    if (Math.abs(seconds) >= 7 * 86_400) return dates(locale, { dateStyle: 'medium' }).format(at)
    const [unit, size] = [...units].reverse().find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60]
    return distances(locale).format(Math.trunc(seconds / size), unit)
  }
  // A script's message in the page's language; text that is not a message stays as it is.
  const say = (message: Message | string) => (typeof message === 'string' ? message : sayMessage(message, t, number))
  const describe = (error: unknown) => {
    if (error instanceof Refused) return say(error.reason)
    if (error instanceof Lost) return t.line[lineNow() === 'signedOut' ? 'signedOut' : 'lost']
    if (error instanceof Broken) return t.broken
    return (error instanceof Error && error.message) || t.failed
  }
  return { ...here, locale, t, may, number, money, time, ago, say, describe }
}

// How long ago; the full time to whoever points at it.
export function Ago({ at }: { at: string }) {
  const { ago, time } = useHere()
  return <time dateTime={at} title={time(at)}>{ago(at)}</time>
}

// Small facts in one line, with dots between.
export function Facts({ facts }: { facts: React.ReactNode[] }) {
  const there = facts.filter(Boolean)
  return (
    <Text size="sm" c="dimmed" component="small">
      {there.map((fact, i) => <React.Fragment key={i}>{i > 0 && ' · '}{fact}</React.Fragment>)}
    </Text>
  )
}

export function Loading() {
  const { t } = useHere()
  return (
    <Stack className="state" role="status" gap="sm" my="md">
      <VisuallyHidden>{t.loading}</VisuallyHidden>
      {[70, 96, 70].map((height, i) => <Skeleton key={i} height={height} radius="lg" />)}
    </Stack>
  )
}

const closing = ['no_identity', 'not_a_member', 'no_business', 'choose_business', 'role', 'operators_only']

export function Problem({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const { t, describe } = useHere()
  const closed = error instanceof Refused && closing.includes(error.reason.code)
  return (
    <Alert my="md" color={closed ? 'orange' : 'red'} title={closed ? t.noPermission : t.failed} role="alert">
      {describe(error)}
      {retry && !closed && <div><Button mt="sm" size="compact-sm" variant="default" onClick={() => retry()}>{t.again}</Button></div>}
    </Alert>
  )
}

type Query<T> = { data?: T; error: unknown; refetch: () => unknown }

// The answer of a script, or why it is not there. What is there stays where it is while the connection is lost: the frame says so.
export function Loaded<T>({ of, children }: { of: Query<T>; children: (value: T) => React.ReactNode }) {
  return (
    <>
      {Boolean(of.error) && !(of.error instanceof Lost && of.data !== undefined) && <Problem error={of.error} retry={of.refetch} />}
      {of.data === undefined && !of.error && <Loading />}
      {of.data !== undefined && children(of.data)}
    </>
  )
}

export function Empty({ title, hint, icon = 'empty' }: { title: string; hint?: string; icon?: string }) {
  return (
    <Stack align="center" gap={4} py="xl" px="md" ta="center" c="dimmed" className="empty">
      <Icon name={icon} size={32} />
      <Text fw={600} c="var(--mantine-color-text)">{title}</Text>
      {hint && <Text size="sm">{hint}</Text>}
    </Stack>
  )
}

// For those who hear the page: which one of several a button is about.
export const About = ({ children }: { children: React.ReactNode }) => <VisuallyHidden>: {children}</VisuallyHidden>

export const Intro = ({ children }: { children: React.ReactNode }) => <Text c="dimmed" mb="md">{children}</Text>

export const List = ({ label, children }: { label?: string; children: React.ReactNode }) => (
  <Stack component="ul" className="plain" gap="sm" my="sm" aria-label={label}>{children}</Stack>
)

export const Item = ({ children, faded, className = '' }: { children: React.ReactNode; faded?: boolean; className?: string }) => (
  <Card component="li" className={`card ${className}`} bg={faded ? 'transparent' : undefined}><Stack gap={6}>{children}</Stack></Card>
)

// The newest only: what was said before is out of date.
export function toast(message: string) {
  notifications.clean()
  notifications.show({ message, color: 'green', role: 'status', withCloseButton: false, withBorder: true, autoClose: 3500 })
}

type SureProps = { label: string; ask: string; says: React.ReactNode; act: () => Promise<unknown>; color?: string }

export function Sure({ label, ask, says, act }: SureProps) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <>
      <Button ref={button} size="compact-sm" variant="subtle" color="red" onClick={() => setOpen(true)} aria-label={`${label}: ${ask}`}>{label}</Button>
      {open && <Confirm label={label} ask={ask} says={says} act={act} color="red" close={close} />}
    </>
  )
}

// Asks before it acts. What went wrong is said here, and the dialog stays.
export function Confirm({ label, ask, says, act, close, color }: SureProps & { close: () => void }) {
  const { t } = useHere()
  const form = useForm()
  const go = () =>
    form.run(async () => {
      await act()
      close()
    })
  return (
    <Dialog title={ask} close={close}>
      <Text>{says}</Text>
      {form.problem && <Text role="alert" c="red" mt="sm">{form.problem}</Text>}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>{t.cancel}</Button>
        <Button color={color} loading={form.busy} onClick={go}>{label}</Button>
      </Group>
    </Dialog>
  )
}

export function Dialog({ title, close, children }: { title: string; close: () => void; children: React.ReactNode }) {
  return (
    <Modal.Root opened onClose={close} centered returnFocus={false} transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body p="lg">
          <Modal.Title dir="auto" fw={650} mb="sm">{title}</Modal.Title>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

type TabsProps = { label: string; names: string[]; title: (name: string) => string; chosen: string; choose: (name: string) => void; children: React.ReactNode }

export function Tabs({ label, names, title, chosen, choose, children }: TabsProps) {
  const list = useRef<HTMLDivElement>(null)
  // On a narrow screen the tabs scroll sideways: the chosen one is seen whole.
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [chosen])
  return (
    <MantineTabs value={chosen} onChange={(name) => name && choose(name)}>
      <ScrollArea type="never" mb="md" viewportProps={{ tabIndex: -1 }}>
        <MantineTabs.List aria-label={label} ref={list} className="tabs">
          {names.map((name) => <MantineTabs.Tab key={name} value={name}>{title(name)}</MantineTabs.Tab>)}
        </MantineTabs.List>
      </ScrollArea>
      {names.map((name) => <MantineTabs.Panel key={name} value={name}>{name === chosen && children}</MantineTabs.Panel>)}
    </MantineTabs>
  )
}

// An act and what became of it: what it returns is said at the top of the window, what went wrong where it was tried.
export function useForm() {
  const { describe } = useHere()
  const work = useMutation({
    mutationFn: (act: () => Promise<string | void>) => act(),
    networkMode: 'always',
    onSuccess: (said) => said && toast(said),
  })
  const problem = work.error ? describe(work.error) : ''
  const shown = <Text role="status" c="red" size="sm" className="note">{problem}</Text>
  const run = (act: () => Promise<string | void>) => work.mutateAsync(act).catch(() => undefined)
  return { run, busy: work.isPending, problem, error: work.error, clear: work.reset, shown }
}
