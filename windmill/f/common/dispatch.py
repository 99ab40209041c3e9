# requirements: database
"""Dispatches stored messages to runs of the chat flow, from inside Windmill: after a turn, and by the recovery schedule.

The ingress does the same from outside. Both claim messages in the database first, which decides who is next and whether there is room for
another run; so they never dispatch the same one at the same time, nor more than there is room for.
"""

from __future__ import annotations

from http.client import HTTPException

from f.common.database import Database
from f.common.windmill import FLOW, job_id, start_flow


def dispatch(
    database: Database, job_id_key: str, contact_id: str | None = None, batch: int = 100
) -> list[str]:
    """Starts the runs that there is room for (of one contact, or of all); returns their ids."""
    rows = database.rows("select * from claim_dispatches(%s, interval '30 seconds', %s)", batch, contact_id)
    started = []
    for row in rows:
        key = (row["phone_number_id"], row["message_id"], row["dispatch_no"])
        job = job_id(job_id_key, *key)
        try:
            start_flow(FLOW, row["payload"], job)
        except (OSError, HTTPException, RuntimeError) as problem:
            database.rows(
                "select settle_dispatch(%s, %s, %s, false, interval '10 seconds', %s)", *key, str(problem)
            )
            print(f"the dispatch of a message failed and is tried again: {problem}")
            if isinstance(problem, RuntimeError):
                continue  # this message was refused; the others may not be
            break  # Windmill is not available: the others are claimed again when their lease ends
        database.rows("select settle_dispatch(%s, %s, %s, true)", *key)
        started.append(job)
    return started
