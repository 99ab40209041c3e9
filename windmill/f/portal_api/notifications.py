# requirements: database
"""A tenant's notifications: customers who wait for a human, messages that can't be sent, templates and quality at Meta, failed documents,
limits that are nearly reached.

In: a request of the portal's page (f/common/portal_request.py). Out: the newest hundred, unread ones first; whether sending has stopped; or
what was done.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import AGENTS, ANYONE, Fields, Member, Refused, answer_page, handle_request

postgresql = dict[str, Any]
MOST = 100


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "count": (ANYONE, count),
            "list": (ANYONE, list_notifications),
            "mark_read": (AGENTS, mark_read),
        },
    )


def count(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """For the page's frame: the number of unread notifications and of customers who wait for a human, whether sending has stopped, and the
    names of the chatbots that are switched off."""
    with as_tenant(conn, member["tenant_id"]):
        unread = one(conn, "select count(*) from notifications where read_at is null", [])
        waiting = one(conn, "select count(*) from waiting_contacts()", [])
        off = conn.execute(b"select name from chatbots where not enabled order by created_at").fetchall()
        return {
            "unread": unread,
            "waiting": waiting,
            "stop": send_stop(conn),
            "off": [bot["name"] for bot in off],
        }


def list_notifications(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select id, kind, severity, title, detail, subject, count, created_at::text, updated_at::text, read_at::text, settled_at::text, notified"
            b" from notifications order by read_at is not null, updated_at desc, id desc limit %s",
            [MOST],
        ).fetchall()
        return {"notifications": rows, "stop": send_stop(conn)}


def mark_read(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Marks some as read. Row-level security hides those of other tenants, so they stay as they are."""
    ids = fields.get("ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST or not all(type(i) is int for i in ids):
        raise Refused("notifications_not_chosen")
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update notifications set read_at = now() where id = any(%s::bigint[]) and read_at is null",
            [[i for i in ids if abs(i) < 2**63]],
        )
    return {"read": done.rowcount}


def send_stop(conn: Connection) -> dict[str, Any] | None:
    """Why sending has stopped; None if it has not. `reason` is a code with values."""
    return conn.execute(
        b"select code, problem(reason) as reason, since::text, until::text, times from send_stops"
    ).fetchone()
