# requirements: database
"""Finds a customer's runs: from a message id, a phone number, a user id, a run's id or a contact's id.

Out: the newest 50 messages with their runs, links to the runs' pages, and the conversation each belongs to, newest first.
A run that was dispatched again has several ids; the one that worked last is shown.
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import connect

postgresql = dict[str, Any]


def main(words: str, db: postgresql) -> list[dict[str, Any]]:
    if not words.strip():
        raise ValueError(
            "Say what to look for: a message id, a phone number, a user id, or the id of a run or contact"
        )
    with connect(db) as conn:
        rows = conn.execute(b"select * from find_runs(%s)", [words]).fetchall()
    return [shown(row) for row in rows]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Ids and states only: what was said stands in the run and in the conversation."""
    found = {name: str(value) if value is not None else None for name, value in row.items()}
    if found["run_id"]:
        base = os.environ.get("WM_BASE_URL", "")
        found["run"] = f"{base}/run/{found['run_id']}?workspace={os.environ.get('WM_WORKSPACE', '')}"
    return found
