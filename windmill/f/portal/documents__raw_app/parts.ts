// Parts of the portal whose script a browser reads when it first needs them. What most people see first is in Main.tsx. Windmill makes one file of
// all, where such a part runs later.
import type { ComponentType } from 'react'

// `view`: once it is there.
export type Part<P> = { read: () => Promise<unknown>; view?: ComponentType<P> }

function part<P>(load: () => Promise<ComponentType<P>>): Part<P> {
  const one: Part<P> = {
    read: async () => {
      one.view ??= await load()
    },
  }
  return one
}

const rest = () => import('./Rest')

export const thread = part(() => import('./Thread').then((one) => one.default))
export const toasts = part(() => import('./Toasts').then((one) => one.default))
export const schemes = part(() => rest().then((all) => all.Schemes))
export const keyHelp = part(() => rest().then((all) => all.InboxKeyHelp))
export const sharing = part(() => rest().then((all) => all.InboxSharing))
export const views: Record<string, Part<object>> = {
  insights: part(() => import('./Insights').then((one) => one.default)),
  platform: part(() => import('./Platform').then((one) => one.default)),
  knowledge: part(() => rest().then((all) => all.Knowledge)),
  bot: part(() => rest().then((all) => all.Bot)),
  appearance: part(() => rest().then((all) => all.Appearance)),
  people: part(() => rest().then((all) => all.People)),
  notifications: part(() => rest().then((all) => all.Notifications)),
}

const IDLE = 3000 // ms after the first drawing

// Reads all parts while nothing else is to do: whoever goes there waits for nothing, and a page that is open needs no file of a version that is gone.
export function readAll() {
  const soon = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 200))
  const left = [toasts, thread, sharing, ...Object.values(views)].filter((one) => !one.view)
  const next = () => soon(() => left.shift()?.read().then(next, () => undefined)) // who needs it asks again, and is told
  setTimeout(next, IDLE)
}
