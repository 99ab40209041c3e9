# requirements: whatsapp
"""Sends parts again that Meta had accepted and that a status has called failed, when the error table says so.

PostgreSQL decides which and when (claim_retry): each once, to one person in order, none while a turn with them is open, none that a human,
an opt-out, the 24 hours or a stop has made pointless. If the turn is still open, its send_reply sends the part again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from f.common.secrets import SecretError
from f.common.windmill import run_id
from f.whatsapp.graph_api import Outcome, graph_api
from f.whatsapp.outbox import send_request

if TYPE_CHECKING:
    from f.common.database import Database
    from f.common.shapes import Resources

MOST_RELEASED = 10
HELD_S = 3.0  # a part that is overdue for longer is held back


def send_due(database: Database, resources: Resources, deadline: float) -> dict[str, int]:
    """Sends what is due, and what comes due before `deadline` (of time.monotonic). How many parts, by what became of them."""
    done: dict[str, int] = {}
    while time.monotonic() < deadline:
        part = database.value("select claim_retry(%s)", run_id())
        if part is None:
            wait = database.value("select next_retry()")
            if wait is None or wait < -HELD_S or time.monotonic() + wait > deadline:
                break  # nothing, later, or due and held back by an open turn: the next run looks again
            time.sleep(min(max(wait, 1), 5))
            continue
        outcome = send_again(database, part, resources)
        recorded = record(database, part, outcome)
        print(f"part {part['part']} of turn {part['turn_id']} again: {recorded or 'settled meanwhile'}")
        state = "failed" if outcome["state"] == "refused" else outcome["state"]
        done[state] = done.get(state, 0) + 1
    return done


def send_released(database: Database, resources: Resources, contact_id: str) -> None:
    """Sends at once what had waited for this contact to write. What can't go now stays due: recovery sends it."""
    for _ in range(MOST_RELEASED):
        part = database.value("select claim_retry(%s, %s)", run_id(), contact_id)
        if part is None:
            return
        outcome = send_again(database, part, resources)
        print(f"words that waited: {record(database, part, outcome) or 'settled meanwhile'}")


def send_again(database: Database, part: dict[str, Any], resources: Resources) -> Outcome:
    """One request, as the part's tenant."""
    db = database.of_tenant(part["tenant_id"])
    try:
        api = graph_api(db, part, resources)
        problem = "the tenant has no WhatsApp access token"
    except SecretError as error:
        api, problem = None, str(error)
    if api is None:
        return {"state": "refused", "message_id": None, "code": None, "error": problem}
    return send_request(db, part["phone_number_id"], part, api)


def record(database: Database, part: dict[str, Any], outcome: Outcome) -> str | None:
    """Writes the outcome down. The part's state; None where another run has it by now, or a status came first."""
    state = "failed" if outcome["state"] == "refused" else outcome["state"]
    recorded: str | None = database.value(
        "select record_retry(%s, %s, %s, %s, %s, %s)",
        part["send_id"],
        run_id(),
        state,
        outcome["message_id"],
        outcome["code"],
        outcome["error"],
    )
    return recorded
