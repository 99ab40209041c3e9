// The portal: who is here, for which business, in which language; what is kept and how it looks.
import { Center, MantineProvider, Stack } from '@mantine/core'
import { useNotifications } from '@mantine/notifications'
import { QueryClientProvider, UseQueryResult, useQuery } from '@tanstack/react-query'
import React, { useEffect, useMemo, useRef, useState } from 'react'
import Frame, { Brand } from './Frame'
import Later from './Later'
import { ask, chooseTenant, keep } from './api'
import { Branding, dress, ofPage } from './brand'
import { queries } from './data'
import { chosenOf, gather, take, takeValue } from './first'
import { toasts } from './parts'
import { go, readRoute } from './route'
import { chosenLanguage, readTexts, textsOf } from './texts'
import { themeOf, variablesOf } from './theme'
import { Here, Loading, Problem, toast } from './ui'

export type Business = { tenant_id: string; name: string; role: string; branding: Branding }
export type Me = { email: string; businesses: Business[]; operator: boolean; branding: Branding }

// A server may allow only styles that carry its word of the moment, which it gives with the page's script.
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
Object.assign(window, { __webpack_nonce__: nonce }) // for the styles of an open dialog: github.com/theKashey/get-nonce

const brandOf = (me: Me, tenant: string) => chosenOf(me, tenant)?.branding ?? me.branding

// Before one knows who is here the looks are those of the address, then those of the business that is shown.
export default function App() {
  const [tenant, setTenant] = useState(keep.get('tenant', ''))
  const me = useQuery<Me>({ queryKey: ['me'], queryFn: askMe, initialData: () => takeValue('me', 'get'), staleTime: Infinity }, queries)
  const brand = me.data ? brandOf(me.data, tenant) : ofPage
  const [theme, variables] = useMemo(() => [themeOf(brand), variablesOf(brand)], [brand])
  useEffect(() => dress(brand), [brand])
  return (
    <MantineProvider theme={theme} getStyleNonce={nonce ? () => nonce : undefined} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Portal me={me} brand={brand} tenant={tenant} setTenant={setTenant} />
        <Said />
      </QueryClientProvider>
    </MantineProvider>
  )
}

// What else is nearly there is drawn with the frame.
async function askMe() {
  const me: Me = await (take('me', 'get') ?? ask('me', 'get'))
  await gather()
  return me
}

// Read as soon as there is something to say.
function Said() {
  const { notifications } = useNotifications()
  const begun = useRef(false)
  begun.current ||= notifications.length > 0
  return begun.current && <Later of={toasts} props={{}} waiting={null} />
}

type PortalProps = { me: UseQueryResult<Me>; brand: Branding; tenant: string; setTenant: (id: string) => void }

function Portal({ me, brand, tenant, setTenant }: PortalProps) {
  const [language, setLanguage] = useState(chosenLanguage)
  document.documentElement.lang = language
  const mine = me.data && chosenOf(me.data, tenant)
  const choose = (name: string, value: string, set: (value: string) => void) => {
    keep.set(name, value)
    set(value)
  }
  if (me.data) chooseTenant(mine?.tenant_id ?? '')
  return (
    <Here.Provider value={{ tenant: mine?.tenant_id ?? '', role: mine?.role ?? '', language, operator: me.data?.operator ?? false, brand }}>
      {me.data ? (
        <Frame
          key={mine?.tenant_id}
          me={me.data}
          mine={mine}
          onTenant={(id) => {
            // What the address names is of the other business.
            go(readRoute().page)
            choose('tenant', id, setTenant)
          }}
          onLanguage={(code) => readTexts(code).then(() => choose('language', code, setLanguage), () => toast(textsOf(language).failed))}
        />
      ) : (
        <Center component="main" mih="100dvh" p="md">
          <Stack w="100%" maw="32rem" align="center">
            <h1>{me.error && !brand.name ? textsOf(language).portal : <Brand />}</h1>
            <div className="wide">{me.error ? <Problem error={me.error} retry={me.refetch} /> : <Loading />}</div>
          </Stack>
        </Center>
      )}
    </Here.Provider>
  )
}
