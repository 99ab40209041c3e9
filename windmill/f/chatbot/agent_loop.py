# no_postinstall
# requirements: agent
"""Step 2 of a turn: the model thinks, calls tools, and replies.

In: the Context of load_context. Out: an Answer (f/common/shapes.py): the reply, its citations, whether it could be answered, the trace.
Whatever the model, a tool or a key does wrong ends in a reply in the chatbot's words and an `error` that tells the operator what to mend;
the step itself fails only when the database is out of reach or a newer attempt has taken the turn.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

from f.agent.builtin_tools import SEARCH
from f.agent.grounding import MARK
from f.agent.handoff import Staff
from f.agent.language import in_language
from f.agent.prompt import hours_in_words, opening_messages
from f.agent.reply_policy import Verdict, given_up, judge, needs_lookup, without_model
from f.agent.settings import AgentSettings, own_key, read_settings, warn
from f.agent.tools import Toolbox
from f.common.database import Connection, ask_one, connect
from f.common.references import SHORTEST_SECRET, escape_references, plain, redact_keys
from f.common.secrets import SecretError
from f.common.windmill import run_id
from f.models.prices import cost_usd
from f.models.providers import Call, Completion, ModelError, Models, candidates_of
from f.whatsapp.graph_api import graph_api

if TYPE_CHECKING:
    from f.common.shapes import Answer, Context, Usage

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
STEP = 2
CLOSING_AT = 0.8  # of a bound: from there on the model is to reply with what it has
SHORTEST_ROUND_S = 1.0


def main(
    context: Context,
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    settings: c_settings,
    whatsapp: c_whatsapp,
    master_key: str,
) -> Answer:
    context = plain(context)
    resources = {
        "llm": llm,
        "embeddings": embeddings,
        "settings": settings,
        "whatsapp": whatsapp,
        "master_key": master_key,
    }
    with connect(db) as conn:
        epoch, typing = None, Event()
        if context["mode"] == "live":
            begun = [context["turn_id"], run_id(), STEP]
            epoch = ask_one(conn, context["tenant_id"], "select begin_step(%s, %s, %s)", begun)
            api = graph_api(conn, context, whatsapp, master_key)
            if api:  # the customer sees the ticks turn blue, and that somebody is writing
                typing = api.keep_typing(context["message_ids"][-1])
        try:
            return escape_references(answer(conn, context, resources, epoch))
        finally:
            typing.set()


def answer(conn: Connection, context: Context, resources: dict[str, Any], epoch: int | None) -> Answer:
    """The whole of a turn's thinking. `epoch` None: a dry run, which writes nothing."""
    own = read_settings(conn, context)
    staff = Staff(conn, context, own, resources, epoch)

    def hold() -> None:
        """Shows that this attempt lives; refused when a newer one has begun."""
        if epoch is not None:
            ask_one(conn, context["tenant_id"], "select hold_turn(%s, %s)", [context["turn_id"], epoch])

    early = without_model(context, own, staff)
    if early:
        return in_shape(early, "", None, None, staff, [])
    try:
        key = own_key(own, context["tenant_id"], resources["master_key"])
    except SecretError as problem:
        return in_shape(given_up(context, own, staff, str(problem)), "", None, None, staff, [])
    models = Models(candidates_of(resources["llm"], dict(context["chatbot"]), own["fallbacks"], key))
    tools = Toolbox(conn, context, own, resources, staff, epoch)
    secrets = [s for s in {*tools.secrets, *_keys(resources), key or ""} if len(s) >= SHORTEST_SECRET]
    tools.secrets.update(secrets)  # no call is written down with one of them
    loop = Loop(context, own, models, tools, resources["settings"], attached(conn, context))
    reply, error = loop.run(hold)
    if reply:
        verdict = judge(context, own, tools, reply, staff.passed_on, secrets)
        wrong = verdict.error or (None if verdict.answered else error)
        if wrong:
            verdict = given_up(context, own, staff, wrong)
        elif error:
            verdict = verdict._replace(why=error)
    elif staff.passed_on:
        verdict = Verdict(in_language(context, own["handoff_message"]), [], True, error)
    else:
        verdict = given_up(context, own, staff, error or "the model returned an empty reply")
    warn(conn, context, own, resources["settings"])
    return in_shape(verdict, models.current["model"], tools, loop, staff, secrets)


def attached(conn: Connection, context: Context) -> list[dict[str, Any]]:
    """The files that came with the message and that the model may look at, in the form of OpenAI's content parts."""
    if not context.get("attachments"):
        return []
    from f.agent.attachments import attachments

    return attachments(conn, context)


