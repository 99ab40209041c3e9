# requirements:
# psycopg[binary]==3.3.9
"""When a step of an ingestion fails: the document says so, in words for the tenant; what answered before goes on answering.

In: Windmill's `error`, the ids. Out: what the document now says.
"""

from __future__ import annotations

from typing import Any

from f.common.database import as_tenant, connect

postgresql = dict[str, Any]


def main(error: dict[str, Any], document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    sentence = (
        "Reading this document failed on our side. Upload it again; if that fails too, tell your operator."
    )
    with connect(db) as conn, as_tenant(conn, tenant_id):
        conn.execute(
            b"update documents set state = 'failed', error = %s, updated_at = now() where id = %s",
            [sentence, document_id],
        )
    return {
        "document_id": document_id,
        "said": sentence,
        "error": f"{error.get('step_id')}: {error.get('message')}"[:1000],
    }
