# requirements: whatsapp
"""The templates of a business's WhatsApp accounts: all of them with Meta's verdict, and what editors change at Meta.

Actions of f/portal_api/templates; each takes the fields of a request.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, Database, as_tenant, one
from f.common.portal_request import Fields, Member, Refused, audit, not_found, text_field
from f.whatsapp.templates import words_of

if TYPE_CHECKING:
    from f.whatsapp.template_drafts import Account

c_whatsapp = dict[str, Any]
MOST_PARTS = 50  # buttons and examples of a draft
ACCOUNTS = (
    b"select b.waba_id, array_agg(b.name order by b.name) as names, max(r.read_at)::text as read_at, max(r.error) as error"
    b" from chatbots b left join template_readings r using (tenant_id, waba_id)"
    b" where b.waba_id is not null group by b.waba_id order by min(b.created_at)"
)


def list_all(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Every template of every account with Meta's verdict and its reason, and what a new one may be: its languages and categories.

    `accounts`: an account is known once a customer has written to one of its numbers. `draft` of a template: what its editor begins with; null
    where the editor has no field for a part of it.
    """
    from f.whatsapp.template_drafts import CATEGORIES, LANGUAGES
    from f.whatsapp.template_drafts import draft_of as draft_from

    with as_tenant(conn, member["tenant_id"]):
        accounts = conn.execute(ACCOUNTS).fetchall()
        rows = conn.execute(
            b"select waba_id, name, language, status, category, reason, coalesce(components, '[]') as components"
            b" from templates order by name, language"
        ).fetchall()
    templates = [{**row, "words": words_of(row, {}), "draft": draft_from(row)} for row in rows]
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
    return bring(conn, member, fields, account_of(conn, member, fields, whatsapp, master_key), "create")


def update(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Brings new words of a template to Meta's review. Until Meta has approved them, it can't be sent."""
    return bring(conn, member, fields, account_of(conn, member, fields, whatsapp, master_key), "update")


def delete(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Deletes a template in one language, at Meta and here. A second time it does nothing."""
    from f.whatsapp.template_drafts import DraftError

    account = account_of(conn, member, fields, whatsapp, master_key)
    about = {name: text_field(fields, name, 512) for name in ("name", "language")}
    try:
        account.delete(about)
    except DraftError as problem:
        raise Refused.of(problem.message) from None
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"select delete_template(%s, %s, %s)",
            [text_field(fields, "waba_id"), about["name"], about["language"]],
        )
        audit(conn, "templates.delete", **about)
    return about


def account_of(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> Account:
    """The business's account at Meta that `waba_id` names. Raises Refused."""
    from f.whatsapp.graph_api import access_token
    from f.whatsapp.template_drafts import Account

    db, waba_id = Database(conn).of_tenant(member["tenant_id"]), text_field(fields, "waba_id", 40)
    if db.row("select 1 as one from chatbots where waba_id = %s limit 1", waba_id) is None:
        raise not_found()
    token = access_token(db, {"whatsapp": whatsapp, "master_key": master_key})  # type: ignore[typeddict-item]
    if token is None:
        raise Refused("no_token")
    return Account(whatsapp, token, waba_id)


def bring(conn: Connection, member: Member, fields: Fields, account: Account, act: str) -> dict[str, Any]:
    """Brings the draft of a request to Meta, and writes down what Meta has made of it."""
    from f.whatsapp.template_drafts import DraftError, checked

    begun = one(conn, "select clock_timestamp()", [])
    try:
        template = checked(draft_of(fields))
        made = account.update(template) if act == "update" else account.create(template)
    except DraftError as problem:
        raise Refused.of(problem.message) from None
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"select insert_template(%s, %s::jsonb, %s)",
            [text_field(fields, "waba_id"), json.dumps(made), begun],
        )
        audit(conn, f"templates.{act}", name=made["name"], language=made["language"])
    return {"name": made["name"], "language": made["language"], "status": made["status"]}


def draft_of(fields: Fields) -> dict[str, Any]:
    """A draft's texts, as f/whatsapp/template_drafts takes them."""
    buttons, examples = fields.get("buttons") or [], fields.get("examples") or {}
    if not isinstance(buttons, list) or not isinstance(examples, dict) or len(examples) > MOST_PARTS:
        raise Refused("bad_request")
    texts = {
        name: text_field(fields, name).replace("\r\n", "\n").strip()
        for name in ("name", "language", "category", "header", "body", "footer")
    }
    return {
        **texts,
        "buttons": [text_field({"buttons": button}, "buttons").strip() for button in buttons[:MOST_PARTS]],
        "examples": {
            str(place): " ".join(text_field({"examples": words}, "examples").split())
            for place, words in examples.items()
        },
    }


CHANGES = {"create": create, "update": update, "delete": delete}
