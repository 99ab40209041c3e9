"""The service statement after a storm, held against what the stand-in for Meta knows, to the message."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from local import seed
from tests.faults import ledger
from tests.faults.books import Books
from tests.faults.clerk import Clerk
from tests.faults.storm import RECOVERY, until

DECISION = "approval:"  # a person's decision about a tool's call is no message of a customer
ZERO = ("open", "lost", "doubled", "overtaken")


def check(books: Books, tenant: seed.DemoTenant) -> dict[str, Any]:
    """Asserts that the owner's statement says what Meta's ledger and the books say; returns it. Statuses may still be on their way."""
    clerk = Clerk(books.storm, tenant)

    def same() -> dict[str, Any] | None:
        shown, known = figures_of(clerk, tenant), known_of(books, tenant.phone_number_id)
        differs = {
            name: (shown.get(name, 0), known[name]) for name in known if shown.get(name, 0) != known[name]
        }
        if differs:
            print(f"statement, ledger: {differs}")
            return None
        return shown

    return dict(until(same, 120, every_s=2.0))


def figures_of(clerk: Clerk, tenant: seed.DemoTenant) -> dict[str, Any]:
    """As the page shows them, of both months together where one ended meanwhile. Nothing contradicts it."""
    clerk.storm.run_schedule("f/chatbot/recover", **RECOVERY)
    found: Counter[str] = Counter()
    for month in sorted({f"{moment:%Y-%m}" for moment in (clerk.storm.began, datetime.now(UTC))}):
        fields = {"phone_number_id": tenant.phone_number_id, "month": month}
        made = clerk.insist("statement", "f/portal_api/statement", "get", **fields)["statement"]
        assert made["faults"] == [], made["faults"]
        found.update(
            {
                f["name"]: f["value"]
                for section in made["sections"]
                for f in section["figures"]
                if isinstance(f["value"], int)
            }
        )
    return dict(found)


def known_of(books: Books, number: str) -> dict[str, int]:
    """What the statement must say of a number: what came, went out, arrived and is billed by Meta; what became of each message by the books."""
    rows = [r for r in books.messages if r["phone_number_id"] == number and not r["id"].startswith(DECISION)]
    answered = [
        row for row in rows if any(books.takes[part["send_id"]] for part in books.of_turn[row["turn"]])
    ]
    return {
        "came": len(books.storm.written(number)),
        "answered": len(answered),
        "ended": len(rows) - len(answered),
        **dict.fromkeys(ZERO, 0),
        **Counter(f"outcome:{row['outcome']}" for row in answered),
        **ledger.of_sends(books.storm.accepted(number)),
    }
