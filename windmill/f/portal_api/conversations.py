# requirements: whatsapp
"""A tenant's conversations: find and read one, pause the bot, reply as a human, export a table.

In: a request of the portal's page (f/common/portal_request.py). Out: contacts, messages with citations and tool calls, or what was done.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    Fields,
    Member,
    Refused,
    answer_page,
    audit,
    handle_request,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.portal_api.csv_cells import csv_text

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
PAGE = 50
EXPORT_ROWS = 20_000
MOST_HOURS = 24 * 365
MOST_DAYS = 10_000
# Until when a bot may be paused. Who has no opening hours is open all the time: then until somebody gives the conversation back.
UNTIL = {
    "": b"now() + make_interval(hours => %s)",
    "opening": b"coalesce(opens_for(%s), 'infinity')",
    "resumed": b"'infinity'",
}


@answer_page
def main(request: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_contacts),
            "get": (ANYONE, get),
            "past": (ANYONE, past),
            "pause": (AGENTS, pause),
            "resume": (AGENTS, resume),
            "reply": (AGENTS, lambda conn, member, fields: reply(conn, member, fields, whatsapp, master_key)),
            "export": (AGENTS, export),
        },
    )


VIEWS = ("", "all", "mine", "unassigned", "waiting", "snoozed", "solved", "blocked")
CONTACTS = b"""
    with page as (
        select c.*, c.id in (select waiting_contacts()) as waiting
        from contacts c
        where (%(words)s = '' or unaccent(coalesce(c.staff_name, c.name)) ilike unaccent(%(pattern)s)
               or unaccent(c.name) ilike unaccent(%(pattern)s) or c.username ilike %(pattern)s or c.phone like %(digits)s
               or c.id in (select contact_id from (select contact_id, body from conversation_logs where tenant_id = current_tenant()
                                                   order by id desc limit 50000) g where unaccent(g.body) ilike unaccent(%(pattern)s)))
          and (%(view)s <> 'waiting' or c.id in (select waiting_contacts()))
          and in_view(c, %(view)s, %(email)s, c.id in (select waiting_contacts()))
          and (%(assignee)s = '' or c.assignee = %(assignee)s) and (%(tag)s = '' or c.tags @> array[%(tag)s])
          and (%(days)s = 0 or coalesce(c.last_message_at, (
                select max(q.written_at) from past_messages q where q.contact_id = c.id and q.direction = 'in'))
               >= now() - make_interval(days => %(days)s))
        order by c.last_seen_at desc nulls last, c.id limit %(page)s offset %(skip)s)
    select s.id::text, coalesce(s.staff_name, s.name) as name, s.username, s.phone,
           coalesce(s.paused_until > now(), false) as paused, s.waiting, s.opted_out_at is not null as opted_out, s.blocked,
           case when s.status = 'snoozed' and s.snoozed_until <= now() then 'open' else s.status end as status,
           s.snoozed_until::text, s.assignee, s.tags, unread_messages(s.id, %(email)s) as unread,
           left(coalesce(l.body, p.body), 160) as body, coalesce(l.direction, p.direction) as direction, l.id as message_id,
           s.last_seen_at::text as at
    from page s left join lateral (
        select id, body, direction from conversation_logs g
        where g.tenant_id = s.tenant_id and g.contact_id = s.id order by g.id desc limit 1) l on true
    left join lateral (
        select body, direction from past_messages q where l.id is null and q.contact_id = s.id
        order by q.written_at desc, q.id desc limit 1) p on true
    order by s.last_seen_at desc nulls last, s.id
"""
CONTACT = b"""
    select c.id::text, coalesce(c.staff_name, c.name) as name, c.name as profile_name, c.username, c.phone, c.language, c.lead,
           c.blocked, c.opted_out_at::text, c.created_at::text as since, c.last_message_at::text,
           case when c.paused_until > now() then case when isfinite(c.paused_until) then c.paused_until::text else 'infinity' end end
               as paused_until, opens_for(c.id)::text as opens_at,
           c.id in (select waiting_contacts()) as waiting, current_status(c) as status, c.snoozed_until::text, c.assignee, c.tags
    from contacts c where c.id = %s
