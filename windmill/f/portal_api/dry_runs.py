# requirements: database
"""Asks the chatbot a question without a customer: starts the chat flow as a dry run, and reads its result. A module of the portal's scripts.

The run's ID is stored with its tenant, and a tenant can read the results of its own runs only.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import Member, Refused, not_found
from f.common.problems import message
from f.common.windmill import FLOW, call_api, start_flow
from f.common.windmill_references import escape_references, unescape_references


def start(
    conn: Connection, member: Member, question: str, phone_number_id: str = "", purpose: str = "preview"
) -> str:
    """Starts a dry run of a question at one of the tenant's chatbots (the first, if none is named); returns the run's ID."""
    with as_tenant(conn, member["tenant_id"]):
        bot = conn.execute(
            b"select phone_number_id from chatbots where %s in ('', phone_number_id) order by created_at, phone_number_id limit 1",
            [phone_number_id],
        ).fetchone()
    if bot is None:
        raise not_found()
    question_message = {
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
        "messages": [question_message],
    }
    entry = [{"id": "0", "changes": [{"field": "messages", "value": value}]}]
    run = str(uuid.uuid4())
    with as_tenant(conn, member["tenant_id"]):
        # Before it starts, because its last step counts what it cost.
        most = one(conn, "select begin_dry_run(%s, %s, %s, %s)", [run, purpose, question, member["email"]])
    if most is not None:
        raise Refused("previews_per_hour", most=most)
    dry_run = {"object": "whatsapp_business_account", "entry": entry, "mode": "dry_run"}
    return start_flow(FLOW, dry_run, run)


def result(conn: Connection, member: Member, run: str) -> dict[str, Any]:
    """{"finished": False, "step"}, or the answer with its citations and tool calls, or `problem`: why there is no answer.

    `problem` is a code with values, or the agent's own words.
    """
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
            "problem": ended.get("reason") or message("run_failed"),
        }
    return {
        "finished": True,
        "answered": answer["answered"],
        "reply": sent.get("would_send") or [answer["reply"]],
        "citations": answer["citations"],
        "tools": [
            {key: call[key] for key in ("tool", "error", "ms", "asks") if key in call}
            for call in answer["trace"]
        ],
        "ms": flow.get("duration_ms"),
        "problem": answer.get("error"),
    }


def _result_of(job: str) -> Any:
    return _get(f"jobs_u/completed/get_result_maybe/{job}").get("result")


def _get(path: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(call_api("GET", path))
        return answer
    except OSError as error:
        raise Refused("run_unavailable", detail=type(error).__name__) from None
