# requirements: database
"""Passages of different documents that give different figures for the same thing, as ingestion found them.

In: a request of the portal's page (f/common/portal_request.py). Out: the pairs with both places, or what was done. f/portal_api/passages leaves
one of the two passages out, or corrects it: then the pair is gone.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    EDITORS,
    Fields,
    Member,
    answer_page,
    handle_request,
    id_field,
    not_found,
)

postgresql = dict[str, Any]
MOST = 50  # in one result


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"list": (ANYONE, list_contradictions), "dismiss": (EDITORS, dismiss)})


def list_contradictions(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The newest pairs, each with its two places, and how many there are in all."""
    with as_tenant(conn, member["tenant_id"]):
        total = one(conn, "select count(*) from contradictions", [])
        rows = conn.execute(
            b"select x.id::text, x.said, x.other_said, x.document_id::text, x.ordinal, d.title, c.page, c.text as passage,"
            b" x.other_document_id::text, x.other_ordinal, o.title as other_title, t.page as other_page, t.text as other_passage"
            b" from contradictions x join documents d on d.id = x.document_id join documents o on o.id = x.other_document_id"
            b" join chunks c on c.document_id = d.id and c.ordinal = x.ordinal"
            b" join chunks t on t.document_id = o.id and t.ordinal = x.other_ordinal"
            b" order by x.found_at desc, d.title, x.ordinal limit %s",
            [MOST],
        ).fetchall()
    pairs = [
        {
            "id": row["id"],
            "places": [
                {
                    key: row[prefix + key]
                    for key in ("said", "document_id", "ordinal", "title", "page", "passage")
                }
                for prefix in ("", "other_")
            ],
        }
        for row in rows
    ]
    return {"contradictions": pairs, "total": total}


def dismiss(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Takes a pair off the list; it does not come back while both sentences stay as they are."""
    with as_tenant(conn, member["tenant_id"]):
        gone = conn.execute(
            b"delete from contradictions where id = %s returning contradiction_pair(said, other_said) as pair",
            [id_field(fields, "contradiction_id")],
        ).fetchone()
        if gone is None:
            raise not_found()
        conn.execute(
            b"insert into contradiction_dismissals (tenant_id, pair, dismissed_by) values (%s, %s, %s) on conflict do nothing",
            [member["tenant_id"], gone["pair"], member["email"]],
        )
    return {"dismissed": fields["contradiction_id"]}
