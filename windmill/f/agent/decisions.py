# no_postinstall
# requirements: agent
"""A turn that answers what people have decided about calls of tools (f/agent/approvals): makes each call to which somebody has agreed, once,
and tells the customer.

That somebody has agreed, has declined or did not come in time stands in canned words, which no model can leave out. What a call has brought the
model says, with the tool's answer as its evidence; where it finds no words that hold, canned ones say it. Of a call for which nobody answered at
the tool, and which a later turn makes, nothing is said yet.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from f.agent.decision_words import read_decisions, words_of
from f.agent.loop import Begun, Loop, platform_keys, result_of
from f.agent.policy.deeds import refuses
from f.agent.policy.evidence import Evidence
from f.agent.policy.reply_policy import Verdict, given_up, without_model
from f.agent.prompt import PLATFORM
from f.agent.tool_ledger import KEPT, UNSURE, is_same
from f.agent.tools import Timed, ToolRunner, timed
from f.common.redaction import redact_keys
from f.common.secrets import SecretError
from f.models.providers import Models, candidates_of
from f.models.types import Call, new_call_id
from f.tools.live_tools import SCRIPTS, ToolError

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import AgentResult
    from f.tools.live_tools import LiveTool

AGREED = (
    "{platform} A colleague has agreed to what the customer had asked for, and it was tried just now: the result stands below."
    " The customer reads first: “{agreed}” Go on from there in one or two sentences: say what the result says, and nothing more."
    " Do not call {tools} again."
)
NOT_AGREED = (
    "{platform} The customer reads first: “{words}” Do not say it again, and do not ask for it again."
)
GONE = "the bot does not have this tool any more"
CHANGED = "the tool is another one by now than the one that was agreed to: it does not take all of these arguments any more"
OTHER_REQUEST = "it is not known whether it was done, and the tool would send something else by now"
OTHER_NUMBER = "the customer has another number by now than the one that was agreed to"


def answer_decisions(turn: Turn) -> AgentResult:
    """What the customer reads of them, and of what they wrote meanwhile."""
    evidence = Evidence(turn)
    tools = ToolRunner(turn, evidence)
    tools.secrets.update(key for key in (*platform_keys(turn.resources), turn_key(turn)) if key)
    decided = Decisions(turn, evidence, tools)
    decided.carry_out()
    verdict, loop = (Verdict("", [], True), None) if turn.context.get("silent") else decided.reply()
    result = result_of(turn, verdict, loop)
    before: Any = [] if loop else evidence.trace  # a loop's result has them
    trace: Any = redact_keys([*before, *result["trace"], *decided.notes()], tools.secrets)
    result["trace"] = trace
    return result if verdict.text else {**result, "reply": ""}  # a later turn says it


def unfit(tool: LiveTool, arguments: dict[str, Any]) -> str:
    """Why the tool, as it is now, can't be called with exactly these arguments; '' where it can."""
    if tool.unknown(arguments):
        return CHANGED
    try:
        return OTHER_NUMBER if tool.for_contact(arguments) != arguments else ""
    except ToolError as problem:
        return str(problem)


def result_of_error(problem: ToolError, may_ask: bool) -> str:
    """`may_ask`: a later turn may ask what became of a call that has begun."""
    if problem.by_tool:
        return "refused"
    if problem.is_final or (problem.begun and not may_ask):
        return "unsure" if problem.begun else "not_called"
    return "again"


