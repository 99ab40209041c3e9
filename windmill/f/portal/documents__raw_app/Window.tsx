// Windows with a title and a way to close them; Mantine's own header would be a second banner to whoever hears the page.
import { Drawer, Group, Modal } from '@mantine/core'
import React from 'react'
import { useHere } from './ui'

type WindowProps = { title: React.ReactNode; close: () => void; size?: string; children: React.ReactNode }

export function Window({ title, close, size = 'lg', children }: WindowProps) {
  const { t } = useHere()
  return (
    <Modal.Root opened onClose={close} size={size} centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body p="md">
          <Group justify="space-between" wrap="nowrap" align="start" mb="sm">
            <Modal.Title dir="auto" fw={650}>{title}</Modal.Title>
            <Modal.CloseButton aria-label={t.close} />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

export function Side({ title, close, children }: WindowProps) {
  const { t } = useHere()
  return (
    <Drawer.Root opened onClose={close} position="right" transitionProps={{ duration: 0 }}>
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Body p="md" className="side">
          <Group justify="space-between" wrap="nowrap" mb="sm">
            <Drawer.Title fw={650}>{title}</Drawer.Title>
            <Drawer.CloseButton aria-label={t.close} />
          </Group>
          {children}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
