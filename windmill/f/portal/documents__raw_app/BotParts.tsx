// The plain parts of a bot's settings: voice, handoff, limits.
import React, { useState } from 'react'
import { Part, Settings, Template, bounds, listed, longest } from './settings'
import { Field, useHere } from './ui'

type Switch = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings]

type FigureProps = Part & { name: keyof typeof bounds; label: string; hint?: string; step?: number; unit?: number }

// `unit`: how many of the stored unit one of the shown is. The least is a whole number of steps: a browser counts them from there.
function Figure({ now, set, name, label, hint, step = 1, unit = 1 }: FigureProps) {
  const [least, most] = bounds[name].map((bound) => bound / unit)
  return (
    <Field label={label} hint={hint}>
      <input type="number" required min={Math.ceil(least / step) * step} max={most} step={step} value={now[name] / unit} onChange={(e) => set({ [name]: (e.target.valueAsNumber || 0) * unit })} />
    </Field>
  )
}

function Check({ now, set, name, label }: Part & { name: Switch; label: string }) {
  return (
    <label className="check">
      <input type="checkbox" checked={now[name]} onChange={(e) => set({ [name]: e.target.checked })} /> {label}
    </label>
  )
}

// A list that is written with commas. What is being typed stays as it is; what is stored is the list.
export function Listed({ label, hint, value, change }: { label: string; hint?: string; value: string[]; change: (words: string[]) => void }) {
  const [typed, setTyped] = useState(value.join(', '))
  const write = (text: string) => {
    setTyped(text)
    change(listed(text))
  }
  return (
    <Field label={label} hint={hint}>
      <input dir="auto" value={typed} onChange={(e) => write(e.target.value)} />
    </Field>
  )
}

export function Voice({ now, set }: Part) {
  const { t } = useHere()
  const b = t.bot
  return (
    <>
      <Check now={now} set={set} name="enabled" label={b.enabled} />
      <Field label={b.nameLabel}>
        <input dir="auto" required maxLength={longest.name} value={now.name} onChange={(e) => set({ name: e.target.value })} />
      </Field>
      <Field label={b.persona} hint={b.personaHint}>
        <textarea rows={4} dir="auto" maxLength={longest.persona} value={now.persona} onChange={(e) => set({ persona: e.target.value })} />
      </Field>
      <Field label={b.prompt}>
        <textarea rows={4} dir="auto" maxLength={longest.system_prompt} value={now.system_prompt} onChange={(e) => set({ system_prompt: e.target.value })} />
      </Field>
      <Listed label={b.languages} hint={b.languagesHint} value={now.languages} change={(languages) => set({ languages })} />
      <Check now={now} set={set} name="show_citations" label={b.citations} />
      <Check now={now} set={set} name="send_documents" label={b.sendDocuments} />
    </>
  )
}

export function Handoff({ now, set }: Part) {
  const { t } = useHere()
  const b = t.bot
  return (
    <>
      <p className="intro">{b.handoffIntro}</p>
      <Listed label={b.keywords} hint={b.keywordsHint} value={now.handoff_keywords} change={(words) => set({ handoff_keywords: words })} />
      <div className="grid">
        <Figure now={now} set={set} name="handoff_hours" label={b.handoffHours} hint={b.handoffHoursHint} step={0.5} />
        <Listed label={b.lead} hint={b.leadHint} value={now.lead_fields} change={(words) => set({ lead_fields: words })} />
      </div>
      <Check now={now} set={set} name="handoff_on_failure" label={b.onFailure} />
      <h2>{b.notify}</h2>
      <Field label={b.webhook} hint={b.webhookHint}>
        <input type="url" maxLength={longest.notify_webhook_url} value={now.notify_webhook_url ?? ''} onChange={(e) => set({ notify_webhook_url: e.target.value })} />
      </Field>
      <Field label={b.phone}>
        <input type="tel" maxLength={longest.notify_phone} value={now.notify_phone ?? ''} onChange={(e) => set({ notify_phone: e.target.value })} />
      </Field>
      <OneTemplate label={b.notifyTemplate} value={now.notify_template} change={(notify_template) => set({ notify_template })} />
      <OneTemplate label={b.windowTemplate} value={now.window_template} change={(window_template) => set({ window_template })} withParameters />
    </>
  )
}

type TemplateProps = { label: string; value: Template; change: (value: Template) => void; withParameters?: boolean }

function OneTemplate({ label, value, change, withParameters }: TemplateProps) {
  const { t } = useHere()
  const b = t.bot
  const template = value ?? { name: '', language: 'en' }
  const set = (part: Partial<NonNullable<Template>>) => {
    const next = { ...template, ...part }
    change(next.name ? next : null)
  }
  return (
    <div className="grid">
      <Field label={label} hint={b.templateHint}>
        <input pattern="[a-z0-9_]*" maxLength={512} value={template.name} onChange={(e) => set({ name: e.target.value })} />
      </Field>
      {value && (
        <Field label={b.templateLanguage}>
          <input pattern="[a-z]{2,3}(_[A-Z]{2,3})?" maxLength={10} value={template.language} onChange={(e) => set({ language: e.target.value })} />
        </Field>
      )}
      {value && withParameters && <Listed label={b.parameters} value={template.parameters ?? []} change={(parameters) => set({ parameters })} />}
    </div>
  )
}

export function Limits({ now, set }: Part) {
  const { t } = useHere()
  const b = t.bot
  const one = { now, set }
  return (
    <>
      <p className="intro">{b.limitsIntro}</p>
      <div className="grid">
        <Figure {...one} name="max_replies_per_hour" label={b.replies} />
        <Figure {...one} name="max_cost_usd" label={b.cost} step={0.001} />
        <Figure {...one} name="max_tokens" label={b.tokens} />
        <Figure {...one} name="max_rounds" label={b.rounds} />
        <Figure {...one} name="max_seconds" label={b.seconds} />
        <Figure {...one} name="merge_window_s" label={b.merge} step={0.1} />
        <Figure {...one} name="history_tokens" label={b.history} />
        <Figure {...one} name="stale_after_s" label={b.stale} step={0.1} unit={3600} />
      </div>
    </>
  )
}
