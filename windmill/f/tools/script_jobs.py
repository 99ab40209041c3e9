"""Scripts and flows of Windmill as tools: what each says of itself, and a run of one as a job of its own.

The jobs have workers of their own tag: a turn that waits for one never takes the worker that it waits for. A job's id follows from the call (a
keyed hash, because anyone who knows a job id can read the job), so a call that is made again finds the first one's job and runs nothing twice.
Standard library only.
"""

from __future__ import annotations

import hmac
import json
import math
import re
import time
import urllib.error
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from f.common.problems import Problem
from f.common.windmill import call_api, read_job, run_id
from f.tools.live_tools import ToolError

FOLDER = "f/tenant_tools/"
OWN_FOLDER = re.compile(rf"(?:{FOLDER})?([a-z][a-z0-9_]{{0,30}})/?")
TAG = "tools"  # of f/common/windmill.TAGS
PATIENCE_S = 1.0  # a job that waits for longer may wait for a worker that is not there
POLLS_S = (0.03, 0.5)  # the first wait between two looks at a job, and the longest
ENDING_S = 3.0  # how long a job that was cancelled is waited for
ANSWER_S = 10.0  # for one request to Windmill
SPARE_S = 5  # Windmill ends a job by itself so long after the turn would have: for a turn that died
# What Windmill says of a run that its script did not end itself: its own kinds of errors end so, those of languages in Error or Exception.
BROKEN = re.compile(r"\w*Err|Canceled")
THERE_ALREADY = ("already exists", "queue_pkey")
# How the log of a job begins that a worker has ended before it ran.
UNRUN = "Unexpected error during job execution:"


class Definition(NamedTuple):
    """A script or flow as Windmill has it now. `schema`: of its parameters."""

    summary: str
    description: str
    schema: dict[str, Any]

    @property
    def words(self) -> str:
        """What the model reads of it."""
        return "\n".join(filter(None, (self.summary.strip(), self.description.strip())))


class Job(NamedTuple):
    """What is to run: a script or flow under the job's id. `name`: the tool's, for sentences. One that is only asked about needs no path."""

    id: str
    name: str
    path: str = ""
    is_flow: bool = False


def own_folder(text: str) -> str | None:
    """The folder of f/tenant_tools that is to be one tenant's own, by its name or its path; None for no text. Raises Problem."""
    named = OWN_FOLDER.fullmatch(text.strip())
    if text.strip() and (named is None or named[1] == "shared"):
        raise Problem("tool_folder_invalid")
    return named[1] if named else None


def call_id(key: str, digest: bytes) -> str:
    """The id of the job that makes the call with this digest."""
    made = hmac.digest(key.encode(), b"tool/" + digest.hex().encode(), "sha256")
    return str(uuid.UUID(bytes=made[:16], version=4))


def read_definition(path: str, is_flow: bool) -> Definition | None:
    """None: Windmill has no such script or flow (any more), or this job's owner may not read it. Raises OSError."""
    try:
        found = json.loads(
            call_api("GET", f"{'flows/get' if is_flow else 'scripts/get/p'}/{path}", timeout=ANSWER_S)
        )
    except urllib.error.HTTPError as refused:
        if refused.code in (401, 403, 404):
            return None
        raise
    if found.get("archived") or found.get("deleted"):
        return None
    schema = found.get("schema")
    return Definition(
        str(found.get("summary") or ""),
        str(found.get("description") or ""),
        schema if isinstance(schema, dict) else {},
    )


def list_definitions(folders: list[str]) -> list[dict[str, Any]]:
    """The scripts and flows of these folders of f/tenant_tools: {path, is_flow, summary} each. Raises OSError."""
    found = []
    for folder in folders:
        for kind in ("scripts", "flows"):
            query = urlencode({"path_start": f"{FOLDER}{folder}/", "per_page": 1000})
            for each in json.loads(call_api("GET", f"{kind}/list?{query}", timeout=ANSWER_S)):
                if each.get("kind", "script") == "script" and not each.get("archived"):
                    summary = str(each.get("summary") or "")
                    found.append({"path": each["path"], "is_flow": kind == "flows", "summary": summary})
    return sorted(found, key=lambda each: each["path"])


def run_job(job: Job, arguments: dict[str, Any], seconds: float, leave: bool = False) -> Any:
    """Runs it, unless the job is there already; its result. `leave`: as of result_of. Raises ToolError."""
    deadline = time.monotonic() + seconds
    start(job, arguments, seconds)
    return result_of(job, deadline, leave)


def start(job: Job, arguments: dict[str, Any], seconds: float) -> None:
    """Raises ToolError where the job is not there. Where Windmill does not answer, nobody knows yet whether it is."""
    query = urlencode(
        {
            "job_id": job.id,
            "tag": TAG,
            "timeout": math.ceil(seconds) + SPARE_S,
            "parent_job": run_id(),
            "root_job": run_id(),
        }
    )
    try:
        call_api(
            "POST", f"jobs/run/{'f' if job.is_flow else 'p'}/{quote(job.path)}?{query}", arguments, ANSWER_S
        )
    except urllib.error.HTTPError as refused:
        words = refused.read().decode(errors="replace")
        if refused.code == 400 and any(known in words for known in THERE_ALREADY):
            return
        if refused.code == 404:
            raise ToolError(
                f"{job.name} was not run: {job.path} does not exist in Windmill any more"
            ) from None
        raise ToolError(
            f"{job.name} was not run: Windmill refused it: HTTP {refused.code} {words[:200]}"
        ) from None
    except OSError as problem:
        if isinstance(getattr(problem, "reason", problem), ConnectionRefusedError):
            raise ToolError(f"{job.name} was not run: Windmill does not answer") from None


