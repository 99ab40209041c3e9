// How the portal looks, as somebody changes it: names, pictures, a colour, the sender of mails. For a business and for the platform alike.
import { Box, Button, Card, FileButton, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput, Title, VisuallyHidden } from '@mantine/core'
import React, { useEffect, useState } from 'react'
import { ask, base64 } from './api'
import { Branding, Palette } from './brand'
import { queries, refresh } from './data'
import { About, Sure, fill, useForm, useHere } from './ui'

type Contrasts = { on: number; light: number; dark: number }
export type LooksOf = {
  own: Record<string, string | boolean | null>
  pictures: Record<'logo' | 'icon', string | null>
  shown: Branding
  inherited: Partial<Branding>
  contrasts: Contrasts | null
  can_mail: boolean
}
type Look = { accent: string | null; palette: Palette | null; contrasts: Contrasts | null }
type Script = 'branding' | 'platform_branding'
type Changes = Record<string, string | boolean | null>

const names = ['name', 'short_name', 'accent', 'logo', 'icon', 'sender_name', 'sender_address', 'support', 'privacy_url', 'names_product']

export default function Looks({ script, stored }: { script: Script; stored: LooksOf }) {
  const { t } = useHere()
  const b = t.branding
  const form = useForm()
  const [changes, setChanges] = useState<Changes>({})
  const set = (name: string, value: string | boolean | null) => {
    form.clear()
    setChanges((before) => ({ ...before, [name]: value }))
  }
  const now = (name: string) => (name in changes ? changes[name] : stored.own[name])
  const send = async (wanted: Changes) => {
    await ask(script, 'update', { changes: wanted })
    setChanges({})
    await Promise.all([refresh(script), queries.invalidateQueries({ queryKey: ['me'] })])
    return t.saved
  }
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(() => send(changes))
  }
  const from = stored.inherited
  // What counts while the field is empty.
  const otherwise = (name: keyof Branding) => String((stored.own[name] ? from[name] : stored.shown[name]) ?? '')
  const field = (name: keyof Branding, label: string, hint?: string) => (
    <TextInput label={label} description={hint} maxLength={300} autoComplete="off" dir="auto" placeholder={otherwise(name)} value={String(now(name) ?? '')} onChange={(e) => set(name, e.target.value)} />
  )
  return (
    <Card component="form" onSubmit={submit} className="panel">
      <Stack>
        <Title order={2}>{b.names}</Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {field('name', b.name)}
          {field('short_name', b.shortName, b.shortHint)}
          {(['logo', 'icon'] as const).map((name) => <Picture key={name} name={name} stored={stored.pictures[name]} changed={changes[name]} set={(content) => set(name, content)} />)}
        </SimpleGrid>
        <Colour script={script} typed={String(now('accent') ?? '')} stored={stored} name={String(now('name') || from.name || stored.shown.name)} logo={'logo' in changes ? picture(changes.logo) : stored.pictures.logo} set={(value) => set('accent', value)} />
        <Title order={2}>{b.mails}</Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {field('sender_name', b.senderName)}
          {field('sender_address', b.senderAddress, script === 'branding' ? b.senderHint : b.senderPlatform)}
          {field('support', b.support, b.supportHint)}
          {field('privacy_url', b.privacy, 'https://')}
          <Product value={now('names_product')} inherited={script === 'branding' ? (from.product ? b.productOn : b.productOff) : ''} set={(value) => set('names_product', value)} />
        </SimpleGrid>
        <Group justify="space-between">
          <Button type="submit" loading={form.busy} disabled={!Object.keys(changes).length}>{t.save}</Button>
          <Sure label={b.reset} ask={b.resetAsk} says={b.resetSays} act={() => send(Object.fromEntries(names.map((name) => [name, null])))} />
        </Group>
        {form.shown}
      </Stack>
    </Card>
  )
}

const picture = (content: unknown) => (typeof content === 'string' && content ? `data:image/*;base64,${content}` : null)

type PictureProps = { name: 'logo' | 'icon'; stored: string | null; changed: unknown; set: (content: string | null) => void }

function Picture({ name, stored, changed, set }: PictureProps) {
  const { t } = useHere()
  const b = t.branding
  const [chosen, setChosen] = useState('')
  const shown = changed === undefined ? stored : picture(changed)
  const take = async (file: File | null) => {
    if (!file) return
    set(await base64(file))
    setChosen(file.name)
  }
  return (
    <Box>
      <Text fw={600} size="sm">{b[name]}</Text>
      <Text size="xs" c="dimmed" mb={4}>{name === 'logo' ? b.logoHint : b.iconHint}</Text>
      <Group gap="xs">
        {shown && <img className={name} src={shown} alt="" />}
        <FileButton accept="image/png,image/jpeg,image/webp" onChange={take} inputProps={{ 'aria-label': `${b.upload}: ${b[name]}` }}>
          {(props) => <Button {...props} variant="default" size="compact-md">{b.upload}<About>{b[name]}</About></Button>}
        </FileButton>
        {shown && <Button variant="subtle" size="compact-md" onClick={() => set(null)}>{b.drop}<About>{b[name]}</About></Button>}
      </Group>
      {chosen && typeof changed === 'string' && <Text size="xs" className="break" role="status">{fill(b.chosen, { name: chosen })}</Text>}
    </Box>
  )
}

