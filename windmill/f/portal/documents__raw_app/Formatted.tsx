// A message as WhatsApp shows it: *bold*, _italic_, ~struck~ and `code`, each only around words; everything else stays as it was written.
import React from 'react'

const MARKS = /(```[\s\S]+?```|`[^`\n]+`|(?<![\p{L}\p{N}*])\*(?=\S)[^*\n]*[^*\s]\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)[^_\n]*[^_\s]_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=\S)[^~\n]*[^~\s]~(?![\p{L}\p{N}~]))/u
const TAGS: Record<string, 'strong' | 'em' | 's'> = { '*': 'strong', _: 'em', '~': 's' }

export default function Formatted({ text }: { text: string }): React.JSX.Element {
  // split() with a group gives what is between the marks at even places, and the marked parts at odd ones.
  const parts = text.split(MARKS).map((part, i) => {
    if (i % 2 === 0) return part
    if (part.startsWith('```')) return <code key={i}>{part.slice(3, -3)}</code>
    if (part.startsWith('`')) return <code key={i}>{part.slice(1, -1)}</code>
    const Tag = TAGS[part[0]]
    return <Tag key={i}><Formatted text={part.slice(1, -1)} /></Tag>
  })
  return <>{parts}</>
}
