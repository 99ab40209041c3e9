# requirements:
# psycopg[binary]==3.3.9
"""Step 4 of an ingestion: the staged chunks go live, all at once; until then the old ones answer.

In: ids. Out: the number of chunks that answer now.
"""

from __future__ import annotations

from typing import Any

from f.common.database import as_tenant, connect, one

postgresql = dict[str, Any]


def main(document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    with connect(db) as conn, as_tenant(conn, tenant_id):
        published = one(conn, "select publish_document(%s)", [document_id])
    return {"state": "ready", "chunks": published}
