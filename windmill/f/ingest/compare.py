# requirements: database
"""Step 5 of an ingestion: compares the document's figures with those of the tenant's other documents, and records what contradicts.

In: ids. Out: how many contradictions it found, and whether it compared the whole document. It answers questions by then: a failure here, or the
end of the time, changes nothing but the list of contradictions.
"""

from __future__ import annotations

import json
import time
from typing import Any

from f.common.database import as_tenant, connect, one
from f.common.failures import contain_errors
from f.documents.comparison import compare_batch

postgresql = dict[str, Any]
BATCH = 100
PATIENCE_S = 60  # for one document
MOST = 200  # contradictions of one document


@contain_errors
def main(document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    found: list[dict[str, Any]] = []
    first, whole = 0, False
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            title = conn.execute(b"select title from documents where id = %s", [document_id]).fetchone()
        if title is None:
            return {"state": "gone", "reason": "the document was deleted"}
        while len(found) < MOST and time.monotonic() < deadline:
            last = compare_batch(conn, tenant_id, document_id, (first, BATCH), found)
            if last is None:
                whole = True
                break
            first = last + 1
        with as_tenant(conn, tenant_id):
            recorded = one(
                conn, "select record_contradictions(%s, %s::jsonb)", [document_id, json.dumps(found[:MOST])]
            )
    return {"state": "ready", "contradictions": recorded, "whole": whole}
