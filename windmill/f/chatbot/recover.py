# no_postinstall
# requirements: traces
"""Every minute: picks up messages that nobody works on, so that none waits for ever.

Covers a lost ingress, cancelled runs and lost workers, which neither a step nor the failure handler ever sees. A conversation that six runs
could not answer is given up: the customer gets the words for a failure, and the next message is answered. Sends parts again that failed
after Meta had accepted them, closes requests to approve a tool's call that nobody has decided in time, tells
customers who wait because many write at once, takes back versions that do worse for their share of the customers than what is live, sends
critical notifications to tenants' webhooks, chains the records of service statements, and deletes old rows.
In: nothing. Out: how many messages were stranded and dispatched, statuses applied, conversations given up, shares taken back, parts sent, turns
traced, records chained, rows deleted.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from f.chatbot.wait_notices import queue_wait_notices
from f.common.database import Database
from f.common.dispatch import dispatch
from f.common.failures import contain_errors
from f.common.windmill import job_id, job_state, run_id, workers_of_tags

if TYPE_CHECKING:
    from f.common.shapes import Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_settings = dict[str, Any]
BATCH = 50
RECORDS = 2000  # of each number
SECONDS = 40  # the next run begins after a minute


@contain_errors
def main(
    db: postgresql, whatsapp: c_whatsapp, settings: c_settings, master_key: str, job_id_key: str
) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    resources: Resources = {"whatsapp": whatsapp, "settings": settings, "master_key": master_key}
    with Database.open(db) as database:
        stranded = database.rows("select * from stranded_messages(200)")
        lost = [[m["phone_number_id"], m["message_id"]] for m in stranded if is_lost(m, job_id_key)]
        if lost:
            database.value("select requeue_messages(%s::text[])", lost)
        given_up = give_up(database, resources)
        expired = database.value("select expire_approvals(%s)", 200)
        started: list[str] = []
        while time.monotonic() < deadline:
            now = dispatch(database, job_id_key, batch=BATCH)
            started += now
            if len(now) < BATCH:
                break
        applied = database.value("select apply_events(%s)", 1000)
        account_events = database.value("select apply_account_events(%s)", 1000)
        deleted = database.value("select clean_inbox() + clean_whatsapp()")
        notified = notify(database, resources)
        wait_notices = queue_wait_notices(database)
        sent = send_due_parts(database, resources, deadline)
        traced = trace(database, settings, deadline)
        chained = chain(database, deadline)
        past = take_past(database, deadline)
        workers = look_at_workers()
        database.value("select report_recovery(%s::jsonb)", json.dumps(workers) if workers else None)
        taken_back = database.value("select take_back_shares()")  # it may take long, and nobody waits for it
    idle = [tag for tag, seen in workers.items() if not seen["has_worker"]]
    alert_idle_tags(idle, settings, master_key)
    return {
        "stranded": len(stranded),
        "requeued": len(lost),
        "given_up": given_up,
        "approvals_expired": expired,
        "started": started,
        "statuses_applied": applied,
        "account_events_applied": account_events,
        "past_events_applied": past,
        "shares_taken_back": taken_back,
        "notified": notified,
        "wait_notices": wait_notices,
        "sent": sent,
        "traced": traced,
        "chained": chained,
        "deleted": deleted,
        "tags_without_worker": idle,
    }


def is_lost(message: dict[str, Any], job_id_key: str) -> bool:
    """Whether no run is left that answers a message. A run that is queued or at work does it by itself."""
    if message["state"] == "waiting" or message["overdue"]:
        return True
    run = message["run_id"]
    if message["state"] == "dispatched":
        run = job_id(job_id_key, message["phone_number_id"], message["message_id"], message["dispatch_no"])
    return job_state(str(run)) in ("completed", "unknown")


def take_past(database: Database, deadline: float) -> int:
    """Brings what was said on the phones of new numbers into the inbox, an event a transaction; what is left waits for the next minute."""
    count = 0
    while time.monotonic() < deadline and database.value("select apply_past_event()"):
        count += 1
    return count


def give_up(database: Database, resources: Resources) -> int:
    """Tells the customers of the conversations that every run died over, and closes their turns."""
    count = 0
    while count < 20 and database.value("select give_up(%s)", run_id()):
        from f.agent.turn import Turn
        from f.chatbot.on_failure import release  # with it comes all that sending needs

        turn = Turn(database, database.value("select find_turn(%s)", run_id()), resources)
        print(release(turn, "given up: every run that tried died", "lost"))
        count += 1
    return count


def notify(database: Database, resources: Resources) -> int:
    """Tells tenants of critical notifications, and of handoffs that did not reach them or that nobody has answered; asks staff whose step died
    before it had asked them about a tool's call. How many there were."""
    database.value("select tell_handoffs_again()")
    waiting = database.rows("select * from claim_notifications(20)")
    handoffs = database.rows("select * from claim_handoff_notices(20)")
    if waiting or handoffs:
        from f.whatsapp.alerts import post_all, tell_handoffs

        post_all(database, waiting, resources["settings"], resources["master_key"])
        tell_handoffs(database, handoffs, resources)
    from f.whatsapp.approval_notice import ask_phones

    return len(waiting) + len(handoffs) + ask_phones(database, resources)


def trace(database: Database, settings: c_settings, deadline: float) -> int:
    """Sends the traces of turns that are closed, where a collector is named; returns how many."""
    if not settings.get("otlp_endpoint"):
        return 0
    from f.chatbot.traces import send_traces

    return send_traces(database, settings, deadline)


def chain(database: Database, deadline: float) -> int:
    """Puts the new records of what was served into the chains of their numbers; returns how many."""
    count = 0
    while now := database.value("select chain_records(%s)", RECORDS):
        count += now
        if time.monotonic() > deadline:
            break
    return count


def look_at_workers() -> dict[str, dict[str, Any]]:
    """What Windmill says of the workers of each tag; nothing where it does not answer."""
    try:
        return workers_of_tags()
    except OSError as problem:
        print(f"it is not known which workers there are: {problem}")
        return {}


def alert_idle_tags(idle: list[str], settings: c_settings, master_key: str) -> None:
    """Tells the operator every ten minutes of the tags that no worker takes: their jobs wait for ever without a word."""
    if idle and settings.get("alert_webhook_url") and time.gmtime().tm_min % 10 == 0:
        from f.whatsapp.alerts import alert_operator

        names = ", ".join(idle)
        alert_operator(settings, master_key, f"No worker takes jobs with the tags {names}: they wait")


def send_due_parts(database: Database, resources: Resources, deadline: float) -> dict[str, int]:
    """Sends notices of waits, and parts again that a status has called failed, as far as the error table asks for it."""
    wait = database.value("select next_retry()")
    if wait is None or time.monotonic() + wait > deadline:
        return {}
    from f.whatsapp.retries import send_due

    return send_due(database, resources, deadline)
