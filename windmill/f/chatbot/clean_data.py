# requirements: database
"""Every minute: blanks jobs that hold words of people or files, and takes out what a tenant's plan does not keep so long.

The portal's jobs are blanked some minutes after they have ended, those of an upload after one; those of people who were forgotten as soon as
they have ended. Windmill itself keeps a job's arguments, result and log for up to a month.
In: nothing. Out: how many jobs were blanked, how many have not ended yet, how many rows were emptied or deleted.
"""

from __future__ import annotations

import time
from typing import Any

from f.common.database import Database
from f.common.erasure import blank, runs_of
from f.common.failures import contain_errors

postgresql = dict[str, Any]
BATCH = 50
SECONDS = 40  # the next run begins after a minute


@contain_errors
def main(db: postgresql, job_id_key: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    with Database.open(db) as database:
        expired = 0
        while time.monotonic() < deadline:
            with database.transaction():
                due = database.value("select claim_expiry()")
                if due is None:
                    break
                runs = sorted(runs_of(due, job_id_key))
                database.value("select note_jobs(%s::uuid[], '0', %s)", runs, due["tenant_id"])
                expired += database.value("select expire_data(%s)", due["tenant_id"])
        return {**blank_due(database, deadline), "expired": expired}


def blank_due(database: Database, deadline: float) -> dict[str, int]:
    """Blanks the jobs that are due, and forgets their ids."""
    done = waiting = 0
    while time.monotonic() < deadline:
        jobs = [str(row["job"]) for row in database.rows("select claim_jobs(%s) as job", BATCH)]
        ended = [job for job in jobs if blank(job) is not None]
        database.value("select forget_jobs(%s::uuid[])", ended)
        done += len(ended)
        waiting += len(jobs) - len(ended)
        if len(jobs) < BATCH:
            break
    return {"blanked": done, "not_ended": waiting}
