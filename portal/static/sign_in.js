// The sign-in page: asks for a code, then enters it. The portal's page comes at the same address.
import { at, canPasskey, name, post, refusal, start, usePasskey, words } from './page.js'

const invitation = location.pathname === '/invitation' ? location.hash.slice(1) : ''
let person = ''

function show() {
  if (invitation) for (const name of ['title', 'intro']) document.querySelector(`[data-text=${name}]`).textContent = words().invited[name]
  if (invitation) name(words().invited.title)
  at('sent').textContent = words().sent.replace('{person}', person)
  const refused = new URLSearchParams(location.search).get('refused')
  if (refused === 'provider') at('ways-problem').textContent = words().refused.provider
  for (const link of document.querySelectorAll('[data-provider]')) link.textContent = words().provider.replace('{name}', link.dataset.provider)
}

// One press is one request; what is refused stands beside the field.
function onSubmit(form, act) {
  at(form).addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = event.target.querySelector('button')
    button.disabled = true
    at(`${form}-problem`).textContent = ''
    const said = await act()
    button.disabled = false
    const field = event.target.querySelector('input')
    field.toggleAttribute('aria-invalid', !said.ok)
    if (said.ok) return
    at(`${form}-problem`).textContent = refusal(said)
    field.focus()
  })
}

function turn(entering) {
  at('ask').hidden = entering
  at('enter').hidden = !entering
  at(entering ? 'code' : 'person').focus()
}

onSubmit('ask', async () => {
  person = at('person').value.trim()
  const said = await post('/api/code', { person, invitation })
  if (said.ok) {
    show()
    turn(true)
  }
  return said
})
onSubmit('enter', async () => {
  const said = await post('/api/enter', { code: at('code').value })
  if (said.ok) invitation ? location.assign('/') : location.reload()
  return said
})
at('again').addEventListener('click', () => {
  at('code').value = ''
  turn(false)
})

async function offerWays() {
  const { providers } = await (await fetch('/ways')).json()
  at('passkey').hidden = !canPasskey
  for (const { id, name: called } of providers) {
    const link = document.createElement('a')
    link.href = `/provider/${id}`
    link.className = 'button plain'
    link.dataset.provider = called
    at('ways').append(link)
  }
  at('ways').hidden = !canPasskey && providers.length === 0
}
at('passkey').addEventListener('click', async () => {
  const make = (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
  const said = await usePasskey('/api/passkey/ask', make, '/api/passkey/enter')
  if (said.ok) location.assign('/')
  else at('ways-problem').textContent = refusal(said)
})
if (!invitation) await offerWays().catch(() => {})
start(show)
