// Light, dark, or as the device is.
import { Menu, useMantineColorScheme } from '@mantine/core'
import React, { useEffect, useState } from 'react'
import { schemeIcons } from './icons'
import { useHere } from './ui'

// `children`: the button that opens it, as it has just been pressed.
export default function Schemes({ children }: { children: React.ReactElement }) {
  const { t } = useHere()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [open, setOpen] = useState(false)
  useEffect(() => setOpen(true), []) // once the button is there, to which the focus comes back
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }} opened={open} onChange={setOpen}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {(['light', 'dark', 'auto'] as const).map((name) => {
          const Shape = schemeIcons[name]
          return <Menu.Item key={name} leftSection={<Shape size={16} aria-hidden="true" />} aria-current={name === colorScheme || undefined} fw={name === colorScheme ? 650 : undefined} onClick={() => setColorScheme(name)}>{t.scheme[name]}</Menu.Item>
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
