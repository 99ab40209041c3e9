# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# openai==3.54.0
# google-genai==3.4.0
# mcp==2.3.0
# pgvector==0.5.1
"""The agent: the model and its tools take turns until there is a reply or a bound is reached.

If the model, a tool or a key fails, the reply is in the chatbot's words, and `error` tells the operator what to fix.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.agent.budget import NO_USAGE, Budget
from f.agent.builtin_tools import SEARCH
from f.agent.evidence import Evidence
from f.agent.grounding import MARK
from f.agent.prompt import opening_messages
from f.agent.reply_policy import Verdict, given_up, judge, needs_lookup, without_model
from f.agent.tools import ToolRunner
from f.agent.usage import warn_of_limit
from f.common.redaction import SHORTEST_SECRET, redact_keys
from f.common.secrets import SecretError
from f.models.providers import Models, candidates_of
from f.models.types import Call, Completion, ModelError

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import AgentResult, Resources

CLOSING_AT = 0.8  # of a bound: from there on the model is to reply with what it has


def run_agent(turn: Turn) -> AgentResult:
    """The reply to the turn's question, and how it came about."""
    early = without_model(turn)
    if early:
        return result_of(turn, early)
    try:
        models = Models(candidates_of(turn.resources["llm"], turn.settings, turn.model_key()))
    except SecretError as problem:
        return result_of(turn, given_up(turn, str(problem)))
    loop = Loop(turn, models)
    text, error = loop.run()
    verdict = verdict_on(turn, loop, text, error)
    warn_of_limit(turn)
    return result_of(turn, verdict, loop)


def verdict_on(turn: Turn, loop: Loop, text: str, error: str | None) -> Verdict:
    """What goes out for what the loop ended with: a text, an error, or at a bound both."""
    if text:
        verdict = judge(turn, loop.evidence, text, loop.secrets)
        wrong = verdict.error or (None if verdict.answered else error)
        if wrong:
            return given_up(turn, wrong)
        return verdict._replace(why=error) if error else verdict
    if turn.handed_off:
        return Verdict(turn.say("handoff_message"), [], True, error)
    return given_up(turn, error or "the model returned an empty reply")


class Loop:
    """Model and tools in turn, until there is a reply or a bound is reached: rounds, seconds, tokens, cost."""

    def __init__(self, turn: Turn, models: Models) -> None:
        self._turn, self._models = turn, models
        self.evidence = Evidence(turn)
        self._tools = ToolRunner(turn, self.evidence)
        held = {*self._tools.secrets, *_platform_keys(turn.resources), turn.model_key() or ""}
        self.secrets = [secret for secret in held if len(secret) >= SHORTEST_SECRET]
        self._tools.secrets.update(self.secrets)  # no call is written down with one of them
        self.budget = Budget(turn.settings, turn.resources["settings"], models.asked)
        self._messages = opening_messages(turn, _attachments(turn))
        self._cited_text = ""  # sent along with tool calls; used where a bound ends the turn
        self.cut = False  # whether the model's length limit cut the reply

    @property
    def model(self) -> str:
        """The model that was asked last."""
        return self._models.current["model"]

    def run(self) -> tuple[str, str | None]:
        """The reply and the error; '' where there is no reply. At a bound both may be there: a cited text, and the bound."""
        rounds = self._turn.settings.max_rounds
        for number in range(1, rounds + 1):
            self._turn.hold()
            used, bound = self.budget.fullest()
            if used >= 1:
                return self._cited_text, f"no reply within {bound}"
            closing = (number == rounds and rounds > 1) or (used >= CLOSING_AT and number > 1)
            try:
                completion = self._models.complete(
                    self._messages, self._tools.schemas(), closing, self.budget.seconds_left()
                )
            except ModelError as problem:
                return "", str(problem)
            text = completion["text"]
            if completion["tool_calls"]:
                self._cited_text = text if MARK.search(text) else self._cited_text
                self._call(completion["message"], completion["tool_calls"])
            elif text and number < rounds and needs_lookup(self._turn, self.evidence, text):
                self._look_up()
            else:
                return self._whole(completion), None
        return self._cited_text, f"no reply within {rounds} rounds"

    def _call(self, message: dict[str, Any], calls: list[Call]) -> None:
        self._messages.append(message)
        outcomes = self._tools.run(calls, self.budget.seconds_left())
        for call, outcome in zip(calls, outcomes, strict=True):
            self._messages.append({"role": "tool", "tool_call_id": call["id"], "content": outcome})

    def _look_up(self) -> None:
        """Searches for the question, as if the model had asked for it."""
        arguments = {"question": self._turn.context["question"]}
        call: Call = {"id": "call_by_rule", "name": SEARCH, "arguments": arguments}
        function = {"name": SEARCH, "arguments": json.dumps(arguments, ensure_ascii=False)}
        made = {"id": call["id"], "type": "function", "function": function}
        self._call({"role": "assistant", "content": None, "tool_calls": [made]}, [call])

    def _whole(self, completion: Completion) -> str:
        """A reply that the model's length limit cut off ends with its last whole sentence."""
        text = completion["text"]
        self.cut = completion["cut"]
        end = max(text.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "。"))
        return text[: end + 1] if self.cut and end > 0 else text


def _attachments(turn: Turn) -> list[dict[str, Any]]:
    """The files that came with the message and that the model may look at, in the form of OpenAI's content parts."""
    message_ids = turn.context.get("attachments")
    if not message_ids:
        return []
    from f.agent.attachments import attachments

    return attachments(turn, message_ids)


def _platform_keys(resources: Resources) -> list[str]:
    """The platform's keys that this step holds."""
    held = [value for name, value in resources["llm"].items() if name.endswith("api_key")]
    return [str(v) for v in (*held, resources["embeddings"].get("api_key"), resources["master_key"]) if v]


def result_of(turn: Turn, verdict: Verdict, loop: Loop | None = None) -> AgentResult:
    """The step's result, with nothing in it that an operator must not read. `loop`: None where no model was needed."""
    usage = loop.budget.usage() if loop else NO_USAGE
    notes = [*(loop.evidence.problems if loop else []), *filter(None, [verdict.why])]
    if loop and loop.cut:
        notes.append("the model's length limit cut the reply")
    unpriced = {c["model"] for c in usage["model_calls"] if c["cost_usd"] is None and not c["error"]}
    if unpriced:
        models = ", ".join(sorted(unpriced))
        notes.append(f"no price is known of {models}: give one in f/chatbot/settings, prices")
    trace = list(loop.evidence.trace) if loop else []
    trace += [{"tool": "(note)", "arguments": {}, "outcome": note, "error": False, "ms": 0} for note in notes]
    result: AgentResult = {
        "reply": verdict.text or "…",
        "citations": verdict.citations,
        "answered": verdict.answered,
        "model": loop.model if loop else "",
        "trace": trace,
        "usage": usage,
        "error": verdict.error,
        "handed_off": turn.handed_off,
        "choices": loop.evidence.choices if loop and verdict.answered else None,
        "documents": loop.evidence.documents if loop and verdict.answered else [],
    }
    redacted: AgentResult = redact_keys(result, loop.secrets if loop else [])
    return redacted
