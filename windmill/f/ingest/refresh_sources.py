# requirements: database
"""Every two minutes: starts the readings of web sources that are due, and restarts the ingestion of stalled documents.

A document stalls if its run was cancelled or never started; the new run continues where the old one stopped. A source whose run is gone
becomes `failed`. In: nothing. Out: the runs that were started, and the sources that failed.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.ingestion import FLOW, start_ingestions
from f.common.windmill import job_state, start_flow
from f.ingest.readings import fail_reading, start_due

postgresql = dict[str, Any]
AT_ONCE = 20  # documents


@contain_errors
def main(db: postgresql) -> dict[str, Any]:
    """Claims what is due, so that two runs of this script at once start nothing twice."""
    with connect(db) as conn:
        sources = start_due(conn)
        slow = conn.execute(
            b"select source_id::text, tenant_id::text, run_id::text from slow_sources()"
        ).fetchall()
        gone = [row["source_id"] for row in slow if not is_alive(row["run_id"]) and fail_reading(conn, row)]
        stalled = conn.execute(
            b"select document_id::text, tenant_id::text, run_id::text from claim_stranded_documents(%s)",
            [AT_ONCE],
        ).fetchall()
        lost = [row for row in stalled if not is_alive(row["run_id"]) and may_restart(conn, row)]
        waiting = conn.execute(b"select tenants_with_waiting_documents()::text as tenant_id").fetchall()
        for row in waiting:
            start_ingestions(conn, row["tenant_id"])
    documents = [
        start_flow(FLOW, {"document_id": row["document_id"], "tenant_id": row["tenant_id"]}) for row in lost
    ]
    return {"started": sources, "failed": gone, "restarted": documents}


def is_alive(run: str | None) -> bool:
    """Whether the run is waiting or running."""
    return run is not None and job_state(run) in ("queued", "running")


def may_restart(conn: Connection, row: dict[str, Any]) -> bool:
    """Counts a restart; False if the document was restarted too often, is finished by now, or is gone."""
    with as_tenant(conn, row["tenant_id"]):
        return bool(one(conn, "select coalesce(restart_document(%s), false)", [row["document_id"]]))
