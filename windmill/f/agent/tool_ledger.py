"""Calls a tool that may change something once for a turn, however many attempts of the step ask for it.

The call is recorded before it is made, its outcome after it. An attempt that asks again (the step was retried, or the whole flow) gets the
outcome. If that was lost, a tool that keeps outcomes is asked for it (f/tools/live_tools.LiveTool.recall), and a request that its server makes
once is sent again; of others the attempt gets a sentence by which the model neither calls again nor claims that it was done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from f.common.redaction import redact_keys
from f.tools.live_tools import LiveTool, ToolError

if TYPE_CHECKING:
    from f.agent.turn import Turn

KEPT = 2000  # characters of an outcome, as in the trace
UNSURE = (
    "It is not known whether it was done. Do not call it again. Tell the customer honestly that you can't say whether it was done,"
    " and offer that a colleague looks."
)


def call_once(
    turn: Turn, tool: LiveTool, arguments: dict[str, Any], seconds: float, secrets: Iterable[str]
) -> str:
    """What the call returns, or returned before. Raises ToolError as the call does; `unsure` where it is not known whether it was done."""
    name = f"{tool.origin}.{tool.name}"
    digest = hashlib.sha256(json.dumps([turn.id, name, arguments], sort_keys=True).encode()).digest()
    request = tool.request_digest(arguments)
    query = "select begin_tool_call(%s, %s, %s, %s, %s)"
    before = turn.db.value(query, turn.id, turn.epoch, name, digest, request)
    if before and before["outcome"] is None and tool.keeps_outcomes:
        before = recalled(turn, tool, before, seconds, secrets)
    if before and before["outcome"] is None and before["same"] and is_same(request, before["request"]):
        return recorded(turn, digest, secrets, lambda: tool.repeat(digest, arguments, seconds))
    if before:
        return earlier_outcome(tool, before)
    return recorded(turn, digest, secrets, lambda: tool.call_as(digest, arguments, seconds))


def is_same(request: bytes | None, written: str | None) -> bool:
    """Whether what would be sent is what was sent, and its server knows its key. `written`: of the ledger, as hex."""
    return request is not None and request.hex() == written


def recorded(turn: Turn, digest: bytes, secrets: Iterable[str], call: Callable[[], str]) -> str:
    """What the call says, once that is written down under its digest. Raises ToolError as the call does."""

    def record(outcome: str | None, failed: bool) -> None:
        kept = None if outcome is None else redact_keys(outcome, secrets)[:KEPT]
        turn.db.value("select end_tool_call(%s, %s, %s, %s)", turn.id, digest, kept, failed)

    try:
        outcome = call()
    except ToolError as problem:
        if problem.by_tool:
            record(str(problem), True)
        elif not problem.begun:
            record(None, True)
        else:
            unsure = ToolError(f"{problem}. {UNSURE}", unsure=True)
            unsure.job = problem.job
            raise unsure from None
        raise
    record(outcome, False)
    return outcome


def recalled(
    turn: Turn, tool: LiveTool, made: dict[str, Any], seconds: float, secrets: Iterable[str]
) -> dict[str, Any] | None:
    """A call whose outcome was lost, with the outcome where the tool still knows it. None: it never came to the tool, so it can be made now."""
    digest = bytes.fromhex(made["digest"])
    outcome, failed = None, False
    try:
        outcome = tool.recall(digest, seconds)
    except ToolError as problem:
        if problem.begun:
            return made
        if problem.by_tool:
            outcome, failed = str(problem), True
    if outcome is None:
        return None if made["same"] else made
    kept = redact_keys(outcome, secrets)[:KEPT]
    turn.db.value("select end_tool_call(%s, %s, %s, %s)", turn.id, digest, kept, failed)
    return {**made, "outcome": kept, "failed": failed}


def earlier_outcome(tool: LiveTool, made: dict[str, Any]) -> str:
    """What became of a call that an earlier attempt made, or this one in the same words. Raises ToolError where that was no result."""
    if made["outcome"] is None:
        before = f"{tool.name} was called for this message before, and what became of it was lost"
        raise ToolError(f"{before}. {UNSURE}", unsure=True)
    if not made["same"]:
        before = f"{tool.name} was called for this message before, in other words. What became of it: {made['outcome']}"
        raise ToolError(f"{before}\nCall it again only for something else that was asked for.", by_tool=True)
    if made["failed"]:
        raise ToolError(made["outcome"], by_tool=True)
    return str(made["outcome"])
