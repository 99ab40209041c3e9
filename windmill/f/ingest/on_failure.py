# requirements: database
"""When a step of an ingestion fails: the document says so, in words for the tenant; what answered before goes on answering.

A document that is whole, that is gone, or that a later run reads by now, is left alone. In: Windmill's `error`, the ids. Out: what the document
now says.
"""

from __future__ import annotations

from typing import Any

from f.common.database import as_tenant, connect
from f.common.windmill import run_id

postgresql = dict[str, Any]


def main(error: dict[str, Any], document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    sentence = (
        "Reading this document failed on our side. Upload it again; if that fails too, tell your operator."
    )
    with connect(db) as conn, as_tenant(conn, tenant_id):
        said = conn.execute(
            b"update documents set state = 'failed', error = %s, updated_at = now() where id = %s"
            b" and (state = 'received' or (state = 'processing' and (run_id is null or run_id = %s)))",
            [sentence, document_id, run_id()],
        )
    return {
        "document_id": document_id,
        "said": sentence if said.rowcount else None,
        "error": f"{error.get('step_id')}: {error.get('message')}"[:1000],
    }
