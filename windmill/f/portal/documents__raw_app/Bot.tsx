// Bot: how it speaks, what it may do, and a preview.
import React, { useState } from 'react'
import { ask } from './api'
import Preview from './Preview'
import { Empty, Field, Loading, Problem, Sure, fill, useForm, useHere, useLoad } from './ui'

type Words = Record<string, string>
type Settings = {
  phone_number_id: string
  name: string
  enabled: boolean
  persona: string
  system_prompt: string
  languages: string[]
  dont_know: Words
  failure_message: Words
  show_citations: boolean
  merge_window_s: number
  max_rounds: number
  max_seconds: number
  history_tokens: number
  max_replies_per_hour: number
  max_cost_usd: number
  offer_human: Words
  handover_message: Words
  handover_keywords: string[]
  handover_hours: number
  lead_fields: string[]
}
type Limit = 'merge_window_s' | 'max_rounds' | 'max_seconds' | 'history_tokens' | 'max_replies_per_hour' | 'max_cost_usd' | 'handover_hours'
type Said = 'dont_know' | 'failure_message' | 'handover_message' | 'offer_human'
const listed = (text: string) => text.split(',').map((word) => word.trim()).filter(Boolean)
type Tool = { name: string; url: string; has_key: boolean; allowed_tools: string[]; enabled: boolean; offers: string[] }

export default function Bot() {
  const { t, may } = useHere()
  const [number, setNumber] = useState('')
  const loaded = useLoad<{ bots: Settings[]; tools: Tool[] }>(() => ask('bot', 'get'), [])
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  const { bots, tools } = loaded.value
  const bot = bots.find((b) => b.phone_number_id === number) ?? bots[0]
  if (!bot) return <Empty title={t.bot.number} />
  return (
    <>
      <p className="intro">{t.bot.intro}</p>
      {!may('owner', 'editor') && <p className="hint">{t.bot.readOnly}</p>}
      {bots.length > 1 && (
        <Field label={t.bot.number}>
          <select value={bot.phone_number_id} onChange={(e) => setNumber(e.target.value)}>
            {bots.map((b) => (
              <option key={b.phone_number_id} value={b.phone_number_id}>
                {b.name}
              </option>
            ))}
          </select>
        </Field>
      )}
      <div className="two">
        <div>
          <Form key={bot.phone_number_id} bot={bot} />
          <Tools tools={tools} reload={loaded.reload} />
        </div>
        {may('owner', 'editor', 'agent') && <Preview key={bot.phone_number_id} phoneNumberId={bot.phone_number_id} />}
      </div>
    </>
  )
}

