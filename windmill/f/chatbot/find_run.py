# requirements: database
"""Finds a customer's runs: from a message id, a phone number, a user id, a run's id or a contact's id.

Out: the newest 50 messages with their runs, links to the runs' pages and to the jobs of scripts that they called as tools, and the conversation
each belongs to, newest first.
A message that was dispatched again has several run ids; the last one is shown.
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill import run_id

postgresql = dict[str, Any]


@contain_errors
def main(words: str, db: postgresql) -> list[dict[str, Any]]:
    if not words.strip():
        raise ValueError(
            "Say what to look for: a message id, a phone number, a user id, or the id of a run or contact"
        )
    with Database.open(db) as database:
        # The number that was looked for stands in this job's arguments: for a day.
        database.value("select note_jobs(array[%s::uuid], '1 day')", run_id())
        rows = database.rows("select * from find_runs(%s)", words)
    return [shown(row) for row in rows]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Ids and states only: the words of the conversation are in the run."""
    jobs = row.pop("jobs") or []
    columns = {name: str(value) if value is not None else None for name, value in row.items()}
    if columns["run_id"]:
        columns["run"] = link(columns["run_id"])
    return columns | {"tools": {f"{each['tool']} {each['job']}": link(each["job"]) for each in jobs}}


def link(job: str) -> str:
    """The job's page in Windmill."""
    return f"{os.environ.get('WM_BASE_URL', '')}/run/{job}?workspace={os.environ.get('WM_WORKSPACE', '')}"
