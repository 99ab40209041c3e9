# requirements: whatsapp
"""Parts that Meta had accepted and that failed afterwards, in a status: they go out again when the error table says so.

PostgreSQL decides which and when (claim_retry): each once, to one person in order, none while a turn with them is open, none that a human,
an opt-out, the 24 hours or a stop has made pointless. A part whose turn is still open is its own step's: send_reply does it.
"""

from __future__ import annotations

import time
from typing import Any

from f.chatbot.send_reply import bring_out
from f.common.database import Connection, as_tenant, one
from f.common.windmill import run_id
from f.whatsapp.graph_api import Outcome, graph_api

HELD_S = 3.0  # a part that is overdue for longer is held back


def send_due(conn: Connection, whatsapp: dict[str, Any], master_key: str, deadline: float) -> dict[str, int]:
    """Sends what is due, and what comes due before `deadline` (of time.monotonic). How many parts, by what became of them."""
    done: dict[str, int] = {}
    while time.monotonic() < deadline:
        part = one(conn, "select claim_retry(%s)", [run_id()])
        if part is None:
            wait = one(conn, "select next_retry()", [])
            if wait is None or wait < -HELD_S or time.monotonic() + wait > deadline:
                break  # nothing, later, or due and held back by an open turn: the next run looks again
            time.sleep(min(max(wait, 1), 5))
            continue
        outcome = send_again(conn, part, whatsapp, master_key)
        state = "failed" if outcome["state"] == "refused" else outcome["state"]
        recorded = one(
            conn,
            "select record_retry(%s, %s, %s, %s, %s, %s)",
            [part["send_id"], run_id(), state, outcome["message_id"], outcome["code"], outcome["error"]],
        )
        print(f"part {part['part']} of turn {part['turn_id']} again: {recorded or 'settled meanwhile'}")
        done[state] = done.get(state, 0) + 1
    return done


def send_again(conn: Connection, part: dict[str, Any], whatsapp: dict[str, Any], master_key: str) -> Outcome:
    """One request, as the part's tenant."""
    with as_tenant(conn, part["tenant_id"]):
        api = graph_api(conn, part, whatsapp, master_key)  # type: ignore[arg-type]
    if api is None:
        return {
            "state": "refused",
            "message_id": None,
            "code": None,
            "error": "the tenant has no WhatsApp access token",
        }
    return bring_out(conn, part, part, api)  # type: ignore[arg-type]
