// Opening hours: by the week, in the business's own time zone, with holidays, and what the bot does when nobody is there.
import { Badge, Button, CloseButton, Group, NativeSelect, Pill, Radio, Stack, Text, TextInput } from '@mantine/core'
import { IconCopy, IconPlus } from '@tabler/icons-react'
import React, { useState } from 'react'
import { dates, exactZone } from './formats'
import { Part, Week } from './settings'
import { About, fill, useHere } from './ui'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const USUAL: Week = Object.fromEntries(DAYS.map((day) => [day, ['sat', 'sun'].includes(day) ? [] : [['09:00', '18:00']]]))
// A clock's midnight at the end of a day is stored as 24:00.
const stored = (end: string) => (end === '00:00' ? '24:00' : end)
const shown = (end: string) => (end === '24:00' ? '00:00' : end)
const zones = () => (Intl as unknown as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.('timeZone') ?? []

export default function Hours({ now, set, wrong }: Part) {
  const { t } = useHere()
  const b = t.bot
  const week = now.opening_hours
  const always = Object.keys(week).length === 0
  const here = exactZone()
  const begin = () => set({ opening_hours: USUAL, ...(now.time_zone === 'UTC' ? { time_zone: here } : {}) })
  const day = (name: string, spans: string[][]) => set({ opening_hours: { ...week, [name]: spans } })
  const copy = () => set({ opening_hours: { ...week, ...Object.fromEntries(DAYS.slice(1, 5).map((name) => [name, week.mon ?? []])) } })
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <Radio.Group aria-label={b.tabs.hours} value={always ? 'always' : 'weekly'} onChange={(value) => (value === 'always' ? set({ opening_hours: {} }) : begin())}>
          <Stack gap="xs"><Radio value="always" label={b.always} /><Radio value="weekly" label={b.weekly} /></Stack>
        </Radio.Group>
        <Badge color={now.open_now ? 'green' : 'gray'}>{now.open_now ? b.openNow : b.closedNow}</Badge>
      </Group>
      {!always && (
        <>
          <NativeSelect label={b.zone} value={now.time_zone} error={wrong('time_zone')} onChange={(e) => set({ time_zone: e.target.value })} data={[...new Set([now.time_zone, 'UTC', here, ...zones()])].map((zone) => ({ value: zone, label: zone.replace(/_/g, ' ') }))} />
          <div>
            {DAYS.map((name) => <Day key={name} name={b.days[name]} spans={week[name] ?? []} change={(spans) => day(name, spans)} />)}
            {wrong('opening_hours') && <Text role="alert" size="sm" c="red">{wrong('opening_hours')}</Text>}
          </div>
          <Group><Button variant="subtle" size="compact-sm" leftSection={<IconCopy size={16} aria-hidden="true" />} onClick={copy}>{b.copyDown}</Button></Group>
          <Dates value={now.closed_on} error={wrong('closed_on')} change={(closed_on) => set({ closed_on })} />
          <Radio.Group label={b.outside} value={now.outside_hours} error={wrong('outside_hours')} onChange={(outside_hours) => set({ outside_hours })}>
            <Stack gap="xs" mt="xs"><Radio value="answer" label={b.outsideAnswer} /><Radio value="close" label={b.outsideClose} /></Stack>
          </Radio.Group>
        </>
      )}
    </Stack>
  )
}

function Day({ name, spans, change }: { name: string; spans: string[][]; change: (spans: string[][]) => void }) {
  const { t } = useHere()
  const b = t.bot
  const write = (at: number, which: number, time: string) => {
    if (time) change(spans.map((span, i) => (i === at ? (which ? [span[0], stored(time)] : [time, span[1]]) : span)))
  }
  return (
    <div className="day">
      <Text fw={600} size="sm" pt={6}>{name}</Text>
      <Stack gap={6}>
        {spans.length === 0 && <Text size="sm" c="dimmed" pt={6}>{b.closed}</Text>}
        {spans.map(([from, to], i) => (
          <Group key={i} gap={6} className="span">
            <TextInput type="time" size="sm" aria-label={fill(b.from, { day: name })} value={from} onChange={(e) => write(i, 0, e.target.value)} />
            <span aria-hidden="true">–</span>
            <TextInput type="time" size="sm" aria-label={fill(b.to, { day: name })} value={shown(to)} onChange={(e) => write(i, 1, e.target.value)} />
            <CloseButton aria-label={`${b.removeSpan}: ${name} ${from}`} title={b.removeSpan} onClick={() => change(spans.filter((_, n) => n !== i))} />
            {to < from && <Text size="sm" c="orange">{fill(b.overnight, { time: shown(to) })}</Text>}
          </Group>
        ))}
      </Stack>
      <Button variant="subtle" size="compact-sm" mt={4} leftSection={<IconPlus size={14} aria-hidden="true" />} disabled={spans.length >= 6} onClick={() => change([...spans, spans.length ? ['17:00', '20:00'] : ['09:00', '18:00']])}>
        {b.addSpan}<About>{name}</About>
      </Button>
    </div>
  )
}

// Holidays: a day is chosen and becomes a chip when one leaves the field or presses the button.
function Dates({ value, error, change }: { value: string[]; error?: string; change: (days: string[]) => void }) {
  const { t, locale } = useHere()
  const b = t.bot
  const [day, setDay] = useState('')
  const add = () => {
    if (day) change([...new Set([...value, day])].sort())
    setDay('')
  }
  const written = (text: string) => dates(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${text}T00:00Z`))
  return (
    <div>
      <Group align="end" gap="xs">
        <TextInput type="date" label={b.closedOn} value={day} error={error} onChange={(e) => setDay(e.target.value)} onBlur={add} />
        <Button variant="default" onClick={add}>{b.addDate}</Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>{b.closedOnHint}</Text>
      <Pill.Group mt="xs">
        {value.map((one) => <Pill key={one} withRemoveButton removeButtonProps={{ 'aria-label': `${t.remove}: ${written(one)}`, 'aria-hidden': undefined, tabIndex: 0 }} onRemove={() => change(value.filter((other) => other !== one))}>{written(one)}</Pill>)}
      </Pill.Group>
    </div>
  )
}
