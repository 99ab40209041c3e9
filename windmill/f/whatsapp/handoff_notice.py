# requirements: whatsapp
"""What staff are told of a handoff: by the webhook, by WhatsApp and, where the operator has a mail server, by e-mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.database import TenantDatabase
    from f.common.shapes import Resources

TIMEOUT_S = 5.0


def webhook_body(handoff: Mapping[str, Any]) -> dict[str, Any]:
    """What the webhook is told. `handoff`: source, reason, question, contact, turn_id, phone_number_id, level."""
    return {
        "event": "handoff",
        "text": notice_words(handoff),
        "again": handoff["level"],
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


def notice_words(handoff: Mapping[str, Any]) -> str:
    """What people read. `level`: how often they or others were told before."""
    still = "Still nobody has written. " if handoff["level"] else ""
    return still + words_about(handoff["contact"], handoff["question"])


def is_told(outcome: str | None) -> bool:
    """Whether an outcome of the webhook, of WhatsApp or of the mail server, in words, says that people know."""
    return outcome is not None and (outcome.startswith("HTTP 2") or outcome == "sent")


def tell_phone(db: TenantDatabase, resources: Resources, handoff: Mapping[str, Any]) -> str:
    """Sends a handoff to the staff's phone; says in words what became of it.

    `handoff`: notice_id, level, phone, template, question, contact, phone_number_id.
    """
    from f.common.secrets import SecretError
    from f.whatsapp.graph_api import GraphApi, access_token

    try:
        token = access_token(db, resources)
    except SecretError as problem:
        return f"not delivered: {problem}"
    if token is None:
        return "not delivered: the tenant has no WhatsApp access token"
    resource = {**resources["whatsapp"], "timeout_s": TIMEOUT_S}
    api = GraphApi(resource, handoff["phone_number_id"], token, handoff["phone"], None)
    message = staff_message(notice_words(handoff), handoff["template"])
    outcome = api.send(message, str(handoff["notice_id"]), run_id())
    print(f"staff message: {outcome['state']} {outcome['error'] or ''}")
    return outcome["state"] + (f": {outcome['error']}" if outcome["error"] else "")


def tell_by_mail(db: TenantDatabase, resources: Resources, handoff: Mapping[str, Any]) -> str | None:
    """Sends a handoff by e-mail; says in words what became of it. None: the operator has no mail server, the webhook has to do."""
    from f.whatsapp.mail import can_mail, send_mail

    if not can_mail(resources["settings"]):
        return None
    who = handoff["contact"].get("name") or handoff["contact"].get("phone") or "A customer"
    words = f"{notice_words(handoff)}\n\n{(handoff['reason'] or '')[:500]}".strip()
    branding = db.value("select branding_of(current_tenant())")
    outcome = send_mail(resources["settings"], handoff["email"], f"{who} wants a person", words, branding)
    print(f"staff e-mail: {outcome}")
    return outcome


def staff_message(words: str, template: dict[str, Any] | None) -> dict[str, Any]:
    """Free text, which Meta takes within a day of the staff member's own message; the tenant's template where one is set."""
    if not template:
        return {"type": "text", "text": {"body": words, "preview_url": False}}
    one_line = re.sub(r"\s+", " ", words)[:900]  # Meta refuses line breaks in a template's parameters
    return {
        "type": "template",
        "template": {
            "name": template["name"],
            "language": {"code": template.get("language") or "en"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": one_line}]}],
        },
    }
