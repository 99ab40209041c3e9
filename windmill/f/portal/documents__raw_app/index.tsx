import './styles'
import '@mantine/notifications/styles.css'
import '@mantine/dropzone/styles.css'
import './index.css'
import './inbox.css'
import { begin, gather } from './first'
import { chosenLanguage, readTexts } from './texts'

// The rest is read and run while the first call is on its way. To draw keeps the browser from everything else: the page's own calls go out before,
// unless the first one takes long.
const PATIENCE = 250 // ms
const begun = begin().catch(() => undefined) // the page asks again, and says what is wrong
const texts = readTexts(chosenLanguage())
const main = import('./Main')
Promise.race([begun.then(gather), new Promise((go) => setTimeout(go, PATIENCE))]).then(async () => {
  await texts
  const { draw } = await main
  draw()
})
