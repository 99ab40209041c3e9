# requirements: whatsapp
"""When a step of a turn fails: the customer gets the chatbot's words for it, the turn is closed, the operator is alerted. Where the chatbot
is set so, a failure is a human's turn: the tenant's staff is told, the bot pauses, and the customer reads the words for that instead.

In: Windmill's `error` ({name, message, stack?, step_id}). Out: what was done, for the run's page.
A step that was refused because a newer copy of it has begun is no failure of the turn: the conversation goes to a new run, quietly.
Windmill does not call it for a cancelled run: the recovery schedule covers that.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import httpx2

from f.chatbot.send_reply import send_part
from f.common.database import Connection, as_tenant, connect, one
from f.common.dispatch import dispatch
from f.common.windmill import run_id
from f.whatsapp.graph_api import graph_api

if TYPE_CHECKING:
    from f.common.shapes import Context

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_settings = dict[str, Any]
STEP = 9  # after every step of the flow: a late copy of one of them can't begin any more


def main(
    error: dict[str, Any],
    db: postgresql,
    whatsapp: c_whatsapp,
    settings: c_settings,
    master_key: str,
    job_id_key: str,
    mode: str = "live",
) -> dict[str, Any]:
    reason = f"{error.get('step_id')}: {error.get('name')}: {error.get('message')}"[:1000]
    if mode == "dry_run":
        return {"error": reason, "alerted": alert(settings, reason)}
    with connect(db) as conn:
        context = one(conn, "select find_turn(%s)", [run_id()])
        if is_overtaken(error):
            if context:
                one(conn, "select requeue_turn(%s)", [context["turn_id"]])
            started = dispatch(conn, job_id_key, contact_id=context["contact_id"]) if context else []
            return {
                "error": reason,
                "turn": "a newer attempt has it, or a new run gets it",
                "started": started,
            }
        done: dict[str, Any] = {"error": reason, "alerted": alert(settings, reason)}
        if not context:
            return {
                **done,
                "turn": "none was open: the message is handed off again by the recovery schedule",
            }
        done["customer"] = release(conn, context, whatsapp, master_key, reason, "failed", settings)
        done["started"] = dispatch(conn, job_id_key, contact_id=context["contact_id"])
    return {**done, "turn_id": context["turn_id"], "contact_id": context["contact_id"]}


def is_overtaken(error: dict[str, Any]) -> bool:
    """Whether the step ended because PostgreSQL refused it in favour of a newer attempt (SQLSTATE CB001)."""
    words = str(error.get("message"))
    return "is no longer in attempt" in words or "or another run has taken it over" in words


def release(
    conn: Connection,
    context: Context,
    whatsapp: c_whatsapp,
    master_key: str,
    reason: str,
    outcome: str,
    settings: c_settings,
) -> str:
    """Tells the customer, and closes the turn whatever became of that; returns what did."""
    try:
        with as_tenant(conn, context["tenant_id"]):
            epoch = int(one(conn, "select begin_step(%s, %s, %s)", [context["turn_id"], run_id(), STEP]))
        words = failure_words(context)
        if context["chatbot"].get("handoff_on_failure") and not context.get("replied"):
            resources = {"whatsapp": whatsapp, "settings": settings, "master_key": master_key}
            words = pass_on(conn, context, resources, reason, epoch)
        told = tell(conn, context, whatsapp, master_key, words, epoch)
    except Exception as problem:  # telling is best effort; the conversation must be released all the same
        if getattr(problem, "sqlstate", None) == "CB001":
            raise  # a newer copy of this step is telling: it must not be cut off
        told = f"not told: {problem}"
    with as_tenant(conn, context["tenant_id"]):
        summary = json.dumps({"question": context["question"], "error": reason})
        epoch = one(conn, "select begin_step(%s, %s, %s)", [context["turn_id"], run_id(), STEP])
        one(
            conn,
            "select close_turn(%s, %s, 'failed', %s, %s::jsonb)",
            [context["turn_id"], epoch, outcome, summary],
        )
    return told


def failure_words(context: Context) -> str:
    """The chatbot's words for it, in the contact's language or in its own first one."""
    words = context["chatbot"]["failure_message"]
    for language in (context["contact"]["language"], *context["chatbot"]["languages"]):
        if language and language in words:
            return words[language]
    return next(iter(words.values()))


def pass_on(conn: Connection, context: Context, resources: dict[str, Any], reason: str, epoch: int) -> str:
    """Hands the conversation over to the tenant's staff; returns the chatbot's words for it. The pause begins when the turn closes."""
    from f.agent.handoff import Staff
    from f.agent.language import in_language
    from f.agent.settings import read_settings

    try:
        own = read_settings(conn, context)
        Staff(conn, context, own, resources, epoch).pass_on("failure", reason)
    except Exception as problem:  # the customer is told of the failure, whatever it is that failed
        if getattr(problem, "sqlstate", None) == "CB001":
            raise
        print(f"not handed off: {type(problem).__name__}: {problem}")
        return failure_words(context)
    return in_language(context, own["handoff_message"]) or failure_words(context)


def tell(
    conn: Connection, context: Context, whatsapp: c_whatsapp, master_key: str, words: str, epoch: int
) -> str:
    """Sends these words, unless a reply is written already: then what is left of that."""
    with as_tenant(conn, context["tenant_id"]):
        content = [{"type": "text", "text": {"body": words, "preview_url": False}}]
        count = int(
            one(
                conn,
                "select queue_parts(%s, %s, %s::jsonb)",
                [context["turn_id"], epoch, json.dumps(content)],
            )
        )
        api = graph_api(conn, context, whatsapp, master_key)
    if api is None:
        return "not told: the tenant has no WhatsApp access token"
    sent = [part for part in range(1, count + 1) if send_part(conn, context, epoch, part, api, whatsapp)]
    return f"{len(sent)} of {count} parts are out"


def alert(settings: c_settings, reason: str) -> bool:
    """Tells the operator's webhook, with a link to the run."""
    url = settings.get("alert_webhook_url")
    if not url:
        return False
    link = f"{os.environ.get('WM_BASE_URL')}/run/{run_id()}?workspace={os.environ.get('WM_WORKSPACE')}"
    try:
        return httpx2.post(
            url, json={"text": f"A turn failed: {reason}\n{link}", "run": run_id()}, timeout=10
        ).is_success
    except httpx2.TransportError as problem:
        print(f"the alert could not be delivered: {type(problem).__name__}")
        return False
