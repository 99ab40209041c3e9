// Names with what stands for each.
import React from 'react'

export default function Values({ rows, label }: { rows: (readonly [string, React.ReactNode])[]; label?: string }) {
  return (
    <dl className="pairs" aria-label={label}>
      {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>)}
    </dl>
  )
}
