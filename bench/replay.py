"""Whether a replay shows what breaks a bot, and little else: some of the faults and harmless edits of bench.cases, against what was answered before.

    python -m bench.replay             QUICK=1: a third of them

The real flow on the local stack, a real PostgreSQL, the demo's rule-based model. Customers ask, then each edit is made and the day is replayed
with it: a draft where it is one of settings, else what is live. A fault is shown where an answer differs in any way. Prints a row an edit, and
last one JSON object.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.case_edits import FAULTS, HARMLESS, Edit
from bench.case_portal import Portal
from bench.cases import ABOUT, CLINIC_TOOLS, SHOP_TOOLS, TENANTS, customer_writes, made
from bench.stacks import NotMeasured, run_bench
from local import seed
from local.stack import Stack
from tests.facts import FACTS, UNANSWERED

STEP = (
    12 if os.environ.get("QUICK") else 4
)  # each fourth fault; of the harmless edits, of which there are more, each tenth
OTHERWISE = ("changed", "lost_source", "other_tools", "more_handoffs", "failed")


def questions(slug: str) -> list[str]:
    """What customers ask a business: what bench.cases makes cases of."""
    known = [
        f.question
        for f in FACTS
        if f.tenant == slug and f.language == "en" and any(about in f.question for about in ABOUT[slug])
    ]
    unknown = [each.question for each in UNANSWERED if each.tenant == slug][:2]
    return known + unknown + [question for question, _ in (SHOP_TOOLS if slug == "shop" else CLINIC_TOOLS)]


def replayed(portal: Portal, version: str) -> dict[str, Any]:
    """The counts of a replay of the day."""
    about = {"phone_number_id": portal.number}
    portal.ask("replays", "start", **about, version=version, days=1, most_usd=100)

    def ended() -> Any:
        found = portal.ask("replays", "get", **about)["last"]
        return found["state"] != "running" and found

    found = dict(seed.wait_for(ended, 300, every_s=0.5))
    if found["state"] != "done":
        raise NotMeasured(f"the replay has stopped: {found['why']}")
    return found


def shown(portal: Portal, edit: Edit) -> dict[str, int]:
    """How many answers are otherwise after this edit, by kind; of those that are, none is left out."""
    with made(portal, edit):
        counts = replayed(portal, "draft" if edit.kind == "settings" else "live")["kinds"]
    return {kind: counts[kind] for kind in OTHERWISE if counts[kind]}


def measure(stack: Stack) -> dict[str, Any]:
    portals = {slug: Portal(stack, tenant) for slug, tenant in TENANTS.items()}
    for slug, tenant in TENANTS.items():
        for question in questions(slug):
            customer_writes(stack, tenant, question)
    same = {slug: replayed(portal, "live") for slug, portal in portals.items()}
    print(f"with the same settings: { ({slug: found['kinds'] for slug, found in same.items()}) }", flush=True)
    result: dict[str, Any] = {"turns": sum(found["done"] for found in same.values())}
    for name, edits in (("faults", FAULTS[::STEP]), ("harmless", HARMLESS[:: STEP * 5 // 2])):
        result[name], result[f"shown_{name}"] = len(edits), 0
        for edit in edits:
            begun = time.monotonic()
            found = shown(portals[edit.tenant], edit)
            result[f"shown_{name}"] += bool(found)
            print(
                f"{name} {edit.name}: {found or 'nothing differs'}, {time.monotonic() - begun:.0f} s",
                flush=True,
            )
    return result


def bench(folder: Path) -> dict[str, Any]:
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config(), durable=False)
        seed.seed(stack, merge_window_s=0.0)
        seed.seed_documents(stack)
        return measure(stack)
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(run_bench(bench))
