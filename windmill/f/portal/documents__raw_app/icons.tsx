// The icons of pages and kinds of things: never the only bearer of a meaning.
import { IconBell, IconBook2, IconBuildingCommunity, IconChartBar, IconDeviceDesktop, IconFileText, IconHome, IconInbox, IconMessageCircleQuestion, IconMessages, IconMoon, IconPalette, IconRobot, IconSun, IconUsers, IconWorld } from '@tabler/icons-react'
import React from 'react'

const shapes: Record<string, typeof IconBell> = {
  home: IconHome,
  knowledge: IconBook2,
  bot: IconRobot,
  conversations: IconMessages,
  insights: IconChartBar,
  people: IconUsers,
  appearance: IconPalette,
  platform: IconBuildingCommunity,
  notifications: IconBell,
  file: IconFileText,
  web: IconWorld,
  answer: IconMessageCircleQuestion,
}

export const schemeIcons = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop }

export function Icon({ name, size = 20 }: { name: string; size?: number }) {
  const Shape = shapes[name] ?? IconInbox
  return <Shape size={size} stroke={1.7} aria-hidden="true" />
}
