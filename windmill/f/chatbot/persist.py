# requirements: database
"""Step 4 of a turn: what happened is written down, the turn is closed, and the next one starts if more is pending.

In: the Context, the Answer and the Delivery. Out: the outcome and the runs that were started.
One SQL function does all the writing in one transaction. Run again, it finds the turn closed and only looks for what is pending.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant, ask, connect, one
from f.common.dispatch import dispatch
from f.common.references import plain
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.shapes import Answer, Context, Delivery

postgresql = dict[str, Any]
STEP = 4


def main(
    context: Context, answer: Answer, delivery: Delivery, db: postgresql, job_id_key: str
) -> dict[str, Any]:
    context, answer = plain(context), plain(answer)
    outcome = outcome_of(answer, delivery)
    if context["mode"] == "dry_run":
        return {"outcome": outcome, "dry_run": True, "started": []}
    with connect(db) as conn:
        state, contact = turn_of(conn, context)
        if state == "active":
            summary = {key: answer[key] for key in ("citations", "model", "trace", "usage", "error")}  # type: ignore[literal-required]
            with as_tenant(conn, context["tenant_id"]):
                epoch = one(conn, "select begin_step(%s, %s, %s)", [context["turn_id"], run_id(), STEP])
                one(
                    conn,
                    "select close_turn(%s, %s, 'done', %s, %s::jsonb)",
                    [
                        context["turn_id"],
                        epoch,
                        outcome,
                        json.dumps({**summary, "question": context["question"]}),
                    ],
                )
        started = dispatch(conn, job_id_key, contact_id=contact)
    return {"outcome": outcome, "started": started}


def outcome_of(answer: Answer, delivery: Delivery) -> str:
    """answered | unanswered (in the words for it) | handed_off (to a human) | failed (in the words for that) | not_sent (no part left)."""
    if delivery["parts"] and all(part["state"] in ("failed", "cancelled") for part in delivery["parts"]):
        return "not_sent"
    if answer["error"]:
        return "failed"
    if answer.get("handed_off"):
        return "handed_off"
    return "answered" if answer["answered"] else "unanswered"


def turn_of(conn: Connection, context: Context) -> tuple[str, str]:
    """The turn's state, and its contact: the one that the context names may have become another one meanwhile."""
    query = "select state, contact_id::text from turns where id = %s and run_id = %s"
    (rows,) = ask(conn, context["tenant_id"], (query, [context["turn_id"], run_id()]))
    if not rows:  # another run has taken it: begin_step says so
        return "active", context["contact_id"]
    return rows[0]["state"], rows[0]["contact_id"]