class Loop:
    """Model and tools in turn, until there is a reply or a bound is reached: rounds, seconds, tokens, cost."""

    def __init__(
        self,
        context: Context,
        own: AgentSettings,
        models: Models,
        tools: Toolbox,
        settings: c_settings,
        attachments: list[dict[str, Any]],
    ) -> None:
        self._context, self._own, self._models, self._tools = context, own, models, tools
        self._settings = settings
        self._started = time.monotonic()
        self._seconds = context["chatbot"]["max_seconds"]
        self._messages = opening_messages(context, own["lead_fields"], attachments, hours_in_words(own))
        self._told = ""  # a fact that the model told beside its calls: better than nothing at a bound
        self.cut = False

    def run(self, hold: Callable[[], None]) -> tuple[str, str | None]:
        """The reply, or '' and why there is none. At a bound both, where the model has told a fact; `Let me look.` is none."""
        rounds = self._context["chatbot"]["max_rounds"]
        for number in range(1, rounds + 1):
            hold()
            used, bound = self._fullest()
            if used >= 1:
                return self._told, f"no reply within {bound}"
            closing = (number == rounds and rounds > 1) or (used >= CLOSING_AT and number > 1)
            try:
                said = self._models.complete(self._messages, self._tools.schemas(), closing, self._left())
            except ModelError as problem:
                return "", str(problem)
            if said["tool_calls"]:
                self._told = said["text"] if MARK.search(said["text"]) else self._told
                self._call(said["message"], said["tool_calls"])
                continue
            if (
                said["text"]
                and number < rounds
                and needs_lookup(self._context, self._own, self._tools, said["text"])
            ):
                call: Call = {
                    "id": "call_by_rule",
                    "name": SEARCH,
                    "arguments": {"question": self._context["question"]},
                }
                self._call(_as_message(call), [call])
                continue
            return self._whole(said), None
        return self._told, f"no reply within {rounds} rounds"

    def _call(self, message: dict[str, Any], calls: list[Call]) -> None:
        self._messages.append(message)
        for call, outcome in zip(calls, self._tools.run(calls, self._left()), strict=True):
            self._messages.append({"role": "tool", "tool_call_id": call["id"], "content": outcome})

    def _left(self) -> float:
        return max(self._started + self._seconds - time.monotonic(), SHORTEST_ROUND_S)

    def _fullest(self) -> tuple[float, str]:
        """The bound that is nearest, by its share that is used."""
        usage = self.usage()
        return max(
            ((time.monotonic() - self._started) / self._seconds, f"{self._seconds} s"),
            (
                (usage["input_tokens"] + usage["output_tokens"]) / self._own["max_tokens"],
                f"{self._own['max_tokens']} tokens",
            ),
            (usage["cost_usd"] / self._own["max_cost_usd"], f"{self._own['max_cost_usd']} USD"),
        )

    def _whole(self, said: Completion) -> str:
        """A reply that the model's length limit cut off ends with its last whole sentence."""
        text = said["text"]
        self.cut = said["cut"]
        end = max(text.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "。"))
        return text[: end + 1] if said["cut"] and end > 0 else text

    def usage(self) -> Usage:
        """What all calls of the turn have taken so far."""
        calls: list[dict[str, Any]] = []
        for asked in self._models.asked:
            cost = cost_usd(asked["model"], asked["input_tokens"], asked["output_tokens"], self._settings)
            calls.append({**asked, "cost_usd": cost})
        return {
            "input_tokens": sum(c["input_tokens"] for c in calls),
            "output_tokens": sum(c["output_tokens"] for c in calls),
            "calls": len(calls),
            "cost_usd": round(sum(c["cost_usd"] or 0.0 for c in calls), 8),
            "ms": round((time.monotonic() - self._started) * 1000),
            "model_calls": calls,
        }


def _as_message(call: Call) -> dict[str, Any]:
    """A call in the form in which a model would have made it."""
    function = {"name": call["name"], "arguments": json.dumps(call["arguments"], ensure_ascii=False)}
    made = {"id": call["id"], "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [made]}


def _keys(resources: dict[str, Any]) -> list[str]:
    """The platform's keys that this step holds."""
    held = [v for k, v in resources["llm"].items() if k.endswith("api_key")]
    return [str(v) for v in (*held, resources["embeddings"].get("api_key"), resources["master_key"]) if v]


def in_shape(
    verdict: Verdict, model: str, tools: Toolbox | None, loop: Loop | None, staff: Staff, secrets: list[str]
) -> Answer:
    """The step's result: nothing in it that an operator must not read."""
    none: Usage = {
        "input_tokens": 0,
        "output_tokens": 0,
        "calls": 0,
        "cost_usd": 0.0,
        "ms": 0,
        "model_calls": [],
    }
    usage = loop.usage() if loop else none
    trace = list(tools.trace) if tools else []
    notes = [*(tools.problems if tools else []), *filter(None, [verdict.why])]
    if loop and loop.cut:
        notes.append("the model's length limit cut the reply")
    if unpriced := sorted(
        {c["model"] for c in usage["model_calls"] if c["cost_usd"] is None and not c["error"]}
    ):
        notes.append(f"no price is known of {', '.join(unpriced)}: give one in f/chatbot/settings, prices")
    trace += [{"tool": "(note)", "arguments": {}, "outcome": note, "error": False, "ms": 0} for note in notes]
    result: Answer = {
        "reply": verdict.text or "…",
        "citations": verdict.citations,
        "answered": verdict.answered,
        "model": model,
        "trace": trace,
        "usage": usage,
        "error": verdict.error,
        "handed_off": staff.passed_on,
        "choices": tools.choices if tools and verdict.answered else None,
        "documents": tools.documents if tools and verdict.answered else [],
    }
    done: Answer = redact_keys(result, secrets)
    return done
