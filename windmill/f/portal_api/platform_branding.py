# requirements: documents
"""How the portal looks where no business says otherwise, and which business has which address. Operators only.

In: a request of the portal's page (f/common/portal_request.py). Out: the platform's looks with every address that was asked for, what a colour
would look like, or what was done.
"""

from __future__ import annotations

import json
from typing import Any

from f.common.database import Connection, one
from f.common.portal_request import (
    Fields,
    answer_page,
    handle_operator_request,
    id_field,
    not_found,
    text_field,
)
from f.portal_api.branding_fields import changes_of, look_of, refuse_domain
from f.whatsapp import mail

postgresql = dict[str, Any]
c_settings = dict[str, Any]


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    return handle_operator_request(
        request,
        db,
        {
            "get": lambda conn, email, fields: get(conn, email, settings),
            "look": lambda conn, email, fields: look_of(text_field(fields, "accent", 40)),
            "update": lambda conn, email, fields: update(conn, email, fields, settings),
            "verify_domain": verify_domain,
            "delete_domain": delete_domain,
        },
    )


def get(conn: Connection, email: str, settings: dict[str, Any]) -> dict[str, Any]:
    """As f/portal_api/branding has it for a business; `domains` are of all businesses, those that wait first."""
    found: dict[str, Any] = one(conn, "select operator_branding(%s)", [email])
    pictures = {name: found.pop(name) for name in ("logo", "icon")}
    return {
        **found,
        "pictures": {
            name: f"data:image/png;base64,{''.join(content.split())}" if content else None
            for name, content in pictures.items()
        },
        "inherited": {},
        "contrasts": look_of(found["shown"]["accent"] or "")["contrasts"],
        "can_mail": mail.can_mail(settings),
    }


def update(conn: Connection, email: str, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    changes = changes_of(fields)
    if address := changes.get("sender_address"):
        mail.check_sender(settings, address, email)
    one(conn, "select operator_put_branding(%s, %s)", [email, json.dumps(changes)])
    return {"shown": one(conn, "select branding_of(null)", [])}


def verify_domain(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """The operator knows whose the address is: from now on it is that business's."""
    domain = text_field(fields, "domain", 300)
    said = one(conn, "select operator_verify_domain(%s, %s, %s)", [email, id_field(fields, "tenant"), domain])
    refuse_domain(said, domain)
    return {"verified": domain}


def delete_domain(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    domain = text_field(fields, "domain", 300)
    if not one(
        conn, "select operator_delete_domain(%s, %s, %s)", [email, id_field(fields, "tenant"), domain]
    ):
        raise not_found()
    return {"deleted": domain}
