# requirements: database
"""Records that reading a web source failed: the source gets a problem for the tenant; the pages that were read go on answering.

It is read again when it is next due. Leaves a source alone that another run reads by now. In: Windmill's `error`, the ids. Out: what was
recorded.
"""

from __future__ import annotations

import json
from typing import Any

from f.common.database import as_tenant, connect
from f.common.failures import contain_errors
from f.common.problems import english, message
from f.common.windmill import run_id

postgresql = dict[str, Any]


@contain_errors
def main(error: dict[str, Any], source_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    problem = message("source_failed")
    with connect(db) as conn, as_tenant(conn, tenant_id):
        updated = conn.execute(
            b"update knowledge_sources set state = 'failed', error = %s, read_at = now(), progress = null, losses = 0,"
            b" next_read_at = now() + make_interval(hours => refresh_hours)"
            b" where id = %s and (run_id = %s or run_id is null and progress is null)",
            [json.dumps(problem), source_id, run_id()],
        )
    return {
        "source_id": source_id,
        "recorded": english(problem) if updated.rowcount else None,
        "error": f"{error.get('step_id')}: {error.get('message')}"[:1000],
    }
