// A chart by day as a card; for whoever doesn't see it, its figures as a table in a dialog.
import { Button, Card, Group, Table, Text, VisuallyHidden } from '@mantine/core'
import React, { useState } from 'react'
import Plot, { Series } from './Plot'
import { dates } from './formats'
import { Dialog, useHere } from './ui'

type Props = { title: string; days: string[]; series: Series[]; show: (value: number) => string; stacked?: boolean; whole?: boolean }

export default function Chart({ title, days, series, show, stacked, whole }: Props) {
  const { t, locale } = useHere()
  const [open, setOpen] = useState(false)
  const day = (text: string) => dates(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(text))
  return (
    <Card component="figure" m={0}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Text component="figcaption" fw={600} size="sm">{title}</Text>
        <Button variant="subtle" size="compact-xs" onClick={() => setOpen(true)}>{t.insights.table}<VisuallyHidden>: {title}</VisuallyHidden></Button>
      </Group>
      <div role="img" aria-label={title}>
        <Plot days={days.map(day)} series={series} show={show} stacked={stacked} whole={whole} />
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
