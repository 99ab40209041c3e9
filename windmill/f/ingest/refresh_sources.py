# requirements: database
"""Every two minutes: starts the reading of the tenants' web sources that are due, and the ingestion of documents that stood still.

A document stands still when its run was cancelled or never began: what it had done is kept, and the new run goes on from there. A source
whose run is gone says that its reading failed. In: nothing. Out: the runs that were started, the sources that say so.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.windmill import job_state, start_flow

postgresql = dict[str, Any]
READINGS = 2  # at once, of all tenants: each may hold a worker for the better part of an hour, and customers wait for workers, too
AT_ONCE = 20  # documents


def main(db: postgresql) -> dict[str, Any]:
    """Claims what is due, so that two of these at once start nothing twice."""
    with connect(db) as conn:
        due = conn.execute(
            b"select source_id::text, tenant_id::text, run_id::text from claim_sources(%s)", [READINGS]
        ).fetchall()
        sources = [row["run_id"] for row in due if begun(conn, row)]
        slow = conn.execute(
            b"select source_id::text, tenant_id::text, run_id::text from slow_sources()"
        ).fetchall()
        gone = [row["source_id"] for row in slow if not alive(row["run_id"]) and lose(conn, row)]
        still = conn.execute(
            b"select document_id::text, tenant_id::text, run_id::text from claim_stranded_documents(%s)",
            [AT_ONCE],
        ).fetchall()
        lost = [row for row in still if not alive(row["run_id"]) and restarts(conn, row)]
    documents = [
        start_flow(
            "f/ingest/ingest_document", {"document_id": row["document_id"], "tenant_id": row["tenant_id"]}
        )
        for row in lost
    ]
    return {"started": sources, "given_up": gone, "started_again": documents}


def begun(conn: Connection, row: dict[str, Any]) -> bool:
    """Starts the reading of a source that was claimed. One that can't be started keeps nobody from theirs."""
    try:
        ids = {"source_id": row["source_id"], "tenant_id": row["tenant_id"]}
        start_flow("f/ingest/read_web_source", ids, job=row["run_id"])
    except (OSError, RuntimeError) as problem:
        print(f"source {row['source_id']} is not read now: {problem}")
        lose(conn, row)
        return False
    return True


def lose(conn: Connection, row: dict[str, Any]) -> bool:
    """Says on a source that its reading is lost; False where it has ended by now, or another one has begun."""
    with as_tenant(conn, row["tenant_id"]):
        return bool(one(conn, "select lose_reading(%s, %s)", [row["source_id"], row["run_id"]]))


def alive(run: str | None) -> bool:
    """Whether the run that reads a source or a document will go on by itself."""
    return run is not None and job_state(run) in ("queued", "running")


def restarts(conn: Connection, row: dict[str, Any]) -> bool:
    """Counts the start; False where the document was started often enough, is finished by now, or is gone."""
    with as_tenant(conn, row["tenant_id"]):
        return bool(one(conn, "select coalesce(restart_document(%s), false)", [row["document_id"]]))
