// The service statement of a number and a month: each figure opens its rows; what contradicts it is said in red.
import { Alert, Anchor, Button, Card, Code, Group, NativeSelect, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { IconArrowLeft, IconDownload } from '@tabler/icons-react'
import React, { useState } from 'react'
import { useShow } from './Figures'
import { ask, download } from './api'
import { useAsk } from './data'
import { decoded } from './files'
import { dates } from './formats'
import { go } from './route'
import { Empty, Facts, Intro, Item, List, Loaded, fill, useForm, useHere } from './ui'

type Figure = { name: string; label: string; value: number; unit: 'count' | 'seconds' | 'usd'; rows: boolean }
type Section = { name: string; title: string; figures: Figure[] }
// `differs`: what the record has, and what the row has now.
type Fault = { words: string; differs: Record<string, [unknown, unknown]> }
type Chain = { seq: number; hash: string; chained_at: string | null; waiting: number }
type Made = { phone_number_id: string; month: string; title: string; note: string | null; sections: Section[]; faults: Fault[]; more_faults: boolean; verdict: string; chain: Chain | null }
type Numbered = { phone_number_id: string; name: string; first_month: string }
type Answer = { numbers: Numbered[]; statement: Made | null }
type Row = { at: string; ending: string; usd?: number | null; seconds?: number | null; contact_id?: string | null; name?: string | null; run_id?: string | null }
type Wish = { phone_number_id: string; month: string; language: string }
const PAGE = 50

// The months from this one back to the first, as 2026-11.
function monthsSince(first: string): string[] {
  const found = []
  for (const at = new Date(); found.length < 240; at.setUTCMonth(at.getUTCMonth() - 1, 1)) {
    const month = at.toISOString().slice(0, 7)
    found.push(month)
    if (month <= first) break
  }
  return found
}

export default function Statement() {
  const { t, language, locale } = useHere()
  const s = t.statement
  const [number, setNumber] = useState('')
  const [month, setMonth] = useState('')
  const [chosen, setChosen] = useState('')
  const loaded = useAsk<Answer>('statement', 'get', { phone_number_id: number, month, language }, { keep: true })
  const named = (text: string) => dates(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${text}-15`))
  const choose = (set: (value: string) => void) => (e: React.ChangeEvent<HTMLSelectElement>) => {
    setChosen('')
    set(e.target.value)
  }
  return (
    <>
      <Button variant="subtle" size="compact-sm" ml={-8} leftSection={<IconArrowLeft size={16} aria-hidden="true" />} onClick={() => go('insights')}>{s.back}</Button>
      <Title order={2} mt="xs">{s.title}</Title>
      <Intro>{s.intro}</Intro>
      <Loaded of={loaded}>
        {({ numbers, statement }) => {
          if (!statement) return <Empty title={s.noNumber} icon="insights" />
          const first = numbers.find((n) => n.phone_number_id === statement.phone_number_id)?.first_month ?? statement.month
          const wish = { phone_number_id: statement.phone_number_id, month: statement.month, language }
          return (
            <>
              <Group mb="md" align="end">
                {numbers.length > 1 && <NativeSelect label={t.insights.number} value={statement.phone_number_id} onChange={choose(setNumber)} data={numbers.map((n) => ({ value: n.phone_number_id, label: n.name }))} />}
                <NativeSelect label={s.month} value={statement.month} onChange={choose(setMonth)} data={monthsSince(first).map((value) => ({ value, label: named(value) }))} />
                <Pdf wish={wish} />
              </Group>
              {statement.note && <Text size="sm" mb="md">{statement.note}</Text>}
              <Verdict made={statement} />
              {statement.sections.map((section) => <Figures key={section.name} section={section} chosen={chosen} choose={setChosen} wish={wish} />)}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function Pdf({ wish }: { wish: Wish }) {
  const { t } = useHere()
  const form = useForm()
  const get = () => form.run(async () => {
    const { filename, content } = await ask('statement', 'get_pdf', wish)
    download(filename, decoded(content), 'application/pdf')
  })
  return (
    <>
      <Button variant="default" leftSection={<IconDownload size={16} aria-hidden="true" />} onClick={get} loading={form.busy}>{t.statement.pdf}</Button>
      {form.shown}
    </>
  )
}

function Verdict({ made: { faults, more_faults, verdict, chain } }: { made: Made }) {
  const { t, number, time } = useHere()
  const s = t.statement
  const written = (value: unknown) => (value === null || value === undefined ? '–' : String(value))
  return (
    <Alert color={faults.length ? 'red' : 'green'} role={faults.length ? 'alert' : undefined} title={verdict}>
      <Stack gap={4}>
        {faults.map((fault) => (
          <Text key={fault.words} size="sm" className="break">
            {fault.words}
            {Object.entries(fault.differs).map(([name, [before, now]]) => ` · ${name}: ${written(before)} → ${written(now)}`)}
          </Text>
        ))}
        {more_faults && <Text size="sm">{s.moreFaults}</Text>}
        {chain && chain.chained_at && (
          <Text size="xs" className="break">
            {fill(s.fingerprint, { seq: number(chain.seq), at: time(chain.chained_at) })}{chain.waiting > 0 && ` ${fill(s.notInIt, { n: number(chain.waiting) })}`} <Code>{chain.hash}</Code>
          </Text>
        )}
      </Stack>
    </Alert>
  )
}

function Figures({ section: { name, title, figures }, chosen, choose, wish }: { section: Section; chosen: string; choose: (name: string) => void; wish: Wish }) {
  const show = useShow()
  const as = { count: show.count, seconds: show.duration, usd: show.money }
  const place = (figure: Figure) => `${name} ${figure.name}`
  const open = figures.find((figure) => place(figure) === chosen)
  return (
    <section aria-labelledby={`statement-${name}`}>
      <Title order={3} id={`statement-${name}`} size="h4" mt="lg" mb="xs">{title}</Title>
      <dl className="figures">
        {figures.map((figure) => (
          <Card key={figure.name} padding="sm">
            <Text component="dt" size="sm" c="dimmed">{figure.label}</Text>
            <dd>
              {figure.rows && figure.value > 0 ? (
                <UnstyledButton aria-label={`${figure.label}: ${as[figure.unit](figure.value)}`} aria-expanded={place(figure) === chosen} onClick={() => choose(place(figure) === chosen ? '' : place(figure))}>
                  <Text fz="1.4rem" fw={650} td="underline">{as[figure.unit](figure.value)}</Text>
                </UnstyledButton>
              ) : <Text fz="1.4rem" fw={650}>{as[figure.unit](figure.value)}</Text>}
            </dd>
          </Card>
        ))}
      </dl>
      {open && <Rows key={open.name} label={open.label} fields={{ ...wish, figure: open.name }} />}
    </section>
  )
}

// The rows behind a figure, page by page.
function Rows({ label, fields }: { label: string; fields: Record<string, unknown> }) {
  const [pages, setPages] = useState(1)
  return (
    <List label={label}>
      {Array.from({ length: pages }, (_, page) => <Page key={page} fields={{ ...fields, after: page * PAGE }} more={page === pages - 1 ? () => setPages(pages + 1) : undefined} />)}
    </List>
  )
}

function Page({ fields, more }: { fields: Record<string, unknown>; more?: () => void }) {
  const { t, time, money } = useHere()
  const show = useShow()
  const s = t.statement
  const loaded = useAsk<{ rows: Row[]; more: boolean }>('statement', 'list_rows', fields)
  if (!loaded.data) return <li><Loaded of={loaded}>{() => null}</Loaded></li>
  return (
    <>
      {loaded.data.rows.map((row, i) => (
        <Item key={i}>
          <Group justify="space-between">
            <Text fw={600} dir="auto">{row.contact_id ? <Anchor component="button" type="button" onClick={() => go('conversations', 'all', row.contact_id!)}>{row.name || s.contact}</Anchor> : s.nobody}</Text>
            <Text size="sm">{[row.ending, row.seconds != null && show.duration(row.seconds), row.usd != null && money(row.usd)].filter(Boolean).join(' · ')}</Text>
          </Group>
          <Facts facts={[time(row.at), row.run_id && <span className="break" key="run">{fill(s.run, { id: row.run_id })}</span>]} />
        </Item>
      ))}
      {more && loaded.data.more && <li><Button variant="default" size="compact-sm" onClick={more}>{s.more}</Button></li>}
    </>
  )
}
