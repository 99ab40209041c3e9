"""Forgets people, and blanks the jobs that worked on their words.

Windmill keeps each job's arguments, result and log for up to a month. Blanking is one call for each job: it does not take a run's steps along.
"""

from __future__ import annotations

import json
import os
import urllib.error
from typing import TYPE_CHECKING, Any

from f.common.windmill import call_api, job_id

if TYPE_CHECKING:
    from f.common.database import Database


def erase(database: Database, contact_id: str, job_id_key: str) -> dict[str, Any]:
    """Deletes a person, then blanks every job that may show them. Out: messages, rows and jobs_blanked, as counts.

    The jobs are noted together with the deletion: what can't be blanked now, as a run that has not ended, clean_data blanks later.
    """
    own = os.environ.get("WM_JOB_ID")
    with database.transaction():
        erased = database.value("select erase_contact(%s::uuid)", contact_id)
        runs = runs_of(erased, job_id_key)
        database.value("select note_jobs(%s::uuid[], '0', %s)", sorted(runs), erased["tenant_id"])
    jobs = sorted((runs | set(erased["jobs"])) - {own})
    blanked = {job: _blank_now(job) for job in jobs}
    database.value(
        "select forget_jobs(%s::uuid[])", [job for job, count in blanked.items() if count is not None]
    )
    return {
        "messages": len(erased["messages"]),
        "rows": erased["rows"],
        "jobs_blanked": sum(count or 0 for count in blanked.values()),
    }


def _blank_now(job: str) -> int | None:
    """As blank(); also None where Windmill does not answer."""
    try:
        return blank(job)
    except (OSError, RuntimeError) as error:
        print(f"job {job} is blanked later: {error}")
        return None


def runs_of(found: dict[str, Any], job_id_key: str) -> set[str]:
    """Every run that a message ever had: each time it was dispatched it got a new one. `found`: as erase_contact returns it."""
    runs = {*found["runs"], *found["turn_runs"]}
    for message in found["messages"]:
        for dispatch_no in range(message["dispatch_no"] + 1):
            runs.add(job_id(job_id_key, message["phone_number_id"], message["message_id"], dispatch_no))
    return runs


def blank(run: str) -> int | None:
    """Deletes the data of a run, of each step of it, and of the scripts and flows that it called as tools; the number of jobs that had any. None:
    not all of them have ended yet."""
    found = call("GET", f"jobs_u/get/{run}")
    if found is None:
        return 0
    below = call("GET", f"jobs/list?parent_job={run}&per_page=1000") or []
    if any(job.get("type") != "CompletedJob" for job in (found, *below)):
        return None
    flows = [blank(job["id"]) for job in below if job.get("job_kind") == "flow"]
    if None in flows:
        return None
    others = [job["id"] for job in below if job.get("job_kind") != "flow"]
    blanked = [call("POST", f"jobs/completed/delete/{job}") for job in (*others, run)]
    return sum(count or 0 for count in flows) + sum(answer is not None for answer in blanked)


def call(method: str, path: str) -> Any:
    """What Windmill answers to this job's token; None where there is no such job."""
    try:
        text = call_api(method, path).decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise RuntimeError(f"Windmill did not answer {method} {path}: HTTP {error.code}") from None
    return json.loads(text) if text.startswith(("[", "{")) else text
