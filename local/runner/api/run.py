"""Starting jobs: webhooks, runs that are waited for, and runs that are repeated."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute

from local.runner.api.call import Call, Json, parse_time, parse_uuid, post
from local.runner.errors import ApiError, BadRequest, ExecutionError
from local.runner.flowfile import Transform
from local.runner.jobs import Request
from local.runner.models import Identity, Job
from local.runner.transforms import Scope, evaluate

# What the server does with these on the way in, the runner doesn't: better refused than quietly not done.
UNKNOWN_OPTIONS = ("retry", "suspended_mode")


def _scheduled_for(call: Call) -> datetime | None:
    moment, seconds = call.query("scheduled_for"), call.query("scheduled_in_secs")
    if moment:
        return parse_time(moment)
    if not seconds:
        return None
    try:
        return datetime.now(UTC) + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError) as error:
        raise BadRequest("scheduled_in_secs must be a whole number") from error


def _optional_id(call: Call, name: str) -> UUID | None:
    value = call.query(name)
    return parse_uuid(value) if value else None


async def _submit(call: Call, is_flow: bool) -> UUID:
    path = call.text("path")
    call.allow(path)
    for name in UNKNOWN_OPTIONS:
        if call.query(name):
            raise BadRequest(f"the option `{name}` is not known to the local runner")
    timeout = call.query("timeout")
    if timeout and not timeout.isdigit():
        raise BadRequest("timeout must be a whole number of seconds")
    body = await call.body()
    request = Request(
        path=path,
        is_flow=is_flow,
        args=body if isinstance(body, dict) else {"body": body},
        job_id=_optional_id(call, "job_id"),
        scheduled_for=_scheduled_for(call),
        parent_job=_optional_id(call, "parent_job"),
        root_job=_optional_id(call, "root_job"),
        timeout_s=float(timeout) if timeout else None,
    )
    return await call.runner.jobs.submit(request, call.identity)


async def run_flow(call: Call) -> Response:
    return PlainTextResponse(str(await _submit(call, is_flow=True)), 201)


async def run_script(call: Call) -> Response:
    return PlainTextResponse(str(await _submit(call, is_flow=False)), 201)


async def _wait(call: Call, is_flow: bool) -> Response:
    job = await call.runner.jobs.wait(await _submit(call, is_flow))
    return Json(job.result, 200 if job.status in ("success", "skipped") else 500)


async def wait_flow(call: Call) -> Response:
    return await _wait(call, is_flow=True)


async def wait_script(call: Call) -> Response:
    return await _wait(call, is_flow=False)


async def _rerun_args(call: Call, job: Job, options: dict[str, Any]) -> dict[str, Any]:
    """The old arguments with the asked changes, which may read the old job as `job`."""
    transforms = {
        name: Transform(item.get("type", ""), item.get("value"), item.get("expr") or "")
        for name, item in (options.get("input_transforms") or {}).items()
    }
    known = call.runner.bundle.schema(job.path, job.kind == "flow").get("properties", {})
    transforms = {name: item for name, item in transforms.items() if name in known}
    shown = {"id": str(job.id), "kind": job.kind, "script_path": job.path, "input": job.args}
    scope = Scope({}, {}, None, {"job": shown})
    return {**(job.args or {}), **await evaluate(transforms, scope)}


async def _rerun(call: Call, job: Job, body: dict[str, Any]) -> str:
    is_flow = job.kind == "flow"
    if job.args is None:
        return f"Error: Couldn't re-run job {job.id}\n"
    options = body["flow_options_by_path" if is_flow else "script_options_by_path"].get(job.path) or {}
    try:
        call.allow(job.path)
        args = await _rerun_args(call, job, options)
        return f"{await call.runner.jobs.submit(Request(job.path, is_flow, args), call.identity)}\n"
    except (ApiError, ExecutionError) as error:
        return f"Error: {error}\n"


async def batch_rerun(call: Call) -> Response:
    body = await call.fields("job_ids", "script_options_by_path", "flow_options_by_path")
    ids = [parse_uuid(str(job_id)) for job_id in body["job_ids"]]

    async def stream() -> AsyncIterator[str]:
        for job_id in ids:
            job = await call.runner.store.job(job_id)
            if job and job.kind in ("flow", "script"):
                yield await _rerun(call, job, body)

    return StreamingResponse(stream(), 201, {"Cache-Control": "no-cache"}, "text/event-stream")


async def execute_component(call: Call) -> Response:
    """What a raw app's `backend.<name>(args)` calls. The job runs as whoever deployed the app; who is
    logged in is only told to the script, and nothing in the request can change it."""
    app = call.text("path")
    call.allow(app)
    data = await call.fields("args", "component")
    allowed = call.runner.bundle.app_runnables(app)
    path = data.get("path") or ""
    if data.get("raw_code") is not None or not path:
        raise BadRequest("the local runner runs an app's scripts and flows by `path` only")
    permitted, fixed = allowed.get(data.get("component") or "", ("", {}))
    if path != permitted:
        raise BadRequest(f"Path {path} forbidden by policy")
    kind, _, target = path.partition("/")
    args = {name: _from_user(value, call.identity) for name, value in data["args"].items()}
    request = Request(target, kind == "flow", args | fixed, end_user_email=call.identity.email)
    return PlainTextResponse(str(await call.runner.jobs.submit(request, call.runner.publisher)), 200)


def _from_user(value: Any, who: Identity) -> Any:
    """What comes from a browser reaches the job without references: these words stand there instead."""
    if value == "$ctx:email":
        return who.email
    if value == "$ctx:username":
        return who.username
    text = json.dumps(value, ensure_ascii=False)
    if '"$var:' not in text and '"$res:' not in text:
        return value
    text = text.replace("$var:", "The following variable has been omitted for security reasons: ")
    return json.loads(text.replace("$res:", "The following resource has been omitted for security reasons: "))


def routes() -> list[BaseRoute]:
    base = "/api/w/{ws}/jobs"
    return [
        post(f"{base}/run/f/{{path:path}}", run_flow),
        post(f"{base}/run/p/{{path:path}}", run_script),
        post(f"{base}/run/batch_rerun_jobs", batch_rerun),
        post(f"{base}/run_wait_result/f/{{path:path}}", wait_flow),
        post(f"{base}/run_wait_result/p/{{path:path}}", wait_script),
        post("/api/w/{ws}/apps_u/execute_component/{path:path}", execute_component),
    ]
