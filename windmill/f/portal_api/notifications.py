# requirements: database
"""What a tenant's staff should know: messages that don't go out, templates and quality at Meta, documents that failed, limits that are near.

In: a request of the portal's page (f/common/portal_request.py). Out: the newest hundred, unread ones first, whether sending has
stopped, or what was done.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import AGENTS, ANYONE, Ask, Member, Refused, serve

postgresql = dict[str, Any]
MOST = 100


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"count": (ANYONE, count), "list": (ANYONE, listed), "read": (AGENTS, read)})


def count(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """For the bell: how many are unread, and whether nothing goes out at the moment."""
    with as_tenant(conn, member["tenant_id"]):
        unread = one(conn, "select count(*) from notifications where read_at is null", [])
        return {"unread": unread, "stop": stop(conn)}


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select id, kind, severity, title, detail, subject, count, created_at::text, updated_at::text, read_at::text, notified"
            b" from notifications order by read_at is not null, updated_at desc, id desc limit %s",
            [MOST],
        ).fetchall()
        return {"notifications": rows, "stop": stop(conn)}


def read(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Marks some as read. Those of another tenant are not there, so nothing happens to them."""
    ids = ask.get("ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST or not all(type(i) is int for i in ids):
        raise Refused("bad_request", "Choose a notification first.")
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update notifications set read_at = now() where id = any(%s::bigint[]) and read_at is null",
            [[i for i in ids if abs(i) < 2**63]],
        )
    return {"read": done.rowcount}


def stop(conn: Connection) -> dict[str, Any] | None:
    """Why nothing goes out, while that is so."""
    return conn.execute(b"select code, reason, since::text, until::text, times from send_stops").fetchone()
