# requirements: documents
"""A picture of a page of an uploaded PDF, or the picture that was uploaded, for the document's page of the portal: one page a call.

In: a request of the portal's page (f/common/portal_request.py). Out: {"page": its number, "png": the picture in base64}, at most 1.4 MB.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    ANYONE,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
)
from f.documents.media_types import PICTURES
from f.documents.pdf.page_picture import page_picture

postgresql = dict[str, Any]
DRAWN = ("application/pdf", *PICTURES)


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"get": (ANYONE, get)})


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    page = fields.get("page")
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"select content from documents where id = %s and origin = 'upload' and media_type = any(%s)",
            [id_field(fields, "document_id"), list(DRAWN)],
        ).fetchone()
    if row is None:
        raise not_found()
    drawn = page_picture(bytes(row["content"]), page) if type(page) is int and page > 0 else None
    if drawn is None:
        raise Refused("page_not_drawn")
    return {"page": page, "png": b64encode(drawn).decode()}
