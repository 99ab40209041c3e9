# no_postinstall
# requirements: agent
"""The tenant's MCP servers (streamable HTTP): which of their tools are offered, and how one is called.

The list of a server's tools is cached for ten minutes in tenant_tools, so that most turns neither ask for it nor import the SDK, which costs
more than half a second. A server that does not answer is asked again after a minute: not every customer waits for it. Headers tell the
server who is asking, from the contact's row: the model has no say in it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from f.agent.identity import asks_who, with_phone, without_who
from f.common.redaction import redact
from f.common.secrets import SecretError, unseal

if TYPE_CHECKING:
    from f.agent.turn import Turn

MAX_RESULT = 20_000  # characters; what a server returns beyond is cut, with a word
MOST_TOOLS = 40  # of one server that the model is offered
MOST_LISTED = 1000  # of one server that are looked at
NOT_RUN = (-32600, -32601, -32602)  # JSON-RPC's refusals of a request as such
# A header that no contact can have: an absent one is read as "anybody" by servers that know no better.
NOBODY = "unknown"
PARSE_ERROR = -32700  # JSON-RPC's, for a response that is not JSON
PUBLIC = ("x-customer-phone", "x-customer-id")
# What the SDK says of an address that takes no such request, as that of a server of the old kind does.
OLD_KIND = "Servers of the old kind, HTTP+SSE, can't be used: enter the address of streamable HTTP, which often ends in /mcp"
HINTS = {
    "Not Found": f". Nothing answers at its address. {OLD_KIND}",
    "Server returned an error response": f". Look at its address and its key. {OLD_KIND}",
}


class McpError(Exception):
    """Why a tool could not be used, as a sentence for the model and the operator. `by_tool`: the tool itself reported the error.
    `begun`: the call may have reached it. `unsure`: it is not known whether the tool did it."""

    def __init__(self, message: str, by_tool: bool = False, unsure: bool = False) -> None:
        super().__init__(message)
        self.by_tool, self.begun, self.unsure = by_tool, False, unsure


@dataclass
class McpServer:
    """A tenant's server. `headers` hold a secret: not shown by repr."""

    name: str
    url: str
    timeout_s: float
    allowed_hosts: list[str]
    headers: dict[str, str] = field(repr=False)
    phone: str | None = field(repr=False, default=None)

    @property
    def secrets(self) -> set[str]:
        """The parts of the headers that nobody may read: a key, with its scheme and without."""
        held = [value for name, value in self.headers.items() if name.lower() not in PUBLIC]
        return {part for value in held for part in (value, value.split(" ")[-1])}


