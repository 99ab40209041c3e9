// Which pages are open to whom, and where somebody begins.

type Role = { tenant_id: string; role: string }
// What decides on that of the person who is here.
export type Open = { businesses: Role[]; operator: boolean }

const ofBusiness = ['home', 'conversations', 'knowledge', 'bot', 'insights', 'people']
// Where somebody begins: others, the first page that is open to them.
const firstOf: Record<string, string> = { agent: 'conversations', viewer: 'insights' }

export const openPages = ({ operator }: { operator: boolean }, mine?: Role) => [...(mine ? ofBusiness : []), ...(mine?.role === 'owner' ? ['appearance'] : []), ...(operator ? ['platform'] : [])]

// The page that the address names, if it is open to somebody; else where they begin.
export const pageOf = (named: string, open: string[], mine?: Role) =>
  open.includes(named) || (mine && named === 'notifications') ? named : (firstOf[mine?.role ?? ''] ?? open[0])
