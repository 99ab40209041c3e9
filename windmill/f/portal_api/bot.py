# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
"""A tenant's chatbots: their settings, the tools that they may use, and a question to try them with.

In: a request of the portal's page (f/common/portal_request.py). Out: settings and tools (never a stored key), or a dry run's answer.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg

from f.common.chatbot_settings import TENANT, checked, columns, names_for
from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    OWNERS,
    Ask,
    Member,
    Refused,
    an_id,
    not_found,
    serve,
    text,
)
from f.common.setting_kinds import SettingError
from f.portal_api import dry_runs

postgresql = dict[str, Any]


def main(request: str, db: postgresql, master_key: str) -> dict[str, Any]:
    return serve(
        request,
        db,
        {
            "get": (ANYONE, get),
            "save": (EDITORS, save),
            "put_tool": (OWNERS, lambda conn, member, ask: put_tool(conn, member, ask, master_key)),
            "delete_tool": (OWNERS, delete_tool),
            "ask": (AGENTS, ask_bot),
            "asked": (AGENTS, lambda conn, member, ask: dry_runs.result(conn, member, an_id(ask, "run"))),
        },
    )


def get(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """The chatbots with what may be changed of them, and the tools. Times a person reads are made on the page."""
    with as_tenant(conn, member["tenant_id"]):
        bots = conn.execute(
            f"select phone_number_id, provider, model, {columns(names_for(TENANT))}, is_open(opening_hours, time_zone, closed_on) as open_now"
            " from chatbots order by created_at, phone_number_id".encode()
        ).fetchall()
        tools = conn.execute(
            b"select name, url, header_name, header_value is not null as has_key, allowed_tools, enabled, discovered"
            b" from tenant_tools order by name"
        ).fetchall()
        limits = conn.execute(b"select limits from tenants").fetchone()
    if member["role"] not in EDITORS:
        for bot in bots:
            bot["notify_webhook_url"] = None  # the address may hold a secret
    for tool in tools:
        listed = tool.pop("discovered") or []
        tool["offers"] = [t["name"] for t in listed if isinstance(t, dict) and isinstance(t.get("name"), str)]
    return {"bots": bots, "tools": tools, "limits": limits["limits"] if limits else {}}


def save(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Writes the settings that are given; the others stay."""
    settings = ask.get("settings")
    if not isinstance(settings, dict):
        raise Refused("bad_request", "The settings are not there.")
    try:
        values = checked(settings, TENANT)
    except SettingError as error:
        raise Refused("bad_request", str(error)) from None
    if not values:
        raise Refused("bad_request", "There is nothing to save.")
    assignments = ", ".join(f"{name} = %s" for name in values)  # names of the definition, never the request's
    try:
        with as_tenant(conn, member["tenant_id"]):
            done = conn.execute(
                f"update chatbots set {assignments} where phone_number_id = %s".encode(),
                [*values.values(), text(ask, "phone_number_id")],
            )
    except psycopg.errors.InvalidParameterValue:
        raise Refused("bad_request", "This time zone is not known.") from None
    if not done.rowcount:
        raise not_found()
    return {"saved": sorted(values)}


def put_tool(conn: Connection, member: Member, ask: Ask, master_key: str) -> dict[str, Any]:
    """Adds or changes an MCP server. A key that is left out stays as it is, unless the address changes: a key is for one server."""
    from f.common.secrets import seal

    name, url, key = text(ask, "name", 31), text(ask, "url", 500), text(ask, "key").strip()
    allowed = [t for t in ask.get("allowed_tools") or [] if isinstance(t, str) and 0 < len(t) <= 100][:50]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or not re.fullmatch(r"https?://[^\s@]+", url):
        raise Refused(
            "bad_request", "A tool needs a name of small letters, digits and _, and an address with https://."
        )
    sealed = seal(master_key, member["tenant_id"], f"tool:{name}", key) if key else None
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"insert into tenant_tools (tenant_id, name, url, header_name, header_value, allowed_tools, enabled)"
            b" values (%s, %s, %s, 'Authorization', %s, %s, %s) on conflict (tenant_id, name) do update set url = excluded.url,"
            b" header_value = coalesce(excluded.header_value, case when tenant_tools.url = excluded.url then tenant_tools.header_value end),"
            b" allowed_tools = excluded.allowed_tools, enabled = excluded.enabled, discovered = null, discovered_at = null",
            [member["tenant_id"], name, url, sealed, allowed, ask.get("enabled", True) is True],
        )
    return {"saved": name}


def delete_tool(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(b"delete from tenant_tools where name = %s", [text(ask, "name", 31)])
    if not done.rowcount:
        raise not_found()
    return {"deleted": ask["name"]}


def ask_bot(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    question = text(ask, "question", 2000).strip()
    if not question:
        raise Refused("bad_request", "Write a question first.")
    return {"run": dry_runs.start(conn, member, question, text(ask, "phone_number_id"))}
