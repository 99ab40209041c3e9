# requirements: whatsapp
"""Hands a conversation to a human: records it on the turn and notifies the tenant's people, once per turn. The pause begins when the turn closes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.whatsapp.handoff_notice import TIMEOUT_S, is_told, tell_by_mail, tell_phone, webhook_body

if TYPE_CHECKING:
    from f.agent.turn import Turn

WORD = re.compile(r"[^\W_]+")
CONTACT = "select c.id::text, c.name, c.phone, c.user_id from turns t join contacts c on c.id = t.contact_id where t.id = %s"


class Handoff:
    """One handoff. `source`: model, keyword, customer or failure; `reason`: for the tenant's people."""

    def __init__(self, turn: Turn, source: str, reason: str) -> None:
        self._turn, self._source, self._reason = turn, source, reason

    def record(self) -> None:
        """Writes the handoff and notifies; nothing where an earlier attempt of the turn has done so."""
        turn = self._turn
        (made,), contacts = turn.db.batch(
            (
                "select hand_off_contact(%s, %s, %s, %s) as id",
                [turn.id, turn.epoch, self._source, self._reason],
            ),
            (CONTACT, [turn.id]),
        )
        if made["id"] is None:
            return
        contact = {"id": turn.context["contact_id"], **(contacts[0] if contacts else {})}
        handoff = {
            "notice_id": str(made["id"]),
            "level": 0,
            "source": self._source,
            "reason": self._reason,
            "question": turn.context["question"],
            "contact": contact,
            "turn_id": turn.id,
            "phone_number_id": turn.phone_number_id,
            "phone": turn.settings.notify_phone,
            "email": turn.settings.notify_email,
            "template": turn.settings.notify_template,
        }
        notified = {
            "webhook": self._tell_webhook(handoff),
            "whatsapp": tell_phone(turn.db, turn.resources, handoff) if handoff["phone"] else None,
        }
        if handoff["email"]:
            notified["email"] = tell_by_mail(turn.db, turn.resources, handoff)
        told = all(is_told(outcome) for outcome in notified.values() if outcome is not None)
        turn.db.value(
            "select record_handoff_notice(%s, %s::jsonb, %s)", made["id"], json.dumps(notified), told
        )

    def _tell_webhook(self, handoff: dict[str, Any]) -> str | None:
        turn, url = self._turn, self._turn.settings.notify_webhook_url
        if not url:
            return None
        from f.common.ssrf import post_json

        body, allowed = webhook_body(handoff), turn.allowed_private_hosts
        try:
            return f"HTTP {post_json(url, body, allowed, TIMEOUT_S, secrets=turn.webhook_secrets())}"
        except Exception as problem:  # the customer is handed off all the same; recovery tells it again
            print(f"the notification webhook did not take it: {type(problem).__name__}: {problem}")
            return f"not delivered: {type(problem).__name__}: {problem}"[:300]


def keyword_of(message: str, keywords: list[str]) -> str | None:
    """The handoff keyword that a message holds, as whole words."""
    spoken = _spaced(message)
    return next((k for k in keywords if _spaced(k).strip() and _spaced(k) in spoken), None)


def _spaced(text: str) -> str:
    return f" {' '.join(WORD.findall(text.casefold()))} "
