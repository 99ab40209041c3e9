# requirements:
# psycopg[binary]==3.3.9
"""Every minute: picks up what nobody works on, so that no stored message waits for ever.

Covers a lost ingress, cancelled runs and lost workers, which neither a step nor the failure handler ever sees.
In: nothing. Out: how many messages were stranded, handed over, and how many statuses were applied.
"""

from __future__ import annotations

from typing import Any

from f.common.database import connect
from f.common.handover import hand_over
from f.common.windmill import job_id, job_state

postgresql = dict[str, Any]


def main(db: postgresql, job_id_key: str) -> dict[str, Any]:
    with connect(db) as conn:
        stranded = conn.execute(b"select * from stranded_messages(200)").fetchall()
        # A run that is still queued or at work gets on with it by itself; only the lease of a turn overrules that.
        lost = [m for m in stranded if m["state"] != "handed_over" or is_over(m, job_id_key)]
        if lost:
            conn.execute(
                b"select requeue_messages(%s)", [[[m["phone_number_id"], m["message_id"]] for m in lost]]
            )
        started = hand_over(conn, job_id_key)
        applied = conn.execute(b"select apply_events(1000) as settled").fetchone()
    return {
        "stranded": len(stranded),
        "requeued": len(lost),
        "started": started,
        "statuses_applied": applied and applied["settled"],
    }


def is_over(message: dict[str, Any], job_id_key: str) -> bool:
    """Whether the run that a message was handed over to is no longer there to answer it."""
    run = job_id(job_id_key, message["phone_number_id"], message["message_id"], message["handover"])
    return job_state(run) in ("completed", "unknown")
