# no_postinstall
# requirements: agent
"""Which tools of the tenant's MCP servers the model is offered.

The list of a server's tools is cached for ten minutes in tenant_tools, so that most turns neither ask for it nor import the SDK. A server that
does not answer is asked again after a minute: not every customer waits for it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.common.problems import Message, message
from f.common.secrets import CODE, SecretError, unseal_all
from f.tools.live_tools import LiveTool, ToolError
from f.tools.mcp_servers import McpServer, McpTool, list_tools, server_of

if TYPE_CHECKING:
    from f.agent.turn import Turn

MOST_TOOLS = 40  # of one server that the model is offered
PATIENCE_S = 20.0  # with all servers of a turn together, after which no further one is asked for its tools


def server_tools(
    turn: Turn, servers: list[dict[str, Any]], contact: dict[str, Any], problems: list[str]
) -> tuple[list[LiveTool], set[str]]:
    """The allowed tools of the tenant's servers, and the secrets of all of them.

    A server that is down, or behind others that took too long, offers what it last did; what is wrong is added to `problems`.
    """
    tools: list[LiveTool] = []
    secrets: set[str] = set()
    until = time.monotonic() + PATIENCE_S
    for row in servers:
        try:
            server = server_for(turn, row, contact)
        except SecretError as problem:
            problems.append(f"{row['name']} is not offered: {problem}")
            continue
        secrets |= server.secrets
        listed = row["discovered"]
        if not row["fresh"] and time.monotonic() > until:
            problems.append(f"the tools of {server.name} are as last seen: other servers took too long")
        elif not row["fresh"]:
            listed = refresh(turn, server, listed, problems)
        allowed = [t for t in listed or [] if t["name"] in row["allowed_tools"]]
        tools += [_tool(server, t, row) for t in allowed[:MOST_TOOLS]]
    return tools, secrets


def server_for(turn: Turn, row: dict[str, Any], contact: dict[str, Any]) -> McpServer:
    """The server of a row of tenant_tools for one contact. Raises SecretError."""
    master_key = turn.resources["master_key"]
    held = unseal_all(master_key, turn.tenant_id, f"tool:{row['name']}", row["sealed_headers"])
    signed_in = None
    if (row["oauth"] or {}).get("grant") == CODE:
        from f.tools.signed_in import SignedIn  # most tenants have no such server

        sealed = (row["sealed_tokens"], row["sign_in_ended"])
        signed_in = SignedIn(turn.db, turn.tenant_id, row["name"], sealed, master_key)
    return server_of(row, held, turn.allowed_private_hosts, contact, signed_in)


def _tool(server: McpServer, listed: dict[str, Any], row: dict[str, Any]) -> McpTool:
    """A tool as its server describes it, and as the tenant knows better. `row`: of tenant_tools."""
    name = listed["name"]
    settings = row["tool_settings"].get(name) or {}
    reads = settings.get("read_only", listed.get("read_only"))
    timeout_s = settings.get("timeout_s") or 0
    return McpTool(
        server,
        name,
        listed["description"],
        listed["parameters"],
        bool(reads),
        timeout_s,
        row["approvals"].get(name),
    )


def refresh(
    turn: Turn, server: McpServer, last: list[dict[str, Any]] | None, problems: list[str]
) -> list[dict[str, Any]] | None:
    """Asks a server for its tools and stores the list; the `last` one where it can't be asked. Either way the tenant sees what is wrong."""
    warnings: list[Message] = []
    try:
        listed: list[dict[str, Any]] | None = list_tools(server, warnings)
    except ToolError as problem:
        problems.append(f"the tools of {server.name} are as last seen: {problem}")
        warnings = [message("tools_not_listed", problem=str(problem))]
        listed = None
    if not turn.dry_run:
        turn.db.rows(
            "update tenant_tools set discovered = coalesce(%s::jsonb, discovered), warnings = %s::jsonb,"
            " discovered_at = now() - case when %s then interval '0' else interval '9 minutes' end where tenant_id = %s and name = %s",
            None if listed is None else json.dumps(listed),
            json.dumps(warnings),
            listed is not None,
            turn.tenant_id,
            server.name,
        )
    return last if listed is None else listed
