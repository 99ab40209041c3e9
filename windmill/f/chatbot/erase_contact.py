# requirements: database
"""Forgets a person: the contact, the conversation, the stored messages, and the data of every past job that worked on them.

This can't be undone. The contact's id comes from find_run. Out: how much was deleted. Refused while a turn with the person is open.
Jobs are blanked one by one, each step by its own id, because Windmill does not delete a run's steps with the run.
"""

from __future__ import annotations

import json
import urllib.error
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.windmill import call_api, job_id

postgresql = dict[str, Any]


@contain_errors
def main(contact_id: str, db: postgresql, job_id_key: str) -> dict[str, Any]:
    # One transaction: when a job can't be blanked, the rows that lead to it are still there for the next try.
    with Database.open(db) as database, database.transaction():
        erased = database.value("select erase_contact(%s::uuid)", contact_id)
        blanked = sum(blank(run) for run in sorted(runs_of(erased, job_id_key)))
    return {
        "contact_id": contact_id,
        "messages": len(erased["messages"]),
        "rows": erased["rows"],
        "jobs_blanked": blanked,
    }


def runs_of(erased: dict[str, Any], job_id_key: str) -> set[str]:
    """Every run that a message ever had: each time it was dispatched it got a new one."""
    runs = {*erased["runs"], *erased["turn_runs"]}
    for message in erased["messages"]:
        for dispatch_no in range(message["dispatch_no"] + 1):
            runs.add(job_id(job_id_key, message["phone_number_id"], message["message_id"], dispatch_no))
    return runs


def blank(run: str) -> int:
    """Deletes the data of a run and of each step of it; the number of jobs that had any."""
    steps = call("GET", f"jobs/list?parent_job={run}&per_page=1000") or []
    return sum(
        call("POST", f"jobs/completed/delete/{job}") is not None
        for job in [*(step["id"] for step in steps), run]
    )


def call(method: str, path: str) -> Any:
    """What Windmill answers to this job's token; None where there is no such job."""
    try:
        text = call_api(method, path).decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise RuntimeError(f"Windmill did not answer {method} {path}: HTTP {error.code}") from None
    return json.loads(text) if text.startswith(("[", "{")) else text