const WAIT = 250 // ms after the last letter

type ColourProps = { script: Script; typed: string; stored: LooksOf; name: string; logo: string | null; set: (value: string) => void }

// The colour, what it looks like, and in words whether it can be read.
function Colour({ script, typed, stored, name, logo, set }: ColourProps) {
  const { t, number, describe } = useHere()
  const b = t.branding
  const [look, setLook] = useState<Look>({ accent: stored.shown.accent, palette: stored.shown.palette, contrasts: stored.contrasts })
  const [problem, setProblem] = useState('')
  useEffect(() => {
    let over = false
    const wanted = typed.trim() || stored.inherited.accent || ''
    const asked = setTimeout(async () => {
      try {
        const found: Look = await ask(script, 'look', { accent: wanted })
        if (!over) setLook(found)
        if (!over) setProblem('')
      } catch (error) {
        if (!over) setProblem(describe(error))
      }
    }, wanted === (look.accent ?? '') ? 0 : WAIT)
    return () => {
      over = true
      clearTimeout(asked)
    }
  }, [typed])
  const words = (n: number) => ({ n: number(n, { maximumFractionDigits: 1 }) })
  const c = look.contrasts
  return (
    <Box>
      <TextInput label={b.accent} description={b.accentHint} error={problem} maxLength={40} autoComplete="off" w={240} placeholder={stored.inherited.accent ?? '#0b6650'} value={typed} onChange={(e) => set(e.target.value)} rightSection={<input type="color" className="pick" aria-label={b.pick} value={look.accent ?? '#0b6650'} onChange={(e) => set(e.target.value)} />} rightSectionWidth={44} />
      <Title order={3} mt="md" mb="xs">{b.preview}</Title>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Sample title={b.light} look={look} name={name} logo={logo} />
        <Sample title={b.dark} dark look={look} name={name} logo={logo} />
      </SimpleGrid>
      {c && (
        <Stack gap={2} mt="xs" role="status">
          <Text size="sm">{fill(look.palette!.on === '#000000' ? b.black : b.white, words(c.on))}</Text>
          <Text size="sm">{fill(c.light < 3 ? b.lightWeak : b.lightGood, words(c.light))}</Text>
          <Text size="sm">{fill(c.dark < 3 ? b.darkWeak : b.darkGood, words(c.dark))}</Text>
        </Stack>
      )}
    </Box>
  )
}

const own = { accent: '#0b6650', on: '#ffffff', light: '#0b6650', dark: '#5dbb9b' }

// The sign-in page in small.
function Sample({ title, dark, look, name, logo }: { title: string; dark?: boolean; look: Look; name: string; logo: string | null }) {
  const { t } = useHere()
  const { palette } = look
  const fill = look.accent ?? own.accent
  const line = palette ? palette.shades[dark ? 4 : 7] : dark ? own.dark : own.light
  return (
    <div className="look" role="img" aria-label={`${t.branding.preview}: ${title}, ${name}`} style={{ background: dark ? '#1b2521' : '#ffffff', color: dark ? '#e6efeb' : '#17211d' }}>
      <span className="strip">{logo ? <img src={logo} alt="" style={dark ? { background: '#fff', padding: 4, borderRadius: 6 } : undefined} /> : <><span className="mark" style={{ background: fill }} />{name}</>}</span>
      <span className="act" style={{ background: fill, color: palette?.on ?? own.on }}>{t.branding.sampleButton}</span>
      <span style={{ color: line }}>{t.branding.sampleLink}</span>
      <VisuallyHidden>{title}</VisuallyHidden>
    </div>
  )
}

function Product({ value, inherited, set }: { value: unknown; inherited: string; set: (value: boolean | null) => void }) {
  const { t } = useHere()
  const b = t.branding
  const first = { value: '', label: inherited ? fill(b.productAs, { is: inherited }) : b.productOn }
  const others = inherited ? [{ value: 'on', label: b.productOn }] : []
  const now = value === true ? (inherited ? 'on' : '') : value === false ? 'off' : ''
  return <NativeSelect label={b.product} value={now} data={[first, ...others, { value: 'off', label: b.productOff }]} onChange={(e) => set(e.target.value === '' ? null : e.target.value === 'on')} />
}
