"""A dry run of the chat flow: what it is asked, and what became of it. Nothing is sent and nothing is written."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

from f.common.windmill import call_api
from f.common.windmill_references import escape_references, unescape_references


def dry_run_of(
    phone_number_id: str,
    question: str,
    version: str = "",
    history: list[dict[str, str]] | None = None,
    sender: dict[str, str] | None = None,
    replay: str = "",
) -> dict[str, Any]:
    """The flow's arguments. `version`: whose settings count, '' those that are live. `history`: what was said before; None: what the sender's
    conversation holds. `sender`: {"from"} or {"from_user_id"} of the customer who asks, {"id"} of the message; none: nobody who is known.
    `replay`: the id of the turn that is taken again."""
    asked = {
        "id": "dry run",
        "from": "0",
        "timestamp": "0",
        "type": "text",
        "text": {"body": escape_references(question)},
        **(sender or {}),
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": phone_number_id},
        "contacts": [],
        "messages": [asked],
    }
    entry = [{"id": "0", "changes": [{"field": "messages", "value": value}]}]
    dry_run = {
        "object": "whatsapp_business_account",
        "entry": entry,
        "mode": "dry_run",
        "version": version,
    }
    if history is not None:
        dry_run["history"] = json.dumps(history)  # a list's text is never taken for a reference
    if replay:
        dry_run["replay"] = replay
    return dry_run


def read_dry_run(run: str) -> dict[str, Any]:
    """{"finished": False, "step"}; or {"finished": True, "answer": the AgentResult or None, "sent": texts, "ended": why there is none, "ms"}.

    Raises OSError. A run that is gone has finished, without an answer and without a word why.
    """
    try:
        flow = _get(f"jobs_u/get/{run}")
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return {"finished": True, "answer": None, "sent": [], "ended": None, "ms": None}
    modules = [m for m in (flow.get("flow_status") or {}).get("modules", []) if isinstance(m, dict)]
    if flow.get("type") != "CompletedJob":
        return {"finished": False, "step": sum(m.get("type") == "Success" for m in modules)}
    found = {
        m.get("id"): _result_of(m["job"]) for m in modules if m.get("type") == "Success" and m.get("job")
    }
    answer = unescape_references(found.get("agent_loop"))
    sent = unescape_references(found.get("send_reply")) or {}
    ended = unescape_references(found.get("load_context")) or {}
    return {
        "finished": True,
        "answer": answer if isinstance(answer, dict) else None,
        "sent": sent.get("would_send") or [],
        "ended": ended.get("reason"),
        "ms": flow.get("duration_ms"),
    }


def _result_of(job: str) -> Any:
    return _get(f"jobs_u/completed/get_result_maybe/{job}").get("result")


def _get(path: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(call_api("GET", path))
    return answer
