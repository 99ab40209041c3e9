# requirements: database
"""A tenant's chatbots: their settings, their tools, and questions to try them with.

In: a request of the portal's page (f/common/portal_request.py). Out: settings and tools (never a stored key), or the answer of a dry run.
"""

from __future__ import annotations

from typing import Any

import psycopg

from f.common.chatbot_settings import TENANT, checked, columns, names_for
from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.common.setting_kinds import SettingError
from f.portal_api import dry_runs
from f.portal_api.mcp_server_rows import REVISION, delete_tool, refuse_private, upsert_tool

postgresql = dict[str, Any]
c_settings = dict[str, Any]


@answer_page
def main(request: str, db: postgresql, master_key: str, settings: c_settings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "get": (ANYONE, lambda conn, member, fields: get(conn, member, fields, master_key)),
            "update": (EDITORS, lambda conn, member, fields: update(conn, member, fields, settings)),
            "upsert_tool": (
                OWNERS,
                lambda conn, member, fields: upsert_tool(conn, member, fields, master_key, settings),
            ),
            "delete_tool": (OWNERS, delete_tool),
            "ask": (AGENTS, ask),
            "get_answer": (AGENTS, get_answer),
        },
    )


def get(conn: Connection, member: Member, fields: Fields, master_key: str) -> dict[str, Any]:
    """The chatbots with the settings that the tenant may change, the tools, and what the page seals a tool's key to."""
    from f.portal_api.typed_keys import sealing_key

    with as_tenant(conn, member["tenant_id"]):
        bots = conn.execute(
            f"select phone_number_id, provider, model, {columns(names_for(TENANT))}, is_open(opening_hours, time_zone, closed_on) as open_now"
            " from chatbots order by created_at, phone_number_id".encode()
        ).fetchall()
        tools = conn.execute(
            "select name, url, headers, oauth, sealed_headers is not null as has_key, allowed_tools, tool_settings, approvals, timeout_s, enabled,"
            " (select jsonb_build_object('person', k.person, 'ended', k.ended_at is not null) from tool_tokens k where k.tool = t.name) as sign_in,"
            f" discovered, warnings, {REVISION} from tenant_tools t order by name".encode()
        ).fetchall()
        limits = conn.execute(b"select limits from tenants").fetchone()
    if member["role"] not in EDITORS:
        for bot in bots:
            bot["notify_webhook_url"] = None  # the address may hold a secret
    for tool in tools:
        discovered = tool.pop("discovered") or []
        tool["offers"] = [
            t["name"] for t in discovered if isinstance(t, dict) and isinstance(t.get("name"), str)
        ]
        tool["reads"] = [t["name"] for t in discovered if isinstance(t, dict) and t.get("read_only")]
        tool["numbers"] = number_parameters(discovered)
    return {
        "bots": bots,
        "tools": tools,
        "limits": limits["limits"] if limits else {},
        "sealing_key": sealing_key(master_key),
    }


def number_parameters(discovered: list[Any]) -> dict[str, list[str]]:
    """By tool the parameters that are numbers: of these a rule of f/portal_api/approvals can speak."""
    found: dict[str, list[str]] = {}
    for tool in discovered:
        schema = tool.get("parameters") if isinstance(tool, dict) else None
        properties = schema.get("properties") if isinstance(schema, dict) else None
        found[str(tool.get("name"))] = [
            name
            for name, about in (properties if isinstance(properties, dict) else {}).items()
            if isinstance(about, dict) and about.get("type") in ("number", "integer")
        ]
    return found


def update(conn: Connection, member: Member, fields: Fields, settings_resource: c_settings) -> dict[str, Any]:
    """Changes the given settings; the others stay.

    `was`: the values that the editor saw. Where somebody has changed one of them since, nothing is changed.
    """
    settings, was = fields.get("settings"), fields.get("was")
    if not isinstance(settings, dict):
        raise Refused("nothing_to_save")
    try:
        values = checked(settings, TENANT)
    except SettingError as error:
        raise Refused.of(error.message) from None
    if not values:
        raise Refused("nothing_to_save")
    if values.get("notify_webhook_url"):
        refuse_private(values["notify_webhook_url"], settings_resource)
    assignments = ", ".join(f"{name} = %s" for name in values)  # names of the definition, never the request's
    try:
        with as_tenant(conn, member["tenant_id"]):
            if isinstance(was, dict):
                refuse_overwriting(conn, text_field(fields, "phone_number_id"), was, settings)
            done = conn.execute(
                f"update chatbots set {assignments} where phone_number_id = %s".encode(),
                [*values.values(), text_field(fields, "phone_number_id")],
            )
    except psycopg.errors.InvalidParameterValue:
        raise Refused("time_zone_unknown") from None
    if not done.rowcount:
        raise not_found()
    return {"updated": sorted(values)}


def refuse_overwriting(
    conn: Connection, phone_number_id: str, was: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Refuses what would undo another person's change that this editor has not seen."""
    names = tuple(name for name in names_for(TENANT) if name in was and name in settings)
    if not names:
        return
    now = conn.execute(
        f"select {columns(names)} from chatbots where phone_number_id = %s for update".encode(),
        [phone_number_id],
    ).fetchone()
    if now and any(now[name] not in (was[name], settings[name]) for name in names):
        by = conn.execute(
            b"select person from audit_log where action = 'chatbots.update' and tenant_id = current_tenant()"
            b" order by id desc limit 1"
        ).fetchone()
        raise Refused("settings_changed", person=by["person"] if by else "?")


def ask(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Starts a dry run of a question."""
    question = text_field(fields, "question", 2000).strip()
    if not question:
        raise Refused("question_missing")
    return {"run": dry_runs.start(conn, member, question, text_field(fields, "phone_number_id"))}


def get_answer(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return dry_runs.result(conn, member, id_field(fields, "run"))
