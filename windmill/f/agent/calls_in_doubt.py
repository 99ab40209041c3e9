# no_postinstall
# requirements: agent
"""Calls of earlier turns of which the customer has not heard what became, because their step died or their turn failed: the model hears of each
until a turn has answered. Of a script or flow Windmill keeps the job, so a later turn asks it where nobody wrote down what it said; of a server's
call whose answer was lost nobody knows, and the model hears that. Of an approved call turns of their own ask (f/agent/decisions).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from f.agent.policy.deeds import refuses
from f.agent.prompt import PLATFORM, as_data
from f.agent.tool_ledger import KEPT
from f.common.redaction import redact_keys
from f.tools.live_tools import DONE, SCRIPTS, ToolError, has_words
from f.tools.script_tools import recall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn

WAIT_S = 1.0  # for a job that is at work; the next turn asks again
KNOWN = (
    "{platform} For an earlier message {tool} was called, and it was not known then what became of it. It is known now, and the customer may not"
    " know it yet. Call it again only for something else that is asked for.\n{outcome}"
)
UNKNOWN = (
    "{platform} For an earlier message {tool} was called, and it is not known whether it was done. Do not call it again for the same wish:"
    " say honestly that you can't say whether it was done, and offer that a colleague looks."
)


def ask_about_earlier_calls(turn: Turn, evidence: Evidence, secrets: Iterable[str]) -> list[dict[str, Any]]:
    """What the model hears of them, as messages; what they said is evidence, and is written down."""
    heard = []
    for made in turn.db.rows("select * from calls_in_doubt(%s)", turn.id):
        words = ask_about(turn, evidence, made, secrets)
        heard += [{"role": "user", "content": words}] if words else []
    return heard


def ask_about(turn: Turn, evidence: Evidence, made: dict[str, Any], secrets: Iterable[str]) -> str:
    """One of them, as a row of calls_in_doubt; '' where it never came to Windmill."""
    origin, _, tool = made["tool"].partition(".")
    at, begun = round(time.time(), 3), time.monotonic()
    if made["outcome"] is not None:  # another turn or attempt has asked, and nobody has said it since
        return take_in(evidence, tool, made["outcome"], made["failed"], {"at": at, "ms": 0})
    if origin != SCRIPTS:
        return UNKNOWN.format(platform=PLATFORM, tool=tool)
    outcome, failed, job = None, False, None
    try:
        outcome = recall(turn.resources["job_id_key"], made["digest"], tool, WAIT_S, leave=True)
        job = getattr(outcome, "job", None)
    except ToolError as problem:
        if not problem.by_tool:
            return UNKNOWN.format(platform=PLATFORM, tool=tool)
        outcome, failed, job = str(problem), True, problem.job
    if outcome is None and made["is_fresh"]:  # whoever made it may be sending it yet
        return UNKNOWN.format(platform=PLATFORM, tool=tool)
    kept = None if outcome is None else redact_keys(outcome, secrets)[:KEPT]
    turn.db.value("select end_tool_call(%s, %s, %s, %s)", made["turn_id"], made["digest"], kept, failed)
    if kept is None:
        return ""
    took = {"at": at, "ms": round((time.monotonic() - begun) * 1000)}
    return take_in(evidence, tool, kept, failed, took | ({"job": job} if job else {}))


def take_in(evidence: Evidence, tool: str, kept: str, failed: bool, when: dict[str, Any]) -> str:
    """Makes the outcome of a call evidence: the words for the model. `when`: `at`, `ms` and perhaps `job` of the trace's entry."""
    entry: Any = {"tool": tool[:100], "arguments": {}, "outcome": kept, "error": failed, **when}
    evidence.trace.append(entry)
    (evidence.failed if failed or refuses(kept) else evidence.changed).append(tool)
    (evidence.tool_answers if has_words(kept) else evidence.done).append((tool, kept or DONE))
    return KNOWN.format(platform=PLATFORM, tool=tool, outcome=as_data(kept or DONE))
