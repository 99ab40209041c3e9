# requirements: whatsapp
"""Message templates: those of an account with Meta's verdict, a new one for its review, and what is sent after 24 hours: a filled template, or
words that wait.

In: a request of the portal's page (f/common/portal_request.py). Out: templates with their places, what a filled one says, or what became of the
reply. Meta charges for each template that it delivers, by its category and the recipient's country.
"""

from __future__ import annotations

import json
from typing import Any

from f.common.database import Connection, Database, as_tenant, one
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    audit,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.whatsapp.templates import TemplateError, filled, is_supported, places_of, words_of

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
MOST_VALUES = 50
TEMPLATES = (
    b"select t.name, t.language, t.status, t.category, t.parameter_format, t.reason, coalesce(t.components, '[]') as components"
    b" from templates t where t.waba_id = %s and (%s = '' or t.name = %s and t.language = %s) order by t.name, t.language"
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
            "list_all": (ANYONE, list_all),
            "create": (
                EDITORS,
                lambda conn, member, fields: create(conn, member, fields, whatsapp, master_key),
            ),
        },
    )


def list_templates(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The templates that can be sent to a contact, from the number that writes to them. `all`: also those that can't, with the reason in
    `unusable`: a status of Meta's other than APPROVED, or `unsupported`. Places are filled from what is known of the person, as far as it is.
    """
    with as_tenant(conn, member["tenant_id"]):
        contact = contact_of(conn, fields)
        rows = conn.execute(TEMPLATES, [contact["waba_id"], "", "", ""]).fetchall()
        reading = conn.execute(
            b"select read_at::text, error from template_readings where waba_id = %s", [contact["waba_id"]]
        ).fetchone()
    templates = [shown(row, contact) for row in rows]
    if fields.get("all") is not True:
        templates = [template for template in templates if template["unusable"] is None]
    return {"templates": templates, "reading": reading, "window_open": contact["window_open"]}


def contact_of(conn: Connection, fields: Fields) -> dict[str, Any]:
    """The contact, the account that writes to them, and whether free words may be sent. Raises Refused."""
    contact = conn.execute(
        b"select c.id::text, coalesce(c.staff_name, c.name) as name, c.language, c.lead, n.waba_id,"
        b" coalesce(c.last_message_at > now() - interval '24 hours', false) as window_open"
        b" from contacts c left join lateral number_of_contact(c.id) n on true where c.id = %s",
        [id_field(fields, "contact_id")],
    ).fetchone()
    if contact is None:
        raise not_found()
    return contact


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


def chosen(conn: Connection, fields: Fields) -> dict[str, Any]:
    """The template of a request, if it can be sent now. Raises Refused."""
    contact = contact_of(conn, fields)
    name, language = text_field(fields, "name", 512), text_field(fields, "language", 20)
    row = conn.execute(TEMPLATES, [contact["waba_id"], name or "-", name, language]).fetchone()
    if row is None:
        raise Refused("template_gone")
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


ACCOUNTS = (
    b"select b.waba_id, array_agg(b.name order by b.name) as names, max(r.read_at)::text as read_at, max(r.error) as error"
    b" from chatbots b left join template_readings r using (tenant_id, waba_id)"
    b" where b.waba_id is not null group by b.waba_id order by min(b.created_at)"
)


def list_all(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Every template of every account with Meta's verdict and its reason, and what a new one may be: its languages and categories.

    `accounts`: an account is known once a customer has written to one of its numbers.
    """
    from f.whatsapp.template_drafts import CATEGORIES, LANGUAGES

    with as_tenant(conn, member["tenant_id"]):
        accounts = conn.execute(ACCOUNTS).fetchall()
        rows = conn.execute(
            b"select waba_id, name, language, status, category, reason, coalesce(components, '[]') as components"
            b" from templates order by name, language"
        ).fetchall()
    templates = [{**row, "words": words_of(row, {})} for row in rows]
    for template in templates:
        del template["components"]
    return {
        "accounts": accounts,
        "templates": templates,
        "languages": LANGUAGES,
        "categories": list(CATEGORIES),
    }


def create(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Brings a new template to Meta for review (f/whatsapp/template_drafts). With the same words again it finds what is there."""
    from f.whatsapp.graph_api import access_token
    from f.whatsapp.template_drafts import Account, DraftError, checked

    draft, waba_id = draft_of(fields), text_field(fields, "waba_id", 40)
    db = Database(conn).of_tenant(member["tenant_id"])
    if db.row("select 1 as one from chatbots where waba_id = %s limit 1", waba_id) is None:
        raise not_found()
    token = access_token(db, {"whatsapp": whatsapp, "master_key": master_key})  # type: ignore[typeddict-item]
    if token is None:
        raise Refused("no_token")
    begun = one(conn, "select clock_timestamp()", [])
    try:
        made = Account(whatsapp, token, waba_id).create(checked(draft))
    except DraftError as problem:
        raise Refused.of(problem.message) from None
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select insert_template(%s, %s::jsonb, %s)", [waba_id, json.dumps(made), begun])
        audit(conn, "templates.create", name=made["name"], language=made["language"])
    return {"name": made["name"], "language": made["language"], "status": made["status"]}


def draft_of(fields: Fields) -> dict[str, Any]:
    """A draft's texts, as f/whatsapp/template_drafts takes them."""
    buttons, examples = fields.get("buttons") or [], fields.get("examples") or {}
    if not isinstance(buttons, list) or not isinstance(examples, dict) or len(examples) > MOST_VALUES:
        raise Refused("bad_request")
    texts = {
        name: text_field(fields, name).replace("\r\n", "\n").strip()
        for name in ("name", "language", "category", "header", "body", "footer")
    }
    return {
        **texts,
        "buttons": [text_field({"buttons": button}, "buttons").strip() for button in buttons[:MOST_VALUES]],
        "examples": {
            str(place): " ".join(text_field({"examples": words}, "examples").split())
            for place, words in examples.items()
        },
    }
