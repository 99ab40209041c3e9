# no_postinstall
# requirements: agent
"""The tools of one turn: the knowledge base, a human, the customer's details, and what the tenant's MCP servers offer and the tenant allows."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

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
from f.agent.knowledge import Knowledge
from f.agent.mcp_servers import McpError, McpTool, call_tool, discover, refresh
from f.agent.prompt import as_data
from f.common.database import Connection, as_tenant, ask
from f.whatsapp.choices import OFFER, OFFER_CHOICES, checked

if TYPE_CHECKING:
    from f.agent.handoff import Staff
    from f.agent.settings import AgentSettings
    from f.common.shapes import Context, ToolCall
    from f.models.providers import Call

MOST_CALLS = 8  # in one round
AT_ONCE = 4
LOGGED = 2000  # characters of arguments and of an outcome that the trace keeps


class Toolbox:
    """Offers the tools, runs the model's calls, and keeps what they returned: the trace and the evidence of a turn."""

    def __init__(
        self,
        conn: Connection,
        context: Context,
        own: AgentSettings,
        resources: dict[str, Any],
        staff: Staff,
        epoch: int | None,
    ) -> None:
        self._conn, self._context, self._own, self._epoch, self._staff = conn, context, own, epoch, staff
        self.knowledge = Knowledge(conn, context, resources["embeddings"])
        self.trace: list[ToolCall] = []
        self.problems: list[str] = []
        self.tool_answers: list[str] = []  # what MCP tools answered: the other half of the evidence
        self.out_of_order: list[str] = []  # why an MCP tool could not be used
        self.unsure = False  # whether nobody knows if a tool has done what it was called for
        self.choices: dict[str, Any] | None = None  # what the customer may tap below the reply
        self.documents: list[str] = []  # ids of documents that are sent after the reply
        self._files = self._sendable() if own["send_documents"] else {}
        self._done: dict[str, str] = {}
        found, self.secrets = discover(
            conn, context, resources["settings"], resources["master_key"], self.problems
        )
        self._mcp = _named(found)

    def schemas(self) -> list[dict[str, Any]]:
        """The tools in the form that the model's API takes."""
        built_in = [SEARCH_TOOL, HAND_OFF_TOOL, OFFER_CHOICES]
        if self._own["lead_fields"]:
            built_in.append(remember_tool(self._own["lead_fields"]))
        if self._files:
            built_in.append(send_document_tool(list(self._files)))
        return [*built_in, *({"type": "function", "function": t.schema(n)} for n, t in self._mcp.items())]

    def run(self, calls: list[Call], seconds: float) -> list[str]:
        """Runs the calls of one round; an outcome for each, in order. A failure is an answer, too: the model can do something else.

        Tools that say of themselves that they only read run beside the others; whatever else there is runs one after the other.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ahead: dict[int, Future[tuple[str, bool, int]]] = {}
            for place, call in enumerate(calls[:MOST_CALLS]):
                tool = self._mcp.get(call["name"])
                if tool and tool.read_only and _key(call) not in self._done:
                    ahead[place] = pool.submit(_timed, self._remote, tool, call["arguments"], seconds)
            return [self._one(place, call, ahead.get(place), seconds) for place, call in enumerate(calls)]

    def _one(
        self, place: int, call: Call, ahead: Future[tuple[str, bool, int]] | None, seconds: float
    ) -> str:
        key = _key(call)
        if place >= MOST_CALLS:
            outcome, error, ms = f"error: at most {MOST_CALLS} calls at once; call it again alone", True, 0
        elif key in self._done:
            return self._done[key]  # asked again in the same words: done once, told again
        elif ahead:
            outcome, error, ms = ahead.result()
        else:
            outcome, error, ms = _timed(self._local, call, seconds)
        self.trace.append(
            {
                "tool": call["name"][:100],
                "arguments": _shown(call["arguments"]),
                "outcome": outcome[:LOGGED],
                "error": error,
                "ms": ms,
            }
        )
        tool = self._mcp.get(call["name"])
        if tool and not error and outcome.strip():
            self.tool_answers.append(outcome)
        if tool and error and self._changed(tool):
            outcome += f" The tool has changed; its parameters are now {json.dumps(tool.schema('')['parameters'])}. Call it again with these."
        elif not error:
            self._done[key] = as_data(outcome)
        return as_data(outcome)

    def _local(self, call: Call, seconds: float) -> str:
        name, arguments = call["name"], call["arguments"]
        if not isinstance(arguments, dict):
            raise ValueError(f"the arguments are not a JSON object: {arguments[:200]}")
        if name == SEARCH:
            return self.knowledge.search(str(arguments.get("question") or ""), seconds)
        if name == HAND_OFF:
            self._staff.pass_on("model", str(arguments.get("reason") or "")[:500])
            return "A colleague is told, and answers here. Say so to the customer."
        if name == OFFER:
            self.choices = checked(arguments)
            return "The choices stand below your reply. Do not list them again."
        if name == SEND_DOCUMENT and self._files:
            return self._send_document(str(arguments.get("document") or ""))
        if name == REMEMBER and self._own["lead_fields"]:
            return self._remember(arguments)
        if name in self._mcp:
            return self._remote(self._mcp[name], arguments, seconds)
        offered = ", ".join(tool["function"]["name"] for tool in self.schemas())
        raise ValueError(f"there is no tool {name[:100]!r}; there are: {offered}")

    def _remote(self, tool: McpTool, arguments: dict[str, Any] | str, seconds: float) -> str:
        if not isinstance(arguments, dict):
            raise ValueError(f"the arguments are not a JSON object: {arguments[:200]}")
        try:
            given = tool.for_contact(arguments)
            if tool.read_only:
                return call_tool(tool, given, seconds)
            if self._epoch is None:  # a dry run
                return (
                    f"{tool.name} was not called: nothing may change in a trial, and its server does not say that it only reads."
                    " Say that to whoever tries you out."
                )
            from f.agent.tool_ledger import call_once  # most turns change nothing

            return call_once(self._conn, self._context, self._epoch, tool, given, seconds, self.secrets)
        except McpError as problem:
            self.unsure = self.unsure or problem.unsure
            if problem.by_tool or problem.unsure:
                self.tool_answers.append(str(problem))
            if not problem.by_tool:
                self.out_of_order.append(str(problem))
            raise

    def _changed(self, tool: McpTool) -> bool:
        """After a failure: whether the server describes the tool otherwise by now. Asked once a turn for each tool."""
        key = f"changed {tool.server.name}.{tool.name}"
        if key in self._done or self.unsure or any("did not answer" in why for why in self.out_of_order):
            return False
        self._done[key] = ""
        listed = refresh(self._conn, self._context, tool.server, None, self.problems) or []
        now = next((t for t in listed if t["name"] == tool.name), None)
        if now is None or now["parameters"] == tool.parameters:
            return False
        self.problems.append(f"{tool.server.name} has changed the parameters of {tool.name}")
        tool.parameters, tool.description = now["parameters"], now["description"]
        return True

    def _sendable(self) -> dict[str, str]:
        """The files that the customer may be sent: id by title."""
        query = (
            "select distinct on (title) id::text, title from sendable_documents(%s) order by title limit %s"
        )
        asked = (query, [self._context["phone_number_id"], MOST_FILES])
        (rows,) = ask(self._conn, self._context["tenant_id"], asked)
        return {row["title"]: row["id"] for row in rows}

    def _send_document(self, title: str) -> str:
        if title not in self._files:
            raise ValueError(f"there is no file {title[:100]!r}; there are: {', '.join(self._files)[:1000]}")
        if self._files[title] not in self.documents:
            self.documents.append(self._files[title])
        return "The file stands below your reply."

    def _remember(self, arguments: dict[str, Any]) -> str:
        fields = {
            str(k): str(v).strip()
            for k, v in arguments.items()
            if isinstance(v, str | int | float) and str(v).strip()
        }
        said = [u["text"] for u in self._context.get("history") or [] if u["role"] == "user"]
        refused = refused_details(
            fields, self._own["lead_fields"], " ".join([*said, self._context["question"]])
        )
        kept = {key: value for key, value in fields.items() if key not in refused}
        if kept and self._epoch is not None:
            with as_tenant(self._conn, self._context["tenant_id"]):
                self._conn.execute(
                    b"select remember_lead(%s, %s, %s::jsonb)",
                    [self._context["turn_id"], self._epoch, json.dumps(kept)],
                )
        if not kept:
            raise ValueError(f"nothing was kept: {'; '.join(refused.values()) or 'no details were given'}")
        return f"kept: {', '.join(kept)}" + (f"; not kept: {'; '.join(refused.values())}" if refused else "")


def _named(found: list[McpTool]) -> dict[str, McpTool]:
    """The tools by the name they are offered under: one that every vendor takes, and nobody else has."""
    offered: dict[str, McpTool] = {}
    for tool in found:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", tool.name)[:60] or "tool"
        if plain in offered or plain in (SEARCH, HAND_OFF, REMEMBER, OFFER, SEND_DOCUMENT):
            plain = f"{tool.server.name}__{plain}"[:60]
        name, number = plain, 2
        while name in offered:
            name, number = f"{plain}_{number}", number + 1
        offered[name] = tool
    return offered


def _shown(arguments: dict[str, Any] | str) -> dict[str, Any]:
    """A call's arguments as the trace keeps them: whole where they are short."""
    if isinstance(arguments, str):
        return {"unreadable": arguments[:200]}
    written = json.dumps(arguments, ensure_ascii=False, default=str)
    return arguments if len(written) <= LOGGED else {"shortened": written[:LOGGED]}


def _key(call: Call) -> str:
    return f"{call['name']} {json.dumps(call['arguments'], sort_keys=True, default=str)}"


def _timed(run: Any, *arguments: Any) -> tuple[str, bool, int]:
    """Outcome, whether it is an error, milliseconds."""
    started = time.monotonic()
    try:
        outcome, error = run(*arguments), False
    except (ValueError, McpError) as problem:
        outcome, error = f"error: {problem}", True
    return outcome, error, round((time.monotonic() - started) * 1000)
