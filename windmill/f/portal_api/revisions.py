# requirements: database
"""Two people who edit the same row: the one who saves last is refused where the row is not the one that they began with, and decides anew.

A row's revision is a digest of what an editor changes. It travels with the row to the page, and comes back as `was` when the page saves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from f.common.database import Connection
from f.common.portal_request import Fields, Refused, not_found


def revision(columns: Iterable[str]) -> str:
    """The SQL of a row's revision, as a column of that name."""
    return f"md5(row({', '.join(columns)})::text) as revision"


def refuse_overwriting(
    conn: Connection, fields: Fields, row: dict[str, Any] | None, table: str, subject: str
) -> None:
    """Refuses what would undo a change that this editor has not seen. `row`: what stands there now, with its revision. `subject`: what the
    audit log calls it. A request without `was` overwrites: nothing was there when it began."""
    was = fields.get("was")
    if not was or (row is not None and row["revision"] == was):
        return
    if row is None:
        raise not_found()
    by = conn.execute(
        b"select person from audit_log where tenant_id = current_tenant() and subject = %s and action like %s order by id desc limit 1",
        [subject, f"{table}.%"],
    ).fetchone()
    raise Refused("settings_changed", person=by["person"] if by else "?")
