# requirements: database
"""What the API for developers reads. Each action gives {"answer": what portal/api_document.py describes}.

A list is {"items", "next"}: with `cursor` set to `next` the following ones come; null: there are none. Times are UTC, as 2026-11-30T09:00:00.000Z.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    Fields,
    Member,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.common.problems import english

MOST = 100
PERSON = (
    "c.id::text, coalesce(c.staff_name, c.name) as name, c.name as profile_name, c.phone, c.user_id, c.username, c.language, c.lead, c.tags,"
    " c.blocked, c.opted_out_at, c.created_at, c.last_message_at"
)
CONVERSATION = (
    f"{PERSON}, current_status(c) as status, c.assignee, coalesce(c.paused_until > now(), false) as bot_paused,"
    " case when c.paused_until > now() and isfinite(c.paused_until) then c.paused_until end as bot_paused_until,"
    " c.id in (select waiting_contacts()) as waiting, coalesce(c.last_seen_at, c.created_at) as active_at"
)
CONVERSATION_ONLY = ("status", "assignee", "bot_paused", "bot_paused_until", "waiting", "active_at")
MESSAGE = (
    "select l.id, l.contact_id::text, l.phone_number_id, l.direction, l.model, l.body as text, l.status, l.turn_id::text,"
    " l.message_id as whatsapp_id, l.created_at from conversation_logs l where l.tenant_id = current_tenant()"
)
DOCUMENT = "id::text, title, filename, origin, source_url, state, error, pages, size_bytes, created_at, replaces::text"
DOCUMENTS = "(select * from documents where origin <> 'qa_draft') c"


def list_conversations(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Those with the newest activity first. `status`: open, snoozed or solved; `waiting`: those that wait for a person."""
    conditions = "(%(status)s = '' or current_status(c) = %(status)s) and (not %(waiting)s or c.id in (select waiting_contacts()))"
    values = {
        "status": text_field(fields, "status", 10),
        "waiting": fields.get("waiting") is True,
    }
    query = f"select {CONVERSATION} from contacts c where {conditions}"
    rows, after = paged(conn, member, fields, query, "coalesce(c.last_seen_at, c.created_at)", "c.id", values)
    return {
        "answer": {
            "items": [conversation_of(row) for row in rows],
            "next": after("active_at"),
        }
    }


