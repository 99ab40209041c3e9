"""What staff are told of a handoff: by the webhook and by WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def webhook_body(handoff: Mapping[str, Any]) -> dict[str, Any]:
    """What the webhook is told. `handoff`: source, reason, question, contact, turn_id, phone_number_id."""
    return {
        "event": "handoff",
        "text": words_about(handoff["contact"], handoff["question"]),
        "source": handoff["source"],
        "reason": (handoff["reason"] or "")[:500],
        "question": handoff["question"][:1000],
        "contact": handoff["contact"],
        "turn_id": str(handoff["turn_id"]),
        "phone_number_id": handoff["phone_number_id"],
    }


def words_about(contact: Mapping[str, Any], question: str) -> str:
    who = contact.get("name") or contact.get("phone") or contact.get("user_id") or "A customer"
    number = f" (+{contact['phone']})" if contact.get("phone") and contact.get("name") else ""
    return f"{who}{number} wants a person: {question[:500]}"
