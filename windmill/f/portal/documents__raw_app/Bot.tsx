// Bot: how it speaks, what it may do, and a preview.
import React, { useEffect, useRef, useState } from 'react'
import { Refused, ask, keep } from './api'
import Hours from './BotHours'
import { Handoff, Limits, Voice } from './BotParts'
import Tools, { Tool } from './BotTools'
import BotWords from './BotWords'
import Preview from './Preview'
import { go, useRoute } from './route'
import { Settings, changed } from './settings'
import { Empty, Field, Loading, Problem, Tabs, useForm, useHere, useLoad } from './ui'

type Loaded = { bots: Settings[]; tools: Tool[] }
const parts = { voice: Voice, words: BotWords, hours: Hours, handoff: Handoff, limits: Limits }

export default function Bot() {
  const { t, may } = useHere()
  const [number, setNumber] = useState('')
  const loaded = useLoad<Loaded>(() => ask('bot', 'get'), [])
  if (loaded.error) return <Problem error={loaded.error} retry={loaded.reload} />
  if (!loaded.value) return <Loading />
  const { bots, tools } = loaded.value
  const bot = bots.find((b) => b.phone_number_id === number) ?? bots[0]
  const asks = may('owner', 'editor', 'agent')
  if (!bot) return <Empty title={t.bot.none} hint={t.bot.noneHint} icon="bot" />
  return (
    <>
      <p className="intro">{t.bot.intro}</p>
      {!may('owner', 'editor') && <p className="hint">{t.bot.readOnly}</p>}
      {bots.length > 1 && (
        <div className="narrow">
          <Field label={t.bot.number}>
            <select value={bot.phone_number_id} onChange={(e) => setNumber(e.target.value)}>
              {bots.map((b) => <option key={b.phone_number_id} value={b.phone_number_id}>{b.name}</option>)}
            </select>
          </Field>
        </div>
      )}
      <div className={asks ? 'two' : ''}>
        <Form key={bot.phone_number_id} bot={bot} tools={tools} reload={loaded.reload} />
        {asks && <Preview key={bot.phone_number_id} phoneNumberId={bot.phone_number_id} />}
      </div>
    </>
  )
}

function Form({ bot, tools, reload }: { bot: Settings; tools: Tool[]; reload: () => Promise<void> }) {
  const { t, may, tenant } = useHere()
  const { part } = useRoute()
  const form = useForm()
  // What is not saved yet outlives a look at another page, and a reload.
  const draft = `settings ${tenant} ${bot.phone_number_id}`
  const [now, setNow] = useState<Settings>(() => ({ ...bot, ...keep.get(draft, {}) }))
  const [begun, setBegun] = useState(0)
  const chosen = part in t.bot.tabs ? part : 'voice'
  const Part = parts[chosen as keyof typeof parts]
  const open = changed(bot, now)
  const unsaved = Object.keys(open).length > 0
  // After saving, what the server has made of it is shown; what else is loaded again must not take away what is being written.
  const saved = useRef(false)
  useEffect(() => {
    if (saved.current) setNow(bot)
    saved.current = false
  }, [bot])
  useEffect(() => keep.set(draft, changed(bot, now)), [bot, now])
  useEffect(() => form.setNote(null), [chosen]) // what became of another part's saving
  const discard = () => {
    form.setNote(null)
    setNow(bot)
    setBegun(begun + 1)
  }
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const was = Object.fromEntries(Object.keys(open).map((name) => [name, bot[name as keyof Settings]]))
      try {
        await ask('bot', 'update', { phone_number_id: bot.phone_number_id, settings: open, was })
      } catch (error) {
        // The next try knows what somebody else has saved; what is written here stays.
        if (error instanceof Refused && error.reason.code === 'settings_changed') await reload()
        throw error
      }
      saved.current = true
      await reload()
    })
  }
  return (
    <div>
      <Tabs label={t.bot.parts} names={Object.keys(t.bot.tabs)} title={(name) => t.bot.tabs[name]} chosen={chosen} choose={(name) => go('bot', name)}>
        {Part ? (
          <form className="panel" onSubmit={save}>
            <fieldset disabled={!may('owner', 'editor')}>
              <legend className="hidden">{t.bot.tabs[chosen]}</legend>
              <Part key={begun} now={now} set={(some) => setNow((before) => ({ ...before, ...some }))} />
              {may('owner', 'editor') && (
                <div className="row savebar">
                  <button className="solid" disabled={form.busy || !unsaved}>{t.save}</button>
                  {unsaved && !form.busy && (
                    <>
                      <button type="button" className="quiet" onClick={discard}>{t.bot.discard}</button>
                      {!form.failed && <small>{t.bot.unsaved}</small>}
                    </>
                  )}
                  {form.shown}
                </div>
              )}
            </fieldset>
          </form>
        ) : (
          <Tools tools={tools} reload={reload} />
        )}
      </Tabs>
    </div>
  )
}
