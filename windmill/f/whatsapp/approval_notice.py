# requirements: whatsapp
"""Asks the staff's phone on WhatsApp whether a tool may be called, with two buttons, and words the answer to a tap.

Meta takes buttons only within 24 hours of what that person wrote to the number; PostgreSQL knows (reason_not_to_tell). The portal asks in any case.
The buttons' ids hold the approval's id, which nobody can guess, and the digest of what is agreed to.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.database import Database
    from f.common.shapes import Resources

TIMEOUT_S = 5.0
LONGEST = 1024  # characters of a message with buttons
TOO_LONG = "too_long"
HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
WORDS = {
    "en": {
        "ask": "May the bot do this?\n\n*{tool}* ({server})\n```{arguments}```\n\nCustomer: {customer}\nUntil {until}",
        "yes": "Approve",
        "no": "Decline",
        "done approved": "You have approved {tool}. The bot does it now.",
        "done declined": "You have declined {tool}. The bot tells the customer.",
        "decided approved": "{tool}: already approved by {by}.",
        "decided declined": "{tool}: already declined by {by}.",
        "decided expired": "{tool}: this request has expired. Nothing was done.",
        "changed": "{tool}: this is not what you were shown any more. Open the portal and look at it again. Nothing was done.",
        "off": "{tool}: the bot is switched off, so it can't do this. Nothing was done.",
        "not_found": "This request is not there any more. Nothing was done.",
    },
    "es": {
        "ask": "¿Puede hacer esto el bot?\n\n*{tool}* ({server})\n```{arguments}```\n\nCliente: {customer}\nHasta {until}",
        "yes": "Aprobar",
        "no": "Rechazar",
        "done approved": "Ha aprobado {tool}. El bot lo hace ahora.",
        "done declined": "Ha rechazado {tool}. El bot se lo dice al cliente.",
        "decided approved": "{tool}: ya lo aprobó {by}.",
        "decided declined": "{tool}: ya lo rechazó {by}.",
        "decided expired": "{tool}: esta petición ha caducado. No se ha hecho nada.",
        "changed": "{tool}: ya no es lo que usted vio. Abra el portal y mírelo de nuevo. No se ha hecho nada.",
        "off": "{tool}: el bot está apagado y no puede hacerlo. No se ha hecho nada.",
        "not_found": "Esta petición ya no existe. No se ha hecho nada.",
    },
}


def ask_phones(db: Database, resources: Resources, approval_id: str | None = None) -> int:
    """Asks about a new request, or about all that are due; how many there were."""
    requests = db.rows("select * from claim_approval_notices(20, %s)", approval_id)
    for request in requests:
        words = "sent" if request["is_out"] else _ask(db, resources, request)
        print(f"approval {request['id']}: {words}")
        known = words in ("sent", TOO_LONG)
        db.value("select record_approval_notice(%s, %s, %s)", request["id"], words, known)
    return len(requests)


def _ask(db: Database, resources: Resources, request: dict[str, Any]) -> str:
    from f.common.database import TenantDatabase
    from f.common.secrets import SecretError
    from f.whatsapp.graph_api import GraphApi, access_token

    content = question(request)
    if content is None:
        return TOO_LONG
    try:
        token = access_token(TenantDatabase(db.conn, str(request["tenant_id"])), resources)
    except SecretError as problem:
        return f"not delivered: {problem}"
    if token is None:
        return "not delivered: the tenant has no WhatsApp access token"
    resource = {**resources["whatsapp"], "timeout_s": TIMEOUT_S}
    api = GraphApi(resource, request["phone_number_id"], token, request["phone"], None)
    outcome = api.send(content, str(request["id"]), run_id())
    return outcome["state"] + (f": {outcome['error']}" if outcome["error"] else "")


def question(request: dict[str, Any]) -> dict[str, Any] | None:
    """The message with its buttons; None where it can't show the arguments whole and as they are: nobody agrees to half of them."""
    words = words_for(request["languages"])
    arguments = json.dumps(json.loads(request["arguments"]), ensure_ascii=False, indent=1)
    customer = " ".join(request["customer"].replace("`", "'").split())[:100]
    body = words["ask"].format(**{**request, "arguments": plain(arguments), "customer": customer})
    if len(body) > LONGEST or "```" in arguments:
        return None
    buttons = [
        {
            "type": "reply",
            "reply": {"id": f"approval-{yes}:{request['id']}:{request['digest']}", "title": words[yes]},
        }
        for yes in ("yes", "no")
    ]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}},
    }


def plain(text: str) -> str:
    """With letters that can't be seen, or that turn the order of others round, as JSON writes them."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def words_for(languages: list[str]) -> dict[str, str]:
    """The words in the chatbot's first language, as far as there are any."""
    return WORDS.get(languages[0] if languages else "en", WORDS["en"])


def tap_answer(decision: dict[str, Any], languages: list[str]) -> str:
    """What the staff member reads after a tap. `decision`: of tap_approval."""
    words, outcome = words_for(languages), decision["outcome"]
    text = words.get(f"{outcome} {decision.get('state')}") or words.get(outcome) or words["not_found"]
    return text.format(tool=decision.get("tool") or "", by=decision.get("by") or "?")


def is_tap(message: dict[str, Any]) -> bool:
    """Whether a message of Meta's may be a tap on such a button."""
    interactive = message.get("interactive")
    reply = interactive.get("button_reply") if isinstance(interactive, dict) else None
    return isinstance(reply, dict) and str(reply.get("id") or "").startswith("approval-")
