# requirements: database
"""Calls of tools to which a person must agree: what waits, and the decision. Which tools need it is a setting of the bot.

In: a request of the portal's page (f/common/portal_request.py). Out: the requests that wait, or what was done. A decision counts once; whoever
comes later hears who was first. What follows from it (the call, the customer's answer) is the conversation's next turn.
"""

from __future__ import annotations

import re
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
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
MOST = 100


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_waiting),
            "decide": (AGENTS, decide),
        },
    )


def list_waiting(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The requests that wait for a decision, newest first. `arguments`: [name, value] each, exactly as the call will have them."""
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(b"select * from list_approvals(null, %s)", [MOST]).fetchall()
    return {"approvals": rows}


def decide(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Approves or declines a request. `digest`: of what the person was shown; another one is refused."""
    approval_id, digest = id_field(fields, "approval_id"), text_field(fields, "digest", 64)
    approve = fields.get("approve")
    if not isinstance(approve, bool) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Refused("bad_request")
    with as_tenant(conn, member["tenant_id"]):
        decision = one(
            conn,
            "select decide_approval(%s, %s, %s, %s)",
            [approval_id, bytes.fromhex(digest), approve, member["email"]],
        )
    outcome, state, person = decision["outcome"], decision.get("state"), decision.get("by") or "?"
    if outcome == "not_found":
        raise not_found()
    if outcome == "changed":
        raise Refused("approval_changed")
    if outcome == "off":
        raise Refused("approval_off")
    if outcome == "decided" and state == "approved":
        raise Refused("approval_approved", person=person)
    if outcome == "decided" and state == "declined":
        raise Refused("approval_declined", person=person)
    if outcome == "decided":
        raise Refused("approval_expired")
    return {"state": state}
