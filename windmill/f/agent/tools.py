# no_postinstall
# requirements: agent
"""The tools of one turn: the knowledge base, a human, the customer's details, and what the tenant's own systems offer and the tenant allows."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from f.agent.approvals import Approvals, Asked, needs_approval
from f.agent.builtin_tools import (
    HAND_OFF,
    HAND_OFF_TOOL,
    MOST_FILES,
    REMEMBER,
    SEARCH,
    SEARCH_TOOL,
    SEND_DOCUMENT,
    refused_details,
    remember_tool,
    send_document_tool,
)
from f.agent.offered_tools import by_name, discover
from f.agent.policy.deeds import refuses
from f.agent.policy.drafts import REPLY, REPLY_TOOL
from f.agent.prompt import PLATFORM, as_data
from f.agent.recorded_calls import LOGGED, Recorded, RecordedCalls, call_key
from f.agent.reply_controls import TOOLS as CONTROLS
from f.agent.reply_controls import add_control, offers, refuse_choices
from f.tools.live_tools import DONE, LiveTool, ToolError, has_words
from f.whatsapp.choices import OFFER, OFFER_CHOICES, checked
from f.whatsapp.control_kinds import control_tools

if TYPE_CHECKING:
    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn
    from f.models.types import Call

BUILT_IN = (REPLY, SEARCH, HAND_OFF, REMEMBER, OFFER, SEND_DOCUMENT, *CONTROLS)
MOST_CALLS = 8  # in one round
AT_ONCE = 4
ASKED_AGAIN = (
    "You have asked for exactly this already in this turn: the result stands above, and is the same."
)
WAITS = "Not done yet: look at the results of your other calls first, then call hand_off alone if it is still needed."


class Timed(NamedTuple):
    """What came of a call; whether that is an error; when it began, in seconds since 1970; how many milliseconds it took."""

    outcome: str
    error: bool
    at: float
    ms: int
    job: str | None = None  # the Windmill job that answered


class ToolRunner:
    """Offers the tools of a turn and runs the model's calls. What they return is written into `evidence`."""

    def __init__(self, turn: Turn, evidence: Evidence) -> None:
        self._turn, self._evidence = turn, evidence
        self._approvals = Approvals(turn, evidence)
        self._recorded = RecordedCalls(turn.context.get("recorded") or [])
        self._files = self._sendable() if turn.settings.send_documents else {}
        self._outcomes: dict[str, str] = {}  # of calls that succeeded, by their words
        self._asked_again: set[str] = set()  # tools whose server was asked for a newer description
        discovered, self.secrets = discover(turn, evidence.problems)
        self._live = by_name(discovered, BUILT_IN)

    def schemas(self) -> list[dict[str, Any]]:
        """The tools in the form that the model's API takes."""
        built_in = [REPLY_TOOL, SEARCH_TOOL, HAND_OFF_TOOL, OFFER_CHOICES]
        if self._turn.settings.lead_fields:
            built_in.append(remember_tool(self._turn.settings.lead_fields))
        if self._files:
            built_in.append(send_document_tool(list(self._files)))
        built_in += control_tools(self._turn.settings)
        return [*built_in, *({"type": "function", "function": t.schema(n)} for n, t in self._live.items())]

    @property
    def of_servers(self) -> dict[str, LiveTool]:
        """The tools of the tenant's own systems, by the names under which they are offered."""
        return self._live

    def run(self, calls: list[Call], seconds: float) -> list[str]:
        """Runs the calls of one round; an outcome for each, in order. A failure is an answer, too: the model can do something else.

        Tools that say of themselves that they only read run beside the others; whatever else there is runs one after the other.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ahead: dict[int, Future[Timed]] = {}
            for place, call in enumerate(calls[:MOST_CALLS]):
                tool = self._live.get(call["name"])
                ahead_of = tool and tool.read_only and not tool.approval
                if tool and ahead_of and call_key(call["name"], call["arguments"]) not in self._outcomes:
                    ahead[place] = pool.submit(timed, self._remote, call["name"], call["arguments"], seconds)
            alone = all(call["name"] == HAND_OFF for call in calls)
            return [
                WAITS
                if call["name"] == HAND_OFF and not alone
                else self._one(place, call, ahead.get(place), seconds)
                for place, call in enumerate(calls)
            ]

    def of_server(self, server: str, name: str) -> tuple[str, LiveTool] | None:
        """A tool by its server's name for it, with the name under which it is offered; None where it is not offered."""
        return next((o for o in self._live.items() if o[1].origin == server and o[1].name == name), None)

    def take_in(self, call: Call, made: Timed) -> str:
        """What the model hears of a call that was made before it was asked."""
        over: Future[Timed] = Future()
        over.set_result(made)
        return self._one(0, call, over, 0)

    def _one(self, place: int, call: Call, ahead: Future[Timed] | None, seconds: float) -> str:
        key = call_key(call["name"], call["arguments"])
        evidence, tool = self._evidence, self._live.get(call["name"])
        if place >= MOST_CALLS:
            outcome, error = f"error: at most {MOST_CALLS} calls at once; call it again alone", True
            at, ms, job = round(time.time(), 3), 0, None
        elif key in self._outcomes:
            return ASKED_AGAIN  # done once; the whole result again would cost its tokens again
        elif ahead:
            outcome, error, at, ms, job = ahead.result()
        else:
            outcome, error, at, ms, job = timed(self._local, call, seconds)
        readable = isinstance(call["arguments"], dict)  # else nothing was looked up
        evidence.looked_up = evidence.looked_up or (readable and (call["name"] == SEARCH or tool is not None))
        evidence.trace.append(
            {
                "tool": call["name"][:100],
                "arguments": _shown(call["arguments"]),
                "outcome": outcome[:LOGGED],
                "error": error,
                "at": at,
                "ms": ms,
            }
        )
        if job:
            evidence.trace[-1]["job"] = job
        if isinstance(outcome, Asked):  # nothing was called
            evidence.trace[-1]["asks"] = True
            self._outcomes[key] = outcome
            return f"{PLATFORM} {outcome}"
        if tool and not tool.read_only and self._turn.dry_run:
            evidence.trace[-1]["would"] = True
        if tool and not error:
            if has_words(outcome):
                evidence.tool_answers.append((call["name"], outcome))
            if not tool.read_only and (isinstance(outcome, Recorded) or not self._turn.dry_run):
                (evidence.failed if refuses(outcome) else evidence.changed).append(call["name"])
                if not has_words(outcome):
                    evidence.done.append((call["name"], f"{DONE} {json.dumps(call['arguments'])}"))
                    outcome = " ".join(filter(None, (DONE, outcome.strip())))
        if tool and error and not tool.read_only:
            evidence.failed.append(call["name"])
        if tool and error and self._changed(tool):
            outcome += f" The tool has changed; its parameters are now {json.dumps(tool.schema('')['parameters'])}. Call it again with these."
        elif not error:
            self._outcomes[key] = as_data(outcome)
        return as_data(outcome)

    def _local(self, call: Call, seconds: float) -> str:
        name, arguments = call["name"], call["arguments"]
        if not isinstance(arguments, dict):
            raise ValueError(f"the arguments are not a JSON object: {arguments[:200]}")
        if name == SEARCH:
            return self._evidence.knowledge.search(str(arguments.get("question") or ""), seconds)
        if name == HAND_OFF:
            self._turn.hand_off("model", str(arguments.get("reason") or "")[:500])
            return "A colleague is told, and answers here. Say so to the customer."
        if offers(self._turn, name):
            return add_control(self._turn, self._evidence, name, arguments)
        if name == OFFER:
            refuse_choices(self._evidence)
            self._evidence.choices = checked(arguments)
            return "The choices stand below your reply. Do not list them again."
        if name == SEND_DOCUMENT and self._files:
            return self._send_document(str(arguments.get("document") or ""))
        if name == REMEMBER and self._turn.settings.lead_fields:
            return self._remember(arguments)
        if name in self._live:
            return self._remote(name, arguments, seconds)
        offered = ", ".join(tool["function"]["name"] for tool in self.schemas())
        raise ValueError(f"there is no tool {name[:100]!r}; there are: {offered}")

    def _remote(self, name: str, arguments: dict[str, Any] | str, seconds: float) -> str:
        tool = self._live[name]
        if not isinstance(arguments, dict):
            raise ValueError(f"the arguments are not a JSON object: {arguments[:200]}")
        try:
            given = tool.for_contact(arguments)
            if needs_approval(tool.approval, given):
                return self._approvals.ask(tool, given, self.secrets)
            if (said := self._recorded.outcome(name, tool, arguments)) is not None:
                return said
            if tool.read_only:
                return tool.call(given, seconds)
            if self._turn.dry_run:
                return (
                    f"{tool.name} was not called: nothing may change in a trial, and its server does not say that it only reads."
                    " Say that to whoever tries you out."
                )
            from f.agent.tool_ledger import call_once  # most turns change nothing

            return call_once(self._turn, tool, given, seconds, self.secrets)
        except ToolError as problem:
            evidence = self._evidence
            evidence.unsure = evidence.unsure or problem.unsure
            if problem.by_tool or problem.unsure:
                evidence.tool_answers.append((tool.name, str(problem)))
            if not problem.by_tool:
                evidence.out_of_order.append(str(problem))
            raise

    def _changed(self, tool: LiveTool) -> bool:
        """After a failure: whether the server describes the tool otherwise by now. Asked once a turn for each tool."""
        from f.agent.mcp_lists import refresh
        from f.tools.mcp_servers import McpTool

        if not isinstance(tool, McpTool):
            return False
        evidence, key = self._evidence, f"{tool.server.name}.{tool.name}"
        silent = any("did not answer" in why for why in evidence.out_of_order)
        if key in self._asked_again or evidence.unsure or silent:
            return False
        self._asked_again.add(key)
        listed = refresh(self._turn, tool.server, None, evidence.problems) or []
        now = next((t for t in listed if t["name"] == tool.name), None)
        if now is None or now["parameters"] == tool.parameters:
            return False
        evidence.problems.append(f"{tool.server.name} has changed the parameters of {tool.name}")
        tool.parameters, tool.description = now["parameters"], now["description"]
        return True

    def _sendable(self) -> dict[str, str]:
        """The files that the customer may be sent: id by title."""
        rows = self._turn.db.rows(
            "select distinct on (title) id::text, title from sendable_documents(%s) order by title limit %s",
            self._turn.phone_number_id,
            MOST_FILES,
        )
        return {row["title"]: row["id"] for row in rows}

    def _send_document(self, title: str) -> str:
        if title not in self._files:
            raise ValueError(f"there is no file {title[:100]!r}; there are: {', '.join(self._files)[:1000]}")
        if self._files[title] not in self._evidence.documents:
            self._evidence.documents.append(self._files[title])
        return "The file stands below your reply."

    def _remember(self, arguments: dict[str, Any]) -> str:
        fields = {
            str(k): str(v).strip()
            for k, v in arguments.items()
            if isinstance(v, str | int | float) and str(v).strip()
        }
        context = self._turn.context
        earlier = [u["text"] for u in context.get("history") or [] if u["role"] == "user"]
        refused = refused_details(
            fields, self._turn.settings.lead_fields, " ".join([*earlier, context["question"]])
        )
        accepted = {key: value for key, value in fields.items() if key not in refused}
        if accepted and not self._turn.dry_run:
            self._turn.db.value(
                "select remember_lead(%s, %s, %s::jsonb)",
                self._turn.id,
                self._turn.epoch,
                json.dumps(accepted),
            )
        if not accepted:
            raise ValueError(f"nothing was kept: {'; '.join(refused.values()) or 'no details were given'}")
        return f"kept: {', '.join(accepted)}" + (
            f"; not kept: {'; '.join(refused.values())}" if refused else ""
        )


def _shown(arguments: dict[str, Any] | str) -> dict[str, Any]:
    """A call's arguments as the trace keeps them: whole where they are short."""
    if isinstance(arguments, str):
        return {"unreadable": arguments[:200]}
    written = json.dumps(arguments, ensure_ascii=False, default=str)
    return arguments if len(written) <= LOGGED else {"shortened": written[:LOGGED]}


def timed(run: Any, *arguments: Any) -> Timed:
    """Runs it; a refusal in words is an outcome, too."""
    at, started = round(time.time(), 3), time.monotonic()
    try:
        outcome, error = run(*arguments), False
        job = getattr(outcome, "job", None)
    except (ValueError, ToolError) as problem:
        outcome, error = f"error: {problem}", True
        job = getattr(problem, "job", None)
    return Timed(outcome, error, at, round((time.monotonic() - started) * 1000), job)
