// The portal's frame: who is here, for which business, on which page, in which language.
import React, { useState } from 'react'
import { ask, chooseTenant, keep } from './api'
import Bot from './Bot'
import Conversations from './Conversations'
import Documents from './Documents'
import Insights from './Insights'
import Platform from './Platform'
import { Here, Loading, Problem, languages, useHere, useLoad } from './ui'

type Business = { tenant_id: string; name: string; role: string }
type Me = { email: string; businesses: Business[]; operator: boolean }
const views: Record<string, () => React.JSX.Element> = {
  documents: Documents,
  bot: Bot,
  conversations: Conversations,
  insights: Insights,
  platform: Platform,
}

export default function App() {
  const first = navigator.language.slice(0, 2) in languages ? navigator.language.slice(0, 2) : 'en'
  const [language, setLanguage] = useState(keep.get('language', first))
  const [tenant, setTenant] = useState(keep.get('tenant', ''))
  const me = useLoad<Me>(() => ask('me', 'me'), [])
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
          <h1 className="hidden">Chatmill</h1>
          {me.error ? <Problem error={me.error} retry={me.reload} /> : <Loading />}
        </main>
      ) : (
        <Frame
          me={me.value}
          mine={mine}
          onTenant={(id) => choose('tenant', id, setTenant)}
          onLanguage={(code) => choose('language', code, setLanguage)}
        />
      )}
    </Here.Provider>
  )
}

type FrameProps = { me: Me; mine?: Business; onTenant: (id: string) => void; onLanguage: (code: string) => void }

function Frame({ me, mine, onTenant, onLanguage }: FrameProps) {
  const { t, language } = useHere()
  const open = [...(mine ? ['documents', 'bot', 'conversations', 'insights'] : []), ...(me.operator ? ['platform'] : [])]
  const [wanted, setPage] = useState(keep.get('page', open[0]))
  const page = open.includes(wanted) ? wanted : open[0]
  const View = views[page]
  const go = (name: string) => {
    keep.set('page', name)
    setPage(name)
    window.scrollTo(0, 0)
  }
  return (
    <div className="frame">
      <a className="skip" href="#page">
        {t.skip}
      </a>
      <header>
        <div className="brand">
          <span className="mark" aria-hidden="true" />
          <span>Chatmill</span>
        </div>
        <nav aria-label={t.portal}>
          {open.map((name) => (
            <button key={name} type="button" aria-current={name === page ? 'page' : undefined} onClick={() => go(name)}>
              {t.pages[name]}
            </button>
          ))}
        </nav>
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
      </header>
      <main id="page" tabIndex={-1}>
        <h1>{t.pages[page]}</h1>
        <View key={`${page} ${mine?.tenant_id}`} />
      </main>
    </div>
  )
}