function Form({ bot }: { bot: Settings }) {
  const { t, may } = useHere()
  const form = useForm()
  const [now, setNow] = useState(bot)
  const [codes, setCodes] = useState(bot.languages.join(', '))
  const set = (part: Partial<Settings>) => setNow({ ...now, ...part })
  const [keywords, setKeywords] = useState(bot.handover_keywords.join(', '))
  const [lead, setLead] = useState(bot.lead_fields.join(', '))
  const languages = listed(codes)
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const { phone_number_id, ...settings } = now
      const keys = Object.keys(settings).filter((key) => !['provider', 'model', 'languages'].includes(key))
      const wanted = Object.fromEntries(keys.map((key) => [key, settings[key as keyof typeof settings]]))
      await ask('bot', 'save', { phone_number_id, settings: { ...wanted, languages, handover_keywords: listed(keywords), lead_fields: listed(lead) } })
    })
  }
  const limit = (name: Limit, label: string, least: number, most: number, step = 1) => (
    <Field label={label}>
      <input type="number" min={least} max={most} step={step} value={now[name]} onChange={(e) => set({ [name]: e.target.valueAsNumber || 0 })} />
    </Field>
  )
  const said = (name: Said, label: string) =>
    languages.map((code) => (
      <Field key={name + code} label={fill(t.bot.inLanguage, { words: label, code })}>
        <textarea rows={2} dir="auto" lang={code} maxLength={1000} value={now[name][code] ?? ''} onChange={(e) => set({ [name]: { ...now[name], [code]: e.target.value } })} />
      </Field>
    ))
  return (
    <form onSubmit={save}>
      <fieldset disabled={!may('owner', 'editor')}>
        <legend className="hidden">{t.pages.bot}</legend>
        <label className="check">
          <input type="checkbox" checked={now.enabled} onChange={(e) => set({ enabled: e.target.checked })} /> {t.bot.enabled}
        </label>
        <Field label={t.bot.nameLabel}>
          <input dir="auto" required maxLength={200} value={now.name} onChange={(e) => set({ name: e.target.value })} />
        </Field>
        <Field label={t.bot.persona} hint={t.bot.personaHint}>
          <textarea rows={4} dir="auto" maxLength={4000} value={now.persona} onChange={(e) => set({ persona: e.target.value })} />
        </Field>
        <Field label={t.bot.prompt}>
          <textarea rows={3} dir="auto" maxLength={8000} value={now.system_prompt} onChange={(e) => set({ system_prompt: e.target.value })} />
        </Field>
        <Field label={t.bot.languages} hint={t.bot.languagesHint}>
          <input required value={codes} onChange={(e) => setCodes(e.target.value)} />
        </Field>
        {said('dont_know', t.bot.dontKnow)}
        {said('failure_message', t.bot.failure)}
        <label className="check">
          <input type="checkbox" checked={now.show_citations} onChange={(e) => set({ show_citations: e.target.checked })} /> {t.bot.citations}
        </label>
        <h2>{t.bot.handover}</h2>
        <p className="intro">{t.bot.handoverIntro}</p>
        {said('handover_message', t.bot.handoverMessage)}
        {said('offer_human', t.bot.offerHuman)}
        <Field label={t.bot.keywords} hint={t.bot.keywordsHint}>
          <input dir="auto" value={keywords} onChange={(e) => setKeywords(e.target.value)} />
        </Field>
        <Field label={t.bot.lead} hint={t.bot.leadHint}>
          <input dir="auto" value={lead} onChange={(e) => setLead(e.target.value)} />
        </Field>
        <div className="grid">{limit('handover_hours', t.bot.handoverHours, 0, 720, 0.5)}</div>
        <h2>{t.bot.limits}</h2>
        <div className="grid">
          {limit('max_replies_per_hour', t.bot.replies, 1, 1000)}
          {limit('max_cost_usd', t.bot.cost, 0.001, 100, 0.001)}
          {limit('merge_window_s', t.bot.merge, 0, 30, 0.1)}
          {limit('max_rounds', t.bot.rounds, 1, 20)}
          {limit('max_seconds', t.bot.seconds, 5, 600)}
          {limit('history_tokens', t.bot.history, 0, 20000)}
        </div>
        {may('owner', 'editor') && <button className="solid" disabled={form.busy}>{t.save}</button>}
      </fieldset>
      {form.shown}
    </form>
  )
}

function Tools({ tools, reload }: { tools: Tool[]; reload: () => Promise<void> }) {
  const { t, may } = useHere()
  const form = useForm()
  const nothing = { name: '', url: '', key: '', allowed: '' }
  const [now, setNow] = useState(nothing)
  const set = (name: keyof typeof nothing) => (e: React.ChangeEvent<HTMLInputElement>) => setNow({ ...now, [name]: e.target.value })
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const allowed = now.allowed.split(',').map((name) => name.trim()).filter(Boolean)
      await ask('bot', 'put_tool', { name: now.name, url: now.url, key: now.key, allowed_tools: allowed })
      setNow(nothing)
      await reload()
    })
  }
  return (
    <section aria-labelledby="tools">
      <h2 id="tools">{t.bot.tools}</h2>
      <p className="intro">{t.bot.toolsIntro}</p>
      {tools.length === 0 && <p className="hint">{t.bot.noTools}</p>}
      <ul className="cards">
        {tools.map((tool) => (
          <li className="card" key={tool.name}>
            <div className="row spread">
              <strong>{tool.name}</strong>
              {tool.has_key && <span className="badge">{t.bot.toolHasKey}</span>}
            </div>
            <small>{tool.url}</small>
            <small>{tool.allowed_tools.join(', ')}</small>
            {may('owner') && (
              <Sure
                label={t.remove}
                ask={fill(t.bot.toolRemoveAsk, { name: tool.name })}
                says={t.bot.toolRemoveSays}
                act={async () => {
                  await ask('bot', 'delete_tool', { name: tool.name })
                  await reload()
                }}
              />
            )}
          </li>
        ))}
      </ul>
      {may('owner') && (
        <form onSubmit={put} className="grid">
          <Field label={t.bot.toolName}>
            <input required pattern="[a-z][a-z0-9_]{0,30}" value={now.name} onChange={set('name')} />
          </Field>
          <Field label={t.bot.toolUrl}>
            <input required type="url" value={now.url} onChange={set('url')} />
          </Field>
          <Field label={t.bot.toolKey} hint={t.bot.toolKeyKept}>
            <input type="password" autoComplete="off" value={now.key} onChange={set('key')} />
          </Field>
          <Field label={t.bot.toolAllowed}>
            <input value={now.allowed} onChange={set('allowed')} />
          </Field>
          <button disabled={form.busy}>{t.bot.toolAdd}</button>
        </form>
      )}
      {form.shown}
    </section>
  )
}
