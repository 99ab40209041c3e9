# requirements: database
"""The inbox of a team: a conversation's status and assignee, notes, tags, marks on answers, fields of a contact, who has read what, and counts.

In: a request of the portal's page (f/common/portal_request.py). Out: what stands there now. Messages and lists: f/portal_api/conversations.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.portal_api.contact_fields import changes_of

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    actions: dict[str, tuple[frozenset[str], Callable[[Connection, Member, Fields], dict[str, Any]]]] = {
        "count": (ANYONE, count),
        "watch": (ANYONE, watch),
        "get_team": (ANYONE, get_team),
        "mark_read": (ANYONE, mark_read),
        "set_status": (AGENTS, set_status),
        "assign": (AGENTS, assign),
        "mark_answer": (AGENTS, mark_answer),
        "add_note": (AGENTS, add_note),
        "delete_note": (AGENTS, delete_note),
        "update_contact": (AGENTS, update_contact),
        "set_available": (AGENTS, set_available),
        "set_assignment": (EDITORS, set_assignment),
    }
    return handle_request(request, db, actions)


def of_contact(conn: Connection, member: Member, query: str, *parameters: Any) -> Any:
    """The result of a function that raises no_data_found where the tenant has no such contact."""
    try:
        with as_tenant(conn, member["tenant_id"]):
            return one(conn, query, list(parameters))
    except psycopg.errors.NoDataFound:
        raise not_found() from None


def count(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """How many conversations each view has (the SQL function in_view), and how many of them this person has not read."""
    with as_tenant(conn, member["tenant_id"]):
        return {"counts": one(conn, "select inbox_counts(%s)", [member["email"]])}


def watch(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Whether a message, a reaction or an act of a colleague is new since `since`, which an earlier answer gave; absent the first time. A page
    asks this every second or two and reads its lists again only when something changed.
    """
    since = fields.get("since") or {}
    if not isinstance(since, dict):
        raise Refused("bad_request")
    known = {name: whole_number_field(since, name) for name in ("messages", "acts", "reactions")}
    with as_tenant(conn, member["tenant_id"]):
        found: dict[str, Any] = one(conn, "select inbox_news(%s::jsonb)", [json.dumps(known)])
    return found


