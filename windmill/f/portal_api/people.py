# requirements: database
"""A tenant's own people: who may open its portal, and as what. Owners let others in and out; one owner always stays.

In: a request of the portal's page (f/common/portal_request.py). Out: the people with their roles, or what was done.
"""

from __future__ import annotations

import re
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import ANYONE, OWNERS, Ask, Member, Refused, not_found, serve, text

postgresql = dict[str, Any]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"list": (ANYONE, listed), "put": (OWNERS, put), "remove": (OWNERS, remove)})


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select email, role, created_at::text from tenant_members"
            b" order by array_position(array['owner', 'editor', 'agent', 'viewer'], role), email"
        ).fetchall()
    return {"people": rows, "you": member["email"]}


def put(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Lets a person in, or changes their role."""
    email, role = text(ask, "email", 200).strip().lower(), text(ask, "role", 20)
    if not EMAIL.fullmatch(email) or role not in ANYONE:
        raise Refused("bad_request", "Write an e-mail address and choose a role.")
    return {"saved": change(conn, member, email, role)}


def remove(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Ends a membership; also one's own, if another owner stays."""
    return {"removed": change(conn, member, text(ask, "email", 200).strip().lower(), None)}


def change(conn: Connection, member: Member, email: str, role: str | None) -> str:
    """PostgreSQL decides whether it may be, for all who change something at once."""
    with as_tenant(conn, member["tenant_id"]):
        done = one(conn, "select put_member(%s, %s, %s)", [member["email"], email, role])
    if done == "last_owner":
        raise Refused("last_owner", "A business needs an owner: make somebody else one first.")
    if done == "not_found":
        raise not_found()
    return email
