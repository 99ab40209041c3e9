# requirements: database
"""When reading a source of web pages fails: the source says so, in words for the tenant; the pages that were read go on answering.

In: Windmill's `error`, the ids. Out: what the source now says. It is read again when it is next due. A source that another
run reads by now is left alone.
"""

from __future__ import annotations

from typing import Any

from f.common.database import as_tenant, connect
from f.common.windmill import run_id

postgresql = dict[str, Any]


def main(error: dict[str, Any], source_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    sentence = "Reading these pages failed on our side; it is tried again later. If that fails too, tell your operator."
    with connect(db) as conn, as_tenant(conn, tenant_id):
        conn.execute(
            b"update knowledge_sources set state = 'failed', error = %s, read_at = now(),"
            b" next_read_at = now() + make_interval(hours => refresh_hours) where id = %s and (run_id is null or run_id = %s)",
            [sentence, source_id, run_id()],
        )
    return {
        "source_id": source_id,
        "said": sentence,
        "error": f"{error.get('step_id')}: {error.get('message')}"[:1000],
    }
