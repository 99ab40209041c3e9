# no_postinstall
# requirements: agent
"""An MCP server of a tenant (streamable HTTP): which tools it has, and how one is called.

Headers tell the server who is asking, from the contact's row: the model has no say in it. The SDK is imported where it is needed: it costs
more than half a second.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from f.common.problems import Message, message
from f.common.redaction import redact
from f.common.secrets import OAUTH_SECRET
from f.tools.live_tools import LiveTool, ToolError, cut
from f.tools.oauth_clients import TokenSource, client_of

MOST_LISTED = 1000  # of one server that are looked at
NOT_RUN = (-32600, -32601, -32602)  # JSON-RPC's refusals of a request as such
PARSE_ERROR = -32700  # JSON-RPC's, for a response that is not JSON
# A header that no contact can have: an absent one is read as "anybody" by servers that know no better.
NOBODY = "unknown"
PUBLIC = ("x-customer-phone", "x-customer-id")
# What the SDK says of an address that takes no such request, as that of a server of the old kind does.
OLD_KIND = "Servers of the old kind, HTTP+SSE, can't be used: enter the address of streamable HTTP, which often ends in /mcp"
HINTS = {
    "Not Found": f". Nothing answers at its address. {OLD_KIND}",
    "Server returned an error response": f". Look at its address and its key. {OLD_KIND}",
}


@dataclass
class McpServer:
    """A tenant's server. `headers` hold a secret: not shown by repr."""

    name: str
    url: str
    timeout_s: float
    allowed_hosts: list[str]
    headers: dict[str, str] = field(repr=False)
    phone: str | None = field(repr=False, default=None)
    keys: frozenset[str] = field(repr=False, default=frozenset())  # what nobody may read
    oauth: TokenSource | None = None

    @property
    def secrets(self) -> set[str]:
        """The keys, each with its scheme and without."""
        return {part for value in self.keys for part in (value, value.split(" ")[-1])}


@dataclass
class McpTool(LiveTool):
    """One allowed tool of a server, as the server describes it. `read_only`: it says that it changes nothing."""

    server: McpServer
    name: str
    description: str
    parameters: dict[str, Any]
    read_only: bool = False

    timeout_s: float = 0  # the tenant's for this tool; 0: the server's
    approval: Any = None

    @property
    def origin(self) -> str:
        return self.server.name

    @property
    def phone(self) -> str | None:
        return self.server.phone

    def call(self, arguments: dict[str, Any], seconds: float) -> str:
        return call_tool(self, arguments, seconds)


def server_of(
    row: dict[str, Any],
    held: dict[str, str],
    hosts: list[str],
    contact: dict[str, Any],
    signed_in: TokenSource | None = None,
) -> McpServer:
    """The server of a row of tenant_tools. `held`: its sealed values, opened. `contact`: whose phone and user_id it hears. `signed_in`: the
    tokens that a person's sign-in has brought."""
    headers = {name: value for name, value in row["headers"].items() if value is not None}
    headers |= {name: value for name, value in held.items() if name != OAUTH_SECRET}
    headers = {k: v for k, v in headers.items() if k.lower() not in PUBLIC} | {
        "X-Customer-Phone": contact["phone"] or NOBODY,
        "X-Customer-Id": contact["user_id"] or NOBODY,
    }
    return McpServer(
        row["name"],
        row["url"],
        row["timeout_s"],
        hosts,
        headers,
        contact["phone"],
        frozenset(held.values()),
        signed_in or client_of(row["oauth"], held),
    )


def call_tool(tool: McpTool, arguments: dict[str, Any], seconds: float) -> str:
    """Calls the tool; returns its text. Raises ToolError when the server is down, too slow, or reports an error."""
    begun = False

    async def call(client: Any, wire: Wire) -> list[Any]:
        nonlocal begun
        begun = True
        try:
            result = await client.call_tool(tool.name, arguments)
        except Exception as refusal:
            begun = wire.may_have_run(refusal)
            raise
        return ["\n".join(block.text for block in result.content), result.is_error]

    try:
        text, is_error = talk(tool.server, call, min(seconds, tool.timeout_s or tool.server.timeout_s))
    except ToolError as problem:
        problem.begun = begun
        raise
    if is_error:
        raise ToolError(text[:500] or f"{tool.name} failed without a word", by_tool=True)
    return cut(text)


def list_tools(server: McpServer, warnings: list[Message]) -> list[dict[str, Any]]:
    """A server's tools. What is odd about them is added to `warnings`. Raises ToolError."""

    async def exchange(client: Any, wire: Wire) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        cursors, cursor = {None}, None
        while len(found) < MOST_LISTED:
            page = await client.list_tools(cursor=cursor) if cursor else await client.list_tools()
            found |= {t.name: _listed(t) for t in page.tools if t.name not in found}
            cursor = page.next_cursor or None
            if cursor in cursors:
                break
            cursors.add(cursor)
        if cursor:
            wire.oddities.append(message("tools_endless", most=len(found)))
        warnings[:] = wire.oddities
        return list(found.values())

    return list(talk(server, exchange, server.timeout_s))


