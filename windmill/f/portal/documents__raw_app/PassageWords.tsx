// The words of a passage. Rows of a table come as lines, each cell behind the name of its column: they are shown as the table that they were.
import { Table, Text } from '@mantine/core'
import React from 'react'
import { useHere } from './ui'

type Cell = { name: string; value: string }
type Row = Cell[]

const ROW = /^\|(.+)\|$/
// "12:30" names nothing: a name has a space behind its colon.
const NAMED = /^([^:]{1,80}): (.+)$/

const cellOf = (text: string): Cell => {
  const [, name, value] = NAMED.exec(text) ?? [undefined, '', text]
  return { name, value }
}
const rowOf = (line: string): Row | null => ROW.exec(line.trim())?.[1].split(' | ').map((cell) => cellOf(cell.trim())) ?? null

// The column of each cell: a name that stands twice in a row is two columns.
const columnsOf = (row: Row) => row.map(({ name }, i) => `${name} ${row.slice(0, i).filter((cell) => cell.name === name).length}`)

// Rows that follow each other are one table while they begin with the same column, or are pairs of a name and a value.
const goesOn = (before: Row, row: Row) => (before.length === 1) === (row.length === 1) && (row.length === 1 ? Boolean(before[0].name) === Boolean(row[0].name) : before[0].name === row[0].name)

export function blocksOf(text: string): (string | Row[])[] {
  const blocks: (string | Row[])[] = []
  for (const line of text.split('\n')) {
    const row = rowOf(line)
    const last = blocks[blocks.length - 1]
    if (!row) {
      if (typeof last === 'string') blocks[blocks.length - 1] = `${last}\n${line}`
      else blocks.push(line)
    } else if (Array.isArray(last) && goesOn(last[last.length - 1], row)) last.push(row)
    else blocks.push([row])
  }
  return blocks.filter((block) => typeof block !== 'string' || block.trim())
}

export default function Words({ text }: { text: string }) {
  return <>{blocksOf(text).map((block, i) => (typeof block === 'string' ? <Text key={i} dir="auto" className="text">{block.trim()}</Text> : <Rows key={i} rows={block} />))}</>
}

function Rows({ rows }: { rows: Row[] }) {
  const { t } = useHere()
  const columns = [...new Set(rows.flatMap(columnsOf))]
  const names = columns.map((column) => column.slice(0, column.lastIndexOf(' ')))
  const pairs = rows[0].length === 1
  return (
    <div className="rows" role="group" aria-label={t.passages.table} tabIndex={0}>
      <Table dir="auto" withTableBorder withColumnBorders>
        {!pairs && names.some(Boolean) && <Table.Thead><Table.Tr>{names.map((name, i) => (name ? <Table.Th key={i} scope="col">{name}</Table.Th> : <Table.Td key={i} />))}</Table.Tr></Table.Thead>}
        <Table.Tbody>{rows.map((row, i) => (pairs ? <Pair key={i} cell={row[0]} /> : <Cells key={i} row={row} columns={columns} />))}</Table.Tbody>
      </Table>
    </div>
  )
}

const Pair = ({ cell: { name, value } }: { cell: Cell }) => <Table.Tr>{name && <Table.Th scope="row">{name}</Table.Th>}<Table.Td>{value}</Table.Td></Table.Tr>

function Cells({ row, columns }: { row: Row; columns: string[] }) {
  const places = columnsOf(row)
  return <Table.Tr>{columns.map((column) => <Table.Td key={column}>{row[places.indexOf(column)]?.value}</Table.Td>)}</Table.Tr>
}
