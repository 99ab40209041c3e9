# requirements: whatsapp
"""Hands a conversation to a human: records it on the turn and notifies the tenant's people, once per turn. The pause begins when the turn closes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.common.windmill import run_id
from f.whatsapp.handoff_notice import webhook_body, words_about

if TYPE_CHECKING:
    from f.agent.turn import Turn

TIMEOUT_S = 5.0
WORD = re.compile(r"[^\W_]+")
CONTACT = "select c.id::text, c.name, c.phone, c.user_id from turns t join contacts c on c.id = t.contact_id where t.id = %s"


class Handoff:
    """One handoff. `source`: model, keyword, customer or failure; `reason`: for the tenant's people."""

    def __init__(self, turn: Turn, source: str, reason: str) -> None:
        self._turn, self._source, self._reason = turn, source, reason
        self._contact: dict[str, Any] | None = None

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
        self._contact = contacts[0] if contacts else None
        webhook = self._tell_webhook()
        told = webhook is None or webhook.startswith("HTTP 2")
        notified = {"webhook": webhook, "whatsapp": self._tell_phone(str(made["id"]))}
        turn.db.value(
            "select record_handoff_notice(%s, %s::jsonb, %s)", made["id"], json.dumps(notified), told
        )

    def _tell_webhook(self) -> str | None:
        turn, url = self._turn, self._turn.settings.notify_webhook_url
        if not url:
            return None
        from f.common.ssrf import post_json

        body = webhook_body(
            {
                "source": self._source,
                "reason": self._reason,
                "question": turn.context["question"],
                "contact": {"id": turn.context["contact_id"], **(self._contact or {})},
                "turn_id": turn.id,
                "phone_number_id": turn.phone_number_id,
            }
        )
        try:
            status = post_json(
                url, body, turn.allowed_private_hosts, TIMEOUT_S, secrets=turn.webhook_secrets()
            )
            return f"HTTP {status}"
        except Exception as problem:  # the customer is handed off all the same; recovery tells it again
            print(f"the notification webhook did not take it: {type(problem).__name__}: {problem}")
            return f"not delivered: {type(problem).__name__}: {problem}"[:300]

    def _tell_phone(self, handoff_id: str) -> str | None:
        turn, phone = self._turn, self._turn.settings.notify_phone
        if not phone:
            return None
        from f.common.secrets import SecretError
        from f.whatsapp.graph_api import GraphApi, access_token

        try:
            token = access_token(turn.db, turn.resources)
        except SecretError as problem:
            return f"not delivered: {problem}"
        if token is None:
            return "not delivered: the tenant has no WhatsApp access token"
        resource = {**turn.resources["whatsapp"], "timeout_s": TIMEOUT_S}
        outcome = GraphApi(resource, turn.phone_number_id, token, phone, None).send(
            self._content(), handoff_id, run_id()
        )
        print(f"staff message: {outcome['state']} {outcome['error'] or ''}")
        return outcome["state"] + (f": {outcome['error']}" if outcome["error"] else "")

    def _content(self) -> dict[str, Any]:
        """Free text, which Meta takes within a day of the staff member's own message; the tenant's template where one is set."""
        words, template = self._words(), self._turn.settings.notify_template
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

    def _words(self) -> str:
        return words_about(self._contact or {}, self._turn.context["question"])


def keyword_of(message: str, keywords: list[str]) -> str | None:
    """The handoff keyword that a message holds, as whole words."""
    spoken = _spaced(message)
    return next((k for k in keywords if _spaced(k).strip() and _spaced(k) in spoken), None)


def _spaced(text: str) -> str:
    return f" {' '.join(WORD.findall(text.casefold()))} "
