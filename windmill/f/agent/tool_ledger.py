# no_postinstall
# requirements: agent
"""A tool that may change something is called once for a turn, whatever attempt of the step asks for it.

The call is written down before it is made, its outcome after it. An attempt that asks again (the step was tried again, the whole flow ran
again) gets the outcome; where that was lost, a sentence by which the model neither calls again nor claims what nobody knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from f.agent.mcp_servers import McpError, McpTool, call_tool
from f.common.database import Connection, ask_one
from f.common.references import redact_keys

if TYPE_CHECKING:
    from f.common.shapes import Context

KEPT = 2000  # characters of an outcome, as in the trace
UNSURE = (
    "It is not known whether it was done. Do not call it again. Tell the customer honestly that you can't say whether it was done,"
    " and offer that a colleague looks."
)


def call_once(
    conn: Connection,
    context: Context,
    epoch: int,
    tool: McpTool,
    arguments: dict[str, Any],
    seconds: float,
    secrets: Iterable[str],
) -> str:
    """`call_tool`, or what it returned before. Raises McpError as it does; `unsure` where nobody knows whether it was done."""
    turn, tenant, name = context["turn_id"], context["tenant_id"], f"{tool.server.name}.{tool.name}"
    digest = hashlib.sha256(json.dumps([turn, name, arguments], sort_keys=True).encode()).digest()
    asked = [turn, epoch, name, digest]
    made = ask_one(conn, tenant, "select begin_tool_call(%s, %s, %s, %s)", asked)
    if made:
        return told(tool, made)

    def ended(outcome: str | None, failed: bool) -> None:
        kept = None if outcome is None else redact_keys(outcome, secrets)[:KEPT]
        ask_one(conn, tenant, "select end_tool_call(%s, %s, %s, %s)", [turn, digest, kept, failed])

    try:
        outcome = call_tool(tool, arguments, seconds)
    except McpError as problem:
        if problem.by_tool:
            ended(str(problem), True)
        elif not problem.begun:
            ended(None, True)
        else:
            raise McpError(f"{problem}. {UNSURE}", unsure=True) from None
        raise
    ended(outcome, False)
    return outcome


def told(tool: McpTool, made: dict[str, Any]) -> str:
    """What became of a call that an earlier attempt made, or this one in the same words."""
    if made["outcome"] is None:
        before = f"{tool.name} was called for this message before, and what became of it was lost"
        raise McpError(f"{before}. {UNSURE}", unsure=True)
    if not made["same"]:
        before = f"{tool.name} was called for this message before, in other words. What became of it: {made['outcome']}"
        raise McpError(f"{before}\nCall it again only for something else that was asked for.", by_tool=True)
    if made["failed"]:
        raise McpError(made["outcome"], by_tool=True)
    return str(made["outcome"])
