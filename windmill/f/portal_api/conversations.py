# requirements: whatsapp
"""A tenant's conversations: find one, read it whole, quiet the bot, write as a human, take it along as a table.

In: a request of the portal's page (f/common/portal_request.py). Out: contacts, messages with citations and tool calls, or what was done.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import AGENTS, ANYONE, Ask, Member, Refused, an_id, not_found, serve, text
from f.common.windmill import run_id

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
PAGE = 50
EXPORT_ROWS = 20_000
WHY_NOT = {
    "window_closed": "The customer last wrote more than 24 hours ago. WhatsApp takes only templates then.",
    "opted_out": "The customer has opted out.",
}


def main(request: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    return serve(
        request,
        db,
        {
            "list": (ANYONE, listed),
            "history": (ANYONE, history),
            "pause": (AGENTS, pause),
            "reply": (AGENTS, lambda conn, member, ask: reply(conn, member, ask, whatsapp, master_key)),
            "export": (AGENTS, export),
        },
    )


# A person is waited for: the customer was passed on, or wrote while the business was closed, and nobody has written or resumed the bot since.
WAITING = """exists (select from handoffs h where h.contact_id = c.id and h.source <> 'operator' and h.resumed_at is null
    and h.created_at > now() - interval '30 days' and not exists (select from turns t where t.contact_id = c.id and t.outcome = 'human'
    and t.opened_at > h.created_at))"""
LISTED = f"""
    with page as (
        select c.id, c.tenant_id, c.name, c.username, c.phone, c.paused_until, c.last_seen_at, {WAITING} as waiting from contacts c
        where (%(words)s = '' or c.name ilike %(pattern)s or c.username ilike %(pattern)s or c.phone like %(pattern)s
               or c.id in (select contact_id from (select contact_id, body from conversation_logs where tenant_id = current_tenant()
                                                   order by id desc limit 50000) g where g.body ilike %(pattern)s))
          and (not %(waiting)s or c.id in (select contact_id from handoffs where resumed_at is null) and {WAITING})
        order by c.last_seen_at desc nulls last, c.id limit %(page)s offset %(skip)s)
    select s.id::text, s.name, s.username, s.phone, coalesce(s.paused_until > now(), false) as paused, s.waiting,
           left(l.body, 160) as body, l.direction, coalesce(l.created_at, s.last_seen_at)::text as at
    from page s left join lateral (
        select body, direction, created_at from conversation_logs g
        where g.tenant_id = s.tenant_id and g.contact_id = s.id order by g.id desc limit 1) l on true
    order by s.last_seen_at desc nulls last, s.id
""".encode()


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Contacts, the latest first; searched by name, number and words of either side, or only those who wait for a person."""
    words = text(ask, "search", 200).strip()
    pattern = (
        f"%{words.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
    )
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            LISTED,
            {
                **{"words": words, "pattern": pattern, "waiting": ask.get("waiting") is True},
                **{"page": PAGE + 1, "skip": whole(ask, "skip")},
            },
        ).fetchall()
    return {"contacts": rows[:PAGE], "more": len(rows) > PAGE}


