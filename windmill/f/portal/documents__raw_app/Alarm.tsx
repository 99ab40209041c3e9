// A customer who waits is heard: a notification of the computer and a sound, for whoever has switched them on in this browser.
import { Button, Card, Stack, Switch, Text, Title } from '@mantine/core'
import React, { useEffect, useRef, useState } from 'react'
import { lasting } from './api'
import { pictureOf } from './brand'
import { go } from './route'
import { fill, useHere } from './ui'

type Heard = { sound: boolean; pop: boolean }
const nothing: Heard = { sound: false, pop: false }
// It outlives the tab, unlike what the portal keeps otherwise.
const read = (): Heard => ({ ...nothing, ...lasting.get('alarm') })
const store = (heard: Heard) => lasting.set('alarm', heard)
// A browser may have none, and a page inside another one may not ask.
const permission = () => ('Notification' in window ? Notification.permission : 'denied')

export const isLoud = () => read().sound || read().pop

// Two tones. A browser that lets no page sound before somebody has clicked in it stays silent.
export function ring() {
  const audio = new AudioContext()
  ;[660, 880].forEach((pitch, n) => {
    const tone = new OscillatorNode(audio, { frequency: pitch })
    const loudness = new GainNode(audio, { gain: 0.12 })
    tone.connect(loudness).connect(audio.destination)
    tone.start(audio.currentTime + n * 0.18)
    tone.stop(audio.currentTime + n * 0.18 + 0.15)
  })
  setTimeout(() => audio.close(), 1000)
}

// One more waits than before.
export function useAlarm(waiting?: number) {
  const { t, number, brand } = useHere()
  const before = useRef<number | undefined>(undefined)
  useEffect(() => {
    if (waiting === undefined) return
    const more = before.current !== undefined && waiting > before.current
    before.current = waiting
    if (!more) return
    const { sound, pop } = read()
    if (sound) ring()
    if (!pop || permission() !== 'granted') return
    const shown = new Notification([t.alarm.title, brand.name].filter(Boolean).join(' · '), { body: fill(t.alarm.body, { n: number(waiting) }), icon: pictureOf(brand.icon), tag: 'waiting' })
    shown.onclick = () => {
      window.focus()
      go('conversations', 'waiting', '')
      shown.close()
    }
  }, [waiting])
}

export default function Alarm() {
  const { t } = useHere()
  const a = t.alarm
  const [heard, setHeard] = useState(read)
  const [refused, setRefused] = useState(false)
  const change = (next: Partial<Heard>) => {
    const all = { ...heard, ...next }
    store(all)
    setHeard(all)
  }
  const pop = async (wanted: boolean) => {
    const may = wanted && permission() === 'default' ? await Notification.requestPermission() : permission()
    setRefused(wanted && may !== 'granted')
    change({ pop: wanted && may === 'granted' })
  }
  return (
    <Card component="section" aria-labelledby="alarm" mb="lg">
      <Title order={2} id="alarm" size="h4">{a.heading}</Title>
      <Text size="sm" c="dimmed" mb="sm">{a.hint}</Text>
      <Stack gap="xs" align="start">
        <Switch label={a.pop} checked={heard.pop && permission() === 'granted'} onChange={(e) => pop(e.target.checked)} />
        {refused && <Text size="sm" c="red" role="alert">{a.refused}</Text>}
        <Switch label={a.sound} checked={heard.sound} onChange={(e) => change({ sound: e.target.checked })} />
        {heard.sound && <Button variant="default" size="compact-sm" onClick={ring}>{a.try}</Button>}
      </Stack>
    </Card>
  )
}
