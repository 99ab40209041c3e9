// Conversations: find one, read it, step in.
import { Group } from '@mantine/core'
import React, { useEffect } from 'react'
import InboxKeys from './InboxKeys'
import InboxList, { Export } from './InboxList'
import Later from './Later'
import { keep } from './api'
import type { View } from './inbox'
import { thread } from './parts'
import { go } from './route'
import { Empty, useHere } from './ui'
import { useRoute } from './useRoute'

export type Filter = { view: View; tag: string }
export type Place = { filter: Filter; chosen: string; open: (filter: Filter, chosen: string) => void }

export default function Conversations() {
  const { t, may } = useHere()
  const place = usePlace()
  const { filter, chosen, open } = place
  return (
    <div className={chosen ? 'inbox split open' : 'inbox split'}>
      <div className="list">
        <InboxList {...place} />
        <Group className="foot" justify="space-between" gap={4}>
          <InboxKeys chosen={chosen} />
          {may('owner', 'editor', 'agent') && <Export />}
        </Group>
      </div>
      <div className="wide">
        {chosen ? <Later key={chosen} of={thread} props={{ id: chosen, back: () => open(filter, '') }} /> : <Empty title={t.conversations.choose} hint={t.conversations.intro} icon="conversations" />}
      </div>
    </div>
  )
}

const views: readonly string[] = ['all', 'mine', 'unassigned', 'waiting', 'snoozed', 'solved', 'blocked']

function readFilter(part: string): Filter {
  const [view, ...tag] = part.split('~')
  return { view: (views.includes(view) ? view : 'all') as View, tag: decodeURIComponent(tag.join('~')) }
}

const shownFilter = ({ view, tag }: Filter) => (tag ? `${view}~${encodeURIComponent(tag)}` : view)

// What the list shows and which conversation is open. Both are in the address, so that one can send it to a colleague; who comes back without
// them in the address is where they were.
function usePlace(): Place {
  const { tenant } = useHere()
  const name = `inbox ${tenant}`
  const route = useRoute()
  const here = !route.page || route.page === 'conversations'
  const place = here && route.part ? { show: route.part, chosen: route.id ?? '' } : keep.get(name, { show: 'all', chosen: '' })
  const open = (filter: Filter, chosen: string) => go('conversations', shownFilter(filter), chosen)
  useEffect(() => {
    if (!here) return
    keep.set(name, place)
    if (!route.part) go('conversations', place.show, place.chosen, true)
  }, [name, here, route.part, place.show, place.chosen])
  return { filter: readFilter(place.show), chosen: place.chosen, open }
}
