// A chart by day with axes and the figures of a day under the pointer; for whoever doesn't see it, the figures as a table in a dialog.
import { BarChart, LineChart } from '@mantine/charts'
import { Button, Card, Group, Table, Text, VisuallyHidden } from '@mantine/core'
import React, { useState } from 'react'
import { Dialog, useHere } from './ui'

type Series = { name: string; label: string; color: string; values: (number | null)[]; dashed?: boolean }
type Props = { title: string; days: string[]; series: Series[]; show: (value: number) => string; stacked?: boolean; whole?: boolean }

// Lines that grow for a second and a half cost a slow laptop more than all the rest of the page.
const still = { isAnimationActive: false }

export default function Chart({ title, days, series, show, stacked, whole }: Props) {
  const { t, locale } = useHere()
  const [open, setOpen] = useState(false)
  const day = (text: string) => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(text))
  const data = days.map((text, i) => ({ day: day(text), ...Object.fromEntries(series.map((one) => [one.name, one.values[i]])) }))
  const lines = series.map(({ name, label, color, dashed }) => ({ name, label, color, strokeDasharray: dashed ? '4 4' : undefined }))
  const common = {
    h: 200,
    data,
    dataKey: 'day',
    series: lines,
    valueFormatter: show,
    withLegend: true,
    legendProps: { verticalAlign: 'bottom' as const, height: 30 },
    yAxisProps: { width: 56, domain: [0, 'auto'] as [number, 'auto'], allowDecimals: !whole },
    gridAxis: 'x' as const,
    tickLine: 'none' as const,
  }
  return (
    <Card component="figure" m={0}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Text component="figcaption" fw={600} size="sm">{title}</Text>
        <Button variant="subtle" size="compact-xs" onClick={() => setOpen(true)}>{t.insights.table}<VisuallyHidden>: {title}</VisuallyHidden></Button>
      </Group>
      <div role="img" aria-label={title}>
        {stacked ? <BarChart {...common} type="stacked" barProps={still} barChartProps={{ accessibilityLayer: false }} /> : <LineChart {...common} curveType="monotone" lineProps={still} dotProps={{ r: 2 }} connectNulls={false} lineChartProps={{ accessibilityLayer: false }} />}
      </div>
      {open && (
        <Dialog title={title} close={() => setOpen(false)}>
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t.insights.day}</Table.Th>{series.map((one) => <Table.Th key={one.name}>{one.label}</Table.Th>)}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {days.map((text, i) => (
                <Table.Tr key={text}><Table.Td>{day(text)}</Table.Td>{series.map(({ name, values }) => <Table.Td key={name}>{values[i] === null || values[i] === undefined ? '–' : show(values[i]!)}</Table.Td>)}</Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Group justify="flex-end" mt="md"><Button variant="default" onClick={() => setOpen(false)}>{t.close}</Button></Group>
        </Dialog>
      )}
    </Card>
  )
}
