# requirements:
# psycopg[binary]==3.3.9
"""Every ten minutes: starts the reading of the tenants' web sources that are due. In: nothing. Out: the runs that were started."""

from __future__ import annotations

from typing import Any

from f.common.database import connect
from f.common.windmill import start_flow

postgresql = dict[str, Any]
AT_ONCE = 20


def main(db: postgresql) -> dict[str, Any]:
    with connect(db) as conn:
        due = conn.execute(
            b"select source_id::text, tenant_id::text from claim_sources(%s)", [AT_ONCE]
        ).fetchall()
    return {"started": [start_flow("f/ingest/read_web_source", dict(row)) for row in due]}
