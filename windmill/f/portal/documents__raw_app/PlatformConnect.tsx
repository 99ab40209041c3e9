// What joins a business to WhatsApp: the address that Meta calls, and a message that shows whether its number may send.
import { Button, Code, CopyButton, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import React, { useState } from 'react'
import type { Tenant } from './PlatformTenant'
import { ask } from './api'
import { useForm, useHere } from './ui'

export default function PlatformConnect({ tenant, webhook }: { tenant: Tenant; webhook: string | null }) {
  const { t } = useHere()
  const p = t.platform
  return (
    <>
      <div>
        <Text fw={600}>{p.webhook}</Text>
        {webhook ? (
          <>
            <Group gap="sm" my={4}>
              <Code className="break">{webhook}</Code>
              <CopyButton value={webhook}>{({ copied, copy }) => <Button variant="default" size="compact-sm" onClick={copy}>{copied ? p.copied : p.copy}</Button>}</CopyButton>
            </Group>
            <Text size="sm" c="dimmed">{p.webhookHint}</Text>
          </>
        ) : <Text c="dimmed">{p.webhookUnset}</Text>}
      </div>
      {tenant.numbers.length > 0 && <TestMessage tenant={tenant} />}
    </>
  )
}

function TestMessage({ tenant }: { tenant: Tenant }) {
  const { t } = useHere()
  const p = t.platform
  const form = useForm()
  const [from, setFrom] = useState(tenant.numbers[0].phone_number_id)
  const [to, setTo] = useState('')
  const send = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      await ask('operator', 'send_test', { tenant: tenant.id, phone_number_id: from, to })
      return p.testSent
    })
  }
  return (
    <form onSubmit={send} aria-label={p.test}>
      <Group align="end">
        {tenant.numbers.length > 1 && <NativeSelect label={p.testFrom} value={from} onChange={(e) => setFrom(e.target.value)} data={tenant.numbers.map((n) => ({ value: n.phone_number_id, label: n.name }))} />}
        <TextInput type="tel" flex="1 1 12rem" label={p.testTo} placeholder="+34 600 111 222" required maxLength={40} value={to} onChange={(e) => setTo(e.target.value)} />
        <Button type="submit" variant="default" loading={form.busy}>{p.test}</Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>{p.testHint}</Text>
      {form.shown}
    </form>
  )
}