def joined(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def turn_key(turn: Turn) -> str | None:
    """The tenant's model key, so that nothing is written down with it; None also where it does not open: a call needs none."""
    try:
        return turn.model_key()
    except SecretError:
        return None


def repeated(
    tool: LiveTool | None,
    digest: bytes,
    arguments: dict[str, Any],
    request: bytes | None,
    written: str | None,
    seconds: float,
) -> str:
    """What the server of a call that has begun says of it, as the very same request is sent again. Raises ToolError."""
    if tool is None or unfit(tool, arguments) or not is_same(request, written):
        raise ToolError(OTHER_REQUEST, begun=True, is_final=True)
    return tool.repeat(digest, arguments, seconds)


class Decisions:
    """Those of one turn, and what came of the calls."""

    def __init__(self, turn: Turn, evidence: Evidence, tools: ToolRunner) -> None:
        self._turn, self.evidence, self._tools = turn, evidence, tools
        self._all = read_decisions(turn)
        self._heard: list[tuple[Call, str]] = []  # calls with what the model hears of them

    def carry_out(self) -> None:
        """Makes the calls to which somebody has agreed, unless they were made before."""
        for decision in self._all:
            if decision["state"] == "approved":
                self._carry_out(decision)

    def _carry_out(self, decision: dict[str, Any]) -> None:
        offered = self._tools.of_server(decision["server"], decision["tool"])
        arguments = json.loads(decision["arguments"])
        name = offered[0] if offered else decision["tool"]
        call: Call = {"id": new_call_id(), "name": name, "arguments": arguments}
        made: Timed = timed(self._make, decision, offered[1] if offered else None, arguments)
        if offered and decision["result"] in ("done", "refused"):
            self._heard.append((call, self._tools.take_in(call, made)))
        else:
            arguments = {"tool": name[:100], "arguments": arguments, "outcome": made.outcome[:KEPT]}
            other: Any = {**arguments, "error": decision["result"] != "done", "at": made.at, "ms": made.ms}
            self.evidence.trace.append(other)

    def _make(self, decision: dict[str, Any], tool: LiveTool | None, arguments: dict[str, Any]) -> str:
        """Makes the call, once: what the tool says. Raises ToolError where it refused. `decision` gets the result."""
        turn, request = self._turn, tool.request_digest(arguments) if tool else None
        query = "select begin_approved_call(%s, %s, %s, %s)"
        begun = turn.db.value(query, turn.id, turn.epoch, decision["id"], request)
        if begun["do"] not in ("call", "ask"):
            decision["result"] = begun.get("result") or "not_called"
            return str(begun.get("outcome") or UNSURE)
        asked, may_ask = begun["do"] == "ask", decision["server"] == SCRIPTS or request is not None
        outcome, decision["result"], may_have_begun = "", "again" if may_ask else "unsure", True
        try:
            digest, seconds = UUID(str(decision["id"])).bytes, float(turn.settings.max_seconds)
            leave = not begun["is_last"]
            known = None
            if asked and decision["server"] == SCRIPTS:
                known = self._recall(decision, tool, digest, seconds, leave)
            elif asked:
                known = repeated(tool, digest, arguments, request, begun["request"], seconds)
            why = "" if known is not None else GONE if tool is None else unfit(tool, arguments)
            if why and begun.get("is_fresh"):
                raise ToolError(why, begun=True)
            if why:
                outcome, decision["result"] = why, "not_called"
            else:
                made = tool.call_as(digest, arguments, seconds, leave) if known is None and tool else known
                outcome = "" if made is None else made  # it names its job
                decision["result"] = "refused" if refuses(outcome) else "done"
        except ToolError as problem:
            outcome = str(problem)
            decision["result"] = result_of_error(problem, may_ask)
            may_have_begun = asked or problem.begun
            self.evidence.unsure = self.evidence.unsure or decision["result"] == "unsure"
            if problem.by_tool and tool:
                self.evidence.tool_answers.append((tool.name, outcome))
            raise
        finally:
            self._record(decision, redact_keys(outcome, self._tools.secrets)[:KEPT], may_have_begun)
        return outcome

    def _recall(
        self, decision: dict[str, Any], tool: LiveTool | None, digest: bytes, seconds: float, leave: bool
    ) -> str | None:
        """What became of a call that has begun in another attempt or turn; None: it never came to its tool. Raises ToolError.

        Windmill knows also where the bot does not have the tool any more."""
        if tool:
            return tool.recall(digest, seconds, leave)
        from f.tools.script_tools import recall

        return recall(self._turn.resources["job_id_key"], digest, decision["tool"], seconds, leave)

    def _record(self, decision: dict[str, Any], outcome: str, may_have_begun: bool) -> None:
        """Writes down what became of a call. One that did not come to its tool, or of which somebody may still hear, may go to a later turn."""
        db, turn = self._turn.db, self._turn
        if decision["result"] != "again":
            db.value("select end_approved_call(%s, %s, %s)", decision["id"], decision["result"], outcome)
            return
        query = "select put_back_call(%s, %s, %s, %s, %s)"
        decision["result"] = db.value(query, turn.id, turn.epoch, decision["id"], may_have_begun, outcome)

    def reply(self) -> tuple[Verdict, Loop | None]:
        """What goes out, and the loop that found the words, if one did."""
        said = words_of(self._turn, self._all)
        if not self._turn.context["message_ids"] and not self._heard:
            return Verdict(said, [], True), None
        early = without_model(self._turn) if self._turn.context["message_ids"] else None
        if early:
            return early._replace(text=joined(said, early.text)), None
        verdict, loop = self._ask_model()
        if verdict.answered and not verdict.error:
            return verdict._replace(text=joined(self._first(), verdict.text)), loop
        if not self._turn.context["message_ids"]:  # the model failed; what holds is said all the same
            return Verdict(said, [], True, verdict.why or verdict.error), loop
        return verdict._replace(text=joined(said, verdict.text)), loop

    def _first(self) -> str:
        """What stands before the model's words: all but the results that it was shown."""
        shown = [d["result"] in ("done", "refused") for d in self._all]
        agreed = self._turn.canned_reply("approval_agreed") if any(shown) else ""
        others = words_of(self._turn, [d for d, known in zip(self._all, shown, strict=True) if not known])
        return " ".join(filter(None, [agreed, others.removeprefix(agreed).strip() if agreed else others]))

    def _ask_model(self) -> tuple[Verdict, Loop | None]:
        turn = self._turn
        try:
            models = Models(candidates_of(turn.resources["llm"], turn.settings, turn.model_key()))
        except SecretError as problem:
            return given_up(turn, str(problem)), None
        loop = Loop(turn, models, Begun(self.evidence, self._tools, self._messages))
        verdict = loop.run()
        return given_up(turn, verdict.error) if verdict.error else verdict, loop

    def _messages(self, opening: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The messages that open the loop. Where the customer wrote nothing, the platform's note stands in the place of a question."""
        first = self._first()
        tools = ", ".join(dict.fromkeys(call["name"] for call, _ in self._heard))
        note = (AGREED if self._heard else NOT_AGREED).format(
            platform=PLATFORM, agreed=first, words=first, tools=tools
        )
        asked = [opening[-1]] if self._turn.context["message_ids"] else []
        noted = [{"role": "user", "content": note}] if first else []
        made = [
            {
                "id": call["id"],
                "type": "function",
                "function": {
                    "name": call["name"],
                    "arguments": json.dumps(call["arguments"], ensure_ascii=False),
                },
            }
            for call, _ in self._heard
        ]
        messages = [*opening[:-1], *asked, *noted]
        if made:
            messages.append({"role": "assistant", "content": None, "tool_calls": made})
        return [
            *messages,
            *({"role": "tool", "tool_call_id": c["id"], "content": heard} for c, heard in self._heard),
        ]

    def notes(self) -> list[dict[str, Any]]:
        """Who decided what, for the trace."""
        return [
            {"tool": "(note)", "arguments": {}, "outcome": self._in_words(d), "error": False, "ms": 0}
            for d in self._all
        ]

    def _in_words(self, decision: dict[str, Any]) -> str:
        what = f"{decision['server']}.{decision['tool']}: {decision['state']}"
        by = f" by {decision['decided_by']}" if decision["decided_by"] else ""
        result = f"; the call: {decision['result'] or 'not known'}" if decision["state"] == "approved" else ""
        return f"{what}{by} at {decision['decided_at']}{result}"
