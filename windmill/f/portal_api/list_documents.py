# requirements: database
"""The files that a tenant has uploaded, for its staff: newest first, with state, progress and the reason of a failure.

In: a request of the portal's page (f/common/portal_request.py), with `before`, the id of the last document that it has, for those older than it.
Out: {"documents": [...], "more": whether there are older ones}; never the documents' bytes.
Pages of websites stand with their source (f/portal_api/sources), typed questions in their list (f/portal_api/qa_pairs).
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import ANYONE, Ask, Member, an_id, not_found, serve

postgresql = dict[str, Any]
MOST = 2000  # in one answer


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"list": (ANYONE, listed)})


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    before = an_id(ask, "before") if ask.get("before") else None
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
            b"select id::text, title, filename, size_bytes, state, error, notes, pages, chunks, chunks_embedded, replaces::text, sendable,"
            b" created_at::text from documents where origin = 'upload'"
            b" and (%(id)s::uuid is null or (created_at, id) < (%(at)s::timestamptz, %(id)s)) order by created_at desc, id desc limit %(most)s",
            place,
        ).fetchall()
    return {"documents": rows[:MOST], "more": len(rows) > MOST}
