# requirements: database
"""Starts the readings of web sources, a slice at a time: which source is next is decided in SQL (claim_sources)."""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.windmill import start_flow

# At once, of all tenants: fewer than there are background workers, so that a document finds a free one.
READINGS = 2


def start_due(conn: Connection) -> list[str]:
    """Starts the readings that there is room for; returns their runs. Each call claims what is due, so nothing starts twice."""
    due = conn.execute(
        b"select source_id::text, tenant_id::text, run_id::text from claim_sources(%s)", [READINGS]
    ).fetchall()
    return [row["run_id"] for row in due if start_reading(conn, row)]


def start_reading(conn: Connection, row: dict[str, Any]) -> bool:
    """Starts the reading of a claimed source. One that can't be started does not stop the others."""
    try:
        ids = {"source_id": row["source_id"], "tenant_id": row["tenant_id"]}
        start_flow("f/ingest/read_web_source", ids, job=row["run_id"])
    except (OSError, RuntimeError) as problem:
        print(f"source {row['source_id']} can't be read now: {problem}")
        fail_reading(conn, row)
        return False
    return True


def fail_reading(conn: Connection, row: dict[str, Any]) -> bool:
    """Records that a reading was lost; False if it has ended by now, another one has started, or it goes on with its next slice."""
    with as_tenant(conn, row["tenant_id"]):
        return one(conn, "select lose_reading(%s, %s)", [row["source_id"], row["run_id"]]) == "failed"
