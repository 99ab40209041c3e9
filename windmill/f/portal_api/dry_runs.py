# requirements:
# psycopg[binary]==3.3.9
"""Asks the chatbot without a customer: starts the chat flow in a dry run, and reads what came of it. A module of the portal's scripts.

A run's id is written down with its tenant when it is started, and a result is read only for an id that the tenant has started.
"""

from __future__ import annotations

import json
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import Member, Refused, not_found
from f.common.windmill import FLOW, call_api, start_flow
from f.common.windmill_references import escape_references, unescape_references


def start(
    conn: Connection, member: Member, question: str, phone_number_id: str = "", purpose: str = "preview"
) -> str:
    """Starts a dry run of a question at one of the tenant's chatbots (its first, if none is named); returns the run's id."""
    with as_tenant(conn, member["tenant_id"]):
        bot = conn.execute(
            b"select phone_number_id from chatbots where %s in ('', phone_number_id) order by created_at, phone_number_id limit 1",
            [phone_number_id],
        ).fetchone()
    if bot is None:
        raise not_found()
    message = {
        "id": "dry run",
        "from": "0",
        "timestamp": "0",
        "type": "text",
        "text": {"body": escape_references(question)},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": bot["phone_number_id"]},
        "contacts": [],
        "messages": [message],
    }
    entry = [{"id": "0", "changes": [{"field": "messages", "value": value}]}]
    run = start_flow(FLOW, {"object": "whatsapp_business_account", "entry": entry, "mode": "dry_run"})
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"insert into portal_runs (id, tenant_id, purpose, question, email) values (%s, %s, %s, %s, %s)",
            [run, member["tenant_id"], purpose, question, member["email"]],
        )
    return run


def result(conn: Connection, member: Member, run: str) -> dict[str, Any]:
    """{"finished": False, "step"} or the answer with its citations and tool calls, or the reason why there is none."""
    with as_tenant(conn, member["tenant_id"]):
        if not conn.execute(b"select from portal_runs where id = %s", [run]).rowcount:
            raise not_found()
    flow = _get(f"jobs_u/get/{run}")
    modules = [m for m in (flow.get("flow_status") or {}).get("modules", []) if isinstance(m, dict)]
    if flow.get("type") != "CompletedJob":
        done = sum(m.get("type") == "Success" for m in modules)
        return {"finished": False, "step": done}
    found = {
        m.get("id"): _result_of(m["job"]) for m in modules if m.get("type") == "Success" and m.get("job")
    }
    answer, sent = (
        unescape_references(found.get("agent_loop")),
        unescape_references(found.get("send_reply")) or {},
    )
    if not isinstance(answer, dict):
        ended = unescape_references(found.get("load_context")) or {}
        return {
            "finished": True,
            "answered": False,
            "reply": [],
            "reason": ended.get("reason") or "The run failed; an operator can read why.",
        }
    return {
        "finished": True,
        "answered": answer["answered"],
        "reply": sent.get("would_send") or [answer["reply"]],
        "citations": answer["citations"],
        "tools": [
            {"tool": call["tool"], "error": call["error"], "ms": call["ms"]} for call in answer["trace"]
        ],
        "ms": flow.get("duration_ms"),
        "reason": answer.get("error"),
    }


def _result_of(job: str) -> Any:
    return _get(f"jobs_u/completed/get_result_maybe/{job}").get("result")


def _get(path: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(call_api("GET", path))
        return answer
    except OSError as error:
        raise Refused(
            "unavailable", f"The run can't be read at the moment ({type(error).__name__})."
        ) from None
