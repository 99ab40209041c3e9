"""Whether a business's own tests stop what breaks its bot, and nothing else: 40 faults and 100 harmless edits of the demo's bots.

    python -m bench.cases [--from 17] [--of shop]             QUICK=1: a few of each; ONLY=dev or ONLY=heldout: one half

`--from`: goes on with the edit of this number where a run was cut off; `--of`: one business alone. The figures are of what was made then.

The real flow on the local stack, a real PostgreSQL, the demo's rule-based model. Each edit is made as a person makes it, then a draft is
published by the portal; it is stopped where a case is red. Both businesses' owners do so at the same time. Prints a row for each edit, one more
for each that went wrong, a table, and last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.case_edits import FAULTS, HARMLESS, Edit
from bench.case_portal import MAKE, Portal
from bench.stacks import NotMeasured, run_bench
from local import seed
from local.stack import Stack
from tests.facts import FACTS, UNANSWERED

QUICK, ONLY = bool(os.environ.get("QUICK")), os.environ.get("ONLY", "")
WORKERS = 3
ABOUT = {  # which of the questions about the demo's documents are cases
    "shop": (
        "express delivery cost",
        "return an item?",
        "gift card valid",
        "ceiling lamp",
        "return a pillow",
    ),
    "clinic": ("blood test?", "flu", "parking free", "first visit", "cancel an appointment", "insurance"),
}
CUSTOMER = seed.CUSTOMERS[0]["phone"]
SHOP_TOOLS = (
    ("Where is my order CL-1042?", "get_order"),
    ("Is the floor lamp in stock?", "get_stock"),
    ("Please send me the document on returns", "send_document"),
    ("Where can I book a workshop online?", "send_link"),
    ("Can you send me the contact card of the store?", "send_contact_card"),
    ("Which store is the nearest to me?", "ask_location"),
)
CLINIC_TOOLS = (("Which appointments are free tomorrow?", "free_appointments"),)
TENANTS = {tenant.slug: tenant for tenant in seed.TENANTS}
FORGET = (  # what an edit leaves behind, which none after it should meet
    b"delete from chatbot_drafts where phone_number_id = %s",
    b"update case_schedules set due_at = null, changed_at = null, last_change_at = null where phone_number_id = %s",
    b"update bot_cases set known_red = false where phone_number_id = %s",
)


def make_cases(portal: Portal) -> int:
    """Cases as the business makes them, and only those that its bot passes as it is; returns how many."""
    slug = portal.tenant.slug
    for fact in [
        f
        for f in FACTS
        if f.tenant == slug and f.language == "en" and any(a in f.question for a in ABOUT[slug])
    ]:
        wanted: dict[str, Any] = {"must_say": [fact.answer], "source": {"title": portal.tenant.title}}
        add(portal, fact.question, {"outcome": "answered", **wanted})
    for none in [each for each in UNANSWERED if each.tenant == portal.tenant.slug][:2]:
        add(portal, none.question, {"outcome": "unanswered"})
    for question, tool in SHOP_TOOLS if portal.tenant.slug == "shop" else CLINIC_TOOLS:
        add(portal, question, {"outcome": "answered", "tool": tool})
    with portal.stack.connect() as conn:  # as the customer whose orders these are
        conn.execute(
            "update bot_cases set contact_id = (select id from contacts where phone = %s and tenant_id ="
            " bot_cases.tenant_id) where question like '%%order CL%%'",
            [CUSTOMER],
        )
    return drop_red(portal)


def add(portal: Portal, question: str, wanted: dict[str, Any], title: str = "") -> None:
    portal.ask(
        "cases", "create", phone_number_id=portal.number, question=question, expected=wanted, title=title
    )


def drop_red(portal: Portal) -> int:
    found = portal.finished(portal.ask("cases", "run", phone_number_id=portal.number)["run"])
    for red in found["red"]:
        print(
            f"{portal.tenant.slug}: no case, the bot does not pass it as it is: {red['title']} {red['findings']}"
        )
        portal.ask("cases", "delete", case_id=red["id"])
    return int(found["of"]["total"]) - len(found["red"])


@contextmanager
def made(portal: Portal, edit: Edit) -> Iterator[None]:
    """Makes an edit, and takes it back."""
    back = MAKE[edit.kind](portal, edit.what)
    portal.wait_until_read()
    try:
        yield
    finally:
        back()
        portal.wait_until_read()
        with portal.stack.connect() as conn:
            query = b"select put_settings(%s, %s::jsonb)"
            conn.execute(query, [portal.number, json.dumps(portal.base)])
            for forget in FORGET:
                conn.execute(forget, [portal.number])


def stopped(portal: Portal, edit: Edit) -> list[Any] | None:
    """Why a publication is stopped after this edit; None: it is not."""
    with made(portal, edit):
        if edit.kind != "settings":
            portal.draft({"max_replies_per_hour": 59})
        run = portal.publish()["run"]
        found = portal.finished(run)
        done = portal.publish(run)
        if ("red" in done) != (found["of"]["state"] == "red"):
            raise NotMeasured(f"the gate and the run disagree: {done}, {found['of']}")
        return (
            [(red["title"], red["findings"], red["cause"]) for red in found["red"]] if "red" in done else None
        )


def half(edits: list[Edit]) -> list[Edit]:
    if QUICK:
        return edits[::8]
    return edits[::2] if ONLY == "dev" else edits[1::2] if ONLY == "heldout" else edits


def hundred(portal: Portal) -> tuple[int, float]:
    """How long it takes to ask this many cases."""
    wanted = 30 if QUICK else 100
    with portal.stack.connect() as conn:
        there = conn.execute(
            "select question, expected from bot_cases where phone_number_id = %s", [portal.number]
        ).fetchall()
    for n in range(wanted - len(there)):
        row = there[n % len(there)]
        add(portal, row["question"], row["expected"], f"{row['question']} ({n + 2})")
    begun = time.monotonic()
    found = portal.finished(portal.ask("cases", "run", phone_number_id=portal.number)["run"])
    if found["red"]:
        print(f"of {wanted} cases red: {[red['title'] for red in found['red']]}")
    return int(found["of"]["total"]), time.monotonic() - begun


def measure(stack: Stack, first: int, slugs: list[str]) -> dict[str, Any]:
    portals = {slug: Portal(stack, TENANTS[slug]) for slug in slugs}
    counts = {slug: make_cases(portal) for slug, portal in portals.items()}
    print(f"cases: {counts}", flush=True)
    faults, harmless = half(FAULTS), half(HARMLESS)
    numbered = list(enumerate([*faults, *harmless]))[first:]
    begun, why = time.monotonic(), dict[int, list[Any] | None]()
    over = threading.Event()
    with ThreadPoolExecutor(len(portals)) as owners:  # the businesses have nothing in common but the workers
        for part in as_completed(
            owners.submit(
                make_all,
                portal,
                [(n, edit) for n, edit in numbered if edit.tenant == slug],
                len(faults),
                over,
            )
            for slug, portal in portals.items()
        ):
            why |= part.result()
    took = time.monotonic() - begun
    cases, seconds = hundred(next(iter(portals.values())))
    of = {"faults": [n for n in why if n < len(faults)], "harmless": [n for n in why if n >= len(faults)]}
    caught = {name: sum(why[n] is not None for n in numbers) for name, numbers in of.items()}
    print(f"\n{'':22}{'made':>6}{'stopped':>9}\n{'faults':22}{len(of['faults']):6}{caught['faults']:9}")
    print(f"{'harmless edits':22}{len(of['harmless']):6}{caught['harmless']:9}")
    print(f"{len(why)} edits in {took:.0f} s; {cases} cases on {WORKERS} workers in {seconds:.0f} s")
    return {
        "faults": len(of["faults"]), "stopped": caught["faults"], "harmless": len(of["harmless"]),
        "stopped_harmless": caught["harmless"], "edits_seconds": round(took, 1), "cases": cases, "seconds": round(seconds, 1),
    }  # fmt: skip


def make_all(
    portal: Portal, edits: list[tuple[int, Edit]], faults: int, over: threading.Event
) -> dict[int, list[Any] | None]:
    """Makes a business's edits one after the other; why each is stopped, by its number. The first `faults` of all are faults. Once something
    can't be measured, it is `over` for all."""
    found: dict[int, list[Any] | None] = {}
    for number, edit in edits:
        if over.is_set():
            break
        begun = time.monotonic()
        try:
            why = found[number] = stopped(portal, edit)
        except BaseException:
            over.set()
            raise
        if (why is None) == (number < faults):
            print(f"WRONG {number}: {edit.name}: {why or 'nothing is red'}", flush=True)
        kind, end = "fault" if number < faults else "harmless", "stopped" if why else "published"
        print(f"{number} {kind} {edit.name}: {end}, {time.monotonic() - begun:.0f} s", flush=True)
    return found


def bench(folder: Path) -> dict[str, Any]:
    options = argparse.ArgumentParser()
    options.add_argument("--from", type=int, default=0, dest="first")
    options.add_argument("--of", choices=TENANTS, action="append")
    given = options.parse_args()
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config(), durable=False)
        seed.seed(stack, merge_window_s=0.0)
        seed.seed_documents(stack)
        customer_writes(stack, seed.SHOP, "Hello")  # so that it knows whose orders they are
        return measure(stack, given.first, given.of or list(TENANTS))
    finally:
        stack.stop()


def customer_writes(stack: Stack, tenant: seed.DemoTenant, text: str) -> None:
    """A customer writes to a business, and waits for the answer."""
    import httpx2

    body = {
        "phone_number_id": tenant.phone_number_id,
        "customer": seed.CUSTOMERS[0]["name"],
        "text": text,
        "timeout_s": 60,
    }
    httpx2.post(f"{stack.url('meta')}/control/ask", json=body, timeout=90).raise_for_status()


if __name__ == "__main__":
    sys.exit(run_bench(bench))
