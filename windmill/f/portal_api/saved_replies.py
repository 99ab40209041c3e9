# requirements: database
"""Replies that a tenant's staff have written once and use again, with fields such as {{name}} that are filled in for each customer.

In: a request of the portal's page (f/common/portal_request.py). Out: the replies, filled in for a contact where one is named, or what was done.
Fields: {{name}}, {{phone}}, {{language}}, {{agent}} (the e-mail address of whoever writes, up to its @), and what is known of the person, such as
{{email}}.
"""

from __future__ import annotations

import re
from typing import Any

from f.common.database import Connection, as_tenant
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
)

postgresql = dict[str, Any]
MOST = 500
FIELD = re.compile(r"\{\{\s*([\w .-]{1,60}?)\s*\}\}")


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_replies),
            "save": (AGENTS, save),
            "delete": (EDITORS, delete),
        },
    )


def list_replies(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """All of them. For a `contact_id` each with `filled`, the words for this person, and `missing`, the fields that nothing is known of."""
    contact_id = id_field(fields, "contact_id") if fields.get("contact_id") else None
    with as_tenant(conn, member["tenant_id"]):
        replies = conn.execute(
            b"select id::text, shortcut, body, author, updated_at::text from saved_replies order by shortcut"
        ).fetchall()
        contact = conn.execute(
            b"select coalesce(staff_name, name) as name, '+' || phone as phone, language, lead from contacts where id = %s",
            [contact_id],
        ).fetchone()
    if contact_id and contact is None:
        raise not_found()
    if contact:
        known = {**contact.pop("lead"), **contact, "agent": member["email"].partition("@")[0]}
        for reply in replies:
            reply["filled"], reply["missing"] = filled(reply["body"], known)
    return {"replies": replies}


def filled(body: str, known: dict[str, Any]) -> tuple[str, list[str]]:
    """The words with their fields filled in, and the names of those that nothing is known of: they stay as they are."""
    missing: list[str] = []

    def value(field: re.Match[str]) -> str:
        words = str(known.get(field[1]) or "")
        if not words and field[1] not in missing:
            missing.append(field[1])
        return words or field[0]

    return FIELD.sub(value, body), missing


def save(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes the reply `saved_reply_id`; without one adds it. Two can't have the same shortcut."""
    shortcut, body = text_field(fields, "shortcut", 60).strip(), text_field(fields, "body", 4000).strip()
    reply_id = id_field(fields, "saved_reply_id") if fields.get("saved_reply_id") else None
    if not shortcut or not body:
        raise Refused("saved_reply_incomplete")
    with as_tenant(conn, member["tenant_id"]):
        taken = conn.execute(
            b"select id::text, (select count(*) from saved_replies) as count from saved_replies"
            b" where lower(shortcut) = lower(%s) and id is distinct from %s",
            [shortcut, reply_id],
        ).fetchone()
        if taken:
            raise Refused("shortcut_taken", shortcut=shortcut)
        if reply_id:
            row = conn.execute(
                b"update saved_replies set shortcut = %s, body = %s, author = %s, updated_at = now() where id = %s returning id::text",
                [shortcut, body, member["email"], reply_id],
            ).fetchone()
        else:
            row = conn.execute(
                b"insert into saved_replies (tenant_id, shortcut, body, author) select %s, %s, %s, %s"
                b" where (select count(*) from saved_replies) < %s on conflict do nothing returning id::text",
                [member["tenant_id"], shortcut, body, member["email"], MOST],
            ).fetchone()
            if row is None:
                raise Refused("list_too_long", field="canned_replies", most=MOST)
    if row is None:
        raise not_found()
    return {"saved_reply_id": row["id"]}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(b"delete from saved_replies where id = %s", [id_field(fields, "saved_reply_id")])
    if not done.rowcount:
        raise not_found()
    return {"deleted": fields["saved_reply_id"]}
