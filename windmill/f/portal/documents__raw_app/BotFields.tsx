// Fields that several parts of a bot's settings have.
import { NumberInput, Switch, TagsInput } from '@mantine/core'
import React, { useState } from 'react'
import { Part, Settings, bounds, defaults } from './settings'
import { fill, useHere } from './ui'

type OnOff = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings]

export function Check({ now, set, name, label, hint }: Part & { name: OnOff; label: string; hint?: string }) {
  return <Switch my="md" label={label} description={hint} checked={now[name]} onChange={(e) => set({ [name]: e.target.checked })} />
}

type FigureProps = Part & { name: keyof typeof bounds; label: string; hint?: string; step?: number; unit?: number }

// `unit`: how many of the stored unit one of the shown is.
export function Figure({ now, set, wrong, name, label, hint, step = 1, unit = 1 }: FigureProps) {
  const { t, number } = useHere()
  const [least, most] = bounds[name].map((bound) => bound / unit)
  const [typed, setTyped] = useState<number | string>(now[name] / unit)
  const usual = fill(t.bot.usual, { n: number(defaults[name] / unit, { maximumFractionDigits: 3 }) })
  const change = (value: number | string) => {
    setTyped(value)
    if (typeof value === 'number' && value >= least && value <= most) set({ [name]: value * unit })
  }
  return (
    <NumberInput
      label={label}
      description={hint ? `${hint} ${usual}` : usual}
      required
      min={least}
      max={most}
      step={step}
      allowDecimal={step % 1 !== 0}
      value={typed}
      onChange={change}
      onBlur={() => typed === '' && setTyped(now[name] / unit)}
      error={wrong(name)}
    />
  )
}

type WordsProps = { label: string; hint?: string; value: string[]; change: (words: string[]) => void; error?: string }

// Words as chips: Enter, a comma or leaving the field makes one of what was typed.
export function Chips({ label, hint, value, change, error }: WordsProps) {
  const { t } = useHere()
  const parted = (entered: string[]) => entered.flatMap((words) => words.split(/[,;\n]/)).map((word) => word.trim()).filter(Boolean)
  return <TagsInput label={label} description={hint ? `${hint} ${t.bot.chips}` : t.bot.chips} value={value} onChange={(entered) => change(parted(entered))} splitChars={[',', ';', '\n']} error={error} dir="auto" clearable={false} />
}
