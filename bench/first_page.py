"""How long somebody looks at nothing: from opening the portal to the first page with its figures, on a slow laptop.

    python -m bench.first_page       each role's first page (QUICK=1: two of them, fewer times)

Chromium with its processor throttled to a quarter, the demo's data, a browser that keeps no file from the last visit. Beside the times: what the
page's thread computes without the throttle, which a busy machine moves less, and how long a fixed loop takes in the same throttled browser, for
comparing two machines or two moments. Exits non-zero only where a page did not come.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from bench.stacks import NotMeasured, run_bench
from local import history, seed
from local.portal import people
from local.stack import Stack
from tests.browser.conftest import FLAGS, chromium

QUICK = bool(os.environ.get("QUICK"))
RATE, TIMES = 4, 3 if QUICK else 9
# Who opens it, and what they see first.
FIRST = {
    "owner": (seed.SHOP.people["owner"], "Home"),
    "agent": (seed.SHOP.people["agent"], "Conversations"),
    "viewer": (seed.SHOP.people["viewer"], "Insights"),
    "operator": (people.OPERATOR.email, "Platform"),
}
ROLES = ("owner", "agent") if QUICK else tuple(FIRST)
# When the frame stands, and when no part of the page waits for its answer any more and that has been drawn: ms since the page was asked for. Looking
# must cost little: it reads the page's words as they are written, for to ask how they are drawn lays the page out.
WATCH = """
const main = () => document.querySelector('main#page')
const whole = () => main()?.querySelector('h1') && main().textContent.length > 120 && !main().querySelector('.state[role=status]')
const drawn = (then) => requestAnimationFrame(() => { const next = new MessageChannel(); next.port1.onmessage = then; next.port2.postMessage(0) })
let frame
window.first = new Promise((tell) => new MutationObserver(() => {
  if (main()) frame ??= performance.now()
  if (whole()) drawn(() => { if (whole()) tell({ frame, whole: performance.now() }) })
}).observe(document, { childList: true, subtree: true, characterData: true }))
"""
# This page is inspected, so V8 looks up the line where an error is made: without this it would read a whole file again for that, which it does in
# nobody's browser.
LINES = "--js-flags=--no-enable-lazy-source-positions"
LOOP = """() => {
  const began = performance.now()
  let sum = 0
  for (let i = 0; i < 2e7; i++) sum = (sum * 31 + i) | 0
  return performance.now() - began
}"""


def visit(context: BrowserContext, address: str, rate: float) -> dict[str, float]:
    """One visit: ms to the frame and to the whole page, ms of the page's own thread, ms of the loop."""
    page = context.new_page()
    try:
        browser = context.new_cdp_session(page)
        browser.send("Network.enable")
        browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
        browser.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        browser.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.add_init_script(WATCH)
        page.goto(address)
        # Not by Playwright's own waiting, whose script would run in the page meanwhile.
        wait = {"expression": "window.first", "awaitPromise": True, "returnByValue": True}
        times: dict[str, float] = browser.send("Runtime.evaluate", wait)["result"]["value"]
        told = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
        return times | {"cpu": told["TaskDuration"] * 1000, "loop": page.evaluate(LOOP)}
    except Error as problem:
        raise NotMeasured(f"The first page did not come: {problem.message}") from problem
    finally:
        page.close()


def measure(browser: Browser, address: str, email: str) -> dict[str, Any]:
    """Medians of a person's visits, and the quickest."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(address)
        page.locator(f'button[value="{email}"]').click()
        page.get_by_role("banner").wait_for()
        page.close()
        slow = [visit(context, address, RATE) for _ in range(TIMES)]
        own = [visit(context, address, 1)["cpu"] for _ in range(TIMES)]
    finally:
        context.close()
    median = {
        name: round(statistics.median(one[name] for one in slow)) for name in ("frame", "whole", "loop")
    }
    return median | {
        "quickest": round(min(one["whole"] for one in slow)),
        "cpu": round(statistics.median(own)),
    }


def measured(folder: Path) -> dict[str, Any]:
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config(), durable=False)
        history.seed_history(stack, seed.seed(stack))
        seed.seed_documents(stack)
        address = people.start(stack)
        found: dict[str, Any] = {}
        print("| who | first page | frame ms | whole ms | quickest | loop ms | CPU unthrottled, ms | load |")
        print("|---|---|---|---|---|---|---|---|")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, LINES])
            for role in ROLES:
                email, name = FIRST[role]
                one = measure(browser, address, email) | {"load": round(os.getloadavg()[0], 1)}
                found[role] = one
                figures = (one[figure] for figure in ("frame", "whole", "quickest", "loop", "cpu", "load"))
                print(f"| {role} | {name} | {' | '.join(map(str, figures))} |", flush=True)
            browser.close()
        return {"rate": RATE, "times": TIMES, "cores": os.cpu_count(), "first_pages": found}
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(run_bench(measured))