@dataclass
class McpTool:
    """One allowed tool of a server, as the server describes it. `read_only`: it says that it changes nothing."""

    server: McpServer
    name: str
    description: str
    parameters: dict[str, Any]
    read_only: bool = False

    def schema(self, offered_as: str) -> dict[str, Any]:
        """As the model sees it: without the parameters that say who is asking."""
        parameters = {"properties": {}, "required": [], **without_who(self.parameters), "type": "object"}
        return {"name": offered_as, "description": self.description[:1024], "parameters": parameters}

    def for_contact(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The model's arguments, with the contact's own phone wherever the tool asks for one, and no other."""
        if asks_who(self.parameters) and not self.server.phone:
            raise McpError(
                f"{self.name} needs the customer's phone number, which this customer does not show"
            )
        return with_phone(arguments, self.parameters, self.server.phone)


def discover(turn: Turn, problems: list[str]) -> tuple[list[McpTool], set[str]]:
    """The allowed tools of the tenant's servers, and the secrets of all of them.

    A server that is down offers what it last did; what is wrong is added to `problems`.
    """
    servers, contacts = turn.db.batch(
        (
            "select *, discovered_at > now() - interval '10 minutes' as fresh from tenant_tools where enabled order by name",
            [],
        ),
        (
            "select phone, user_id from contacts where id = coalesce((select contact_id from turns where id = %s), %s)",
            [turn.context.get("turn_id"), turn.context.get("contact_id")],
        ),
    )
    contact = contacts[0] if contacts else {"phone": None, "user_id": None}
    tools: list[McpTool] = []
    secrets: set[str] = set()
    for row in servers:
        try:
            server = _server(row, contact, turn)
        except SecretError as problem:
            problems.append(f"{row['name']} is not offered: {problem}")
            continue
        secrets |= server.secrets
        listed = row["discovered"]
        if not row["fresh"]:
            listed = refresh(turn, server, listed, problems)
        allowed = [t for t in listed or [] if t["name"] in row["allowed_tools"]]
        tools += [
            McpTool(server, t["name"], t["description"], t["parameters"], bool(t.get("read_only")))
            for t in allowed[:MOST_TOOLS]
        ]
    return tools, secrets


def _server(row: dict[str, Any], contact: dict[str, Any], turn: Turn) -> McpServer:
    headers = {}
    if row["header_name"] and row["header_value"]:
        headers[row["header_name"]] = unseal(
            turn.resources["master_key"], turn.tenant_id, f"tool:{row['name']}", row["header_value"]
        )
    headers = {k: v for k, v in headers.items() if k.lower() not in PUBLIC} | {
        "X-Customer-Phone": contact["phone"] or NOBODY,
        "X-Customer-Id": contact["user_id"] or NOBODY,
    }
    return McpServer(
        row["name"], row["url"], row["timeout_s"], turn.allowed_private_hosts, headers, contact["phone"]
    )


def call_tool(tool: McpTool, arguments: dict[str, Any], seconds: float) -> str:
    """Calls the tool; returns its text. Raises McpError when the server is down, too slow, or reports an error."""

    begun = False

    async def call(client: Any) -> list[Any]:
        nonlocal begun
        begun = True
        try:
            result = await client.call_tool(tool.name, arguments)
        except Exception as refusal:
            begun = getattr(refusal, "code", None) not in NOT_RUN
            raise
        return ["\n".join(block.text for block in result.content), result.is_error]

    try:
        text, is_error = _talk(tool.server, call, seconds)
    except McpError as problem:
        problem.begun = begun
        raise
    if is_error:
        raise McpError(text[:500] or f"{tool.name} failed without a word", by_tool=True)
    return text if len(text) <= MAX_RESULT else str(text[:MAX_RESULT]) + " … (cut)"


def refresh(
    turn: Turn, server: McpServer, last: list[dict[str, Any]] | None, problems: list[str]
) -> list[dict[str, Any]] | None:
    """Asks a server for its tools and stores the list; the `last` one where it can't be asked."""

    async def list_tools(client: Any) -> list[dict[str, Any]]:
        tools: list[Any] = []
        page = await client.list_tools()
        tools += page.tools
        while page.next_cursor and len(tools) < MOST_LISTED:
            page = await client.list_tools(cursor=page.next_cursor)
            tools += page.tools
        return [
            {
                "name": t.name,
                "description": t.description or "",
                "parameters": t.input_schema,
                "read_only": bool(t.annotations and t.annotations.read_only_hint),
            }
            for t in tools
        ]

    where = [turn.tenant_id, server.name]
    try:
        listed = _talk(server, list_tools, server.timeout_s)
    except McpError as problem:
        problems.append(f"the tools of {server.name} are as last seen: {problem}")
        if not turn.dry_run:
            turn.db.rows(
                "update tenant_tools set discovered_at = now() - interval '9 minutes' where tenant_id = %s and name = %s",
                *where,
            )
        return last
    if not turn.dry_run:
        turn.db.rows(
            "update tenant_tools set discovered = %s::jsonb, discovered_at = now() where tenant_id = %s and name = %s",
            json.dumps(listed),
            *where,
        )
    return list(listed)


def _talk(server: McpServer, exchange: Any, seconds: float) -> Any:
    """Connects, does the exchange, disconnects; every failure becomes one sentence. Nothing that comes back holds the server's key."""
    import logging

    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from f.agent.mcp_dialects import tolerant
    from f.common.ssrf import guarded_client

    logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)  # it writes whole answers into the run's log
    seconds = max(min(seconds, server.timeout_s), 0.1)

    async def session() -> Any:
        async with guarded_client(server.allowed_hosts, server.headers, seconds) as http:
            async with Client(tolerant(streamable_http_client(server.url, http_client=http))) as client:
                return await exchange(client)

    try:
        return redact(asyncio.run(asyncio.wait_for(session(), seconds)), server.secrets)
    except TimeoutError:
        raise McpError(f"{server.name} did not answer within {seconds:g} s") from None
    except Exception as error:  # the SDK wraps what happened in groups of groups
        raise _in_words(server, error, seconds) from None


def _in_words(server: McpServer, error: BaseException, seconds: float) -> McpError:
    """The first cause, in a sentence without the server's headers."""
    import httpx2
    from pydantic import ValidationError

    from f.common.ssrf import ForbiddenHost, TooLarge

    while isinstance(error, BaseExceptionGroup):
        error = next((e for e in error.exceptions if isinstance(e, OSError)), error.exceptions[0])
    cause: BaseException = error
    while not isinstance(cause, ForbiddenHost) and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    if isinstance(
        error, TimeoutError | httpx2.TimeoutException
    ):  # the HTTP client's clock was faster than ours
        return McpError(f"{server.name} did not answer within {seconds:g} s")
    shown = cause if isinstance(cause, ForbiddenHost | TooLarge) else error
    kind = type(shown).__name__
    # These quote a header that can't be sent, or a response's beginning and end: half a key would not be recognised in their words.
    quotes = isinstance(shown, httpx2.LocalProtocolError | ValidationError)
    if quotes or getattr(shown, "code", None) == PARSE_ERROR:
        return McpError(f"{server.name} can't be used: {kind}")
    words = redact(str(shown), server.secrets)[:300]
    hint = next((hint for said, hint in HINTS.items() if said in words), "")
    return McpError(f"{server.name} can't be used: {kind}: {words}{hint}")
