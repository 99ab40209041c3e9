# requirements: database
"""Every two minutes: asks the cases of chatbots whose knowledge, tools or settings have changed, and of all once a night; goes on with runs
and replays whose slice was lost.

What is red then, the portal's bell tells. In: nothing. Out: the runs that were begun, and those that go on.
"""

from __future__ import annotations

from typing import Any

from f.cases.runs import REPLAY_SLICE, begin_run, start_slice
from f.common.database import as_tenant, connect, one
from f.common.failures import contain_errors

postgresql = dict[str, Any]
RUNS = 2  # at once, of all tenants


@contain_errors
def main(db: postgresql) -> dict[str, Any]:
    """Each call claims what is due, so that two at once begin nothing twice."""
    begun, skipped = [], 0
    with connect(db) as conn:
        lost = conn.execute(b"select run_id::text, tenant_id::text, pass from lost_case_runs()").fetchall()
        for row in lost:
            start_slice(row["tenant_id"], row["run_id"], row["pass"])
        replays = conn.execute(
            b"select replay_id::text as run_id, tenant_id::text, pass from lost_replays()"
        ).fetchall()
        for row in replays:
            start_slice(row["tenant_id"], row["run_id"], row["pass"], script=REPLAY_SLICE)
        due = conn.execute(
            b"select phone_number_id, tenant_id::text, why from claim_due_cases(%s)", [RUNS]
        ).fetchall()
        for row in due:
            with as_tenant(conn, row["tenant_id"]):
                spent = one(conn, "select tenant_usage() ->> 'reached'", [])
            if spent:  # every case would be red: the bot answers nothing for the rest of the month
                skipped += 1
                continue
            begun.append(begin_run(conn, row["tenant_id"], row["phone_number_id"], row["why"]))
    return {
        "begun": [run for run in begun if run],
        "skipped": skipped,
        "went_on": [row["run_id"] for row in (*lost, *replays)],
    }
