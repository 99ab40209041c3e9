# requirements: whatsapp
"""Passing a customer on to a human: noted with the turn, told to the tenant, once a turn. The pause begins when the turn has closed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.agent.settings import AgentSettings
    from f.common.shapes import Context

TIMEOUT_S = 5.0
WORD = re.compile(r"[^\W_]+")


class Staff:
    """The tenant's people, as far as a turn reaches them. `epoch` None: a dry run, in which nothing is written or sent."""

    def __init__(
        self,
        conn: Connection,
        context: Context,
        own: AgentSettings,
        resources: dict[str, Any],
        epoch: int | None,
    ) -> None:
        self._conn, self._context, self._own = conn, context, own
        self._resources, self._epoch = resources, epoch
        self.passed_on: str | None = None

    def pass_on(self, source: str, reason: str) -> None:
        """Hands the conversation over; calling it again in the same turn changes nothing."""
        if self.passed_on:
            return
        self.passed_on = source
        if self._epoch is None:
            return
        context = self._context
        with as_tenant(self._conn, context["tenant_id"]):
            row = self._conn.execute(
                b"select hand_off_contact(%s, %s, %s, %s) as made",
                [context["turn_id"], self._epoch, source, reason],
            ).fetchone()
            contact = self._conn.execute(
                b"select c.id::text, c.name, c.phone, c.user_id from turns t join contacts c on c.id = t.contact_id where t.id = %s",
                [context["turn_id"]],
            ).fetchone()
        if not row or row["made"] is None:
            return  # an earlier attempt of this turn has told them
        told = {
            "webhook": self._webhook(source, reason, contact),
            "whatsapp": self._whatsapp(row["made"], contact),
        }
        with as_tenant(self._conn, context["tenant_id"]):
            self._conn.execute(
                b"update handoffs set notified = %s::jsonb where id = %s",
                [json.dumps(told), row["made"]],
            )

    def _webhook(self, source: str, reason: str, contact: Any) -> str | None:
        url = self._own["notify_webhook_url"]
        if not url:
            return None
        from f.common.ssrf import post_json

        context = self._context
        body = {
            "event": "handoff",
            "text": self._words(contact),
            "source": source,
            "reason": reason[:500],
            "question": context["question"][:1000],
            "contact": {"id": context["contact_id"], **(contact or {})},
            "turn_id": context["turn_id"],
            "phone_number_id": context["phone_number_id"],
        }
        try:
            allowed = self._resources["settings"].get("allowed_private_hosts") or []
            return f"HTTP {post_json(url, body, allowed, TIMEOUT_S)}"
        except Exception as problem:  # the customer is passed on all the same; the run shows what to mend
            print(f"the notification webhook could not be told: {type(problem).__name__}: {problem}")
            return f"not delivered: {type(problem).__name__}: {problem}"[:300]

    def _whatsapp(self, handoff_id: Any, contact: Any) -> str | None:
        phone = self._own["notify_phone"]
        if not phone:
            return None
        from f.common.secrets import SecretError, unseal
        from f.whatsapp.graph_api import GraphApi

        context, resources = self._context, self._resources
        with as_tenant(self._conn, context["tenant_id"]):
            row = self._conn.execute(
                b"select whatsapp_token from tenants where id = %s", [context["tenant_id"]]
            ).fetchone()
        if row is None or row["whatsapp_token"] is None:
            return "not delivered: the tenant has no WhatsApp access token"
        try:
            token = unseal(
                resources["master_key"], context["tenant_id"], "whatsapp_token", row["whatsapp_token"]
            )
        except SecretError as problem:
            return f"not delivered: {problem}"
        api = GraphApi(
            {**resources["whatsapp"], "timeout_s": TIMEOUT_S}, context["phone_number_id"], token, phone, None
        )
        outcome = api.send(self._content(contact), str(handoff_id), run_id())
        print(f"staff message: {outcome['state']} {outcome['error'] or ''}")
        return outcome["state"] + (f": {outcome['error']}" if outcome["error"] else "")

    def _content(self, contact: Any) -> dict[str, Any]:
        """Free text where the staff member has written within a day; the tenant's template where one is set."""
        words, template = self._words(contact), self._own["notify_template"]
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

    def _words(self, contact: Any) -> str:
        who = (contact and (contact["name"] or contact["phone"] or contact["user_id"])) or "A customer"
        number = f" (+{contact['phone']})" if contact and contact["phone"] and contact["name"] else ""
        return f"{who}{number} wants a person: {self._context['question'][:500]}"


def keyword_of(message: str, keywords: list[str]) -> str | None:
    """The handoff keyword that a message holds, as whole words."""
    spoken = _spaced(message)
    return next((k for k in keywords if _spaced(k).strip() and _spaced(k) in spoken), None)


def _spaced(text: str) -> str:
    return f" {' '.join(WORD.findall(text.casefold()))} "
