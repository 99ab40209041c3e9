# requirements: database
"""Step 4 of an ingestion: publishes the staged chunks, all at once; until then the old ones answer.

In: ids. Out: the number of published chunks. If the tenant has changed its embedding model, or somebody has corrected a passage
meanwhile, the ingestion starts again.
"""

from __future__ import annotations

from typing import Any

import psycopg

from f.common.database import as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.ingestion import FLOW, start_ingestions
from f.common.windmill import start_flow

postgresql = dict[str, Any]


@contain_errors
def main(document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    with connect(db) as conn:
        try:
            with as_tenant(conn, tenant_id):
                published = one(conn, "select publish_document(%s)", [document_id])
        except psycopg.errors.NoDataFound:
            published = None
        start_ingestions(conn, tenant_id)  # this document has made room for another one
    if published is None:
        return {"state": "gone", "reason": "the document was deleted"}
    if published < 0:
        run = start_flow(FLOW, {"document_id": document_id, "tenant_id": tenant_id})
        return {
            "state": "processing",
            "reason": "the embedding model or a passage was changed meanwhile",
            "run": run,
        }
    return {"state": "ready", "chunks": published}
