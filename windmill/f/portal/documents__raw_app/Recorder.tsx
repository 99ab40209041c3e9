// Records a voice note, as far as the browser can make one; where it can't, it says so, and a sound file can be attached.
import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { IconMicrophone, IconPlayerStopFilled } from '@tabler/icons-react'
import React, { useEffect, useRef, useState } from 'react'
import { fill, toast, useHere } from './ui'
import { recordable, voiceFile } from './voice'

const MOST_SECONDS = 300

type Take = (file: File, voice: boolean) => void

// seconds: how long it has recorded; -1 while it does not.
function useRecorder(take: Take) {
  const { t } = useHere()
  const c = t.conversations
  const [problem, setProblem] = useState('')
  const recorder = useRef<MediaRecorder | null>(null)
  const latest = useRef(take)
  latest.current = take
  const [seconds, setSeconds] = useState(-1)
  const recording = seconds >= 0
  const stop = (keep: boolean) => {
    const now = recorder.current
    recorder.current = null
    setSeconds(-1)
    if (!keep && now) now.ondataavailable = null
    now?.stop()
  }
  useEffect(() => {
    if (!recording) return
    const timer = setInterval(() => setSeconds((now) => now + 1), 1000)
    return () => clearInterval(timer)
  }, [recording])
  useEffect(() => {
    if (seconds >= MOST_SECONDS) stop(true)
  }, [seconds])
  useEffect(() => () => stop(false), [])
  const start = async () => {
    const kind = recordable()
    if (!kind) return setProblem(c.cantRecord)
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const made = new MediaRecorder(stream, { mimeType: kind.mime })
      made.ondataavailable = ({ data }) =>
        voiceFile(data, kind).then(
          (file) => {
            latest.current(file, kind.voice)
            if (!kind.voice) toast(c.recordedAsFile)
          },
          () => setProblem(c.cantRecord),
        )
      made.onstop = () => stream.getTracks().forEach((track) => track.stop())
      made.start()
      recorder.current = made
      setProblem('')
      setSeconds(0)
    } catch {
      setProblem(c.noMicrophone)
    }
  }
  return { seconds, start, stop, problem }
}

export default function Recorder({ take, disabled }: { take: Take; disabled: boolean }) {
  const { t } = useHere()
  const c = t.conversations
  const { seconds, start, stop, problem } = useRecorder(take)
  if (seconds >= 0) {
    return (
      <Group gap={6} wrap="nowrap">
        <Button size="compact-sm" color="red" leftSection={<IconPlayerStopFilled size={15} aria-hidden="true" />} onClick={() => stop(true)}>{fill(c.stopRecording, { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` })}</Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => stop(false)}>{t.cancel}</Button>
      </Group>
    )
  }
  return (
    <>
      <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" size="lg" disabled={disabled} aria-label={c.record} title={c.record} onClick={start}><IconMicrophone size={19} aria-hidden="true" /></ActionIcon>
      {problem && <Text size="xs" c="red" role="alert">{problem}</Text>}
    </>
  )
}
