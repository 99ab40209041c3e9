# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# mcp==2.3.0
"""The tenant's MCP servers (streamable HTTP): which of their tools are offered, and how one is called.

The list of a server's tools is kept for ten minutes in tenant_tools, so that most turns neither ask for it nor import the SDK, which costs
more than half a second. Who is asking is told to the server by us, in a header, from the contact's row: the model has no say in it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant
from f.common.secrets import unseal

if TYPE_CHECKING:
    from f.common.shapes import Context

MAX_RESULT = 20_000  # characters; what a server returns beyond is cut, with a word


class McpError(Exception):
    """Why a tool could not be used, as a sentence for the model and the operator."""


@dataclass
class McpServer:
    """A tenant's server. `headers` hold a secret: not shown by repr."""

    name: str
    url: str
    timeout_s: float
    allowed_hosts: list[str]
    headers: dict[str, str] = field(repr=False)


@dataclass
class McpTool:
    """One allowed tool of a server, as the server describes it."""

    server: McpServer
    name: str
    description: str
    parameters: dict[str, Any]

    def schema(self, offered_as: str) -> dict[str, Any]:
        return {"name": offered_as, "description": self.description[:1024], "parameters": self.parameters}


def discover(
    conn: Connection, context: Context, settings: dict[str, Any], master_key: str
) -> dict[str, McpTool]:
    """The allowed tools of the tenant's servers, by the name they are offered under. A server that is down offers what it last did."""
    with as_tenant(conn, context["tenant_id"]):
        servers = conn.execute(
            b"select *, discovered_at > now() - interval '10 minutes' as fresh from tenant_tools where enabled order by name"
        ).fetchall()
        contact = conn.execute(
            b"select phone, user_id from contacts where id = %s", [context.get("contact_id")]
        ).fetchone()
    tools: dict[str, McpTool] = {}
    for row in servers:
        headers = {
            "X-Customer-Phone": (contact and contact["phone"]) or "",
            "X-Customer-Id": (contact and contact["user_id"]) or "",
        }
        if row["header_name"]:
            headers[row["header_name"]] = unseal(
                master_key, context["tenant_id"], f"tool:{row['name']}", row["header_value"]
            )
        server = McpServer(
            row["name"], row["url"], row["timeout_s"], settings.get("allowed_private_hosts") or [], headers
        )
        listed = (
            row["discovered"]
            if row["fresh"]
            else _refresh(conn, context["tenant_id"], server, row["discovered"])
        )
        for tool in listed or []:
            if tool["name"] in row["allowed_tools"]:
                offered_as = tool["name"] if tool["name"] not in tools else f"{server.name}__{tool['name']}"
                tools[offered_as] = McpTool(server, tool["name"], tool["description"], tool["parameters"])
    return tools


def call_tool(tool: McpTool, arguments: dict[str, Any]) -> str:
    """Calls the tool; returns its text. Raises McpError when the server is down, too slow, or reports an error."""

    async def call(client: Any) -> str:
        result = await client.call_tool(tool.name, arguments)
        text = "\n".join(block.text for block in result.content if block.type == "text")
        if not text and result.structured_content is not None:
            text = json.dumps(result.structured_content, ensure_ascii=False)
        if result.is_error:
            raise McpError(text[:500] or f"{tool.name} failed without a word")
        return text if len(text) <= MAX_RESULT else text[:MAX_RESULT] + " … (cut)"

    return str(_talk(tool.server, call))


def _refresh(
    conn: Connection, tenant_id: str, server: McpServer, known: list[dict[str, Any]] | None
) -> list[dict[str, Any]] | None:
    async def list_tools(client: Any) -> list[dict[str, Any]]:
        listed = await client.list_tools()
        return [
            {"name": t.name, "description": t.description or "", "parameters": t.input_schema}
            for t in listed.tools
        ]

    try:
        found = _talk(server, list_tools)
    except McpError as problem:
        print(f"the tools of {server.name} are as last seen: {problem}")
        return known
    with as_tenant(conn, tenant_id):
        conn.execute(
            b"update tenant_tools set discovered = %s::jsonb, discovered_at = now() where tenant_id = %s and name = %s",
            [json.dumps(found), tenant_id, server.name],
        )
    return list(found)


def _talk(server: McpServer, exchange: Any) -> Any:
    """Connects, does the exchange, disconnects; every failure becomes one sentence."""
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from f.common.public_hosts import guarded_client

    async def session() -> Any:
        async with guarded_client(server.allowed_hosts, server.headers, server.timeout_s) as http:
            async with Client(streamable_http_client(server.url, http_client=http)) as client:
                return await exchange(client)

    try:
        return asyncio.run(asyncio.wait_for(session(), server.timeout_s))
    except TimeoutError:
        raise McpError(f"{server.name} did not answer within {server.timeout_s:g} s") from None
    except McpError:
        raise
    except Exception as error:  # the SDK wraps what happened in groups of groups
        raise McpError(f"{server.name} can't be used: {_innermost(error)}") from None


def _innermost(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, McpError):
        return str(error)
    return f"{type(error).__name__}: {str(error)[:300]}"
