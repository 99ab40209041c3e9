// Draws the portal.
import React from 'react'
import { createRoot } from 'react-dom/client'
import App from './App'
import { readAll } from './parts'

export async function draw() {
  // The script may be here before the page's own few lines.
  if (document.readyState === 'loading') await new Promise((go) => document.addEventListener('DOMContentLoaded', go))
  createRoot(document.getElementById('root')!).render(<App />)
  readAll()
}
