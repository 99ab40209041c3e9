"""What people have decided about the calls of tools that a turn answers, in canned words: also for the failure handler, which asks no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from f.agent.turn import Turn

OUTCOMES = {"done": "approval_done", "refused": "approval_failed", "not_called": "approval_failed"}


def words_of(turn: Turn, decisions: list[dict[str, Any]]) -> str:
    """All of it in canned words: what was decided, and what became of it. Nothing of a call that a later turn makes."""
    said: list[str] = []
    for decision in decisions:
        if decision["result"] == "again":
            continue
        if decision["state"] == "approved":
            outcome = OUTCOMES.get(decision["result"] or "", "approval_unsure")
            said += [turn.canned_reply("approval_agreed"), turn.canned_reply(outcome)]
        else:
            said.append(turn.canned_reply(f"approval_{decision['state']}"))
    return " ".join(dict.fromkeys(said))


def read_decisions(turn: Turn) -> list[dict[str, Any]]:
    return turn.db.rows("select * from decisions_of_turn(%s)", turn.id)
