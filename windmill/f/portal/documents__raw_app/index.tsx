import './styles'
import '@mantine/notifications/styles.css'
import '@mantine/dropzone/styles.css'
import React from 'react'
import { createRoot } from 'react-dom/client'
import App from './App'
import './index.css'
import './inbox.css'

createRoot(document.getElementById('root')!).render(<App />)
