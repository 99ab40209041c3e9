// Tools: systems of the business that its bot may ask.
import React, { useState } from 'react'
import { ask } from './api'
import { sealKey } from './keys'
import { Empty, Field, Sure, fill, useForm, useHere } from './ui'

export type Tool = { name: string; url: string; has_key: boolean; allowed_tools: string[]; enabled: boolean; offers: string[] }

export default function Tools({ tools, reload }: { tools: Tool[]; reload: () => Promise<void> }) {
  const { t, may } = useHere()
  return (
    <>
      <p className="intro">{t.bot.toolsIntro}</p>
      {tools.length === 0 && <Empty title={t.bot.noTools} hint={may('owner') ? undefined : t.bot.noToolsHint} />}
      <ul className="cards">
        {tools.map((tool) => <One key={tool.name} tool={tool} reload={reload} />)}
      </ul>
      {may('owner') && <Add reload={reload} />}
    </>
  )
}

function One({ tool, reload }: { tool: Tool; reload: () => Promise<void> }) {
  const { t, may } = useHere()
  return (
    <li className="card">
      <div className="row spread">
        <strong>{tool.name}</strong>
        {tool.has_key && <span className="badge">{t.bot.toolHasKey}</span>}
      </div>
      <small className="break">{tool.url}</small>
      <small>{tool.allowed_tools.join(', ')}</small>
      {tool.offers.length > 0 && <small>{fill(t.bot.toolOffers, { tools: tool.offers.join(', ') })}</small>}
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
  )
}

function Add({ reload }: { reload: () => Promise<void> }) {
  const { t, tenant } = useHere()
  const form = useForm()
  const nothing = { name: '', url: '', key: '', allowed: '' }
  const [now, setNow] = useState(nothing)
  const set = (name: keyof typeof nothing) => (e: React.ChangeEvent<HTMLInputElement>) => setNow({ ...now, [name]: e.target.value })
  const put = (event: React.FormEvent) => {
    event.preventDefault()
    form.run(async () => {
      const allowed = now.allowed.split(',').map((name) => name.trim()).filter(Boolean)
      const sealed_key = await sealKey('bot', tenant, `tool:${now.name} ${now.url}`, now.key)
      await ask('bot', 'upsert_tool', { name: now.name, url: now.url, sealed_key, allowed_tools: allowed })
      setNow(nothing)
      await reload()
    })
  }
  return (
    <form onSubmit={put} className="panel">
      <div className="grid">
        <Field label={t.bot.toolName}>
          <input required pattern="[a-z][a-z0-9_]{0,30}" value={now.name} onChange={set('name')} />
        </Field>
        <Field label={t.bot.toolUrl}>
          <input required type="url" value={now.url} onChange={set('url')} />
        </Field>
        <Field label={t.bot.toolKey} hint={t.bot.toolKeyKept}>
          <input type="password" autoComplete="off" value={now.key} onChange={set('key')} />
        </Field>
        <Field label={t.bot.toolAllowed} hint={t.bot.byComma}>
          <input value={now.allowed} onChange={set('allowed')} />
        </Field>
      </div>
      <button disabled={form.busy}>{t.bot.toolAdd}</button>
      {form.shown}
    </form>
  )
}
