// A sentence in which pages of Meta's are links. Other addresses are what somebody has typed, and stay words.
import { Anchor } from '@mantine/core'
import React from 'react'

export function Linked({ text }: { text: string }) {
  const parts = text.split(/(https:\/\/(?:business|developers)\.facebook\.com\/[\w\-./]*[\w\-/])/)
  return <>{parts.map((part, i) => (i % 2 ? <Anchor key={i} href={part} target="_blank" rel="noreferrer" inherit underline="always">{part}</Anchor> : part))}</>
}