def result_of(job: Job, deadline: float, leave: bool = False) -> Any:
    """Waits for the job's end; its result. One that does not end in time is stopped, or left as it is because somebody asks again. Raises
    ToolError."""
    started = looked = False
    begun = time.monotonic()
    for now in moments(deadline):
        state = look(job)
        started = started or bool(state and state.get("started"))
        if state and state.get("completed"):
            return stopped(job, "it is over") if was_cancelled(state) else outcome(job, state)
        if not started and not looked and now - begun > PATIENCE_S:
            looked = True
            if no_worker():
                break
    if leave:
        raise ToolError(f"{job.name} has not ended yet", begun=True)
    return stopped(job, "it did not end in time" if started else "no worker took it in time")


def stopped(job: Job, reason: str) -> Any:
    """Cancels the job until Windmill shows that it is over; its result, if it ended meanwhile. Raises ToolError.

    Windmill marks a job that has a parent, and whoever takes it later ends it without running it: one that waits with that mark is over, too.
    Of one that was cut off in its work nobody will know; of one that goes on, or of which Windmill says nothing, somebody may ask again.
    """
    for _ in moments(time.monotonic() + ENDING_S):
        cancel(job, reason)
        try:
            found = read_job(job.id, ANSWER_S)
        except (OSError, ValueError):
            continue
        if found is None:  # a request to start it may still be under way
            continue
        ended = found.get("type") == "CompletedJob"
        if ended and not was_cancelled(found):
            return outcome(job, found)
        if not ended and (found.get("running") or not found.get("canceled")):
            continue
        if has_run(found):
            raise ToolError(f"{job.name} did not end in time and was stopped", begun=True, is_final=True)
        why = "no worker took it in time"
        if no_worker():
            why = f"no worker takes jobs with the tag `{TAG}`: the operator must start one"
        raise ToolError(f"{job.name} was not run: {why}", is_final=True)  # its id is used up
    raise ToolError(f"{job.name} did not end in time", begun=True)


def has_run(found: dict[str, Any]) -> bool:
    """Whether a job that is over may have done something. Of one whose worker was lost Windmill forgets the start, and keeps the log; a script that
    a worker took and ended for its mark has a start, and a log without the worker's first line. A flow's log never has that line."""
    log = str(found.get("logs") or "").strip()
    if log.startswith(UNRUN) and found.get("job_kind") == "script":
        return False
    return bool(found.get("started_at")) or not (log == "" or log.startswith("canceled by"))


def moments(deadline: float) -> Iterator[float]:
    """The moments at which to look: soon at first, ever less often, once more at the deadline."""
    pause, longest = POLLS_S
    while True:
        now = time.monotonic()
        yield now
        if now >= deadline:
            return
        time.sleep(max(min(pause, deadline - now), 0.01))
        pause = min(pause * 1.4, longest)


def look(job: Job) -> dict[str, Any] | None:
    """{started, completed, success, result} of a job; None where Windmill does not answer, or does not know it."""
    try:
        found: dict[str, Any] = json.loads(
            call_api("GET", f"jobs_u/completed/get_result_maybe/{job.id}?get_started=true", timeout=ANSWER_S)
        )
    except (OSError, ValueError):
        return None
    return found


def no_worker() -> bool:
    """Whether no living worker takes the jobs of tools; False where Windmill does not say."""
    try:
        found = json.loads(call_api("GET", f"/workers/exists_workers_with_tags?tags={TAG}", timeout=ANSWER_S))
    except OSError:
        return False
    return found.get(TAG) is False


def cancel(job: Job, reason: str) -> None:
    try:
        call_api("POST", f"jobs_u/queue/cancel/{job.id}", {"reason": reason}, ANSWER_S)
    except OSError as problem:
        print(f"{job.name} was not cancelled: {problem}")


def error_in(state: dict[str, Any]) -> dict[str, Any] | None:
    """The error of a job that failed; a flow that was skipped has none."""
    result = state.get("result")
    error = result.get("error") if isinstance(result, dict) and not state.get("success") else None
    return error if isinstance(error, dict) else None


def was_cancelled(state: dict[str, Any]) -> bool:
    return (error_in(state) or {}).get("name") == "Canceled"


def outcome(job: Job, state: dict[str, Any]) -> Any:
    """The result of a job that has ended. Raises ToolError where it failed."""
    error = error_in(state)
    if error is None:
        return state.get("result")
    kind, words = str(error.get("name") or ""), str(error.get("message") or "").strip()
    if BROKEN.fullmatch(kind):  # nobody knows how far it came
        raise ToolError(
            f"{job.name} did not come to its end in Windmill: {words[:300] or kind}",
            begun=True,
            is_final=True,
        )
    shown = words if kind in ("ValueError", "Error") else f"{kind}: {words}".removesuffix(": ")
    raise ToolError(shown[:500] or f"{job.name} failed without a word", by_tool=True)
