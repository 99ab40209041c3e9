# requirements: database
"""Where a person is signed in at the door (portal/). People see their own sessions and passkeys, and end them; an account of Windmill has none here.

In: a request of the portal's page (f/common/portal_request.py). Out: the sessions, or how many were ended. At a business's own address they are those
of its addresses only: whoever owns it could read the cookie.
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Connection, one
from f.common.portal_request import (
    ANYONE,
    Action,
    Fields,
    Member,
    answer_page,
    digest,
    handle_request,
    id_field,
    not_found,
    text_field,
)

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    actions: dict[str, Action] = {
        "list": (ANYONE, list_sessions),
        "end": (ANYONE, end),
        "end_others": (ANYONE, end_others),
        "delete_passkey": (ANYONE, delete_passkey),
    }
    return handle_request(request, db, actions)


def list_sessions(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    rows = conn.execute(
        b"select id::text, how, browser, made_at::text, seen_at::text, here from my_sessions(%s, %s)",
        [member["email"], this_job()],
    ).fetchall()
    passkeys = conn.execute(
        b"select id, name, made_at::text, used_at::text from my_passkeys(%s, %s)",
        [member["email"], this_job()],
    ).fetchall()
    return {"sessions": rows, "passkeys": passkeys}


def end(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Ends one session, also the one of this request."""
    session = id_field(fields, "session_id")
    ended = one(conn, "select end_sessions(%s, %s, %s)", [member["email"], session, this_job()])
    if not ended:
        raise not_found()
    return {"ended": ended}


def end_others(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Ends all sessions but the one of this request."""
    return {"ended": one(conn, "select end_sessions(%s, null, %s)", [member["email"], this_job()])}


def delete_passkey(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Forgets a passkey, so that nobody signs in with it any more."""
    passkey = text_field(fields, "passkey_id", 64)
    if not one(conn, "select delete_passkey(%s, %s, %s)", [member["email"], passkey, this_job()]):
        raise not_found()
    return {"deleted": passkey}


def this_job() -> bytes | None:
    """By which the database finds the session that asks; None for an account of Windmill, which asks with none."""
    return None if os.environ.get("WM_END_USER_EMAIL") else digest(os.environ.get("WM_JOB_ID", ""))
