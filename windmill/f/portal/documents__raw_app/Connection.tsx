// An MCP server that wants a person's sign-in: whether somebody has signed in there, and the way to do it.
import { Badge, Button, Group, Text } from '@mantine/core'
import React, { useState } from 'react'
import type { Tool } from './BotTools'
import { ask } from './api'
import { refresh, useVisit } from './data'
import { About, fill, toast, useForm, useHere } from './ui'

export default function Connection({ tool: { name, sign_in } }: { tool: Tool }) {
  const { t, may } = useHere()
  const o = t.bot.oauth
  const form = useForm()
  const [url, setUrl] = useState('')
  const begin = () => form.run(async () => setUrl((await ask('tools', 'connect', { name })).url))
  const fail = (error: unknown) => {
    setUrl('')
    form.run(() => Promise.reject(error))
  }
  const finish = async () => {
    await ask('tools', 'list_server_tools', { name })
    await refresh('bot')
    toast(t.saved)
    setUrl('')
  }
  const look = async () => ((await ask('tools', 'finish_connection', { name })).state === 'waiting' ? null : true)
  useVisit(url, look, finish, fail)
  const works = sign_in && !sign_in.ended
  return (
    <>
      <Group gap="xs">
        <Badge color={works ? 'green' : 'orange'}>{works ? fill(o.connected, sign_in) : sign_in ? o.ended : o.notConnected}</Badge>
        {may('owner') && !url && <Button size="compact-sm" variant={works ? 'subtle' : 'filled'} loading={form.busy} onClick={begin}>{sign_in ? o.connectAgain : o.connect}<About>{name}</About></Button>}
        {url && <Button size="compact-sm" component="a" href={url} target="_blank" rel="noopener noreferrer">{fill(o.open, { host: new URL(url).host })}</Button>}
      </Group>
      {url && <Text size="sm" c="dimmed" role="status">{o.waiting}</Text>}
      {form.shown}
    </>
  )
}
