# requirements: database
"""Compares the figures of a document's passages with those of the tenant's other documents: when it is read, and when somebody corrects a passage."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from f.common.database import Connection, as_tenant, one
from f.documents.contradictions import Source, contradictions, statements


def compare_passage(conn: Connection, tenant_id: str, document_id: str, ordinal: int) -> int:
    """Looks at one passage again, and records what it contradicts; returns how many there are."""
    found: list[dict[str, Any]] = []
    compare_batch(conn, tenant_id, document_id, (ordinal, 1), found)
    mine = [pair for pair in found if pair["ordinal"] == ordinal]
    with as_tenant(conn, tenant_id):
        recorded: int = one(
            conn,
            "select record_passage_contradictions(%s, %s, %s::jsonb)",
            [document_id, ordinal, json.dumps(mine)],
        )
    return recorded


def compare_batch(
    conn: Connection, tenant_id: str, document_id: str, batch: tuple[int, int], found: list[dict[str, Any]]
) -> int | None:
    """Compares so many passages from a place on (`batch`: place, count), and adds to `found`; returns the last one's place, None where there are
    no more."""
    first, count = batch
    with as_tenant(conn, tenant_id):
        title = one(conn, "select title from documents where id = %s", [document_id])
        last: int | None = one(
            conn,
            "select max(ordinal) from (select ordinal from chunks where document_id = %s and ordinal >= %s and text ~ '\\d'"
            " order by ordinal limit %s) b",
            [document_id, first, count],
        )
        if last is None:
            return None
        rows = conn.execute(
            b"select *, other_document_id::text as other_id from comparable_passages(%s, %s, %s)",
            [document_id, first, count],
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
