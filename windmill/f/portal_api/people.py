# requirements: database
"""The people who may open a tenant's portal, with their roles. Owners add and remove people, and see who changed what; one owner always stays.

In: a request of the portal's page (f/common/portal_request.py). Out: the people with their roles, the audit log, or what was done.
"""

from __future__ import annotations

import re
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    not_found,
    text_field,
    whole_number_field,
)

postgresql = dict[str, Any]
PAGE = 50
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_people),
            "create": (OWNERS, create),
            "update": (OWNERS, update),
            "delete": (OWNERS, delete),
            "list_changes": (OWNERS, list_changes),
        },
    )


def list_people(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select email, role, created_at::text from tenant_members"
            b" order by array_position(array['owner', 'editor', 'agent', 'viewer'], role), email"
        ).fetchall()
    return {"people": rows, "you": member["email"]}


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a person. Refuses a person who is a member already, so that a second invitation changes no role."""
    email, role = email_and_role(fields)
    with as_tenant(conn, member["tenant_id"]):
        if conn.execute(b"select from tenant_members where email = %s", [email]).rowcount:
            raise Refused("person_exists", email=email)
        put_member(conn, member, email, role)
    return {"created": email}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes a person's role."""
    email, role = email_and_role(fields)
    with as_tenant(conn, member["tenant_id"]):
        if not conn.execute(b"select from tenant_members where email = %s", [email]).rowcount:
            raise not_found()
        put_member(conn, member, email, role)
    return {"updated": email}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Ends a membership; also one's own, if another owner stays."""
    email = text_field(fields, "email", 200).strip().lower()
    with as_tenant(conn, member["tenant_id"]):
        put_member(conn, member, email, None)
    return {"deleted": email}


def email_and_role(fields: Fields) -> tuple[str, str]:
    email, role = text_field(fields, "email", 200).strip().lower(), text_field(fields, "role", 20)
    if not EMAIL.fullmatch(email) or role not in ANYONE:
        raise Refused("email_or_role_invalid")
    return email, role


def put_member(conn: Connection, member: Member, email: str, role: str | None) -> None:
    """PostgreSQL checks that an owner stays, also if several people change memberships at once."""
    outcome = one(conn, "select put_member(%s, %s, %s)", [member["email"], email, role])
    if outcome == "last_owner":
        raise Refused("last_owner")
    if outcome == "not_found":
        raise not_found()


def list_changes(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Who changed what, newest first; `before`, a row's ID, gives older ones."""
    before = whole_number_field(fields, "before")
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select id, at::text, person, action, subject, before, after from audit_log"
            b" where tenant_id = current_tenant() and (%s = 0 or id < %s) order by id desc limit %s",
            [before, before, PAGE + 1],
        ).fetchall()
    return {"changes": rows[:PAGE], "more": len(rows) > PAGE}
