// What all pages share: the language, numbers and times, the states of loading, and the one question before something is gone.
import React, { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { Broken, Refused } from './api'
import { Icon } from './icons'
import { Message, say as sayMessage } from './messages'
import en, { Texts } from './text/en'
import es from './text/es'

export const languages: Record<string, Texts> = { en, es }
export type Member = { tenant: string; role: string; language: string }
export const Here = createContext<Member>({ tenant: '', role: 'viewer', language: 'en' })
// Counts again what the frame shows, for pages whose acts change it.
export const Recount = createContext(() => {})

export const fill = (text: string, values: Record<string, unknown>) =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))

export function useHere() {
  const here = useContext(Here)
  const t = languages[here.language] ?? en
  const may = (...roles: string[]) => roles.includes(here.role)
  // The person's own habits of writing dates and numbers, where their browser speaks the chosen language.
  const locale = navigator.languages.find((name) => name.startsWith(here.language)) ?? here.language
  const number = (n: number, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options).format(n)
  const money = (n: number) => number(n, { style: 'currency', currency: 'USD', maximumFractionDigits: n < 1 ? 4 : 2 })
  const time = (text: string) => {
    const at = new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
    return Number.isNaN(at.getTime()) ? text : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
  }
  // A script's message in the page's language; text that is not a message stays as it is.
  const say = (message: Message | string) => (typeof message === 'string' ? message : sayMessage(message, t, number))
  const describe = (error: unknown) => {
    if (error instanceof Refused) return say(error.reason)
    if (error instanceof Broken) return t.broken
    return (error instanceof Error && error.message) || t.failed
  }
  return { ...here, locale, t, may, number, money, time, say, describe }
}

export function useLoad<T>(load: () => Promise<T>, keys: unknown[]) {
  const [value, setValue] = useState<T | null>(null)
  const [error, setError] = useState<unknown>(null)
  const newest = useRef(0)
  const reload = useCallback(async () => {
    const mine = ++newest.current
    try {
      const found = await load()
      if (mine === newest.current) {
        setValue(found)
        setError(null)
      }
    } catch (problem) {
      if (mine === newest.current) setError(problem)
    }
  }, keys)
  useEffect(() => {
    setValue(null)
    setError(null)
    reload()
    return () => {
      newest.current++
    }
  }, [reload])
  return { value, error, reload, setValue }
}

export function useEvery(ms: number, on: boolean, act: () => Promise<void>) {
  const latest = useRef(act)
  latest.current = act
  const pending = useRef(false)
  useEffect(() => {
    if (!on) return
    // Each call is a job on somebody's worker: the next one waits for the last one's answer, however slow; and a page that nobody looks at
    // asks for nothing, and catches up when it is looked at again.
    const ask = async () => {
      if (pending.current || document.visibilityState === 'hidden') return
      pending.current = true
      await latest.current().finally(() => (pending.current = false))
    }
    const timer = setInterval(ask, ms)
    document.addEventListener('visibilitychange', ask)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [on, ms])
}

export function Loading() {
  const { t } = useHere()
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" /> {t.loading}
    </div>
  )
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, describe } = useHere()
  const closed = error instanceof Refused && ['no_identity', 'not_a_member', 'no_business', 'choose_business', 'role', 'operators_only'].includes(error.reason.code)
  return (
    <div className={closed ? 'state closed' : 'state problem'} role="alert">
      <strong>{closed ? t.noPermission : t.failed}</strong>
      <span>{describe(error)}</span>
      {retry && !closed && (
        <button type="button" onClick={retry}>
          {t.again}
        </button>
      )}
    </div>
  )
}

export function Empty({ title, hint, icon = 'empty' }: { title: string; hint?: string; icon?: string }) {
  return (
    <div className="state empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {hint && <span>{hint}</span>}
    </div>
  )
}

export function Sure({ label, ask, says, act }: { label: string; ask: string; says: string; act: () => Promise<unknown> }) {
  const { t, describe } = useHere()
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    setProblem('')
    try {
      await act()
      dialog.current?.close()
    } catch (error) {
      setProblem(describe(error))
    }
    setBusy(false)
  }
  return (
    <>
      <button type="button" className="quiet danger" onClick={() => dialog.current?.showModal()} aria-label={`${label}: ${ask}`}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={ask}>
        <h2 dir="auto">{ask}</h2>
        <p>{says}</p>
        {problem && <p role="alert" className="bad">{problem}</p>}
        <div className="row end">
          <button type="button" className="quiet" onClick={() => dialog.current?.close()} autoFocus>
            {t.cancel}
          </button>
          <button type="button" className="danger solid" disabled={busy} onClick={go}>
            {label}
          </button>
        </div>
      </dialog>
    </>
  )
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: React.ReactElement<any> }) {
  const id = React.useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {React.cloneElement(children, { id, 'aria-describedby': hint ? `${id}-hint` : undefined })}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}

type TabsProps = { label: string; names: string[]; title: (name: string) => string; chosen: string; choose: (name: string) => void; children: React.ReactNode }

// Tabs as the keyboard expects them: one stop, arrows between.
export function Tabs({ label, names, title, chosen, choose, children }: TabsProps) {
  const id = React.useId()
  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length]
    choose(next)
    document.getElementById(`${id}${next}`)?.focus()
  }
  // On a narrow screen the tabs scroll sideways: the chosen one is seen whole.
  useEffect(() => {
    document.getElementById(id + chosen)?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [id, chosen])
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {names.map((name) => (
          <button key={name} id={id + name} type="button" role="tab" aria-selected={name === chosen} aria-controls={`${id}panel`} tabIndex={name === chosen ? 0 : -1} onClick={() => choose(name)}>
            {title(name)}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}panel`} aria-labelledby={id + chosen}>{children}</div>
    </>
  )
}

export function useForm() {
  const { t, describe } = useHere()
  const [note, setNote] = useState<{ text: string; bad?: boolean } | null>(null)
  const [busy, setBusy] = useState(false)
  const run = async (act: () => Promise<string | void>, working = t.saving) => {
    setBusy(true)
    setNote({ text: working })
    try {
      setNote({ text: (await act()) || t.saved })
    } catch (error) {
      setNote({ text: describe(error), bad: true })
    }
    setBusy(false)
  }
  const shown = <p role="status" className={note?.bad ? 'note bad' : 'note'}>{note?.text.trim()}</p>
  return { run, busy, shown, setNote, failed: Boolean(note?.bad) }
}
