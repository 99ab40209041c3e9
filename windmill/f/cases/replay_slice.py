# requirements: database
"""A slice of a replay: reads the answers that are there, holds them against those of then, asks the next turns, and starts the slice after it.

It waits for nothing, as a slice of a run of cases; where a shadow has nothing to do, f/cases/start_due starts its next slice. In: the replay, and
how many slices it has had. Out: how many turns are asked and compared.
"""

from __future__ import annotations

import json
from typing import Any

from f.cases import replays
from f.cases.comparison import compared
from f.cases.runs import LONGEST_S, PAUSE_S, REPLAY_SLICE, start_slice
from f.common.database import Database, TenantDatabase
from f.common.failures import contain_errors

postgresql = dict[str, Any]
KEPT = ("outcome", "said", "sent", "citations", "calls", "usage", "model", "problem", "messages")
LATE: dict[str, Any] = {
    "outcome": "failed", "said": "", "sent": "", "citations": [], "calls": [], "usage": {}, "model": "", "problem": None, "messages": 0
}  # fmt: skip


@contain_errors
def main(run: str, tenant_id: str, passes: int, db: postgresql) -> dict[str, Any]:
    with Database.open(db) as database:
        tenant = database.of_tenant(tenant_id)
        if not tenant.value("select begin_replay_slice(%s, %s)", run, passes):
            return {"state": "gone", "reason": "the replay has ended, or another slice goes on with it"}
        done = compare_ended(tenant, run)
        state = tenant.value("select end_replay(%s)", run)
        started = ask_next(tenant, run) if state == "running" else 0
    if state == "running":
        start_slice(tenant_id, run, passes + 1, PAUSE_S, REPLAY_SLICE)
    return {"state": state, "compared": done, "asked": started}


def compare_ended(tenant: TenantDatabase, run: str) -> int:
    """Compares the answers that are there; returns how many. A turn that was erased meanwhile is no row any more."""
    rows = tenant.rows(
        "select *, asked_at < now() - make_interval(secs => %s) as late from running_replayed(%s)",
        LONGEST_S,
        run,
    )
    done = 0
    for row in rows:
        answer = LATE if row["late"] else replays.read_again(row["job"])
        if answer is None:
            continue
        was, now, message_usd = replays.reply_then(row), replays.reply_now(answer), float(row["message_usd"])
        found = compared(was, now, row["question"], message_usd)
        usd = {
            "model": now["cost_usd"],
            "meta": now["messages"] * message_usd,
            "model_then": was["cost_usd"],
            "meta_then": was["messages"] * message_usd,
        }
        tenant.value(
            "select end_replayed(%s, %s::jsonb, %s, %s, %s::jsonb)",
            row["job"],
            json.dumps({name: answer[name] for name in KEPT}, ensure_ascii=False, default=str),
            found.kinds,
            found.reasons,
            json.dumps(usd),
        )
        done += 1
    return done


def ask_next(tenant: TenantDatabase, run: str) -> int:
    """Asks as many turns as there is room for. One that can't be asked now is lost, and asked again."""
    rows = tenant.rows("select * from next_replayed(%s)", run)
    for row in rows:
        try:
            replays.ask_again(row)
        except (OSError, RuntimeError) as problem:
            print(f"turn {row['turn_id']} can't be asked now: {problem}")
    return len(rows)
