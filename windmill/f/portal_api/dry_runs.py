# requirements: database
"""Asks the chatbot a question without a customer: starts the chat flow as a dry run, and reads its result. A module of the portal's scripts.

The run's ID is stored with its tenant, and a tenant can read the results of its own runs only.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from f.common.chatbot_settings import DRAFT, OPERATOR, fitting
from f.common.database import Connection, as_tenant, one
from f.common.portal_request import EDITORS, Fields, Member, NotAllowed, Refused, not_found, text_field
from f.common.problems import message
from f.common.windmill import FLOW, call_api, start_flow
from f.common.windmill_references import escape_references, unescape_references
from f.portal_api.version_settings import settings_at, version_field

MOST_SAID = 40  # messages of the conversation so far


def chosen_version(conn: Connection, member: Member, fields: Fields) -> str:
    """Which settings a dry run takes: '' what is live, 'draft', or a version's number. An editor who names none has the draft; others have
    what is live. Refused where one of its values no longer fits."""
    if member["role"] not in EDITORS:
        if version_field(fields, "version"):
            raise NotAllowed("role")
        return ""
    version = version_field({"version": DRAFT, **fields}, "version")
    if not version:
        return ""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id"))
        live, settings = (settings_at(conn, number, at) for at in ("", version))
    other = {name: value for name, value in settings.items() if name not in live or live[name] != value}
    _, problems = fitting(other, OPERATOR)
    if problems and version != DRAFT:
        raise Refused("version_unfit", number=int(version), problem=problems[0].message)
    if problems:
        raise Refused("draft_unfit", problem=problems[0].message)
    return "" if version == DRAFT and not other else version


def history_field(fields: Fields) -> list[dict[str, str]]:
    """What was said before in the preview: [{role, text}], oldest first."""
    history = fields.get("history") or []
    if not isinstance(history, list) or not all(isinstance(said, dict) for said in history):
        raise Refused("bad_request")
    said = [{"role": text_field(s, "role", 10), "text": text_field(s, "text", 20_000)} for s in history]
    if any(each["role"] not in ("user", "assistant") for each in said):
        raise Refused("bad_request")
    return said[-MOST_SAID:]


def first_chatbot(conn: Connection, phone_number_id: str) -> str:
    """The chatbot of this number, '' the tenant's first one. Call it in the tenant's transaction."""
    bot = conn.execute(
        b"select phone_number_id from chatbots where %s in ('', phone_number_id) order by created_at, phone_number_id limit 1",
        [phone_number_id],
    ).fetchone()
    if bot is None:
        raise not_found()
    return str(bot["phone_number_id"])


def start(
    conn: Connection,
    member: Member,
    question: str,
    phone_number_id: str = "",
    purpose: str = "preview",
    version: str = "",
    history: list[dict[str, str]] | None = None,
) -> str:
    """Starts a dry run of a question at one of the tenant's chatbots (the first, if none is named); returns the run's ID. `version`: whose
    settings count, '' those that are live. `history`: what was said before."""
    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, phone_number_id)
    question_message = {
        "id": "dry run",
        "from": "0",
        "timestamp": "0",
        "type": "text",
        "text": {"body": escape_references(question)},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
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
    dry_run = {"object": "whatsapp_business_account", "entry": entry, "mode": "dry_run", "version": version}
    if history:
        dry_run["history"] = json.dumps(history)  # a list's text is never taken for a reference
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
        "version": answer.get("version"),
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
