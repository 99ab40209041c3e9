// The pages and windows that few visits begin with.
export { default as Appearance } from './Appearance'
export { default as Bot } from './Bot'
export { default as InboxKeyHelp } from './InboxKeyHelp'
export { default as InboxSharing } from './InboxSharing'
export { default as Knowledge } from './Knowledge'
export { default as Notifications } from './Notifications'
export { default as People } from './People'
export { default as Schemes } from './Schemes'
