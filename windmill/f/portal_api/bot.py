# requirements: database
"""A tenant's chatbots: their settings, their tools, and questions to try them with.

In: a request of the portal's page (f/common/portal_request.py). Out: settings and tools (never a stored key), or the answer of a dry run.
What is saved goes into the draft (f/portal_api/versions), but for what acts at once.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg

from f.common.chatbot_settings import TENANT, at_once, checked_values, columns, fitting, names_for
from f.common.database import Connection, as_tenant, one
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
from f.portal_api.tool_choices import TOOLS, gone_tools, refuse_others, why_unfit

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
    """The chatbots with the settings that the tenant may change, as they are live, and their drafts; the MCP servers, and what the page seals a
    tool's key to. `business_tools`: what the setting `tools` can choose from. `version`: the number of what is live, `newest`: of the last one,
    `shared`: of the one that a share of the customers has; `shadowed`: a shadow runs; `replayed`: what of the draft a
    replay takes that runs; `pairs_drafted`: the business has drafted Q&A pairs."""
    from f.portal_api.typed_keys import sealing_key

    with as_tenant(conn, member["tenant_id"]):
        bots = conn.execute(
            f"select phone_number_id, provider, model, {columns(names_for(TENANT))}, is_open(opening_hours, time_zone, closed_on) as open_now,"
            " live_version(phone_number_id) as version,"
            " (select max(number) from chatbot_versions v where v.phone_number_id = b.phone_number_id) as newest,"
            " (select version from version_shares s where s.phone_number_id = b.phone_number_id and state = 'running') as shared,"
            " exists (select from replays r where r.phone_number_id = b.phone_number_id and state = 'running' and shadow) as shadowed,"
            " array(select jsonb_object_keys(r.draft) from replays r where r.phone_number_id = b.phone_number_id and state = 'running') as replayed,"
            " exists (select from qa_pair_drafts) as pairs_drafted"
            " from chatbots b order by created_at, phone_number_id".encode()
        ).fetchall()
        drafts = conn.execute(
            b"select phone_number_id, setting, value, person, changed_at::text as at from chatbot_drafts order by setting"
        ).fetchall()
        tools = conn.execute(
            "select name, url, headers, oauth, sealed_headers is not null as has_key, allowed_tools, tool_settings, timeout_s, enabled,"
            " (select jsonb_build_object('person', k.person, 'ended', k.ended_at is not null) from tool_tokens k where k.tool = t.name) as sign_in,"
            f" discovered, warnings, {REVISION} from tenant_tools t order by name".encode()
        ).fetchall()
        there = conn.execute(b"select tool, rule, numbers, is_on from business_tools()").fetchall()
        limits = conn.execute(b"select limits from tenants").fetchone()
    for bot in bots:
        bot |= {"draft": [], "business_tools": there}
        if member["role"] in EDITORS:
            bot["draft"] = [
                drafted(row, {one["tool"] for one in there})
                for row in drafts
                if row["phone_number_id"] == bot["phone_number_id"]
            ]
        else:
            bot |= {"notify_webhook_url": None, "replayed": []}  # the address may hold a secret
    for tool in tools:
        discovered = tool.pop("discovered") or []
        tool["offers"] = [
            t["name"] for t in discovered if isinstance(t, dict) and isinstance(t.get("name"), str)
        ]
        tool["reads"] = [t["name"] for t in discovered if isinstance(t, dict) and t.get("read_only")]
    return {
        "bots": bots,
        "tools": tools,
        "limits": limits["limits"] if limits else {},
        "sealing_key": sealing_key(master_key),
    }


def drafted(row: dict[str, Any], there: set[str]) -> dict[str, Any]:
    """One setting of a draft: setting, value, person, at, and `problem`, a message, where it no longer fits. `there`: the business's tools."""
    _, problems = fitting({row["setting"]: row["value"]}, TENANT)
    shown = {name: row[name] for name in ("setting", "value", "person", "at")}
    problem = problems[0].message if problems else None
    if not problem and row["setting"] == TOOLS and (gone := sorted({*(row["value"] or {})} - there)):
        problem = why_unfit(gone)
    return {**shown, "problem": problem}


def update(conn: Connection, member: Member, fields: Fields, settings_resource: c_settings) -> dict[str, Any]:
    """Puts the given settings into the draft, those that act at once into what is live; the others stay.

    `was`: the values that the editor saw. Where somebody has changed one of them since, nothing is changed.
    """
    settings, was = fields.get("settings"), fields.get("was")
    if not isinstance(settings, dict):
        raise Refused("nothing_to_save")
    try:
        values = checked_values(settings, TENANT)
    except SettingError as error:
        raise Refused.of(error.message) from None
    if not values:
        raise Refused("nothing_to_save")
    refuse_others(member, values)
    if values.get("notify_webhook_url"):
        refuse_private(values["notify_webhook_url"], settings_resource)
    seen = {name: was[name] for name in names_for(TENANT) if name in was} if isinstance(was, dict) else {}
    try:
        with as_tenant(conn, member["tenant_id"]):
            if gone := gone_tools(conn, values):
                raise Refused.of(why_unfit(gone))
            clash = one(
                conn,
                "select save_draft(%s, %s::jsonb, %s::jsonb, %s)",
                [
                    text_field(fields, "phone_number_id"),
                    json.dumps(values, default=str),  # dates
                    json.dumps(seen),
                    list(at_once()),
                ],
            )
    except psycopg.errors.InvalidParameterValue:
        raise Refused("time_zone_unknown") from None
    if clash is None:
        raise not_found()
    if clash:
        raise Refused("settings_changed", person=clash["person"])
    return {"updated": sorted(values)}


def ask(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Starts a dry run of a question, after what was said before (`history`: [{role, text}]), with the settings of a `version`."""
    question = text_field(fields, "question", 2000).strip()
    if not question:
        raise Refused("question_missing")
    number, history = text_field(fields, "phone_number_id"), dry_runs.history_field(fields)
    version = dry_runs.chosen_version(conn, member, fields)
    return {"run": dry_runs.start(conn, member, question, number, version=version, history=history)}


def get_answer(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return dry_runs.result(conn, member, id_field(fields, "run"))
