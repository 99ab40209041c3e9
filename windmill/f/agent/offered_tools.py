# no_postinstall
# requirements: agent
"""Which tools of the tenant's own systems the model is offered in a turn."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from f.agent.mcp_lists import server_tools

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.tools.http_actions import HttpAction
    from f.tools.live_tools import LiveTool


def discover(turn: Turn, problems: list[str]) -> tuple[list[LiveTool], set[str]]:
    """The tools that the tenant allows, and the secrets of all of them. What is wrong with one is added to `problems`."""
    servers, actions, scripts, contacts = turn.db.batch(
        (
            "select t.*, k.sealed_tokens, k.ended_at is not null as sign_in_ended, discovered_at > now() - interval '10 minutes' as fresh"
            " from tenant_tools t left join tool_tokens k on k.tool = t.name where enabled order by name",
            [],
        ),
        ("select * from http_actions where enabled order by name", []),
        (
            "select *, may_use_script(path) as allowed, discovered_at > now() - interval '10 minutes' as fresh from script_tools"
            " where enabled order by name",
            [],
        ),
        (
            "select id::text as contact_id, phone, user_id, name, language, lead from contacts"
            " where id = coalesce((select contact_id from turns where id = %s), %s)",
            [turn.context.get("turn_id"), turn.context.get("contact_id")],
        ),
    )
    contact = contacts[0] if contacts else {"phone": None, "user_id": None}
    tools, secrets = server_tools(turn, servers, contact, problems)
    if scripts:
        from f.agent.script_lists import script_tools  # most tenants have none

        tools += script_tools(turn, scripts, contact, problems)
    for row in actions:
        made = http_tool(turn, row, contact, problems)
        if made:
            tools.append(made)
            secrets |= made.secrets
    return tools, secrets


def http_tool(
    turn: Turn, row: dict[str, Any], contact: dict[str, Any], problems: list[str]
) -> HttpAction | None:
    """The tool of a row of http_actions; None where one of its secrets does not open."""
    from f.common.secrets import SecretError, unseal_all
    from f.tools.http_actions import http_action  # most tenants have none

    try:
        purpose, sealed = f"action:{row['name']}", row["sealed_values"]
        secrets = unseal_all(turn.resources["master_key"], turn.tenant_id, purpose, sealed)
    except SecretError as problem:
        problems.append(f"{row['name']} is not offered: {problem}")
        return None
    hosts, key = turn.allowed_private_hosts, turn.resources["job_id_key"]
    return http_action(row, contact, secrets, hosts, key)


def by_name(tools: list[LiveTool], taken: Collection[str]) -> dict[str, LiveTool]:
    """The tools by the names under which the model is offered them: unique, and of characters that every vendor takes."""
    offered: dict[str, LiveTool] = {}
    for tool in tools:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", tool.name)[:60] or "tool"
        if plain in offered or plain in taken:
            plain = f"{tool.origin}__{plain}"[:60]
        name, number = plain, 2
        while name in offered:
            name, number = f"{plain}_{number}", number + 1
        offered[name] = tool
    return offered
