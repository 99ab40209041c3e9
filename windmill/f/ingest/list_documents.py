# requirements:
# psycopg[binary]==3.3.9
"""The files that a tenant has uploaded, for its staff: newest first, with state, progress and the reason of a failure.

In: a request of the portal's page (f/common/members.py). Out: {"documents": [...]}; never the documents' bytes.
Pages of websites stand with their source (f/office/sources), typed questions in their list (f/office/answers).
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant
from f.common.members import ANYONE, Ask, Member, serve

postgresql = dict[str, Any]


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(request, db, {"list": (ANYONE, listed)})


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select id::text, title, filename, media_type, size_bytes, state, error, notes, pages, chunks, chunks_embedded,"
            b" replaces::text, uploaded_by, sendable, created_at::text, updated_at::text"
            b" from documents where origin = 'upload' order by created_at desc, id limit 500"
        ).fetchall()
    return {"documents": rows}