def get_conversation(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return {"answer": conversation_of(found(conn, member, fields, f"select {CONVERSATION} from contacts c"))}


def list_messages(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The messages of a conversation, newest first."""
    contact = id_field(fields, "id")
    most, before = page_size(fields), whole_number(text_field(fields, "cursor", 20))
    with as_tenant(conn, member["tenant_id"]):
        if conn.execute(b"select from contacts where id = %s", [contact]).fetchone() is None:
            raise not_found()
        rows = conn.execute(
            f"{MESSAGE} and l.contact_id = %s and (%s = 0 or l.id < %s) order by l.id desc limit %s".encode(),
            [contact, before, before, most + 1],
        ).fetchall()
    shown = [message_of(row) for row in rows[:most]]
    return {"answer": {"items": shown, "next": str(shown[-1]["id"]) if len(rows) > most else None}}


def list_contacts(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The newest contacts first. `phone`: whoever has this number, in any form."""
    phone = "".join(c for c in text_field(fields, "phone", 40) if c in "0123456789")
    query = (
        f"select {PERSON} from contacts c where (%(phone)s = '' or phone_key(c.phone) = phone_key(%(phone)s))"
    )
    rows, after = paged(conn, member, fields, query, "c.created_at", "c.id", {"phone": phone})
    return {"answer": {"items": [shown(row) for row in rows], "next": after("created_at")}}


def get_contact(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return {"answer": shown(found(conn, member, fields, f"select {PERSON} from contacts c"))}


def list_documents(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The newest documents first: files, pages of websites, and the questions and answers."""
    query = f"select {DOCUMENT} from {DOCUMENTS} where true"
    rows, after = paged(conn, member, fields, query, "created_at", "id", {})
    return {"answer": {"items": [document_of(row) for row in rows], "next": after("created_at")}}


def get_document(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    return {"answer": document_of(found(conn, member, fields, f"select {DOCUMENT} from {DOCUMENTS}"))}


def list_events(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What receivers are told, the newest first; `type`: of one kind only."""
    most, before, kind = (
        page_size(fields),
        whole_number(text_field(fields, "cursor", 20)),
        text_field(fields, "type", 20),
    )
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select e.seq, event_body(e) as body from events e where (%s = '' or e.kind = %s) and (%s = 0 or e.seq < %s)"
            b" order by e.seq desc limit %s",
            [kind, kind, before, before, most + 1],
        ).fetchall()
    following = str(rows[most - 1]["seq"]) if len(rows) > most else None
    return {"answer": {"items": [row["body"] for row in rows[:most]], "next": following}}


def get_statement(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """A number's month, each figure of which rests on the chain of service records."""
    from f.portal_api import statement_figures, statement_words

    words = statement_words.of("en")
    with as_tenant(conn, member["tenant_id"]):
        numbers = conn.execute(statement_figures.NUMBERS).fetchall()
        span = statement_figures.span_of(fields, numbers)
        if span is None:
            raise not_found()
        made = statement_figures.of(conn, span, words)
    return {
        "answer": {
            "phone_number_id": made["phone_number_id"],
            "name": made["name"],
            "month": made["month"],
            "running": span.running,
            "figures": [
                {"section": section["name"], **{name: figure[name] for name in ("name", "value", "unit")}}
                for section in made["sections"]
                for figure in section["figures"]
            ],
            "faults": [fault["words"] for fault in made["faults"]],
            "chain": {"records": made["chain"]["seq"], "hash": made["chain"]["hash"]}
            if made["chain"]
            else None,
        }
    }


def paged(
    conn: Connection, member: Member, fields: Fields, query: str, at: str, key: str, values: dict[str, Any]
) -> tuple[list[dict[str, Any]], Any]:
    """A page of the query's rows by (at, key), latest first; and what names the next page, by the name of the column that holds `at`."""
    most, place = page_size(fields), text_field(fields, "cursor", 80).partition("~")
    values |= {"most": most + 1, "begun": bool(place[0]), "at": None, "id": None}
    if place[0]:
        try:
            values |= {
                "at": datetime.fromisoformat(place[0]),
                "id": id_field({"cursor": place[2]}, "cursor"),
            }
        except ValueError:
            raise not_found() from None
    before = f"(not %(begun)s or ({at}, {key}) < (%(at)s::timestamptz, %(id)s::uuid))"
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            f"{query} and {before} order by {at} desc, {key} desc limit %(most)s".encode(), values
        ).fetchall()

    def after(name: str) -> str | None:
        if len(rows) <= most:
            return None
        last = rows[most - 1]
        return f"{last[name].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{last['id']}"

    return rows[:most], after


def found(conn: Connection, member: Member, fields: Fields, query: str) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(f"{query} where c.id = %s".encode(), [id_field(fields, "id")]).fetchone()
    if row is None:
        raise not_found()
    return row


def page_size(fields: Fields) -> int:
    return whole_number_field(fields, "limit", MOST) or 50


def whole_number(text: str) -> int:
    if text and not (text.isascii() and text.isdecimal()):
        raise not_found()
    return int(text or 0)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times as texts."""
    return {name: moment(value) if isinstance(value, datetime) else value for name, value in row.items()}


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation_of(row: dict[str, Any]) -> dict[str, Any]:
    """A conversation has its contact's id: there is one for each contact."""
    all_of_it = shown(row)
    about = {name: all_of_it.pop(name) for name in CONVERSATION_ONLY}
    return {"id": all_of_it["id"], **about, "contact": all_of_it}


def message_of(row: dict[str, Any]) -> dict[str, Any]:
    """`sender`: customer, bot, or person (of the staff, or a program through this API)."""
    model = row.pop("model")
    sender = "customer" if row["direction"] == "in" else "person" if model == "human" else "bot"
    return {**shown(row), "sender": sender}


def document_of(row: dict[str, Any]) -> dict[str, Any]:
    """`problem`: why it could not be read, as a sentence."""
    error = row.pop("error")
    return {**shown(row), "problem": english(error) if error else None}
