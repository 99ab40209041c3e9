// Canned replies at the place where one writes: "/" and a part of the shortcut, arrows, Enter. Fields are filled in for this customer.
import { Combobox, Text, useCombobox } from '@mantine/core'
import React, { useEffect, useState } from 'react'
import CannedReplies from './CannedReplies'
import { useAsk } from './data'
import type { SavedReply } from './inbox'
import { fill, useHere } from './ui'

const asked = /^\/(\S*)/

export function useCanned(contact: string, body: string, write: (body: string) => void) {
  const { may } = useHere()
  const wanted = asked.exec(body)?.[1]
  const list = useAsk<{ replies: SavedReply[] }>('saved_replies', 'list', { contact_id: contact }, { enabled: wanted !== undefined })
  const [managing, setManaging] = useState(false)
  const [missing, setMissing] = useState<string[]>([])
  const words = (wanted ?? '').toLowerCase()
  const found = (list.data?.replies ?? []).filter((one) => `${one.shortcut} ${one.body}`.toLowerCase().includes(words)).slice(0, 8)
  const choose = (id: string) => {
    if (id === 'manage') {
      write(body.replace(asked, '').trimStart())
      return setManaging(true)
    }
    const one = list.data?.replies.find((reply) => reply.id === id)
    if (!one) return
    setMissing(one.missing ?? [])
    // What was there behind the shortcut stays.
    write([one.filled ?? one.body, body.replace(asked, '').trim()].filter(Boolean).join('\n'))
  }
  const still = missing.filter((name) => body.includes(`{{${name}`) || body.includes(`{{ ${name}`))
  return { open: wanted !== undefined, found, choose, error: list.error, loading: list.isLoading, missing: still, managing, manage: setManaging, mayEdit: may('owner', 'editor', 'agent') }
}

export default function CannedPicker({ canned, children }: { canned: ReturnType<typeof useCanned>; children: React.ReactNode }) {
  const { t, describe } = useHere()
  const c = t.conversations
  const { open, found, choose } = canned
  const combobox = useCombobox()
  useEffect(() => {
    if (open) combobox.openDropdown()
    else combobox.closeDropdown()
  }, [open])
  useEffect(() => {
    if (open) combobox.selectFirstOption()
  }, [open, found.length])
  return (
    <>
      <Combobox store={combobox} position="top-start" onOptionSubmit={choose} transitionProps={{ duration: 0 }} withinPortal={false} floatingStrategy="fixed">
        <Combobox.Target targetType="button" withAriaAttributes={open} withExpandedAttribute={false}>{children as React.JSX.Element}</Combobox.Target>
        <Combobox.Dropdown hidden={!open}>
          <Combobox.Options aria-label={c.canned} mah={260} className="options">
            {found.map((one) => (
              <Combobox.Option key={one.id} value={one.id}>
                <Text size="sm" fw={600}>/{one.shortcut}</Text>
                <Text size="xs" truncate dir="auto">{one.filled ?? one.body}</Text>
              </Combobox.Option>
            ))}
            {found.length === 0 && <Combobox.Empty>{canned.error ? describe(canned.error) : canned.loading ? t.loading : c.noCanned}</Combobox.Empty>}
            {canned.mayEdit && <Combobox.Option value="manage"><Text size="sm">{c.manageCanned}</Text></Combobox.Option>}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {canned.missing.length > 0 && <Text size="sm" className="warns">{fill(c.fillFields, { fields: canned.missing.map((name) => `{{${name}}}`).join(', ') })}</Text>}
      {canned.managing && <CannedReplies close={() => canned.manage(false)} />}
    </>
  )
}
