# requirements: whatsapp
"""Step 4 of a turn: records what happened, closes the turn, and starts the next one if more messages are pending.

In: the Context, the AgentResult and the Delivery. Out: the outcome, the versions of the settings and of
the Q&A pairs, the runs that were started, and the id of the turn's trace (f/chatbot/traces).
finish_turn writes everything in one transaction. A second run finds the turn closed, and only starts what is pending.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.agent.language import written_language
from f.agent.turn import Turn
from f.common.database import Database
from f.common.dispatch import dispatch
from f.common.failures import contain_errors
from f.common.windmill import run_id
from f.common.windmill_references import unescape_references

if TYPE_CHECKING:
    from f.common.shapes import AgentResult, Context, Delivery

postgresql = dict[str, Any]


@contain_errors
def main(
    context: Context, agent_result: AgentResult, delivery: Delivery, db: postgresql, job_id_key: str
) -> dict[str, Any]:
    agent_result = unescape_references(agent_result)
    outcome = "acted" if context.get("silent") else outcome_of(agent_result, delivery)
    versions = {name: agent_result.get(name) for name in ("version", "pairs_version")}
    if context["mode"] == "dry_run":
        with Database.open(db) as database:  # a preview costs as much as an answer
            usage = json.dumps(agent_result["usage"], default=str)
            database.value("select count_dry_run(%s, %s::jsonb)", run_id(), usage)
        return {"outcome": outcome, **versions, "dry_run": True, "started": []}
    with Database.open(db) as database:
        turn = Turn(database, unescape_references(context))
        summary = {key: agent_result[key] for key in ("citations", "model", "trace", "usage", "error")}  # type: ignore[literal-required]
        contact, trace_id = turn.finish(
            outcome,
            {
                **summary,
                **versions,
                "question": turn.context["question"],
                "language": written_language(turn.context),
            },
        )
        started = dispatch(database, job_id_key, contact_id=contact)
    return {"outcome": outcome, **versions, "started": started, "trace_id": trace_id}


def outcome_of(agent_result: AgentResult, delivery: Delivery) -> str:
    """answered | unanswered (in the words for it) | handed_off (to a human) | failed (in the words for that) | not_sent (no part left)."""
    if delivery["parts"] and all(part["state"] in ("failed", "cancelled") for part in delivery["parts"]):
        return "not_sent"
    if agent_result["error"]:
        return "failed"
    if agent_result.get("handed_off"):
        return "handed_off"
    return "answered" if agent_result["answered"] else "unanswered"
