# requirements: whatsapp
"""Asks a person before a tool is called, where the tenant wants that: the call is written down with exactly its arguments, the staff hear of
it, and the model hears that nothing is done yet. What they decide comes back as an event of the conversation (f/agent/decisions).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.redaction import redact_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn
    from f.tools.live_tools import LiveTool

ASKED = (
    "Nothing is done yet: a colleague must agree to {tool} first and is being asked now. Tell the customer that you are checking with a colleague,"
    " and that you write here as soon as you know. Do not say that it is done or that it will be done. Do not call it for this again."
)
TRIAL = (
    "{tool} was not called. Outside a trial a colleague would be asked to agree first; in a trial nobody is asked."
    " Say that to whoever tries you out."
)
DECIDED = (
    "Nothing was called: a colleague has just decided about this. Do not call {tool} again in this reply."
)
KEYS = "the arguments hold what looks like a key or a password: nobody may be shown that, so nobody can agree to it"


class Asked(str):
    """The outcome of a call that was not made: a person is asked first."""


class Approvals:
    """The requests of one turn."""

    def __init__(self, turn: Turn, evidence: Evidence) -> None:
        self._turn, self._evidence = turn, evidence

    def ask(self, tool: LiveTool, arguments: dict[str, Any], secrets: Iterable[str]) -> Asked:
        """Writes the request down, once in a turn, and tells the staff. Raises ValueError where it can't be asked."""
        if self._turn.context.get("decisions"):
            return Asked(DECIDED.format(tool=tool.name))
        if unknown := tool.unknown(arguments):
            raise ValueError(f"{tool.name} has no parameter {', '.join(unknown)[:200]}: call it without")
        written = exact(arguments, secrets)
        self._evidence.awaiting.append((tool.name, written))
        if self._turn.dry_run:
            return Asked((ASKED if self._turn.replays else TRIAL).format(tool=tool.name))
        made = self._turn.db.value(
            "select ask_approval(%s, %s, %s, %s, %s)",
            self._turn.id,
            self._turn.epoch,
            tool.origin,
            tool.name,
            written,
        )
        if made["is_new"]:
            from f.whatsapp.approval_notice import ask_phones

            ask_phones(self._turn.db, self._turn.resources, made["id"])
        return Asked(ASKED.format(tool=tool.name))


def needs_approval(rule: Any, arguments: dict[str, Any]) -> bool:
    """Whether the rule of a tool (sql/schema/tools.sql) asks for a person: `always`, or a number that is over a bound, absent, or no number."""
    if not rule:
        return False
    if not isinstance(rule, dict):
        return True
    value, over = arguments.get(str(rule.get("parameter"))), rule.get("over")
    numbers = [n for n in (value, over) if isinstance(n, int | float) and not isinstance(n, bool)]
    return len(numbers) < 2 or not numbers[0] <= numbers[1]  # NaN is over every bound


def exact(arguments: dict[str, Any], secrets: Iterable[str]) -> str:
    """The arguments as they are shown, agreed to and run: one text. Raises ValueError where they can't be."""
    if redact_keys(arguments, secrets) != arguments:
        raise ValueError(KEYS)
    written = json.dumps(arguments, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if "\\u0000" in written or any("\ud800" <= letter <= "\udfff" for letter in written):
        raise ValueError("the arguments hold characters that can't be stored")
    return written
