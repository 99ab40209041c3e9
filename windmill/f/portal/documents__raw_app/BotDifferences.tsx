// In what two versions of a bot's settings differ, in words: of texts by language or situation only those that differ.
import React from 'react'
import Values from './Values'
import { Name, Rule, same } from './settings'
import { fill, useHere } from './ui'

export type Difference = { setting: string; one: unknown; other: unknown; by?: React.ReactNode }
type Texts = Record<string, unknown>

const isTexts = (value: unknown): value is Texts => typeof value === 'object' && value !== null && !Array.isArray(value)

function narrowed(one: unknown, other: unknown, deep = true): [unknown, unknown] {
  if (!isTexts(one) || !isTexts(other)) return [one, other]
  const names = Object.keys({ ...one, ...other }).filter((name) => !same(one[name], other[name]))
  const pairs = names.map((name) => [name, deep ? narrowed(one[name], other[name]) : [one[name], other[name]]] as const)
  return [Object.fromEntries(pairs.map(([name, pair]) => [name, pair[0]])), Object.fromEntries(pairs.map(([name, pair]) => [name, pair[1]]))]
}

// A setting's value as people read it.
export function useShown() {
  const { t } = useHere()
  const b = t.bot
  const asks = (rule?: Rule) => (rule === undefined ? b.notOffered : typeof rule === 'string' ? b.asks[rule] : fill(b.asks.over, { parameter: rule.parameter, over: rule.over }))
  const choice = (tools: Record<string, Rule> | null) => (tools ? Object.entries(tools).map(([tool, rule]) => `${tool}: ${asks(rule)}`).join('\n') || b.noneOffered : b.allOffered)
  const shown = (value: unknown, setting?: string): string => {
    if (setting === 'tools') return choice(value as Record<string, Rule> | null)
    if (typeof value === 'boolean') return value ? t.yes : t.no
    if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one.join('–') : shown(one))).join(', ') || '–'
    if (isTexts(value)) return Object.entries(value).map(([name, one]) => `${t.bot.days[name] ?? t.bot.situations[name] ?? name}: ${shown(one)}`).join('\n') || '–'
    return String(value ?? '') || '–'
  }
  return shown
}

export default function Differences({ rows }: { rows: Difference[] }) {
  const { t } = useHere()
  const shown = useShown()
  const row = ({ setting, one, other, by }: Difference) => {
    const [before, after] = narrowed(one, other, setting !== 'tools')
    return [t.fields[setting as Name] ?? setting, <div className="text"><del>{shown(before, setting)}</del> → <ins>{shown(after, setting)}</ins>{by && <div>{by}</div>}</div>] as const
  }
  return rows.length ? <Values rows={rows.map(row)} /> : <p>{t.bot.versions.same}</p>
}
