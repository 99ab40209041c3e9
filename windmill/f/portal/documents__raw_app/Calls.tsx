// What the bot looked up for an answer, a line each.
import React from 'react'
import { fill, useHere } from './ui'

// asks: it was not made; a person is asked first, or in a trial would be.
export type Call = { tool: string; error: boolean; ms: number; asks?: boolean | null }

export default function Calls({ tools }: { tools?: Call[] | null }) {
  const { t, number } = useHere()
  // Names in brackets are the loop's own notes, no tools.
  return tools?.filter((call) => !call.tool.startsWith('(')).map((call, i) => (
    <small key={i}>
      {fill(call.asks ? t.bot.asksFirst : call.tool === 'search_knowledge_base' ? t.bot.searched : t.bot.asked, { tool: call.tool, ms: number(call.ms) })}
      {call.error && `: ${t.bot.toolFailed}`}
    </small>
  ))
}
