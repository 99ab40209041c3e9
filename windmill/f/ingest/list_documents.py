# requirements:
# psycopg[binary]==3.3.9
"""The documents of a tenant, for its staff: newest first, with state, progress and the reason of a failure.

In: nothing but, for a person of several businesses, which one. Out: {"documents": [...]}; never the documents' bytes.
"""

from __future__ import annotations

from typing import Any

from f.common.database import as_tenant, connect
from f.common.members import member_of

postgresql = dict[str, Any]


def main(db: postgresql, tenant_id: str = "") -> dict[str, Any]:
    with connect(db) as conn:
        member = member_of(conn, tenant_id, roles={"owner", "editor", "agent", "viewer"})
        with as_tenant(conn, member["tenant_id"]):
            rows = conn.execute(
                b"select id::text, title, filename, media_type, size_bytes, state, error, notes, pages, chunks, chunks_embedded,"
                b" created_at::text, updated_at::text from documents order by created_at desc limit 500"
            ).fetchall()
    return {"documents": rows}
