// Which of the business's tools a bot offers, and when a person must agree to a call: a setting, drafted and published as any other. Owners change it.
import { Alert, Group, NumberInput, Select, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import React, { useRef } from 'react'
import { Part, Rule, same } from './settings'
import { About, Empty, fill, useHere } from './ui'

// numbers: the parameters of which a rule can speak. is_on: the business has not switched it off for all its bots.
export type BusinessTool = { tool: string; rule: Rule; numbers: string[]; is_on: boolean }

export default function ToolChoice({ now, saved, set, wrong }: Part) {
  const { t, may } = useHere()
  const b = t.bot
  const there = now.business_tools
  const all = Object.fromEntries(there.map(({ tool, rule }) => [tool, rule]))
  const chosen = now.tools ?? all
  const last = useRef<Record<string, Rule>>({}) // of tools that were switched off here
  const gone = Object.keys(chosen).filter((tool) => !there.some((one) => one.tool === tool))
  // What the business no longer has leaves the choice with the next change.
  const put = (tool: string, rule?: Rule) => {
    const others = Object.entries(chosen).filter(([name]) => name !== tool && !gone.includes(name))
    const tools = Object.fromEntries(rule ? [...others, [tool, rule]] : others)
    set({ tools: saved.tools === null && same(tools, all) ? null : tools })
  }
  // A tool that is switched off and on again has the bot's own rule as before, not the business's.
  const offer = ({ tool, rule }: BusinessTool, on: boolean) => {
    if (chosen[tool]) last.current[tool] = chosen[tool]
    put(tool, on ? last.current[tool] ?? saved.tools?.[tool] ?? rule : undefined)
  }
  return (
    <Stack gap="sm">
      <Title order={2} size="h3">{b.toolChoice}</Title>
      <Text c="dimmed" size="sm">{b.toolChoiceHint}</Text>
      {!may('owner') && <Alert color="gray">{b.toolChoiceOwners}</Alert>}
      {gone.length > 0 && <Alert color="orange">{fill(b.toolsGone, { tools: gone.join(', ') })}</Alert>}
      {there.length === 0 && <Empty title={b.toolChoiceNone} />}
      <fieldset disabled={!may('owner')} aria-label={b.toolChoice}>
        <Stack gap="xs">{there.map((one) => <One key={one.tool} one={one} rule={chosen[one.tool]} put={(rule) => put(one.tool, rule)} offer={(on) => offer(one, on)} />)}</Stack>
      </fieldset>
      {Object.entries(chosen).some(([, rule]) => rule !== 'never') && <Text size="sm" c="dimmed">{b.approvalsHint}</Text>}
      {wrong('tools') && <Text size="sm" c="red" role="alert">{wrong('tools')}</Text>}
    </Stack>
  )
}

// A rule speaks of one of the tool's numbers: where it has none, there is no bound to choose. A number that is deleted is none, not 0.
function One({ one, rule, put, offer }: { one: BusinessTool; rule?: Rule; put: (rule: Rule) => void; offer: (on: boolean) => void }) {
  const { t } = useHere()
  const b = t.bot
  const [, server, name] = /^([^.]*)\.(.*)$/s.exec(one.tool) ?? ['', '', one.tool]
  const bound = typeof rule === 'object' ? rule : undefined
  const kinds = ['never', 'always', ...(one.numbers.length || bound ? ['over'] : [])]
  const choose = (kind: string | null) => put(kind === 'over' ? { parameter: one.numbers[0] ?? '', over: 50 } : kind === 'always' ? 'always' : 'never')
  const says = [server, one.is_on ? '' : b.off].filter(Boolean).join(' · ')
  return (
    <Group align="end" gap="sm" role="group" aria-label={one.tool} mih="3.75rem">
      <Switch flex="1 1 12rem" mb={4} label={name} description={says} checked={rule !== undefined} onChange={(e) => offer(e.target.checked)} />
      {rule !== undefined && <Select label={<>{b.approvals}<About>{name}</About></>} w="12rem" allowDeselect={false} data={kinds.map((value) => ({ value, label: b.approvalKinds[value] }))} value={bound ? 'over' : (rule as string)} onChange={choose} />}
      {bound && <TextInput label={b.approvalParameter} w="9rem" list={`numbers-${one.tool}`} value={bound.parameter} error={bound.parameter.trim() ? undefined : fill(b.approvalParameterMissing, { tool: name })} onChange={(e) => put({ ...bound, parameter: e.target.value })} />}
      {bound && <datalist id={`numbers-${one.tool}`}>{one.numbers.map((number) => <option key={number} value={number} />)}</datalist>}
      {bound && <NumberInput label={b.approvalOver} w="7rem" value={Number.isFinite(bound.over) ? bound.over : ''} error={Number.isFinite(bound.over) ? undefined : fill(b.approvalOverMissing, { tool: name })} onChange={(over) => put({ ...bound, over: over === '' ? NaN : Number(over) })} />}
    </Group>
  )
}
