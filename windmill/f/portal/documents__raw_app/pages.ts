// Which pages are open to whom, and where somebody begins.
import type { Business, Me } from './App'

const ofBusiness = ['home', 'conversations', 'knowledge', 'bot', 'insights', 'people']
// Where somebody begins: others, the first page that is open to them.
const firstOf: Record<string, string> = { agent: 'conversations', viewer: 'insights' }

export const openPages = (me: Me, mine?: Business) => [...(mine ? ofBusiness : []), ...(mine?.role === 'owner' ? ['appearance'] : []), ...(me.operator ? ['platform'] : [])]

// The page that the address names, if it is open to somebody; else where they begin.
export const pageOf = (named: string, open: string[], mine?: Business) =>
  open.includes(named) || (mine && named === 'notifications') ? named : (firstOf[mine?.role ?? ''] ?? open[0])