def _listed(tool: Any) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description or "",
        "parameters": tool.input_schema,
        "read_only": bool(tool.annotations and tool.annotations.read_only_hint),
    }


class Wire:
    """What is seen of one connection beside the protocol: oddities of a list, and how HTTP answered the request that called a tool."""

    def __init__(self) -> None:
        self.oddities: list[Message] = []
        self._status: int | None = None
        self._in_session = False
        self.unauthorized = False

    async def note(self, response: Any) -> None:
        """A hook of the HTTP client."""
        if response.request.method != "POST":
            return
        if b'"tools/' in response.request.content or b'"initialize"' in response.request.content:
            self.unauthorized = response.status_code == 401
        if b'"tools/' in response.request.content:
            self._status, self._in_session = (
                response.status_code,
                "mcp-session-id" in response.request.headers,
            )

    def session_ended(self, refusal: BaseException) -> bool:
        """Whether the server did not take a request because it has forgotten the session: the request has not run."""
        lost = self._status == 404 or (self._status == 400 and "session" in str(refusal).lower())
        return self._in_session and lost

    def may_have_run(self, refusal: BaseException) -> bool:
        """Whether a tool that a request called may have done something, although the request failed: not where it was refused as such."""
        refused = self._status is not None and 400 <= self._status < 500 and self._status != 408
        return not refused and (getattr(refusal, "code", None) not in NOT_RUN or self._status == 202)


def talk(server: McpServer, exchange: Any, seconds: float, again: bool = False) -> Any:
    """Connects, does the exchange, disconnects; once more where the server has forgotten the session meanwhile, or takes its token no more.
    Every failure becomes one sentence. Nothing that comes back holds the server's key. `again`: with a new token."""
    import logging

    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from f.common.ssrf import guarded_client
    from f.tools.mcp_dialects import tolerant

    for name in ("mcp", "client"):  # they write whole answers into the run's log
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    seconds = max(seconds, 0.1)

    headers, secrets = server.headers, server.secrets
    if server.oauth:
        token = server.oauth.token(server.name, server.allowed_hosts, seconds)
        headers, secrets = headers | {"Authorization": f"Bearer {token}"}, secrets | {token}

    async def session(wire: Wire) -> Any:
        async with guarded_client(server.allowed_hosts, headers, seconds) as http:
            http.event_hooks["response"].append(wire.note)
            transport = streamable_http_client(server.url, http_client=http)
            async with Client(tolerant(transport, wire.oddities)) as client:
                return await exchange(client, wire)

    async def sessions() -> Any:
        try:
            return await session(wire)
        except Exception as error:
            if not wire.session_ended(first_cause(error)):
                raise
        return await session(Wire())

    wire = Wire()

    try:
        return redact(asyncio.run(asyncio.wait_for(sessions(), seconds)), secrets)
    except TimeoutError:
        raise ToolError(f"{server.name} did not answer within {seconds:g} s") from None
    except Exception as error:  # the SDK wraps what happened in groups of groups
        if server.oauth and wire.unauthorized and not again:  # nothing has run: the server did not let it in
            server.oauth.forget()
            return talk(server, exchange, seconds, again=True)
        raise _in_words(server, error, seconds, secrets) from None


def first_cause(error: BaseException) -> BaseException:
    """Of a group of errors the one that began it."""
    while isinstance(error, BaseExceptionGroup):
        error = next((e for e in error.exceptions if isinstance(e, OSError)), error.exceptions[0])
    return error


def _in_words(server: McpServer, error: BaseException, seconds: float, secrets: set[str]) -> ToolError:
    """The first cause, in a sentence without the server's headers."""
    import httpx2
    from pydantic import ValidationError

    from f.common.ssrf import ForbiddenHost, TooLarge

    error = first_cause(error)
    cause: BaseException = error
    while not isinstance(cause, ForbiddenHost) and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    if isinstance(
        error, TimeoutError | httpx2.TimeoutException
    ):  # the HTTP client's clock was faster than ours
        return ToolError(f"{server.name} did not answer within {seconds:g} s")
    shown = cause if isinstance(cause, ForbiddenHost | TooLarge) else error
    kind = type(shown).__name__
    # These quote a header that can't be sent, or a response's beginning and end: half a key would not be recognised in their words.
    quotes = isinstance(shown, httpx2.LocalProtocolError | ValidationError)
    if quotes or getattr(shown, "code", None) == PARSE_ERROR:
        return ToolError(f"{server.name} can't be used: {kind}")
    words = redact(str(shown), secrets)[:300]
    hint = next((hint for said, hint in HINTS.items() if said in words), "")
    return ToolError(f"{server.name} can't be used: {kind}: {words}{hint}")
