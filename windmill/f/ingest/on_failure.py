# requirements: database
"""Records that an ingestion failed: the document gets a problem for the tenant; the previous version goes on answering.

Leaves a document alone that is ready, deleted, or read by a later run. In: Windmill's `error`, the ids. Out: what was recorded.
"""

from __future__ import annotations

import json
from typing import Any

from f.common.database import as_tenant, connect
from f.common.failures import contain_errors
from f.common.ingestion import start_ingestions
from f.common.problems import english, message
from f.common.windmill import run_id

postgresql = dict[str, Any]


@contain_errors
def main(error: dict[str, Any], document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    problem = message("reading_failed")
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            updated = conn.execute(
                b"update documents set state = 'failed', error = %s, updated_at = now() where id = %s"
                b" and (state = 'received' or (state = 'processing' and (run_id is null or run_id = %s)))",
                [json.dumps(problem), document_id, run_id()],
            )
        start_ingestions(conn, tenant_id)
    return {
        "document_id": document_id,
        "recorded": english(problem) if updated.rowcount else None,
        "error": f"{error.get('step_id')}: {error.get('message')}"[:1000],
    }
