"""The service statement after a storm, held against what the stand-in for Meta knows, to the message."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from local import seed
from tests.faults.books import Books
from tests.faults.clerk import Clerk
from tests.faults.storm import RECOVERY, until

BEST = ("accepted", "sent", "delivered", "read")
DECISION = "approval:"  # a person's decision about a tool's call is no message of a customer
ZERO = ("open", "lost", "doubled", "overtaken")


def check(books: Books, tenant: seed.DemoTenant) -> dict[str, Any]:
    """Asserts that the owner's statement says what Meta's ledger and the books say; returns it. Statuses may still be on their way."""
    clerk = Clerk(books.storm, tenant)

    def same() -> dict[str, Any] | None:
        shown, known = figures_of(clerk, tenant), ledger(books, tenant.phone_number_id)
        differs = {
            name: (shown.get(name, 0), known[name]) for name in known if shown.get(name, 0) != known[name]
        }
        if differs:
            print(f"statement, ledger: {differs}")
            return None
        return shown

    return dict(until(same, 120, every_s=2.0))


def figures_of(clerk: Clerk, tenant: seed.DemoTenant) -> dict[str, Any]:
    """As the page shows them. Nothing contradicts it."""
    clerk.storm.run_schedule("f/chatbot/recover", **RECOVERY)
    made = clerk.insist("statement", "f/portal_api/statement", "get", phone_number_id=tenant.phone_number_id)[
        "statement"
    ]
    assert made["faults"] == [], made["faults"]
    return {f["name"]: f["value"] for section in made["sections"] for f in section["figures"]}


def ledger(books: Books, number: str) -> dict[str, int]:
    """What the statement must say of a number: what came, went out, arrived and is billed by Meta; what became of each message by the books."""
    rows = [r for r in books.messages if r["phone_number_id"] == number and not r["id"].startswith(DECISION)]
    answered = [
        row for row in rows if any(books.takes[part["send_id"]] for part in books.of_turn[row["turn"]])
    ]
    sent = [m for m in books.storm.accepted() if m["phone_number_id"] == number]
    of_part: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for message in sent:
        of_part[message["biz_data"]["send_id"]].append(message)
    arrived = [m for m in sent if {"delivered", "read"} & set(m["statuses"])]
    states = Counter(state_of(messages) for messages in of_part.values())
    outcomes = Counter(f"outcome:{row['outcome']}" for row in answered)
    return {
        "came": books.storm.written(number),
        "answered": len(answered),
        "ended": len(rows) - len(answered),
        **dict.fromkeys(ZERO, 0),
        **outcomes,
        "sent": states["accepted"] + states["sent"],
        "delivered": states["delivered"],
        "read": states["read"],
        "charged": len(arrived),
        "billed": sum(m["pricing"]["billable"] for m in arrived),
        "free": sum(not m["pricing"]["billable"] for m in arrived),
        "copies": len(arrived) - len({m["biz_data"]["send_id"] for m in arrived}),
    }


def state_of(messages: list[dict[str, Any]]) -> str:
    """How far a part has come, of all that Meta took for it."""
    seen = [name for m in messages for name in ("accepted", *m["statuses"]) if name in BEST]
    return max(seen, key=BEST.index)
