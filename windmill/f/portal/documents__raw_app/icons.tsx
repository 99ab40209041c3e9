// The portal's few icons: drawn with strokes in the colour of the text beside them, never the only bearer of a meaning.
import React from 'react'

const shapes: Record<string, string> = {
  knowledge: 'M4 5.5A2.5 2.5 0 0 1 6.5 3H20v15H6.5A2.5 2.5 0 0 0 4 20.5zM4 20.5A2.5 2.5 0 0 0 6.5 21H20v-3',
  bot: 'M12 3v3M6 6h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM9 11v2M15 11v2M9 21h6',
  conversations: 'M4 5h16v11H9l-5 4zM8 9h8M8 12h5',
  insights: 'M4 20V4M4 20h16M8 16v-5M12.5 16V8M17 16v-8',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .7 3.200 2.600 3.500 5.500',
  platform: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01',
  notifications: 'M6 16V10a6 6 0 1 1 12 0v6l2 2H4zM10 21h4',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  web: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  answer: 'M4 5h16v11H9l-5 4zM10 9a2 2 0 1 1 2.500 2l-.5.3v.700M12 14h.01',
  empty: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2h4l1-2h5',
}

export function Icon({ name }: { name: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
      <path d={shapes[name] ?? shapes.empty} />
    </svg>
  )
}
