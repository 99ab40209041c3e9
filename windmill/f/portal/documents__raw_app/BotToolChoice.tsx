// Which of the business's tools a bot offers, and when a person must agree to a call: a setting, drafted and published as any other. Owners change it.
import { Alert, Group, NumberInput, Select, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import React from 'react'
import type { Part, Rule } from './settings'
import { Empty, fill, useHere } from './ui'

// numbers: the parameters of which a rule can speak. is_on: the business has not switched it off for all its bots.
export type BusinessTool = { tool: string; rule: Rule; numbers: string[]; is_on: boolean }

export default function ToolChoice({ now, set, wrong }: Part) {
  const { t, may } = useHere()
  const b = t.bot
  const there = now.business_tools
  const chosen = now.tools ?? Object.fromEntries(there.map(({ tool, rule }) => [tool, rule]))
  const gone = Object.keys(chosen).filter((tool) => !there.some((one) => one.tool === tool))
  // What the business no longer has leaves the choice with the next change.
  const put = (tool: string, rule?: Rule) => {
    const others = Object.entries(chosen).filter(([name]) => name !== tool && !gone.includes(name))
    set({ tools: Object.fromEntries(rule ? [...others, [tool, rule]] : others) })
  }
  return (
    <Stack gap="sm">
      <Title order={2} size="h3">{b.toolChoice}</Title>
      <Text c="dimmed" size="sm">{b.toolChoiceHint}</Text>
      {!may('owner') && <Alert color="gray">{b.toolChoiceOwners}</Alert>}
      {gone.length > 0 && <Alert color="orange">{fill(b.toolsGone, { tools: gone.join(', ') })}</Alert>}
      {there.length === 0 && <Empty title={b.toolChoiceNone} />}
      <fieldset disabled={!may('owner')} aria-label={b.toolChoice}>
        <Stack gap="xs">{there.map((one) => <One key={one.tool} one={one} rule={chosen[one.tool]} put={(rule) => put(one.tool, rule)} />)}</Stack>
      </fieldset>
      {Object.entries(chosen).some(([, rule]) => rule !== 'never') && <Text size="sm" c="dimmed">{b.approvalsHint}</Text>}
      {wrong('tools') && <Text size="sm" c="red" role="alert">{wrong('tools')}</Text>}
    </Stack>
  )
}

function One({ one, rule, put }: { one: BusinessTool; rule?: Rule; put: (rule?: Rule) => void }) {
  const { t } = useHere()
  const b = t.bot
  const [, server, name] = /^([^.]*)\.(.*)$/s.exec(one.tool) ?? ['', '', one.tool]
  const bound = typeof rule === 'object' ? rule : undefined
  const choose = (kind: string | null) => put(kind === 'over' ? { parameter: one.numbers[0] ?? '', over: 50 } : kind === 'always' ? 'always' : 'never')
  const says = [server, one.is_on ? '' : b.off].filter(Boolean).join(' · ')
  return (
    <Group align="end" gap="sm" role="group" aria-label={one.tool} mih="3.75rem">
      <Switch flex="1 1 12rem" mb={4} label={name} description={says} checked={rule !== undefined} onChange={(e) => put(e.target.checked ? one.rule : undefined)} />
      {rule !== undefined && <Select label={b.approvals} w="12rem" allowDeselect={false} data={['never', 'always', 'over'].map((value) => ({ value, label: b.approvalKinds[value] }))} value={bound ? 'over' : (rule as string)} onChange={choose} />}
      {bound && <TextInput label={b.approvalParameter} w="9rem" list={`numbers-${one.tool}`} value={bound.parameter} onChange={(e) => put({ ...bound, parameter: e.target.value })} />}
      {bound && <datalist id={`numbers-${one.tool}`}>{one.numbers.map((number) => <option key={number} value={number} />)}</datalist>}
      {bound && <NumberInput label={b.approvalOver} w="7rem" value={bound.over} onChange={(over) => put({ ...bound, over: Number(over) })} />}
    </Group>
  )
}
