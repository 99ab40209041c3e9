# requirements: whatsapp
"""Tells a tenant's webhook what it should know at once: its messages go out no more, or again; Meta restricts its account.

The same address as for handoffs. Delivery is best effort, five times; the notification itself stands in the portal whatever becomes of it.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, one
from f.common.ssrf import post_json

TIMEOUT_S = 5.0


def tell_all(conn: Connection, notifications: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    """Posts each of claim_notifications' rows to its tenant's addresses, and writes down what became of it."""
    allowed = settings.get("allowed_private_hosts") or []
    for notification in notifications:
        answers = [_post(url, body_of(notification), allowed) for url in notification["urls"]]
        ok = all(answer.startswith("HTTP 2") for answer in answers)
        words = "; ".join(answers) or "no chatbot of this tenant has a webhook"
        print(f"{notification['kind']}: {words}")
        one(conn, "select settle_notification(%s, %s, %s)", [notification["id"], ok, words])


def body_of(notification: dict[str, Any]) -> dict[str, Any]:
    """What is posted. `text` is for chat tools that show nothing else."""
    return {
        "event": "notification",
        "text": notification["title"],
        "kind": notification["kind"],
        "severity": notification["severity"],
        "subject": notification["subject"],
        "detail": notification["detail"],
        "count": notification["count"],
        "since": notification["created_at"].isoformat(),
        "notification_id": notification["id"],
    }


def _post(url: str, body: dict[str, Any], allowed: list[str]) -> str:
    try:
        return f"HTTP {post_json(url, body, allowed, TIMEOUT_S)}"
    except Exception as problem:  # whatever a tenant's address does, the others are told, too
        return f"not delivered: {type(problem).__name__}: {problem}"[:300]
