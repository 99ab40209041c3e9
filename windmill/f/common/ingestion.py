# requirements: database
"""Starts the ingestion of documents, of each tenant a few at a time: one business's thousand pages keep nobody else's file waiting."""

from __future__ import annotations

from f.common.database import Connection, as_tenant
from f.common.windmill import start_flow

FLOW = "f/ingest/ingest_document"


def start_ingestions(conn: Connection, tenant_id: str) -> dict[str, str]:
    """Starts what there is room for of the tenant's documents that wait, the oldest first; returns the runs by document. Whatever stores a
    document calls it, and whatever ends an ingestion: then the next one starts. What can't be started now waits for f/ingest/refresh_sources."""
    with as_tenant(conn, tenant_id):
        rows = conn.execute(b"select document_id::text from claim_ingestions()").fetchall()
    started = {}
    for row in rows:
        ids = {"document_id": row["document_id"], "tenant_id": tenant_id}
        try:
            started[row["document_id"]] = start_flow(FLOW, ids)
        except (OSError, RuntimeError, KeyError) as problem:
            print(f"document {row['document_id']} can't be read now: {problem}")
            with as_tenant(conn, tenant_id):
                conn.execute(
                    b"update documents set started_at = null where id = %s and state = 'received'",
                    [row["document_id"]],
                )
    return started
