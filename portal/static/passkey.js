// A new passkey of whoever is signed in, in this browser.
import { at, canPasskey, name, refusal, start, usePasskey, words } from './page.js'

at('make').addEventListener('click', async () => {
  at('done').textContent = at('problem').textContent = ''
  const make = (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
  const said = await usePasskey('/api/passkey/begin', make, '/api/passkey/add')
  if (said.ok) at('done').textContent = words().passkeyMade
  else at('problem').textContent = refusal(said)
})
start(() => {
  name(words().newPasskey)
  at('make').hidden = !canPasskey
  if (!canPasskey) at('problem').textContent = words().refused.noPasskeys
})
