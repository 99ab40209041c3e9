# requirements: whatsapp
"""Sends critical notifications to a tenant's webhook: its messages can't be sent, or can again; Meta restricts its account. And the
operator's alerts to theirs.

Tells people of handoffs again, by webhook, WhatsApp and e-mail: when the step that told them at once did not reach them, five times in all, and
when nobody has written to the customer in time. The portal shows the notification in any case, and also that nobody could be told.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import httpx2

from f.common.problems import english, is_message
from f.common.ssrf import post_json
from f.common.webhook_signature import OPERATOR, signature_headers, webhook_secrets
from f.common.windmill import run_id
from f.whatsapp.handoff_notice import is_told, tell_by_mail, tell_phone, webhook_body

if TYPE_CHECKING:
    from f.common.database import Database
    from f.common.shapes import Resources

TIMEOUT_S = 5.0


def post_all(
    database: Database, notifications: list[dict[str, Any]], settings: dict[str, Any], master_key: str
) -> None:
    """Posts each of claim_notifications' rows to its tenant's addresses, and records the outcomes."""
    allowed = settings.get("allowed_private_hosts") or []
    for notification in notifications:
        secrets = webhook_secrets(master_key, notification["tenant_id"])
        answers = [_post(url, body_of(notification), allowed, secrets) for url in notification["urls"]]
        ok = all(answer.startswith("HTTP 2") for answer in answers)
        words = "; ".join(answers) or "no chatbot of this tenant has a webhook"
        print(f"{notification['kind']}: {words}")
        database.value("select settle_notification(%s, %s, %s)", notification["id"], ok, words)


def tell_handoffs(database: Database, handoffs: list[dict[str, Any]], resources: Resources) -> None:
    """Tells the people of claim_handoff_notices' rows who do not know yet, and records the outcomes."""
    allowed = resources["settings"].get("allowed_private_hosts") or []
    for handoff in handoffs:
        notified, secrets = (
            handoff["notified"],
            webhook_secrets(resources["master_key"], handoff["tenant_id"]),
        )
        if handoff["url"] and not is_told(notified.get("webhook")):
            notified["webhook"] = _post(handoff["url"], webhook_body(handoff), allowed, secrets)
        db = database.of_tenant(str(handoff["tenant_id"]))
        if handoff["phone"] and not is_told(notified.get("whatsapp")):
            notified["whatsapp"] = tell_phone(db, resources, handoff)
        if handoff["email"] and not is_told(notified.get("email")):
            notified["email"] = tell_by_mail(db, resources, handoff)
        print(f"handoff {handoff['id']}, level {handoff['level']}: {notified}")
        wanted = [way for way, address in (("webhook", "url"), ("whatsapp", "phone")) if handoff[address]]
        wanted += ["email"] if notified.get("email") is not None else []
        database.value(
            "select record_handoff_notice(%s, %s::jsonb, %s)",
            handoff["id"],
            json.dumps(notified),
            all(is_told(notified[way]) for way in wanted),
        )


def body_of(notification: dict[str, Any]) -> dict[str, Any]:
    """What is posted, with problems as English sentences. `text` is for chat tools that show nothing else."""
    detail = {
        name: english(value) if is_message(value) else value for name, value in notification["detail"].items()
    }
    meaning = detail.get("meaning")
    return {
        "event": "notification",
        "text": f"{notification['title']}: {meaning}" if meaning else notification["title"],
        "kind": notification["kind"],
        "severity": notification["severity"],
        "subject": notification["subject"],
        "detail": detail,
        "count": notification["count"],
        "since": notification["created_at"].isoformat(),
        "notification_id": notification["id"],
    }


def alert_operator(settings: dict[str, Any], master_key: str, words: str) -> bool:
    """Tells the operator's webhook, with a link to this run. The operator chose the address, so it may be private."""
    url = settings.get("alert_webhook_url")
    if not url:
        return False
    link = f"{os.environ.get('WM_BASE_URL')}/run/{run_id()}?workspace={os.environ.get('WM_WORKSPACE')}"
    body = json.dumps({"text": f"{words}\n{link}", "run": run_id()}).encode()
    signed = signature_headers(webhook_secrets(master_key, OPERATOR), body)
    try:
        return httpx2.post(
            url, content=body, headers={"content-type": "application/json", **signed}, timeout=10
        ).is_success
    except httpx2.TransportError as problem:
        print(f"the alert could not be delivered: {type(problem).__name__}")
        return False


def _post(url: str, body: dict[str, Any], allowed: list[str], secrets: list[bytes]) -> str:
    try:
        return f"HTTP {post_json(url, body, allowed, TIMEOUT_S, secrets=secrets)}"
    except Exception as problem:  # one tenant's address must not keep the others from their notifications
        return f"not delivered: {type(problem).__name__}: {problem}"[:300]
