# no_postinstall
# requirements: agent
"""The agent: the model and its tools take turns until there is a reply or a bound is reached.

If the model, a tool or a key fails, the reply is in the chatbot's words, and `error` tells the operator what to fix.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from f.agent.budget import NO_USAGE, Budget
from f.agent.builtin_tools import HAND_OFF, REMEMBER, SEARCH
from f.agent.policy.claims import Finding
from f.agent.policy.drafts import REPLY, REPLY_TOOL, of_call, of_text, of_torn
from f.agent.policy.evidence import Evidence
from f.agent.policy.reply_language import wrong_language
from f.agent.policy.reply_policy import (
    Verdict,
    accepted,
    feedback,
    given_up,
    in_words_for_asking,
    needs_lookup,
    problems,
    refused,
    without_model,
)
from f.agent.prompt import PLATFORM, opening_messages
from f.agent.reply_controls import TOOLS as CONTROLS
from f.agent.tools import ToolRunner
from f.agent.usage import warn_of_limit
from f.common.redaction import SHORTEST_SECRET, redact_keys
from f.common.secrets import SecretError
from f.models.providers import Models, candidates_of
from f.models.types import Call, Completion, ModelError, new_call_id
from f.whatsapp.choices import OFFER

if TYPE_CHECKING:
    from f.agent.policy.claims import Draft
    from f.agent.turn import Turn
    from f.common.shapes import AgentResult, Resources

NO_LOOKUP = (REPLY, HAND_OFF, REMEMBER, OFFER, *CONTROLS)  # calls that ask for no fact
SECOND_TRIES = 2  # replies that are sent back to the model with the reasons
SLOW = (
    "a local or a thinking model may need longer; raise the chatbot's max_seconds, or choose a faster model"
)
NOT_IN_DOCUMENTS = (
    "[platform] This search was made because you had looked up nothing. Orders, bookings and accounts stand in no document: where the question is"
    " about one, call {} now."
)
CLOSING_AT = 0.8  # of a bound: from there on the model is to reply with what it has


def run_agent(turn: Turn) -> AgentResult:
    """The reply to the turn's question, and how it came about."""
    if turn.context.get("decisions"):
        from f.agent.decisions import answer_decisions  # most turns answer none

        return answer_decisions(turn)
    early = without_model(turn)
    if early:
        return result_of(turn, early)
    try:
        models = Models(candidates_of(turn.resources["llm"], turn.settings, turn.model_key()))
    except SecretError as problem:
        return result_of(turn, given_up(turn, str(problem)))
    loop = Loop(turn, models)
    verdict = loop.run()
    if verdict.error:
        verdict = given_up(turn, verdict.error)
    verdict = in_words_for_asking(turn, loop.evidence, verdict)
    voice = None
    if turn.context.get("by_voice"):
        from f.agent.spoken_answer import spoken_answer  # most customers write

        voice = spoken_answer(turn, verdict, loop.evidence, models, loop.budget.seconds_left())
    warn_of_limit(turn)
    return {**result_of(turn, verdict, loop), "voice": voice}


class Begun(NamedTuple):
    """What was done in the turn before the model is asked. `go_on`: the messages that open the loop, with that."""

    evidence: Evidence
    tools: ToolRunner
    go_on: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


