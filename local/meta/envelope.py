"""Builds webhook bodies in Meta's own shape."""

import base64
import json
import secrets
import time
from typing import Any

from local.meta.config import Number


def new_wamid(person: str) -> str:
    """A message id that looks like Meta's: opaque, unique, padded base64."""
    raw = (
        b"\x1c\x18\x0b"
        + person.encode()[:20]
        + b"\x15\x02\x00"
        + secrets.token_hex(9).upper().encode()
        + b"\x00"
    )
    return "wamid." + base64.b64encode(raw).decode()


def encode(body: Any) -> bytes:
    """Meta's bytes: ASCII with escaped slashes. A signature over re-serialised JSON does not match them."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def contact(customer: dict[str, Any]) -> dict[str, Any]:
    """An entry of `contacts[]`; a person without a visible phone has no `wa_id`."""
    profile = {"name": customer["name"]}
    if customer.get("username"):
        profile["username"] = "@" + str(customer["username"]).lstrip("@")
    entry: dict[str, Any] = {"profile": profile}
    if customer.get("phone"):
        entry["wa_id"] = customer["phone"]
    if customer.get("user_id"):
        entry["user_id"] = customer["user_id"]
    return entry


def sender(customer: dict[str, Any]) -> dict[str, str]:
    """The fields of a message that say who wrote it."""
    fields = {}
    if customer.get("phone"):
        fields["from"] = customer["phone"]
    if customer.get("user_id"):
        fields["from_user_id"] = customer["user_id"]
    return fields


def envelope(number: Number, value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """One change of one number."""
    full = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.display_phone_number.lstrip("+").replace(" ", ""),
            "phone_number_id": number.phone_number_id,
        },
        **value,
    }
    change = {"value": full, "field": field}
    return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": [change]}]}


def account_event(waba_id: str, field: str, value: dict[str, Any]) -> dict[str, Any]:
    """A change of an account or a template: it names no number."""
    change = {"value": value, "field": field}
    entry = {"id": waba_id, "time": int(time.time()), "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def incoming(number: Number, customer: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Messages of one person. A `system` message comes without contacts."""
    value: dict[str, Any] = {}
    if any(message["type"] != "system" for message in messages):
        value["contacts"] = [contact(customer)]
    value["messages"] = messages
    return envelope(number, value)


def written(raw: bytes) -> list[tuple[str, dict[str, Any]]]:
    """What customers wrote by this body: phone_number_id and message. Nothing where it isn't in Meta's shape."""
    try:
        values = [change["value"] for entry in json.loads(raw)["entry"] for change in entry["changes"]]
        found = [
            (value["metadata"]["phone_number_id"], m) for value in values for m in value.get("messages", ())
        ]
        return [
            (number, m)
            for number, m in found
            if (m.get("from") or m.get("from_user_id")) and m["id"] and m["type"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def status(number: Number, customer: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """One status of a message that the business sent."""
    entry: dict[str, Any] = {"id": fields["id"], "status": fields["status"], "timestamp": fields["timestamp"]}
    if customer.get("phone"):
        entry["recipient_id"] = customer["phone"]
    if customer.get("user_id"):
        entry["recipient_user_id"] = customer["user_id"]
    if fields.get("biz_opaque_callback_data") is not None:
        entry["biz_opaque_callback_data"] = fields["biz_opaque_callback_data"]
    if fields.get("errors"):
        entry["errors"] = fields["errors"]
    elif fields.get("pricing") and fields["status"] in ("sent", "delivered"):
        entry["pricing"] = fields["pricing"]
    value: dict[str, Any] = {}
    if customer.get("user_id"):
        value["contacts"] = [contact(customer)]
    value["statuses"] = [entry]
    return envelope(number, value)
