"""What the tools of a tenant's own systems said when a turn was answered, for taking that turn again: the same call gets the same result, and
nothing can change. A tool that only reads is asked anew where its result of then is not whole, or there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from f.tools.live_tools import LiveTool, ToolError

LOGGED = 2000  # characters of arguments and of an outcome that the trace keeps
FAILED = "error: "  # how the outcome of a call that failed begins


class Recorded(str):
    """The outcome of a call that was not made now: it was made then."""


class RecordedCalls:
    """The calls of a turn's trace. None of them: no turn is taken again."""

    def __init__(self, trace: Sequence[Mapping[str, Any]]) -> None:
        made = [call for call in trace if call["tool"] != "(note)" and not call.get("asks")]
        self._calls = {call_key(call["tool"], call["arguments"]): call for call in made}

    def outcome(self, offered_as: str, tool: LiveTool, arguments: dict[str, Any]) -> Recorded | None:
        """What the same call said; None where it was not made, or what it said was not kept whole and can be asked for again. Raises ToolError
        where it changed nothing because the tool refused."""
        call = self._calls.get(call_key(offered_as, arguments))
        if call is None:
            return None
        said, failed = str(call["outcome"]), bool(call["error"])
        if tool.read_only and (failed or len(said) >= LOGGED):
            return None
        if failed:
            raise ToolError(said.removeprefix(FAILED), by_tool=True)
        return Recorded(said)


def call_key(name: str, arguments: Any) -> str:
    """By which a call is known again: its name and its arguments."""
    return f"{name} {json.dumps(arguments, sort_keys=True, default=str)}"