class Loop:
    """Model and tools in turn, until a reply holds or a bound is reached: rounds, seconds, tokens, cost."""

    def __init__(self, turn: Turn, models: Models, begun: Begun | None = None) -> None:
        self._turn, self._models = turn, models
        self.evidence = begun.evidence if begun else Evidence(turn)
        self._tools = begun.tools if begun else ToolRunner(turn, self.evidence)
        held = {*self._tools.secrets, *platform_keys(turn.resources), turn.model_key() or ""}
        self.secrets = [secret for secret in held if len(secret) >= SHORTEST_SECRET]
        self._tools.secrets.update(self.secrets)  # no call is written down with one of them
        self.budget = Budget(turn.settings, turn.resources["settings"], models.asked)
        self._messages = opening_messages(turn, _attachments(turn))
        if begun:
            self._messages = begun.go_on(self._messages)
        elif not turn.dry_run and any(not tool.read_only for tool in self._tools.of_servers.values()):
            from f.agent.calls_in_doubt import ask_about_earlier_calls  # most tenants' tools only read

            self._messages[-1:-1] = ask_about_earlier_calls(turn, self.evidence, self.secrets)
        self._best: Verdict | None = (
            None  # a reply sent along with tool calls; used where a bound ends the turn
        )
        self._refused: list[Finding] = []  # why the last reply was not sent
        self._tries = 0  # replies that were not sent
        self.cut = False  # whether the model's length limit cut the reply

    @property
    def model(self) -> str:
        """The model that was asked last."""
        return self._models.current["model"]

    def run(self) -> Verdict:
        """What goes out. A verdict with an error where a model, a tool or a bound failed the turn."""
        rounds = self._turn.settings.max_rounds
        for number in range(1, rounds + 1):
            self._turn.hold()
            used, bound = self.budget.fullest()
            if used >= 1:
                slow = f": {SLOW}" if bound.endswith(" s") else ""
                return self._at_bound(f"no reply within {bound}{slow}")
            last = number == rounds or used >= CLOSING_AT
            # A model that may only reply does: some servers ignore a wish that it should call no tool.
            offered = [REPLY_TOOL] if last and number > 1 else self._tools.schemas()
            try:
                required = number == 1 and self._turn.settings.tool_choice_required
                seconds = self.budget.seconds_left()
                completion = self._models.complete(self._messages, offered, seconds, required)
            except ModelError as problem:
                slow = f": {SLOW}" if problem.kind == "timeout" else ""
                return self._at_bound(f"{problem}{slow}")
            if verdict := self._step(completion, last):
                return verdict
        return self._at_bound(f"no reply within {rounds} rounds")

    def _step(self, completion: Completion, last: bool) -> Verdict | None:
        """One answer of the model: runs its calls, or holds its reply against the evidence. None: the model goes on."""
        calls = [call for call in completion["tool_calls"] if call["name"] != REPLY]
        replies = [call for call in completion["tool_calls"] if call["name"] == REPLY]
        draft = self._draft(completion, replies)
        if calls:
            self._call(completion["message"], completion["tool_calls"])
            if draft and draft.sentences and not self._problems(draft, last):
                verdict = accepted(self._turn, self.evidence, draft)
                self._best = verdict if verdict.citations else self._best
            return None
        if draft is None:
            return self._again(completion, "Your reply was empty. Reply now.", last)
        if needs_lookup(self._turn, self.evidence, draft) and not last:
            self._look_up(completion)
            return None
        found = self._problems(draft, last)
        if not found:
            return accepted(self._turn, self.evidence, draft)
        self._refused = found
        if last or self._tries >= SECOND_TRIES:
            return refused(self._turn, self.evidence, found)
        self._tries += 1
        return self._again(completion, feedback(found), last)

    def _draft(self, completion: Completion, replies: list[Call]) -> Draft | None:
        self.cut = completion["cut"]
        given = replies[0]["arguments"] if replies else {}
        if isinstance(given, str):  # its end is missing
            given, self.cut = of_torn(given, cut=True) or {}, True
        known = self.evidence.knowledge.sources
        if given:
            return of_call(given, known)
        return of_text(completion["text"], known, self.cut) if completion["text"] else None

    def _problems(self, draft: Draft, last: bool) -> list[Finding]:
        found = problems(self._turn, self.evidence, draft, self.secrets)
        if not found and self._turn.settings.judge != "off":
            from f.agent.policy.judge import judged  # most chatbots have none

            found = judged(self._turn, self._models, self.evidence, draft, self.budget.seconds_left())
        if found or self._tries or last:  # never lost for its language alone
            return found
        if language := wrong_language(self._turn, self.evidence, draft):
            return [Finding("language", draft.text, language)]
        return found

    def _again(self, completion: Completion, words: str, last: bool) -> Verdict | None:
        """Tells the model why its reply was not sent. A verdict where no round is left for another one."""
        if last:
            return self._at_bound("the model returned an empty reply")
        self._messages.append(completion["message"])
        answered = [call["id"] for call in completion["tool_calls"]]
        self._messages += [{"role": "tool", "tool_call_id": each, "content": words} for each in answered]
        if not answered:
            self._messages.append({"role": "user", "content": f"{PLATFORM} {words}"})
        return None

    def _at_bound(self, why: str) -> Verdict:
        """What goes out where a bound or a failure ends the turn: a reply that held, the words for one that did not, or the failure's."""
        if self._best:
            return self._best._replace(why=why)
        if self._refused:
            return refused(self._turn, self.evidence, self._refused)
        if self._turn.handed_off:
            return Verdict(self._turn.handoff_words(), [], True, why)
        return Verdict("", [], False, None, why)

    def _call(self, message: dict[str, Any], calls: list[Call]) -> None:
        self._messages.append(message)
        self.evidence.searched_by_model = self.evidence.searched_by_model or any(
            c["name"] not in NO_LOOKUP for c in calls
        )
        others = [call for call in calls if call["name"] != REPLY]
        outcomes = dict(
            zip((id(c) for c in others), self._tools.run(others, self.budget.seconds_left()), strict=True)
        )
        for call in calls:
            words = outcomes.get(
                id(call), "Not sent: the results of your other calls come first. Reply again with them."
            )
            self._messages.append({"role": "tool", "tool_call_id": call["id"], "content": words})

    def _look_up(self, completion: Completion) -> None:
        """Searches for the question, as if the model had asked for it."""
        arguments = {"question": self._turn.context["question"]}
        call: Call = {"id": new_call_id(), "name": SEARCH, "arguments": arguments}
        function = {"name": SEARCH, "arguments": json.dumps(arguments, ensure_ascii=False)}
        made = {"id": call["id"], "type": "function", "function": function}
        (outcome,) = self._tools.run([call], self.budget.seconds_left())
        self._messages.append({"role": "assistant", "content": None, "tool_calls": [made]})
        if others := self._tools.of_servers:
            outcome += f"\n{NOT_IN_DOCUMENTS.format(' or '.join(others))}"
        self._messages.append({"role": "tool", "tool_call_id": call["id"], "content": outcome})


def _attachments(turn: Turn) -> list[dict[str, Any]]:
    """The files that came with the message and that the model may look at, in the form of OpenAI's content parts."""
    message_ids = turn.context.get("attachments")
    if not message_ids:
        return []
    from f.agent.attachments import attachments

    return attachments(turn, message_ids)


def platform_keys(resources: Resources) -> list[str]:
    """The platform's keys that this step holds."""
    held = [value for name, value in resources["llm"].items() if name.endswith("api_key")]
    return [
        str(v) for v in (*held, resources["embeddings"].get("api_key"), *resources["master_key"].split()) if v
    ]


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
        "controls": loop.evidence.controls if loop and verdict.answered else [],
        "version": turn.version,
        "pairs_version": loop.evidence.knowledge.pairs_version if loop else None,
    }
    redacted: AgentResult = redact_keys(result, loop.secrets if loop else [])
    return redacted
