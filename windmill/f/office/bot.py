# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
"""A tenant's chatbots: their settings, the tools that they may use, and a question to try them with.

In: a request of the portal's page (f/common/members.py). Out: settings and tools (never a stored key), or a dry run's answer.
"""

from __future__ import annotations

import json
import re
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.members import AGENTS, ANYONE, EDITORS, Ask, Member, Refused, an_id, not_found, serve, text
from f.office import dry_runs

postgresql = dict[str, Any]
OWNERS = frozenset({"owner"})
TEXTS = {"name": 200, "persona": 4000, "system_prompt": 8000}
NUMBERS: dict[str, tuple[float, float]] = {
    "merge_window_s": (0, 30),
    "max_rounds": (1, 20),
    "max_seconds": (5, 600),
    "history_tokens": (0, 20000),
    "max_replies_per_hour": (1, 1000),
    "max_cost_usd": (0.001, 100),
    "handover_hours": (0, 720),
}
FRACTIONS = ("merge_window_s", "max_cost_usd", "handover_hours")
SWITCHES = ("enabled", "show_citations")
BY_LANGUAGE = ("dont_know", "failure_message", "handover_message", "offer_human")
MAY_BE_EMPTY = ("offer_human",)
LISTS = {"handover_keywords": 60, "lead_fields": 40}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


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
    with as_tenant(conn, member["tenant_id"]):
        bots = conn.execute(
            b"select phone_number_id, name, enabled, persona, system_prompt, provider, model, languages, dont_know, failure_message,"
            b" show_citations, merge_window_s, max_rounds, max_seconds, history_tokens, max_replies_per_hour, max_cost_usd::float8 as max_cost_usd,"
            b" offer_human, handover_message, handover_keywords, handover_hours, lead_fields from chatbots order by created_at, phone_number_id"
        ).fetchall()
        tools = conn.execute(
            b"select name, url, header_name, header_value is not null as has_key, allowed_tools, enabled, discovered"
            b" from tenant_tools order by name"
        ).fetchall()
        limits = conn.execute(b"select limits from tenants").fetchone()
    for tool in tools:
        listed = tool.pop("discovered") or []
        tool["offers"] = [t["name"] for t in listed if isinstance(t, dict) and isinstance(t.get("name"), str)]
    return {"bots": bots, "tools": tools, "limits": limits["limits"] if limits else {}}


def save(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Writes the settings that are given; the others stay."""
    values = checked(ask.get("settings"))
    if not values:
        raise Refused("bad_request", "There is nothing to save.")
    columns = ", ".join(f"{name} = %s" for name in values)  # names of the tables above, never the request's
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            f"update chatbots set {columns} where phone_number_id = %s".encode(),
            [*values.values(), text(ask, "phone_number_id")],
        )
    if not done.rowcount:
        raise not_found()
    return {"saved": sorted(values)}


def checked(settings: Any) -> dict[str, Any]:
    """The settings that exist, each of its kind and within its bounds."""
    if not isinstance(settings, dict):
        raise Refused("bad_request", "The settings are not there.")
    values: dict[str, Any] = {
        name: text(settings, name, most) for name, most in TEXTS.items() if name in settings
    }
    for name, (least, most) in NUMBERS.items():
        if name in settings:
            number = settings[name]
            if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
                raise Refused("bad_request", f"“{name}” must be between {least:g} and {most:g}.")
            values[name] = number if name in FRACTIONS else int(number)
    values |= {name: settings[name] is True for name in SWITCHES if name in settings}
    if "languages" in settings:
        values["languages"] = languages(settings["languages"])
    for name in BY_LANGUAGE:
        if name in settings:
            words = settings[name] if isinstance(settings[name], dict) else {}
            if not words and name in MAY_BE_EMPTY:
                values[name] = "{}"
                continue
            kept = {code: text(words, code, 1000).strip() for code in languages(list(words))}
            if not any(kept.values()) and name not in MAY_BE_EMPTY:
                raise Refused("bad_request", f"“{name}” needs words in one language at least.")
            values[name] = json.dumps({code: said for code, said in kept.items() if said})
    for name, most in LISTS.items():
        if name in settings:
            values[name] = words_of(settings[name], name, most)
    if "name" in values and not values["name"].strip():
        raise Refused("bad_request", "The chatbot needs a name.")
    return values


def words_of(given: Any, name: str, longest: int) -> list[str]:
    if not isinstance(given, list) or len(given) > 50 or not all(isinstance(w, str) for w in given):
        raise Refused("bad_request", f"“{name}” must be a list of at most 50 words.")
    return list(dict.fromkeys(w.replace("\x00", "").strip()[:longest] for w in given if w.strip()))


def languages(codes: Any) -> list[str]:
    if (
        not isinstance(codes, list)
        or not 1 <= len(codes) <= 20
        or not all(isinstance(c, str) and LANGUAGE.fullmatch(c) for c in codes)
    ):
        raise Refused("bad_request", "Name the languages by their codes, such as en, es or pt-BR.")
    return list(dict.fromkeys(codes))


def put_tool(conn: Connection, member: Member, ask: Ask, master_key: str) -> dict[str, Any]:
    """Adds or changes an MCP server. A key that is left out stays as it is, unless the address changes: a key is for one server."""
    from f.common.secrets import seal

    name, url, key = text(ask, "name", 31), text(ask, "url", 500), text(ask, "key")
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
