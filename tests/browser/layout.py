"""What a reader sees at once and no test of a page's words does: text that lies on other text."""

from __future__ import annotations

from playwright.sync_api import Page

# Two texts that cover each other by more than half; what lies above the page on purpose (a dialog, a menu, a bar that stays) may cover it.
OVERLAPS = """
() => {
  const clipped = (box, node) => {
    let { left, top, right, bottom } = box
    for (let up = node; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up)
      if (style.overflow !== 'visible' || style.clip !== 'auto') {
        const edge = up.getBoundingClientRect()
        ;[left, top, right, bottom] = [Math.max(left, edge.left), Math.max(top, edge.top), Math.min(right, edge.right), Math.min(bottom, edge.bottom)]
      }
      if (style.position === 'fixed') break
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top }
  }
  const stays = (node) => {
    let up = node
    while (up && up !== document.body && !['fixed', 'sticky'].includes(getComputedStyle(up).position)) up = up.parentElement
    return up !== document.body
  }
  const texts = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const node = walk.currentNode, parent = node.parentElement
    const above = parent.closest('[role=dialog], [role=listbox], [role=menu], [data-portal]')
    if (!node.data.trim() || above || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const box of range.getClientRects()) {
      const seen = clipped(box, parent)
      if (seen.width > 4 && seen.height > 4) texts.push({ node, seen, stays: stays(parent), said: node.data.trim().slice(0, 40) })
    }
  }
  const found = []
  texts.forEach((a, n) => texts.slice(n + 1).forEach((b) => {
    if (a.node === b.node || a.stays !== b.stays) return
    const width = Math.min(a.seen.right, b.seen.right) - Math.max(a.seen.left, b.seen.left)
    const height = Math.min(a.seen.bottom, b.seen.bottom) - Math.max(a.seen.top, b.seen.top)
    const smaller = Math.min(a.seen.width * a.seen.height, b.seen.width * b.seen.height)
    if (width > 0 && height > 0 && width * height > smaller / 2) found.push(`${a.said} / ${b.said}`)
  }))
  return found.slice(0, 10)
}
"""


def overlaps(page: Page) -> list[str]:
    """Pairs of texts of which one lies on the other, at most ten."""
    found: list[str] = page.evaluate(OVERLAPS)
    return found
