# requirements: database
"""Calls of tools to which a person must agree: which tools need it, what waits, and the decision.

In: a request of the portal's page (f/common/portal_request.py). Out: the requests that wait, or what was done. A decision counts once; whoever
comes later hears who was first. What follows from it (the call, the customer's answer) is the conversation's next turn.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.tools.live_tools import HTTP, SCRIPTS

postgresql = dict[str, Any]
MOST = 100
MOST_RULES = 50
ONE_EACH = {HTTP: "http_actions", SCRIPTS: "script_tools"}  # tools with a row each


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_waiting),
            "decide": (AGENTS, decide),
            "set_rules": (OWNERS, set_rules),
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


def set_rules(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Says of tools of a server whether they need a person's yes: {"<tool>": "always" | {"parameter", "over"} | null}; null is never, and those
    that are left out stay as they are: a colleague may have changed them. The name HTTP stands for the HTTP actions, Windmill for scripts."""
    rules = fields.get("rules")
    if not isinstance(rules, dict) or len(rules) > MOST_RULES:
        raise Refused("approval_rule")
    checked = {str(tool): checked_rule(rule) for tool, rule in rules.items() if 0 < len(str(tool)) <= 100}
    name = text_field(fields, "name", 31)
    if name in ONE_EACH:
        query = f"update {ONE_EACH[name]} a set approval = nullif(r.value, 'null') from jsonb_each(%s::jsonb) r where a.name = r.key".encode()
        values = [json.dumps(checked)]
    else:
        query = (
            b"update tenant_tools set approvals = jsonb_strip_nulls(approvals || %s::jsonb) where name = %s"
        )
        values = [json.dumps(checked), name]
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(query, values)
    if not done.rowcount:
        raise not_found()
    return {"updated": name}


def checked_rule(rule: Any) -> Any:
    if rule is None or rule == "always":
        return rule
    parameter, over = (rule.get("parameter"), rule.get("over")) if isinstance(rule, dict) else (None, None)
    if not isinstance(parameter, str) or not 0 < len(parameter.strip()) <= 100:
        raise Refused("approval_rule")
    if isinstance(over, bool) or not isinstance(over, int | float) or not math.isfinite(over):
        raise Refused("approval_rule")
    return {"parameter": parameter.strip(), "over": over}
