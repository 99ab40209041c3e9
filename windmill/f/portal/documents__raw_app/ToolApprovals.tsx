// Which tools of a server, or which action, need a person's yes: never, always, or where a number is over a bound. Owners say so.
import { Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import type { Tool } from './BotTools'
import { ask } from './api'
import { refresh } from './data'
import { About, fill, useForm, useHere } from './ui'

export type Rule = 'always' | { parameter: string; over: number }
export type Rules = Record<string, Rule>

type Props = { tool: Pick<Tool, 'name' | 'allowed_tools' | 'approvals' | 'numbers'>; about?: string }

export default function ToolApprovals({ tool, about = tool.name }: Props) {
  const { t, may } = useHere()
  const b = t.bot
  const form = useForm()
  // What this person has changed: the rules of the others stay as a colleague may have left them.
  const [mine, setMine] = useState<Record<string, Rule | null>>({})
  const now: Record<string, Rule | null> = { ...tool.approvals, ...mine }
  const save = () =>
    form.run(async () => {
      await ask('approvals', 'set_rules', { name: tool.name, rules: mine })
      await refresh('bot', 'tools', 'scripts')
      setMine({})
      return t.saved
    })
  if (tool.allowed_tools.length === 0) return null
  if (!may('owner')) return <Text size="sm" c="dimmed">{tool.allowed_tools.filter((name) => tool.approvals[name]).map((name) => fill(b.needsYes, { tool: name })).join(' ')}</Text>
  const same = Object.entries(mine).every(([name, rule]) => JSON.stringify(rule) === JSON.stringify(tool.approvals[name] ?? null))
  return (
    <Stack gap="xs" role="group" aria-label={b.approvals}>
      <Text size="sm" fw={600}>{b.approvals}</Text>
      {Object.values(now).some(Boolean) && <Text size="sm" c="dimmed">{b.approvalsHint}</Text>}
      {tool.allowed_tools.map((name) => <One key={name} name={name} rule={now[name]} numbers={tool.numbers[name] ?? []} put={(rule) => setMine({ ...mine, [name]: rule })} />)}
      {!same && <Group><Button size="compact-md" variant="light" loading={form.busy} onClick={save}>{b.approvalsSave}<About>{about}</About></Button></Group>}
      {form.shown}
    </Stack>
  )
}

function One({ name, rule, numbers, put }: { name: string; rule: Rule | null | undefined; numbers: string[]; put: (rule: Rule | null) => void }) {
  const { t } = useHere()
  const b = t.bot
  const bound = typeof rule === 'object' && rule ? rule : undefined
  const kind = bound ? 'over' : (rule ?? 'never')
  const choose = (chosen: string | null) => put(chosen === 'always' ? 'always' : chosen === 'over' ? { parameter: numbers[0] ?? '', over: 50 } : null)
  return (
    <Group align="end" gap="xs">
      <Select label={name} w="12rem" allowDeselect={false} data={['never', 'always', 'over'].map((value) => ({ value, label: b.approvalKinds[value] }))} value={kind as string} onChange={choose} />
      {bound && <TextInput label={b.approvalParameter} w="10rem" list={`numbers-${name}`} value={bound.parameter} onChange={(e) => put({ ...bound, parameter: e.target.value })} />}
      {bound && <datalist id={`numbers-${name}`}>{numbers.map((number) => <option key={number} value={number} />)}</datalist>}
      {bound && <NumberInput label={b.approvalOver} w="8rem" value={bound.over} onChange={(over) => put({ ...bound, over: Number(over) })} />}
    </Group>
  )
}
