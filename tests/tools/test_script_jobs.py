"""What is said of a script's job that did not end in time, by what Windmill shows of it after the cancel."""

from __future__ import annotations

from typing import Any

import pytest

from f.tools import script_jobs
from f.tools.live_tools import ToolError
from f.tools.script_jobs import Job, stopped

WAITS: dict[str, Any] = {"type": "QueuedJob", "running": False, "canceled": False}
MARKED, RUNS = {**WAITS, "canceled": True}, {**WAITS, "running": True, "canceled": True}
STARTED = {"started_at": "2026-11-30T08:00:00Z"}
CANCELED = {"error": {"name": "Canceled", "message": "Job canceled: it did not end in time by admin"}}
OVER: dict[str, Any] = {
    "type": "CompletedJob",
    "job_kind": "script",
    "success": False,
    "canceled": True,
    "result": CANCELED,
}
UNRUN = "Unexpected error during job execution:\nJsonErr: Job canceled: it did not end in time by admin"
RETRIED = "job=1 tag=tools\nRestarted job after not receiving job's ping for too long"
NOT_RUN, CUT_OFF, OPEN = "was not run", "did not end in time and was stopped", "did not end in time"
SAID = {
    "it waits with the mark, for nobody": ([MARKED], NOT_RUN),
    "it was ended in the queue": ([{**OVER, "logs": "canceled by admin: (force cancel: false)"}], NOT_RUN),
    "the mark comes late": ([WAITS, None, OSError("down"), MARKED], NOT_RUN),
    "a worker took it, and ended it for its mark": ([{**OVER, **STARTED, "logs": UNRUN}], NOT_RUN),
    "a flow was ended, maybe in its steps": (
        [{**OVER, **STARTED, "job_kind": "flow", "logs": UNRUN}],
        CUT_OFF,
    ),
    "it failed in its work": ([{**OVER, **STARTED, "logs": f"job=1 tag=tools\n{UNRUN}"}], CUT_OFF),
    "it was cut off": ([RUNS, {**OVER, **STARTED}], CUT_OFF),
    "its worker was lost before": ([{**MARKED, "logs": RETRIED}], CUT_OFF),
    "it goes on": ([{**RUNS, **STARTED}], OPEN),
    "the mark does not come": ([WAITS], OPEN),
    "it may still be sent": ([None], OPEN),
    "Windmill is down": ([OSError("down")], OPEN),
}


@pytest.mark.parametrize(("shown", "words"), SAID.values(), ids=SAID)
def test_a_job_that_did_not_end_in_time(
    shown: list[Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ToolError) as said:
        stop(shown, monkeypatch)
    problem = said.value
    assert str(problem).startswith(f"refund_order {words}") and str(problem).count("stopped") == words.count(
        "stopped"
    )
    assert (problem.begun, problem.is_final) == (words != NOT_RUN, words != OPEN) and not problem.by_tool


def test_what_ends_before_the_cancel_comes_has_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {"type": "CompletedJob", "success": True, "result": "refunded", **STARTED}
    assert stop([RUNS, ended], monkeypatch) == "refunded"


def stop(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """As stopped(), where Windmill shows these one after the other, and the last one from then on."""
    left = iter(shown)

    def read(job: str, timeout: float) -> dict[str, Any] | None:
        found = next(left, shown[-1])
        if isinstance(found, OSError):
            raise found
        return found

    monkeypatch.setattr(script_jobs, "read_job", read)
    monkeypatch.setattr(script_jobs, "cancel", lambda *_: None)
    monkeypatch.setattr(script_jobs, "no_worker", lambda: False)
    monkeypatch.setattr(script_jobs, "ENDING_S", 0.2)
    return stopped(Job("id", "refund_order"), "it did not end in time")
