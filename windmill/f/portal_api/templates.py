# requirements: whatsapp
"""Message templates: those of an account with Meta's verdict, a new one for its review, and what is sent after 24 hours: a filled template, or
words that wait.

In: a request of the portal's page (f/common/portal_request.py). Out: templates with their places, what a filled one says, or what became of the
reply. Meta charges for each template that it delivers, by its category and the recipient's country.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.portal_api import template_shelf
from f.portal_api.template_choice import TEMPLATES, chosen, contact_of, filled_in
from f.whatsapp.templates import is_supported, places_of, words_of

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
PRICES = (
    b"select category, meta_rate(meta_market(%s), lower(category), (now() at time zone 'utc')::date)::float8 as usd"
    b" from unnest(array['UTILITY', 'MARKETING', 'AUTHENTICATION']) category"
)


@answer_page
def main(request: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_templates),
            "preview": (ANYONE, preview),
            "send": (AGENTS, lambda conn, member, fields: send(conn, member, fields, whatsapp, master_key)),
            "wait": (AGENTS, lambda conn, member, fields: wait(conn, member, fields, whatsapp, master_key)),
            "withdraw": (AGENTS, withdraw),
            "list_all": (ANYONE, template_shelf.list_all),
            **{
                name: (EDITORS, partial(act, whatsapp=whatsapp, master_key=master_key))
                for name, act in template_shelf.CHANGES.items()
            },
        },
    )


def list_templates(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The templates that can be sent to a contact, from the number that writes to them. `all`: also those that can't, with the reason in
    `unusable`: a status of Meta's other than APPROVED, or `unsupported`. Places are filled from what is known of the person, as far as it is.
    `usd`: what Meta charges for one to this person, by the rates of today; null where none is known.
    """
    with as_tenant(conn, member["tenant_id"]):
        contact = contact_of(conn, fields)
        rows = conn.execute(TEMPLATES, [contact["waba_id"], "", "", ""]).fetchall()
        reading = conn.execute(
            b"select read_at::text, error from template_readings where waba_id = %s", [contact["waba_id"]]
        ).fetchone()
        prices = {row["category"]: row["usd"] for row in conn.execute(PRICES, [contact["phone"]]).fetchall()}
    templates = [shown(row, contact) | {"usd": prices.get(row["category"])} for row in rows]
    if fields.get("all") is not True:
        templates = [template for template in templates if template["unusable"] is None]
    return {"templates": templates, "reading": reading, "window_open": contact["window_open"]}


def shown(template: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    unusable = template["status"] if template["status"] != "APPROVED" else None
    if unusable is None and not is_supported(template):
        unusable = "unsupported"
    known = {**contact["lead"], "name": contact["name"] or ""}
    places = [
        {
            "place": place.id,
            "component": place.component,
            "example": place.example,
            "value": str(known.get(place.name) or ""),
        }
        for place in places_of(template)
    ]
    about = {name: template[name] for name in ("name", "language", "status", "category", "reason")}
    return {**about, "words": words_of(template, {}), "places": places, "unusable": unusable}


def preview(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What the customer would read."""
    with as_tenant(conn, member["tenant_id"]):
        template = chosen(conn, fields)
    return {"words": filled_in(template, fields)[1], "category": template["category"]}


def send(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Sends a template, filled in, once for each `reply_id`. The bot pauses for that contact once it is out."""
    from f.portal_api.human_replies import HumanReply

    reply = HumanReply(conn, member, id_field(fields, "reply_id"), id_field(fields, "contact_id"))
    if reply.is_written():  # asked again: the template may be paused by now
        return reply.result()
    with as_tenant(conn, member["tenant_id"]):
        template = chosen(conn, fields)
    content, words = filled_in(template, fields)
    return reply.send(content, whatsapp, master_key, words=f"[template] {words}")


def wait(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Words that wait until the customer writes again, and are sent right then, once for each `reply_id`. Within the 24 hours they go at once."""
    from f.portal_api.human_replies import HumanReply

    reply = HumanReply(conn, member, id_field(fields, "reply_id"), id_field(fields, "contact_id"))
    body = text_field(fields, "body", 4096).strip()
    if not body:
        raise Refused("text_empty")
    content = {"type": "text", "text": {"body": body, "preview_url": False}}
    return reply.send(content, whatsapp, master_key, waits=True)


def withdraw(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Takes back words that wait, `reply_id`, as long as they do."""
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select withdraw_words(%s)", [id_field(fields, "reply_id")]):
            raise not_found()
    return {"withdrawn": fields["reply_id"]}
