// In the demo the portal's pages reach their scripts through local/portal/__main__.py; inside Windmill its own ./wmill does it.
async function call(runnable: string, args: Record<string, unknown>): Promise<unknown> {
  const response = await fetch('/api/call', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runnable, args }),
  })
  // A page that shows something says so; one that shows nothing yet gets the sign-in in its place.
  if (response.status === 401 && window.dispatchEvent(new Event('signed-out', { cancelable: true }))) location.reload()
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}

export const backend = new Proxy({} as Record<string, (args: Record<string, unknown>) => Promise<any>>, {
  get: (_, runnable) => (args: Record<string, unknown>) => call(String(runnable), args),
})
