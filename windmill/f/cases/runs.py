# requirements: database
"""Begins runs of a chatbot's cases, and starts the slices of these and of replays: each of a moment, and it starts the next one, so that no worker
waits for an answer."""

from __future__ import annotations

from f.common.database import Connection, as_tenant, one
from f.common.windmill import start_script

SLICE = "f/cases/run_slice"
REPLAY_SLICE = "f/cases/replay_slice"
PAUSE_S = 1  # until the next slice looks again
LONGEST_S = 900  # of one dry run
# A form's defaults are for people: what starts a script names its resources.
DATABASE = {"db": "$res:f/chatbot/database"}
RESOURCES = {
    SLICE: {
        **DATABASE,
        "llm": "$res:f/chatbot/llm",
        "settings": "$res:f/chatbot/settings",
        "master_key": "$var:f/chatbot/master_key",
    },
    REPLAY_SLICE: DATABASE,
}


def begin_run(
    conn: Connection,
    tenant_id: str,
    phone_number_id: str,
    why: str,
    version: str = "",
    person: str | None = None,
) -> str | None:
    """Starts asking all enabled cases of a chatbot with what is live (''), or with its draft; returns the run's id. None: it has no case."""
    with as_tenant(conn, tenant_id):
        run = one(
            conn, "select begin_case_run(%s, %s, %s, %s)::text", [phone_number_id, why, version, person]
        )
    if run:
        start_slice(tenant_id, run, 0)
    return run


def start_slice(tenant_id: str, run: str, passes: int, in_s: int = 0, script: str = SLICE) -> None:
    """Starts the next slice. One that can't be started now is, by f/cases/start_due."""
    try:
        start_script(
            script, {**RESOURCES[script], "run": run, "tenant_id": tenant_id, "passes": passes}, in_s
        )
    except (OSError, RuntimeError, KeyError) as problem:
        print(f"the slice of run {run} can't be started now: {problem}")