def get_team(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Who can take a conversation, the tags that are in use, and how conversations are assigned."""
    with as_tenant(conn, member["tenant_id"]):
        people = conn.execute(
            b"select email, role, available from tenant_members where role <> 'viewer' order by email"
        ).fetchall()
        tags = conn.execute(
            b"select t as tag, count(*) as contacts from contacts, unnest(tags) t where tags <> '{}' group by t order by t"
        ).fetchall()
        assignment = one(conn, "select assignment from tenants where id = %s", [member["tenant_id"]])
    return {"people": people, "tags": tags, "assignment": assignment, "you": member["email"]}


def mark_read(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Notes that this person has read a conversation up to `message_id`, without one up to its end. `unread`: it is unread again."""
    upto = whole_number_field(fields, "message_id") or None
    values = [id_field(fields, "contact_id"), member["email"], 0 if fields.get("unread") is True else upto]
    of_contact(conn, member, "select mark_read(%s, %s, %s)", *values)
    return {"read": fields.get("unread") is not True}


def set_status(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Opens, snoozes or solves a conversation; a customer whose conversation is solved may be asked for a rating. `until`: when a snoozed one is
    open again, an ISO 8601 time with its zone."""
    contact_id, status = id_field(fields, "contact_id"), text_field(fields, "status", 20)
    if status not in ("open", "snoozed", "solved"):
        raise Refused("bad_request")
    until = until_field(fields) if status == "snoozed" else None
    rating = rating_to_ask(conn, member, contact_id) if status == "solved" else None
    values = [contact_id, status, until, json.dumps(rating) if rating else None]
    of_contact(conn, member, "select set_status(%s, %s, %s, %s::jsonb)", *values)
    return {"status": status, "snoozed_until": until.isoformat() if until else None}


ASKED = (
    b"select b.ask_rating, b.canned_replies, b.languages, b.dont_know, c.language, (select l.body from conversation_logs l"
    b" where l.tenant_id = c.tenant_id and l.contact_id = c.id and l.direction = 'in' order by l.id desc limit 1) as words"
    b" from contacts c cross join lateral number_of_contact(c.id) n join chatbots b on b.phone_number_id = n.phone_number_id"
    b" where c.id = %s and b.ask_rating <> 'off'"
)


def rating_to_ask(conn: Connection, member: Member, contact_id: str) -> dict[str, Any] | None:
    """What asks the customer for a rating, where the chatbot does; PostgreSQL decides whether it does now (ask_for_rating)."""
    with as_tenant(conn, member["tenant_id"]):
        about = conn.execute(ASKED, [contact_id]).fetchone()
    if about is None:
        return None
    from f.whatsapp.ratings import rating_request

    context = {
        "question": about["words"] or "",
        "contact": {"language": about["language"]},
        "chatbot": {"languages": about["languages"], "dont_know": about["dont_know"]},
    }
    return rating_request(about["ask_rating"], str(uuid.uuid4()), context, about["canned_replies"])


def until_field(fields: Fields) -> datetime:
    try:
        until = datetime.fromisoformat(text_field(fields, "until", 40))
    except ValueError:
        raise Refused("snooze_time") from None
    if until.tzinfo is None or not 0 < (until - datetime.now(UTC)).days + 1 <= 366:
        raise Refused("snooze_time")
    return until


def assign(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Assigns a conversation: to `email`, to nobody where that is empty. `if_free`: only when nobody has it, for "assign to me"."""
    contact_id, email = id_field(fields, "contact_id"), text_field(fields, "email", 320).strip() or None
    values = [contact_id, email, fields.get("if_free") is True]
    found = of_contact(conn, member, "select assign_contact(%s, %s, %s)", *values)
    if found is None:
        raise Refused("assignee_unknown")
    if not found["assigned"]:
        raise Refused("already_assigned", person=found["assignee"])
    return {"assignee": found["assignee"]}


def mark_answer(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Marks an answer of the bot as `good` or `wrong`, with a few words why; an empty `verdict` takes this person's mark back."""
    verdict = text_field(fields, "verdict", 10)
    if verdict not in ("", "good", "wrong"):
        raise Refused("bad_request")
    values = [
        id_field(fields, "answer_id"),
        member["email"],
        verdict or None,
        text_field(fields, "reason", 500),
    ]
    of_contact(conn, member, "select mark_answer(%s, %s, %s, %s)", *values)
    return {"verdict": verdict}


def add_note(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Writes a note that only the staff see."""
    contact_id, body = id_field(fields, "contact_id"), text_field(fields, "body", 4000).strip()
    if not body:
        raise Refused("text_empty")
    made = of_contact(conn, member, "select add_note(%s, %s, %s)", contact_id, member["email"], body)
    return {"note_id": made}


def delete_note(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Deletes a note: one's own, and as an editor or owner anybody's."""
    note, may_any = whole_number_field(fields, "note_id"), member["role"] in EDITORS
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select delete_note(%s, %s, %s)", [note, member["email"], may_any]):
            raise not_found()
    return {"deleted": note}


def update_contact(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes what the staff know of a person; see changes_of()."""
    contact_id, changes = id_field(fields, "contact_id"), changes_of(fields)
    of_contact(conn, member, "select edit_contact(%s, %s::jsonb)", contact_id, json.dumps(changes))
    return {"updated": sorted(changes)}


def set_available(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Whether this person gets conversations in turn."""
    available = fields.get("available") is True
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"update tenant_members set available = %s where email = %s", [available, member["email"]]
        )
    return {"available": available}


def set_assignment(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """How conversations that the bot hands off are assigned: `manual`, or `in_turn` to the available members."""
    assignment = text_field(fields, "assignment", 20)
    if assignment not in ("manual", "in_turn"):
        raise Refused("bad_request")
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"update tenants set assignment = %s where id = %s", [assignment, member["tenant_id"]])
    return {"assignment": assignment}
