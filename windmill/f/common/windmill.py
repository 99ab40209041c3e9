"""The run that a step is part of, and the calls of Windmill's API that a step makes. Standard library only: every step imports it."""

from __future__ import annotations

import hmac
import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

FLOW = "f/chatbot/whatsapp_message"
# The kinds of work, each with workers of its own: windmill/deploy/tags.py.
TAGS = ("chat", "portal", "background", "recovery", "tools")
WORKERS_OF_TAGS = f"/workers/exists_workers_with_tags?tags={','.join(TAGS)}"


def run_id() -> str:
    """The flow's job id, or the script's own where it runs outside a flow."""
    return (
        os.environ.get("WM_ROOT_FLOW_JOB_ID") or os.environ.get("WM_FLOW_JOB_ID") or os.environ["WM_JOB_ID"]
    )


def job_id(key: str, phone_number_id: str, message_id: str, dispatch_no: int) -> str:
    """The id of the run that answers a message: a keyed hash, because anyone who knows a job id can read the job. As in ingress/windmill.py."""
    name = f"{phone_number_id}/{message_id}/{dispatch_no}"
    return str(uuid.UUID(bytes=hmac.digest(key.encode(), name.encode(), "sha256")[:16], version=4))


def start_flow(
    path: str, arguments: dict[str, Any] | str, job: str | None = None, tag: str | None = None
) -> str:
    """Starts a flow with this job's token; returns the run's id. A run with that id already there is fine. `tag`: of the workers that take it
    and its steps, in place of its own."""
    return _start(f"f/{path}", arguments, job, {"tag": tag} if tag else {})


def start_script(path: str, arguments: dict[str, Any], in_s: int = 0) -> str:
    """Starts a script with this job's token, in some seconds; returns the job's id."""
    return _start(f"p/{path}", arguments, None, {"scheduled_in_secs": str(in_s)} if in_s else {})


def _start(path: str, arguments: dict[str, Any] | str, job: str | None, options: dict[str, str]) -> str:
    query = urllib.parse.urlencode({**options, **({"job_id": job} if job else {})})
    try:
        return call_api("POST", f"jobs/run/{path}?{query}", arguments).decode()
    except urllib.error.HTTPError as error:
        words = error.read().decode(errors="replace")
        if error.code == 400 and job and ("already exists" in words or "queue_pkey" in words):
            return job
        raise RuntimeError(f"Windmill did not start {path[2:]}: HTTP {error.code} {words[:300]}") from None


def read_job(job: str, timeout: float = 30) -> dict[str, Any] | None:
    """A job as Windmill shows it; None where there never was one here, or it was deleted. Raises OSError."""
    try:
        found: dict[str, Any] = json.loads(call_api("GET", f"jobs_u/get/{job}", timeout=timeout))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise
    return found


def job_state(job: str) -> str:
    """'queued', 'running', 'completed' or 'unknown'."""
    found = read_job(job)
    if found is None:
        return "unknown"
    if found.get("type") == "CompletedJob":
        return "completed"
    return "running" if found.get("running") else "queued"


def set_progress(percent: float) -> None:
    """Shows progress on the run's page. If that fails, the work goes on."""
    flow_job = os.environ.get("WM_FLOW_JOB_ID")
    try:
        call_api(
            "POST",
            f"job_metrics/set_progress/{os.environ['WM_JOB_ID']}",
            {"percent": int(percent), "flow_job_id": flow_job},
        )
    except (OSError, KeyError) as error:
        print(f"progress is not shown: {error}")


def deployed_pins() -> dict[str, str]:
    """The version of each package that the workspace's named requirements pin. Empty where the server has none."""
    try:
        files = json.loads(call_api("GET", "workspace_dependencies/list"))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return {}
        raise
    lines = [line.strip() for file in files for line in file["content"].splitlines()]
    return dict(line.split("==", 1) for line in lines if "==" in line)


def tags_without_worker() -> list[str]:
    """Those of our tags that no living worker takes. Windmill queues their jobs without a word, and they wait for ever."""
    return idle_tags(json.loads(call_api("GET", WORKERS_OF_TAGS)))


def workers_of_tags() -> dict[str, dict[str, Any]]:
    """Of each of our tags, whether a living worker takes it and how many jobs wait for one: {tag: {"has_worker", "queued"}}.

    `queued` is None where this job's owner is no operator of the server: Windmill gives the numbers to nobody else.
    """
    found = json.loads(call_api("GET", WORKERS_OF_TAGS))
    try:
        queued = json.loads(call_api("GET", "/workers/queue_counts"))
    except urllib.error.HTTPError as refused:
        print(f"how many jobs wait is not known: HTTP {refused.code}")
        queued = None
    return {
        tag: {
            "has_worker": bool(found.get(tag)),
            "queued": queued if queued is None else queued.get(tag, 0),
        }
        for tag in TAGS
    }


def idle_tags(found: dict[str, bool]) -> list[str]:
    """Of what Windmill answers to WORKERS_OF_TAGS, the tags without a worker."""
    return [tag for tag in TAGS if not found.get(tag)]


def call_api(method: str, path: str, body: dict[str, Any] | str | None = None, timeout: float = 30) -> bytes:
    """Windmill's API in this workspace, with this job's own token; `path` starting with / is the server's. Raises OSError; of those, HTTPError
    is Windmill's refusal."""
    place = path if path.startswith("/") else f"/w/{os.environ['WM_WORKSPACE']}/{path}"
    url = f"{os.environ['BASE_INTERNAL_URL']}/api{place}"
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": f"Bearer {os.environ['WM_TOKEN']}", "Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(url, data, headers, method=method), timeout=timeout
    ) as response:
        answer: bytes = response.read()
        return answer
