"""What no reply may give away: keys, the platform's instructions, the chatbot's system prompt."""

# ruff: noqa: RUF001 - control tokens of models
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from f.agent.builtin_tools import HAND_OFF, REMEMBER, SEARCH
from f.agent.policy.drafts import REPLY
from f.agent.prompt import RULES
from f.common.redaction import KEY

if TYPE_CHECKING:
    from f.agent.policy.claims import Draft
    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn

INSTRUCTION_RUN = 8  # words in a row of the platform's rules that give them away
PROMPT_RUN = 16  # of the tenant's own prompt: it may hold facts that are there to be told
OWN_TOOLS = (SEARCH, HAND_OFF, REMEMBER)
# What no cleaning has known: the marks of a model's own format.
MACHINERY = re.compile(
    r"<\|[^<>|\n]{1,40}\|?>|<｜|▁|</?\w*(?:tool_call|function_call|tool_use)\w*\b|\[/?TOOL_CALLS?\]"
    r"|^[^\w\n]{0,9}Action Input[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
# Of a call, where a tool's name stands beside it.
GIVEN = re.compile(r"\"(?:arguments|parameters|tool_calls)\"\s*:")
CLAIMS, WORDS = re.compile(r"\"claims\"\s*:"), re.compile(r"\"(?:kind|text)\"\s*:")  # of a reply, together
# The rules without their examples: a reply may be worded as one.
SECRET_RULES = re.sub(r'"[^"]*"', " ", RULES)


def leak(turn: Turn, evidence: Evidence, draft: Draft, secrets: list[str]) -> str | None:
    """What of the instructions or keys a reply would give away; None: nothing that code can see."""
    shown = f"{draft.text}\n{evidence.choices or ''}\n{evidence.controls or ''}"
    if any(secret in shown for secret in secrets) or KEY.search(shown):
        return "a key"
    if _runs(shown, SECRET_RULES, INSTRUCTION_RUN):
        return "the platform's instructions"
    if _runs(shown, f"{turn.settings.persona} {turn.settings.system_prompt}", PROMPT_RUN):
        return "the chatbot's system prompt"
    called = {call["tool"] for call in evidence.trace}
    names = [*OWN_TOOLS, *(name for name in called if "_" in name)]
    if GIVEN.search(shown):
        names += [f'"{name}"' for name in (REPLY, *called)]
    stated = CLAIMS.search(shown) and WORDS.search(shown)
    if stated or MACHINERY.search(shown) or any(name in shown for name in names):
        return "a tool's name or marks of your own format: write for the customer alone"
    return None


def _runs(reply: str, text: str, length: int) -> bool:
    spoken, known = (re.findall(r"[^\W_]+(?:['’][^\W_]+)?", t.lower()) for t in (reply, text))
    if len(known) < length:
        return False
    runs = {tuple(known[i : i + length]) for i in range(len(known) - length + 1)}
    return any(tuple(spoken[i : i + length]) in runs for i in range(len(spoken) - length + 1))
