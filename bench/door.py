"""Staff of many businesses at once through the door to the portal, on the local runner, where the door has one account of Windmill.

    python -m bench.door             500 people of 100 businesses (QUICK=1: 60 of 12)

Each signs in with a code that comes by mail; then each opens the portal, 25 in the same moment. Prints how many are signed in at once and how long
they wait; exits non-zero where one is not let in, or sees another business.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from bench.neighbours import percentile
from bench.stacks import NotMeasured, run_bench
from local import seed
from local.mail import Mailbox, words_of
from local.portal.wire import request
from local.stack import Stack

QUICK = bool(os.environ.get("QUICK"))
BUSINESSES, EACH = (12, 5) if QUICK else (100, 5)
AT_ONCE = 25
MADE = """
with made as (insert into tenants (name, embedding_model) select 'Business ' || n, 'multilingual-e5-small'
              from generate_series(1, %s) n returning id, name)
insert into tenant_members (tenant_id, email, role)
    select id, p || '@' || replace(lower(name), ' ', '-') || '.example', 'agent' from made, generate_series(1, %s) p
    returning email
"""


class Person:
    """One member of staff in a browser of their own, at an address of their own."""

    def __init__(self, door: str, email: str, number: int) -> None:
        self.email = email
        headers = {"origin": door, "x-forwarded-for": f"10.0.{number // 250}.{number % 250}"}
        self._http = httpx2.AsyncClient(base_url=door, headers=headers, timeout=600, trust_env=False)

    async def ask_code(self) -> None:
        (await self._http.post("/api/code", json={"person": self.email})).raise_for_status()

    async def enter(self, box: Mailbox) -> None:
        mail = await asyncio.to_thread(box.wait_for, self.email, 0, 600)
        found = re.search(r"\b\d{6}\b", words_of(mail))
        assert found
        (await self._http.post("/api/enter", json={"code": found[0]})).raise_for_status()

    async def open(self) -> tuple[float, list[str]]:
        """Seconds, and the names of the businesses that they see."""
        began = time.monotonic()
        asked = {"runnable": "me", "args": {"request": request("get")}}
        answer: dict[str, Any] = (await self._http.post("/api/call", json=asked)).json()
        if answer.get("ok") is not True or answer["email"] != self.email:
            raise NotMeasured(f"{self.email} was told {answer}")
        return time.monotonic() - began, [business["name"] for business in answer["businesses"]]

    async def close(self) -> None:
        await self._http.aclose()


async def visit(door: str, emails: list[str], box: Mailbox) -> dict[str, Any]:
    people = [Person(door, email, number) for number, email in enumerate(emails)]
    began = time.monotonic()
    await asyncio.gather(*(person.ask_code() for person in people))
    await asyncio.gather(*(person.enter(box) for person in people))
    signed_in = time.monotonic() - began
    places = asyncio.Semaphore(AT_ONCE)

    async def open_in_turn(person: Person) -> tuple[float, list[str]]:
        async with places:
            return await person.open()

    opened = await asyncio.gather(*(open_in_turn(person) for person in people))
    await asyncio.gather(*(person.close() for person in people))
    for person, (_, names) in zip(people, opened, strict=True):
        own = person.email.partition("@")[2].removesuffix(".example").replace("-", " ").capitalize()
        if names != [own]:
            raise NotMeasured(f"{person.email} sees {names}")
    waits = [seconds for seconds, _ in opened]
    return {
        "people": len(people),
        "sign_ins_s": round(signed_in, 1),
        "open_p50_s": round(statistics.median(waits), 2),
        "open_p95_s": round(percentile(waits, 0.95), 2),
    }


def measure(stack: Stack, businesses: int, each: int) -> dict[str, Any]:
    """On a running stack. Needs no other mail server on it."""
    with stack.connect() as conn:
        emails = [row["email"] for row in conn.execute(MADE, [businesses, each]).fetchall()]
    box = Mailbox(stack.ports["smtp"])
    try:
        # The last of some hundred codes waits for minutes on two workers.
        door = stack.start_door({"PORTAL_PROXIES": "1", "PORTAL_SCRIPT_TIMEOUT_S": "600"})
        found = asyncio.run(visit(door, emails, box))
        with stack.connect() as conn:
            row = conn.execute(
                "select count(*) as n, count(distinct person) as people from door_sessions"
            ).fetchone()
        assert row
        return found | {"sessions_at_once": row["n"], "businesses": businesses}
    finally:
        box.stop()


def measured(folder: Path) -> dict[str, Any]:
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config(), durable=False)
        found = measure(stack, BUSINESSES, EACH)
    finally:
        stack.stop()
    print(
        f"{found['sessions_at_once']} people of {found['businesses']} businesses signed in at once with one account of Windmill"
        f" ({found['sign_ins_s']} s for all codes); they open the portal, {AT_ONCE} in one moment: p50 {found['open_p50_s']} s,"
        f" p95 {found['open_p95_s']} s"
    )
    return {"bench": "door", "quick": QUICK, **found}


def main() -> int:
    return run_bench(measured)


if __name__ == "__main__":
    sys.exit(main())
