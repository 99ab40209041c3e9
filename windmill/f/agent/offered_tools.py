# no_postinstall
# requirements: agent
"""Which tools of the tenant's own systems the model is offered in a turn: those that the chatbot's settings choose (f/common/tool_choice)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from f.agent.mcp_lists import server_tools
from f.common.tool_choice import NEVER
from f.tools.live_tools import HTTP, SCRIPTS

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.tools.http_actions import HttpAction
    from f.tools.live_tools import LiveTool


def discover(turn: Turn, problems: list[str]) -> tuple[list[LiveTool], set[str]]:
    """The tools that the chatbot offers, and the secrets of all of them. What is wrong with one is added to `problems`."""
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
    if (chosen := turn.settings.tools) is not None:
        servers = [row for row in servers if choose_of_server(row, chosen)]
        actions, scripts = one_each(actions, HTTP, chosen), one_each(scripts, SCRIPTS, chosen)
        there = {f"{row['name']}.{tool}" for row in servers for tool in row["allowed_tools"]}
        there |= {
            f"{origin}.{row['name']}"
            for origin, rows in ((HTTP, actions), (SCRIPTS, scripts))
            for row in rows
        }
        problems += [
            f"{tool} is not offered: the business has switched it off, or has it no longer"
            for tool in chosen
            if tool not in there
        ]
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


def choose_of_server(row: dict[str, Any], chosen: dict[str, Any]) -> bool:
    """Leaves of a row of tenant_tools what is chosen, with its rules; whether anything is."""
    rules = {tool: chosen.get(f"{row['name']}.{tool}") for tool in row["allowed_tools"]}
    row["allowed_tools"] = [tool for tool, rule in rules.items() if rule]
    row["approvals"] = {tool: rule for tool, rule in rules.items() if rule != NEVER}
    return bool(row["allowed_tools"])


def one_each(rows: list[dict[str, Any]], origin: str, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of tools with one each that are chosen, with their rules."""
    rules = ((row, chosen.get(f"{origin}.{row['name']}")) for row in rows)
    return [{**row, "approval": None if rule == NEVER else rule} for row, rule in rules if rule]


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
