// By what name the portal goes here, and how it looks: what sql/functions/branding.sql says of the business that is shown.
import { atOwnDoor } from './route'

export type Palette = { on: string; shades: string[]; hover: string }
export type Branding = {
  name: string
  short_name: string
  accent: string | null
  palette: Palette | null
  logo: string | null
  icon: string | null
  support: string | null
  privacy_url: string | null
  product: string | null
  sender_name: string | null
  sender_address: string | null
  domain: string | null
}

const nobody: Branding = { name: '', short_name: '', accent: null, palette: null, logo: null, icon: null, support: null, privacy_url: null, product: null, sender_name: null, sender_address: null, domain: null }

// What the door has written into its page: of the address that was opened. Inside Windmill nothing, until one knows who is here.
export const ofPage: Branding = { ...nobody, ...JSON.parse(document.documentElement.dataset.branding ?? '{}') }

// Pictures are the door's: inside Windmill there is none, and the mark stands for it.
export const pictureOf = (hash: string | null) => (atOwnDoor && hash ? `/looks/${hash}.png` : undefined)

export const linkOf = (support: string) => (support.startsWith('https://') ? support : `mailto:${support}`)

// The browser's own signs of the page. Its title is the frame's, which knows the page.
export function dress({ icon, accent }: Branding) {
  if (!atOwnDoor) return
  document.querySelector<HTMLLinkElement>('link[rel=icon]')!.href = pictureOf(icon) ?? '/static/icon.svg'
  document.querySelector<HTMLMetaElement>('meta[name=theme-color]')!.content = accent ?? '#0b6650'
}
