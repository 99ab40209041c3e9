# requirements: database
"""What an owner does for a customer who asks: hands over all that is stored of them, or forgets them.

In: a request of the portal's page (f/common/portal_request.py). Out: the person's data, or how much was deleted.
"""

from __future__ import annotations

from typing import Any

import psycopg

from f.common.database import Connection, Database, as_tenant, one
from f.common.erasure import erase
from f.common.portal_request import (
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    audit,
    handle_request,
    id_field,
    not_found,
)

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql, job_id_key: str) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "export": (OWNERS, export),
            "forget": (OWNERS, lambda conn, member, fields: forget(conn, member, fields, job_id_key)),
        },
    )


def export(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """All that is stored of a person."""
    contact_id = id_field(fields, "contact_id")
    with as_tenant(conn, member["tenant_id"]):
        person = one(conn, "select person_data(%s)", [contact_id])
        if person is None:
            raise not_found()
        audit(conn, "contacts.export", contact_id)
    return {"person": person}


def forget(conn: Connection, member: Member, fields: Fields, job_id_key: str) -> dict[str, Any]:
    """Forgets a person of the tenant. Refused while the bot is answering them."""
    contact_id = id_field(fields, "contact_id")
    try:
        erased = erase(Database(conn).of_tenant(member["tenant_id"]), contact_id, job_id_key)
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    except psycopg.errors.ObjectInUse:
        raise Refused("conversation_busy") from None
    with as_tenant(conn, member["tenant_id"]):
        audit(conn, "contacts.erase", messages=erased["messages"])
    return {"forgotten": erased}
