# requirements: database
"""A tenant's uploaded files, newest first, with state, progress, warnings and the problem of a failure.

In: a request of the portal's page (f/common/portal_request.py); with `before`, a document's ID, the files that are older than it.
Out: {"documents": [...], "more": whether there are older ones, "speaker_notes": whether notes of presentations are read}; never the files' content.
f/portal_api/sources lists the pages of websites, f/portal_api/qa_pairs the Q&A pairs.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import ANYONE, Fields, Member, answer_page, handle_request, id_field, not_found

postgresql = dict[str, Any]
MOST = 2000  # in one result


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"list": (ANYONE, list_documents)})


def list_documents(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    before = id_field(fields, "before") if fields.get("before") else None
    with as_tenant(conn, member["tenant_id"]):
        place = {"most": MOST + 1, "at": None, "id": None}
        if before:
            last = conn.execute(
                b"select created_at as at, id from documents where id = %s", [before]
            ).fetchone()
            if last is None:
                raise not_found()
            place |= last
        rows = conn.execute(
            b"select id::text, title, filename, size_bytes, state, error, warnings, pages, chunks, chunks_embedded, replaces::text, sendable,"
            b" created_at::text from documents where origin = 'upload'"
            b" and (%(id)s::uuid is null or (created_at, id) < (%(at)s::timestamptz, %(id)s)) order by created_at desc, id desc limit %(most)s",
            place,
        ).fetchall()
        notes = one(conn, "select speaker_notes from tenants where id = %s", [member["tenant_id"]])
    return {"documents": rows[:MOST], "more": len(rows) > MOST, "speaker_notes": notes}
