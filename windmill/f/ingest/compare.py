# requirements: database
"""Step 5 of an ingestion: compares the document's figures with those of the tenant's other documents, and records what contradicts.

In: ids. Out: how many contradictions it found, and whether it compared the whole document. It answers questions by then: a failure here, or the
end of the time, changes nothing but the list of contradictions.
"""

from __future__ import annotations

import json
import time
from itertools import groupby
from typing import Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.documents.contradictions import Source, contradictions, statements

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
            last = compare_batch(conn, tenant_id, document_id, title["title"], first, found)
            if last is None:
                whole = True
                break
            first = last + 1
        with as_tenant(conn, tenant_id):
            recorded = one(
                conn, "select record_contradictions(%s, %s::jsonb)", [document_id, json.dumps(found[:MOST])]
            )
    return {"state": "ready", "contradictions": recorded, "whole": whole}


def compare_batch(
    conn: Connection, tenant_id: str, document_id: str, title: str, first: int, found: list[dict[str, Any]]
) -> int | None:
    """Compares the passages from the place `first` on, and adds to `found`; returns the last one's place, None where there are no more."""
    with as_tenant(conn, tenant_id):
        last: int | None = one(
            conn,
            "select max(ordinal) from (select ordinal from chunks where document_id = %s and ordinal >= %s and text ~ '\\d'"
            " order by ordinal limit %s) b",
            [document_id, first, BATCH],
        )
        if last is None:
            return None
        rows = conn.execute(
            b"select *, other_document_id::text as other_id from comparable_passages(%s, %s, %s)",
            [document_id, first, BATCH],
        ).fetchall()
    for (ordinal, _), pairs in groupby(rows, lambda row: (row["ordinal"], row["heading"])):
        near = list(pairs)
        mine = statements(Source(title, near[0]["heading"], near[0]["passage"]))
        # A document may say both figures, each in another passage: then they are compared as one.
        for other_id, places in by_document(near).items():
            theirs = [
                (place["other_ordinal"], statement)
                for place in places
                for statement in statements(
                    Source(place["other_title"], place["other_heading"], place["other_passage"])
                )
            ]
            for statement, rival in contradictions(mine, [rival for _, rival in theirs]):
                found.append(
                    {
                        "ordinal": ordinal,
                        "said": statement.text,
                        "other_document_id": other_id,
                        "other_ordinal": next(place for place, found_there in theirs if found_there is rival),
                        "other_said": rival.text,
                    }
                )
    return last


def by_document(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["other_id"], []).append(row)
    return found
