// One number on the operator's page: the model that answers, the ones that stand in for it, and how fast it may send.
import { Button, Fieldset, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import type { Act } from './PlatformTenant'
import { About, fill, useForm, useHere } from './ui'

type Model = { provider: string; model: string }
export type NumberOf = {
  phone_number_id: string
  name: string
  enabled: boolean
  provider: string | null
  model: string | null
  fallbacks: Partial<Model>[]
  sends_per_s: number
}
const MOST = 5

export default function PlatformNumber({ number, act }: { number: NumberOf; act: Act }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [first, setFirst] = useState<Model>({ provider: number.provider ?? '', model: number.model ?? '' })
  const [others, setOthers] = useState<Model[]>(number.fallbacks.map((other) => ({ provider: other.provider ?? number.provider ?? 'openai', model: other.model ?? '' })))
  const [rate, setRate] = useState<number | string>(number.sends_per_s)
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await act('update_model', { phone_number_id: number.phone_number_id, ...first, fallbacks: others, sends_per_s: Number(rate) })
      return t.saved
    })
  }
  return (
    <form className="inset" onSubmit={send} aria-label={fill(p.numberOf, { name: number.name })}>
      <Group justify="space-between">
        <Text fw={600} dir="auto">{number.name}</Text>
        <Text size="sm" c="dimmed">{number.phone_number_id}{!number.enabled && ` · ${t.bot.off}`}</Text>
      </Group>
      <Group align="end" my="sm">
        <OneModel value={first} change={setFirst} may={['', 'openai', 'gemini']} />
        <NumberInput label={p.rate} required min={0.1} max={1000} step={0.1} value={rate} onChange={setRate} w="10rem" />
      </Group>
      <Fallbacks others={others} change={setOthers} />
      <Button type="submit" variant="default" mt="sm" loading={form.busy}>{t.save}<About>{number.name}</About></Button>
      {form.shown}
    </form>
  )
}

// In the order in which they are asked.
function Fallbacks({ others, change }: { others: Model[]; change: (others: Model[]) => void }) {
  const { t } = useHere()
  const p = t.platform
  const up = (at: number) => change(others.map((other, i) => (i === at - 1 ? others[at] : i === at ? others[at - 1] : other)))
  return (
    <Fieldset legend={p.fallbacks}>
      <Stack component="ol" className="plain" gap="sm" mb="xs">
        {others.map((other, i) => (
          <Group component="li" key={i} align="end">
            <OneModel value={other} change={(next) => change(others.map((o, n) => (n === i ? next : o)))} may={['openai', 'gemini']} nth={i + 1} />
            <Button variant="subtle" size="compact-sm" disabled={i === 0} onClick={() => up(i)}>{p.moveUp}<About>{other.model}</About></Button>
            <Button variant="subtle" size="compact-sm" color="red" onClick={() => change(others.filter((_, n) => n !== i))}>{t.remove}<About>{other.model}</About></Button>
          </Group>
        ))}
      </Stack>
      <Button variant="subtle" size="compact-sm" disabled={others.length >= MOST} onClick={() => change([...others, { provider: 'openai', model: '' }])}>{p.addFallback}</Button>
    </Fieldset>
  )
}

type OneModelProps = { value: Model; change: (value: Model) => void; may: string[]; nth?: number }

function OneModel({ value, change, may, nth }: OneModelProps) {
  const { t } = useHere()
  const p = t.platform
  return (
    <>
      <NativeSelect label={nth ? fill(p.vendorOf, { n: nth }) : p.vendor} value={value.provider} onChange={(e) => change({ ...value, provider: e.target.value })} data={may.map((code) => ({ value: code, label: p.providers[code] }))} />
      {value.provider && <TextInput label={nth ? fill(p.modelOf, { n: nth }) : p.model} required maxLength={100} value={value.model} onChange={(e) => change({ ...value, model: e.target.value })} />}
    </>
  )
}
