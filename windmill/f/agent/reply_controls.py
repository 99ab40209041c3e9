"""The model's calls for what a reply carries beside words: a button with a link, products, a form and the like (f/whatsapp/control_kinds)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.whatsapp.control_kinds import KINDS

if TYPE_CHECKING:
    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn

TOOLS = {kind.tool: name for name, kind in KINDS.items()}
ADDRESS = re.compile(r"https?://[^\s<>\"'`\\)\]}|]+")
MOST = 3  # messages of their own beside the reply
STANDS = "It stands below your reply. Do not write it again; your reply says in a sentence what it is for."


class TurnSources:
    """What of a turn a kind of control may use."""

    def __init__(self, turn: Turn, evidence: Evidence) -> None:
        self._turn, self._evidence = turn, evidence

    @property
    def addresses(self) -> set[str]:
        """The addresses that stand in what was found in this turn, and those of the pages that it was found on."""
        knowledge = self._evidence.knowledge
        texts = [*(source.text for source in knowledge.sources.values()), *knowledge.addresses]
        texts += [_unescaped(outcome) for _, outcome in self._evidence.tool_answers]
        return {found.rstrip(".,;:!?") for text in texts for found in ADDRESS.findall(text)}

    @property
    def message_id(self) -> str:
        return next(reversed(self._turn.context["message_ids"]), "")


def offers(turn: Turn, tool: str) -> bool:
    """Whether a tool is one of these, and the tenant has set what it needs."""
    return tool in TOOLS and KINDS[TOOLS[tool]].parameters(turn.settings) is not None


def add_control(turn: Turn, evidence: Evidence, tool: str, arguments: dict[str, Any]) -> str:
    """Adds what a call asks for to the reply. The same kind again takes the first one's place. Raises ValueError in words for the model."""
    name = TOOLS[tool]
    kind, control = KINDS[name], KINDS[name].check(arguments, turn.settings, TurnSources(turn, evidence))
    others = [c for c in evidence.controls if c["kind"] != name]
    on_text = stands_on_text(evidence, but=name)
    if kind.on_text and (on_text or evidence.choices):
        raise ValueError(
            f"only one of these fits below a reply, and {on_text or 'offer_choices'} stands there: do without this one, or write it"
        )
    if len(others) >= MOST:
        raise ValueError(f"at most {MOST} of these fit below a reply")
    evidence.controls = [*others, control]
    return STANDS


def refuse_choices(evidence: Evidence) -> None:
    """Raises ValueError where something else stands below the reply already."""
    if tool := stands_on_text(evidence):
        raise ValueError(
            f"only one of these fits below a reply, and {tool} stands there: write the choices in your reply"
        )


def stands_on_text(evidence: Evidence, but: str = "") -> str | None:
    """The tool by which something stands below the reply's text; None: nothing does. `but`: a kind that does not count."""
    kinds = [KINDS[c["kind"]] for c in evidence.controls if c["kind"] != but]
    return next((kind.tool for kind in kinds if kind.on_text), None)


def _unescaped(outcome: str) -> str:
    """A tool's answer, with the addresses as they are: JSON may write their slashes as \\/."""
    try:
        return json.dumps(json.loads(outcome), ensure_ascii=False)
    except ValueError:
        return outcome