def history(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """A contact and its messages, oldest first; `before` pages back."""
    contact_id = an_id(ask, "contact_id")
    with as_tenant(conn, member["tenant_id"]):
        contact = conn.execute(
            (
                "select id::text, name, username, phone, language, lead, blocked, opted_out_at::text,"
                " case when paused_until > now() then case when isfinite(paused_until) then paused_until::text else 'infinity' end end"
                f" as paused_until, {WAITING} as waiting from contacts c where id = %s"
            ).encode(),
            [contact_id],
        ).fetchone()
        if contact is None:
            raise not_found()
        rows = conn.execute(
            b"select l.id, l.direction, l.body, l.citations, l.model, l.status, l.created_at::text as at, t.outcome, t.error,"
            b" case when l.direction = 'out' then (select jsonb_agg(jsonb_build_object('tool', x ->> 'tool', 'error', x -> 'error', 'ms', x -> 'ms'))"
            b" from jsonb_array_elements(case when jsonb_typeof(t.trace) = 'array' then t.trace end) x) end as tools"
            b" from conversation_logs l left join turns t on t.id = l.turn_id"
            b" where l.tenant_id = current_tenant() and l.contact_id = %s and (%s = 0 or l.id < %s) order by l.id desc limit 101",
            [contact_id, whole(ask, "before"), whole(ask, "before")],
        ).fetchall()
    return {"contact": contact, "messages": rows[:100][::-1], "more": len(rows) > 100}


def pause(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Quiets the bot for a contact for some hours; 0 hours: it talks again, and nobody is waited for."""
    hours, contact_id = whole(ask, "hours"), an_id(ask, "contact_id")
    try:
        with as_tenant(conn, member["tenant_id"]):
            if hours:
                conn.execute(
                    b"select pause_contact(%s, now() + make_interval(hours => %s), %s)",
                    [contact_id, min(hours, 24 * 365), member["email"]],
                )
            else:
                conn.execute(b"select resume_contact(%s)", [contact_id])
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    return {"paused": hours > 0}


def reply(
    conn: Connection, member: Member, ask: Ask, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Sends a human's words, once for each `reply_id`, and quiets the bot for that contact."""
    from f.common.secrets import unseal
    from f.whatsapp.graph_api import GraphApi

    body, turn, contact_id = text(ask, "body", 4096).strip(), an_id(ask, "reply_id"), an_id(ask, "contact_id")
    if not body:
        raise Refused("bad_request", "Write something first.")
    with as_tenant(conn, member["tenant_id"]):
        sealed = conn.execute(b"select whatsapp_token from tenants").fetchone()
        who = conn.execute(b"select phone, user_id from contacts where id = %s", [contact_id]).fetchone()
        if who is None:
            raise not_found()
        if sealed is None or sealed["whatsapp_token"] is None:
            raise Refused("no_token", "The operator has not stored this business's WhatsApp key yet.")
        begun = one(conn, "select begin_human_reply(%s, %s, %s, %s)", [turn, contact_id, body, run_id()])
    if begun["do"] == "nothing":
        if begun["reason"] == "already_sent":
            with as_tenant(conn, member["tenant_id"]):
                sent = conn.execute(
                    b"select state, error from outbound_messages where turn_id = %s", [turn]
                ).fetchone()
            if sent:
                return told(sent["state"], sent["error"])
        raise Refused(begun["reason"], WHY_NOT.get(begun["reason"], "This contact is not here (any more)."))
    token = unseal(master_key, member["tenant_id"], "whatsapp_token", sealed["whatsapp_token"])
    api = GraphApi(whatsapp, begun["phone_number_id"], token, who["phone"], who["user_id"])
    outcome = api.send(
        {"type": "text", "text": {"body": body, "preview_url": False}}, begun["send_id"], run_id()
    )
    state = "failed" if outcome["state"] == "refused" else outcome["state"]
    with as_tenant(conn, member["tenant_id"]):
        one(
            conn,
            "select end_human_reply(%s, %s, %s, %s, %s)",
            [turn, state, outcome["message_id"], outcome["code"], outcome["error"]],
        )
    return told(state, outcome["error"])


def told(state: str, error: str | None) -> dict[str, Any]:
    """What became of a reply, the same whenever it is asked for."""
    if state == "failed":
        raise Refused("not_sent", f"WhatsApp did not take it: {error}")
    return {"state": state}


def export(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """The newest messages of a contact, or of all, as CSV."""
    contact_id = an_id(ask, "contact_id") if ask.get("contact_id") else None
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select l.created_at, coalesce(c.name, c.username), c.phone, l.direction, l.body, l.status, t.outcome,"
            b" (select string_agg(concat_ws(' ', x ->> 'document', 'p. ' || (x ->> 'page'), x ->> 'url'), '; ') from jsonb_array_elements("
            b" case when jsonb_typeof(l.citations) = 'array' then l.citations end) x) as citations"
            b" from conversation_logs l join contacts c on c.id = l.contact_id left join turns t on t.id = l.turn_id"
            b" where l.tenant_id = current_tenant() and (%s::uuid is null or l.contact_id = %s) order by l.id desc limit %s",
            [contact_id, contact_id, EXPORT_ROWS],
        ).fetchall()
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["time", "contact", "phone", "direction", "text", "status", "outcome", "citations"])
    for row in reversed(rows):
        table.writerow([cell(value) for value in row.values()])
    return {"csv": out.getvalue(), "rows": len(rows), "cut": len(rows) == EXPORT_ROWS}


def cell(value: Any) -> str:
    """A table program runs what begins like a formula: an apostrophe makes it text."""
    words = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def whole(ask: Ask, name: str) -> int:
    """A whole number from 0 on."""
    value = ask.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise Refused("bad_request", f"“{name}” must be a whole number.")
    return value
