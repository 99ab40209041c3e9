# requirements: whatsapp
"""Which template a request names, whether it can be sent to its contact now, and what it says when it is filled."""

from __future__ import annotations

from typing import Any

from f.common.database import Connection
from f.common.portal_request import Fields, Refused, id_field, not_found, text_field
from f.whatsapp.templates import TemplateError, filled

MOST_VALUES = 50
TEMPLATES = (
    b"select t.name, t.language, t.status, t.category, t.parameter_format, t.reason, coalesce(t.components, '[]') as components"
    b" from templates t where t.waba_id = %s and (%s = '' or t.name = %s and t.language = %s) order by t.name, t.language"
)


def contact_of(conn: Connection, fields: Fields) -> dict[str, Any]:
    """The contact, the account that writes to them, and whether free words may be sent. Raises Refused."""
    contact = conn.execute(
        b"select c.id::text, c.phone, coalesce(c.staff_name, c.name) as name, c.language, c.lead, n.waba_id,"
        b" coalesce(c.last_message_at > now() - interval '24 hours', false) as window_open"
        b" from contacts c left join lateral number_of_contact(c.id) n on true where c.id = %s",
        [id_field(fields, "contact_id")],
    ).fetchone()
    if contact is None:
        raise not_found()
    return contact


def chosen(conn: Connection, fields: Fields, any_status: bool = False) -> dict[str, Any]:
    """The template of a request, if it can be sent now; with `any_status` also one that can't. Raises Refused."""
    contact = contact_of(conn, fields)
    name, language = text_field(fields, "name", 512), text_field(fields, "language", 20)
    row = conn.execute(TEMPLATES, [contact["waba_id"], name or "-", name, language]).fetchone()
    if row is None:
        raise Refused("template_gone")
    if not any_status:
        refuse_status(row["status"])
    return row


def refuse_status(status: str) -> None:
    if status == "APPROVED":
        return
    if status == "PAUSED":
        raise Refused("template_paused")
    if status == "REJECTED":
        raise Refused("template_rejected")
    if status in ("PENDING", "IN_APPEAL"):
        raise Refused("template_pending")
    raise Refused("template_disabled")


def filled_in(template: dict[str, Any], fields: Fields) -> tuple[dict[str, Any], str]:
    """The message and its words. `values`: {place: words}."""
    values = fields.get("values") or {}
    if not isinstance(values, dict) or len(values) > MOST_VALUES:
        raise Refused("bad_request")
    texts = {str(place): text_field({"values": words}, "values", 1000) for place, words in values.items()}
    try:
        return filled(template, texts)
    except TemplateError as problem:
        raise Refused.of(problem.message) from None
