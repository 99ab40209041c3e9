# requirements: whatsapp
"""Every minute: picks up what nobody works on, so that no stored message waits for ever.

Covers a lost ingress, cancelled runs and lost workers, which neither a step nor the failure handler ever sees. What six runs could not
answer is given up: the customer is told, and the conversation goes on. Parts that failed after Meta had accepted them go out again,
tenants' webhooks are told what is critical, and old rows are deleted.
In: nothing. Out: how many messages were stranded and dispatched, statuses applied, conversations given up, parts sent again, rows deleted.
"""

from __future__ import annotations

import time
from typing import Any

from f.common.database import Connection, connect, one
from f.common.dispatch import dispatch
from f.common.windmill import job_id, job_state, run_id

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_settings = dict[str, Any]
BATCH = 50
SECONDS = 40  # the next run begins after a minute


def main(
    db: postgresql, whatsapp: c_whatsapp, settings: c_settings, master_key: str, job_id_key: str
) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    with connect(db) as conn:
        stranded = conn.execute(b"select * from stranded_messages(200)").fetchall()
        lost = [[m["phone_number_id"], m["message_id"]] for m in stranded if is_lost(m, job_id_key)]
        if lost:
            one(conn, "select requeue_messages(%s::text[])", [lost])
        given_up = give_up(conn, whatsapp, settings, master_key)
        started: list[str] = []
        while time.monotonic() < deadline:
            now = dispatch(conn, job_id_key, batch=BATCH)
            started += now
            if len(now) < BATCH:
                break
        applied = one(conn, "select apply_events(%s)", [1000])
        noticed = one(conn, "select apply_account_events(%s)", [1000])
        deleted = one(conn, "select clean_inbox() + clean_whatsapp()", [])
        told = tell(conn, settings)
        again = send_again(conn, whatsapp, master_key, deadline)
    return {
        "stranded": len(stranded),
        "requeued": len(lost),
        "given_up": given_up,
        "started": started,
        "statuses_applied": applied,
        "account_events_applied": noticed,
        "told": told,
        "sent_again": again,
        "deleted": deleted,
    }


def is_lost(message: dict[str, Any], job_id_key: str) -> bool:
    """Whether nobody is left to answer a message. A run that is queued or at work gets on with it by itself."""
    if message["state"] == "waiting" or message["overdue"]:
        return True
    run = message["run_id"]
    if message["state"] == "dispatched":
        run = job_id(job_id_key, message["phone_number_id"], message["message_id"], message["dispatch_no"])
    return job_state(str(run)) in ("completed", "unknown")


def give_up(conn: Connection, whatsapp: c_whatsapp, settings: c_settings, master_key: str) -> int:
    """Tells the customers of the conversations that every run died over, and closes their turns."""
    count = 0
    while count < 20 and one(conn, "select give_up(%s)", [run_id()]):
        from f.chatbot.on_failure import release  # with it comes all that sending needs

        context = one(conn, "select find_turn(%s)", [run_id()])
        why = "given up: every run that tried died"
        print(release(conn, context, whatsapp, master_key, why, "lost", settings))
        count += 1
    return count


def tell(conn: Connection, settings: c_settings) -> int:
    """Tells the tenants' webhooks what is critical; returns how many notifications there were to tell."""
    waiting = conn.execute(b"select * from claim_notifications(20)").fetchall()
    if waiting:
        from f.whatsapp.alerts import tell_all

        tell_all(conn, waiting, settings)
    return len(waiting)


def send_again(conn: Connection, whatsapp: c_whatsapp, master_key: str, deadline: float) -> dict[str, int]:
    """Sends parts again that a status has called failed, as far as the error table asks for it."""
    wait = one(conn, "select next_retry()", [])
    if wait is None or time.monotonic() + wait > deadline:
        return {}
    from f.whatsapp.retries import send_due

    return send_due(conn, whatsapp, master_key, deadline)
