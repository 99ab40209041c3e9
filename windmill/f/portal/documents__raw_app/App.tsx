// The portal's frame: who is here, for which business, on which page, in which language.
import React, { useEffect, useState } from 'react'
import { ask, chooseTenant, keep } from './api'
import Bot from './Bot'
import Conversations from './Conversations'
import Insights from './Insights'
import Knowledge from './Knowledge'
import Notifications, { Count, Stopped, useCount } from './Notifications'
import People from './People'
import Platform from './Platform'
import { Icon } from './icons'
import { go, readRoute, useRoute } from './route'
import { Here, Loading, Problem, Recount, fill, languages, useHere, useLoad } from './ui'

type Business = { tenant_id: string; name: string; role: string }
type Me = { email: string; businesses: Business[]; operator: boolean }
const ofBusiness = ['knowledge', 'bot', 'conversations', 'insights', 'people']
const views: Record<string, () => React.JSX.Element> = {
  knowledge: Knowledge,
  bot: Bot,
  conversations: Conversations,
  insights: Insights,
  people: People,
  platform: Platform,
}

export default function App() {
  const first = navigator.language.slice(0, 2) in languages ? navigator.language.slice(0, 2) : 'en'
  const [language, setLanguage] = useState(keep.get('language', first))
  const [tenant, setTenant] = useState(keep.get('tenant', ''))
  const me = useLoad<Me>(() => ask('me', 'get'), [])
  document.documentElement.lang = language
  const mine = me.value?.businesses.find((b) => b.tenant_id === tenant) ?? me.value?.businesses[0]
  chooseTenant(mine?.tenant_id ?? '')
  const choose = (name: string, value: string, set: (value: string) => void) => {
    keep.set(name, value)
    set(value)
  }
  return (
    <Here.Provider value={{ tenant: mine?.tenant_id ?? '', role: mine?.role ?? '', language }}>
      {me.value === null ? (
        <main className="alone">
          <h1 className="brand"><span className="mark" aria-hidden="true" />Chatmill</h1>
          {me.error ? <Problem error={me.error} retry={me.reload} /> : <Loading />}
        </main>
      ) : (
        <Frame
          key={mine?.tenant_id}
          me={me.value}
          mine={mine}
          onTenant={(id) => {
            // What the address names is of the other business.
            go(readRoute().page)
            choose('tenant', id, setTenant)
          }}
          onLanguage={(code) => choose('language', code, setLanguage)}
        />
      )}
    </Here.Provider>
  )
}

type FrameProps = { me: Me; mine?: Business; onTenant: (id: string) => void; onLanguage: (code: string) => void }

function Frame({ me, mine, onTenant, onLanguage }: FrameProps) {
  const { t } = useHere()
  const route = useRoute()
  const count = useCount(Boolean(mine))
  const open = [...(mine ? ofBusiness : []), ...(me.operator ? ['platform'] : [])]
  const first = mine?.role === 'agent' ? 'conversations' : open[0]
  const page = open.includes(route.page) || (mine && route.page === 'notifications') ? route.page : first
  const title = t.pages[page]
  const waiting = count.value?.waiting ?? 0
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}${title} · Chatmill`
  }, [title, waiting])
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [title])
  const View = views[page]
  return (
    <div className="frame">
      <a className="skip" href="#page" onClick={(e) => { e.preventDefault(); document.getElementById('page')?.focus() }}>
        {t.skip}
      </a>
      <header>
        <div className="brand">
          <span className="mark" aria-hidden="true" />
          <span className="grow">Chatmill</span>
          {mine && <Bell current={page === 'notifications'} count={count.value} />}
        </div>
        <nav aria-label={t.portal}>
          {open.map((name) => (
            <Way key={name} name={name} current={name === page} waiting={name === 'conversations' ? waiting : 0} />
          ))}
        </nav>
        <Who me={me} mine={mine} onTenant={onTenant} onLanguage={onLanguage} />
      </header>
      <main id="page" tabIndex={-1}>
        <h1>{title}</h1>
        {count.value?.stop && page !== 'platform' && <Stopped stop={count.value.stop} />}
        <Recount.Provider value={count.reload}>{page === 'notifications' ? <Notifications /> : <View key={page} />}</Recount.Provider>
      </main>
    </div>
  )
}

function Way({ name, current, waiting }: { name: string; current: boolean; waiting: number }) {
  const { t, number } = useHere()
  const title = t.pages[name]
  return (
    <button type="button" aria-label={waiting ? fill(t.waitingOn, { page: title, n: number(waiting) }) : undefined} aria-current={current ? 'page' : undefined} onClick={() => go(name)}>
      <Icon name={name} />
      {title}
      {waiting > 0 && <span className="count" aria-hidden="true">{waiting > 99 ? '99+' : waiting}</span>}
    </button>
  )
}

function Bell({ current, count }: { current: boolean; count: Count | null }) {
  const { t, number } = useHere()
  const unread = count?.unread ?? 0
  const label = unread ? fill(t.notifications.bellUnread, { n: number(unread) }) : t.notifications.bell
  return (
    <button type="button" className="bell" aria-label={label} title={label} aria-current={current ? 'page' : undefined} onClick={() => go('notifications')}>
      <Icon name="notifications" />
      {unread > 0 && <span className="count" aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
    </button>
  )
}

function Who({ me, mine, onTenant, onLanguage }: FrameProps) {
  const { t, language } = useHere()
  return (
    <div className="who">
      {me.businesses.length > 1 && (
        <select aria-label={t.business} value={mine?.tenant_id} onChange={(e) => onTenant(e.target.value)}>
          {me.businesses.map((b) => (
            <option key={b.tenant_id} value={b.tenant_id}>
              {b.name}
            </option>
          ))}
        </select>
      )}
      <span className="email">
        {mine && me.businesses.length === 1 && <strong dir="auto">{mine.name}</strong>}
        <span>{me.email}</span>
        {mine && <span>{t.roles[mine.role]}</span>}
      </span>
      <select aria-label={t.language} value={language} onChange={(e) => onLanguage(e.target.value)}>
        {Object.entries(languages).map(([code, texts]) => (
          <option key={code} value={code}>
            {texts.name}
          </option>
        ))}
      </select>
    </div>
  )
}
