// The sign-in page: asks for a code, then enters it. The portal's page comes at the same address.
import { texts } from './texts.js'

const at = (id) => document.getElementById(id)
const language = at('language')
const invitation = location.pathname === '/invitation' ? location.hash.slice(1) : ''
let person = ''
const words = () => texts[language.value]

function show() {
  document.documentElement.lang = language.value
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = words()[element.dataset.text]
  if (invitation) for (const name of ['title', 'intro']) document.querySelector(`[data-text=${name}]`).textContent = words().invited[name]
  document.title = invitation ? words().invited.title : words().title
  at('sent').textContent = words().sent.replace('{person}', person)
  for (const id of ['ask-problem', 'enter-problem']) at(id).textContent = ''
}

async function post(path, fields) {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...fields, language: language.value }),
    })
    const said = await answer.json()
    return answer.ok ? { ok: true, ...said } : { refused: said.refused ?? 'unavailable' }
  } catch {
    return { refused: 'unavailable' }
  }
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
    at(`${form}-problem`).textContent = words().refused[said.refused] ?? words().refused.unavailable
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
language.addEventListener('change', show)
language.value = navigator.language.slice(0, 2) in texts ? navigator.language.slice(0, 2) : 'en'
show()
