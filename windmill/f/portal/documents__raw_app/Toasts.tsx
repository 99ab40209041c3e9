// What became of an act, at the top of the window.
import { Notifications } from '@mantine/notifications'
import React from 'react'

export default () => <Notifications position="top-center" limit={3} />