"""
# Conversations before the one that goes on, newest first: a day without a word ends one. Of the newest 2,000 messages.
EARLIER = b"""
    with newest as (select id, created_at, direction, body from conversation_logs
                    where tenant_id = current_tenant() and contact_id = %s order by id desc limit 2000),
    gaps as (select n.*, n.created_at - lag(n.created_at) over (order by n.id) > interval '24 hours' as begins from newest n),
    talks as (select g.*, count(*) filter (where begins) over (order by g.id) as talk from gaps g)
    select min(id) as first, max(id) as last, min(created_at)::text as at, count(*)::int as messages,
           left((array_agg(body order by id) filter (where direction = 'in'))[1], 120) as words
    from talks group by talk order by talk desc offset 1 limit 5
"""


def digits_of(words: str) -> str:
    """The digits of a telephone number in any form that people type, as a part of Meta's form of it; "" for other words."""
    if not re.fullmatch(r"[\d\s+()./-]{3,30}", words):
        return ""
    return re.sub(r"\D", "", words).lstrip("0")  # 00 before a country's code, 0 before an area's


def list_contacts(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Contacts, latest first: all, or those of a `view` (the SQL function in_view), of an `assignee`, with a `tag`, whose name, number or
    messages hold the words of `search`; with `days`, only those who wrote within so many. `waiting`: the view of those who wait for a human.
    """
    words, view = text_field(fields, "search", 200).strip(), text_field(fields, "view", 20)
    if view not in VIEWS:
        raise Refused("bad_request")
    pattern = (
        f"%{words.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
    )
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            CONTACTS,
            {
                "words": words,
                "pattern": pattern,
                "digits": f"%{digits_of(words) or words}%",
                "view": "waiting" if fields.get("waiting") is True else view,
                "email": member["email"],
                "assignee": text_field(fields, "assignee", 320).lower(),
                "tag": text_field(fields, "tag", 100),
                "page": PAGE + 1,
                "skip": whole_number_field(fields, "skip"),
                "days": whole_number_field(fields, "days", MOST_DAYS),
            },
        ).fetchall()
    return {"contacts": rows[:PAGE], "more": len(rows) > PAGE}


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """A contact and its newest messages, oldest first; `before`, a message's ID, gives older ones. Without `before` with the staff's notes, what
    is known of orders and ratings, and the calls to which a person must agree, newest first.

    `answer_id`: what a mark names (f/portal_api/inbox, mark_answer), on the last message of each answer of the bot; `marks`: of that answer.
    `file` of a message: {id, kind, name, mime, size, transcript, state, problem}; its bytes come from f/portal_api/attachments. `citations`:
    [{document, page, url, id, passages}], `id` while there is a document of that title, `passages`: the marks of those that were used.
    `reply_id`: by which words that wait are taken back. With the oldest message comes `past`: whether there is something from before the number
    was connected.
    """
    before, contact_id = whole_number_field(fields, "before"), id_field(fields, "contact_id")
    with as_tenant(conn, member["tenant_id"]):
        contact = conn.execute(CONTACT, [contact_id]).fetchone()
        if contact is None:
            raise not_found()
        rows = conn.execute(
            b"select l.id, l.direction, l.body, l.model, l.status, l.created_at::text as at, t.outcome, t.error,"
            b" message_file(l) as file, reaction_to(l) as reaction, answer_of(l)::text as answer_id, marks_of(answer_of(l)) as marks,"
            b" case when l.status = 'waiting' then l.turn_id::text end as reply_id,"
            b" with_documents(l.citations) as citations,"
            b" case when l.direction = 'out' then (select jsonb_agg(jsonb_build_object('tool', x ->> 'tool', 'error', x -> 'error', 'ms', x -> 'ms',"
            b" 'asks', x -> 'asks'))"
            b" from jsonb_array_elements(case when jsonb_typeof(t.trace) = 'array' then t.trace end) x) end as tools,"
            b" case when l.status = 'not answered' or t.outcome = 'unanswered' then answered_by_human(l.contact_id, l.created_at)"
            b" else false end as answered_by_human"
            b" from conversation_logs l left join turns t on t.id = l.turn_id"
            b" where l.tenant_id = current_tenant() and l.contact_id = %s and (%s = 0 or l.id < %s) order by l.id desc limit 101",
            [contact_id, before, before],
        ).fetchall()
        answer = {"contact": contact, "messages": rows[:100][::-1], "more": len(rows) > 100}
        if len(rows) <= 100:
            answer["past"] = one(
                conn, "select exists (select from past_messages where contact_id = %s)", [contact_id]
            )
        return answer if before else answer | card_of(conn, contact_id)


def past(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What was said on the phone before the number was connected, oldest first: the newest, or those before the message `before`. Shaped as the
    messages of `get`; an ID is below zero."""
    before, contact_id = whole_number_field(fields, "before"), id_field(fields, "contact_id")
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select exists (select from contacts where id = %s)", [contact_id]):
            raise not_found()
        rows = conn.execute(
            b"select -id as id, direction, body, case when direction = 'out' then 'human' end as model, 'past' as status,"
            b" written_at::text as at from past_messages p where contact_id = %s and (%s = 0 or (written_at, id) <"
            b" (select q.written_at, q.id from past_messages q where q.id = %s and q.contact_id = p.contact_id))"
            b" order by p.written_at desc, p.id desc limit 101",
            [contact_id, before, before],
        ).fetchall()
    return {"messages": rows[:100][::-1], "past": len(rows) > 100}


def card_of(conn: Connection, contact_id: str) -> dict[str, Any]:
    """What stands beside the messages."""
    notes = conn.execute(
        b"select id, author, body, created_at::text as at from contact_notes where contact_id = %s order by id desc limit 100",
        [contact_id],
    ).fetchall()
    orders = conn.execute(b"select at::text, source, words from known_orders(%s, 5)", [contact_id]).fetchall()
    ratings = conn.execute(
        b"select score, rated_at::text as at from ratings where contact_id = %s and score is not null order by rated_at desc limit 5",
        [contact_id],
    ).fetchall()
    approvals = conn.execute(b"select * from list_approvals(%s, 100)", [contact_id]).fetchall()
    earlier = conn.execute(EARLIER, [contact_id]).fetchall()
    return {"notes": notes, "orders": orders, "ratings": ratings, "approvals": approvals, "earlier": earlier}


def pause(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Pauses the bot for a contact: for some `hours`, or `until` the business opens on a later day ("opening") or somebody gives the
    conversation back ("resumed")."""
    contact_id, until = id_field(fields, "contact_id"), text_field(fields, "until", 20)
    hours = 1 if until else whole_number_field(fields, "hours")
    if not 1 <= hours <= MOST_HOURS:
        raise Refused("whole_number_out_of_range", field="hours", least=1, most=MOST_HOURS)
    if until not in UNTIL:
        raise Refused("bad_request")
    query = b"select pause_contact(%s, " + UNTIL[until] + b", %s)"
    given: dict[str, list[Any]] = {"": [hours], "opening": [contact_id], "resumed": []}
    try:
        with as_tenant(conn, member["tenant_id"]):
            conn.execute(query, [contact_id, *given[until], member["email"]])
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    return {"paused": True}


def resume(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Lets the bot answer a contact again. The contact no longer waits for a human."""
    try:
        with as_tenant(conn, member["tenant_id"]):
            conn.execute(b"select resume_contact(%s)", [id_field(fields, "contact_id")])
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    return {"paused": False}


def reply(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Sends a human's reply, once for each `reply_id`. The bot pauses for that contact once the words are out."""
    from f.portal_api.human_replies import HumanReply

    body = text_field(fields, "body", 4096).strip()
    if not body:
        raise Refused("text_empty")
    reply = HumanReply(conn, member, id_field(fields, "reply_id"), id_field(fields, "contact_id"))
    return reply.send({"type": "text", "text": {"body": body, "preview_url": False}}, whatsapp, master_key)


def export(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The newest messages of a contact, or of all, as CSV."""
    contact_id = id_field(fields, "contact_id") if fields.get("contact_id") else None
    with as_tenant(conn, member["tenant_id"]):
        audit(conn, "conversations.export", contact_id)
        rows = conn.execute(
            b"select l.created_at, coalesce(c.name, c.username), c.phone, l.direction, l.body, l.status, t.outcome,"
            b" (select string_agg(concat_ws(' ', x ->> 'document', 'p. ' || (x ->> 'page'), x ->> 'url'), '; ') from jsonb_array_elements("
            b" case when jsonb_typeof(l.citations) = 'array' then l.citations end) x) as citations"
            b" from conversation_logs l join contacts c on c.id = l.contact_id left join turns t on t.id = l.turn_id"
            b" where l.tenant_id = current_tenant() and (%s::uuid is null or l.contact_id = %s) order by l.id desc limit %s",
            [contact_id, contact_id, EXPORT_ROWS],
        ).fetchall()
    header = ["time", "contact", "phone", "direction", "text", "status", "outcome", "citations"]
    table = csv_text(header, (row.values() for row in reversed(rows)))
    return {"csv": table, "rows": len(rows), "cut": len(rows) == EXPORT_ROWS}
