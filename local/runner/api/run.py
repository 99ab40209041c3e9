"""Starting jobs: by webhook, by an app, and one that the caller waits for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.runner.api.call import Call, Json, get, parse_time, parse_uuid, post
from local.runner.errors import BadRequest, NotFound
from local.runner.jobs import Request
from local.runner.models import Identity
from local.runner.tokens import ADMIN_EMAIL, ADMIN_USERNAME

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
            raise BadRequest(f"the option `{name}` is not supported by the local runner")
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
        tag=call.query("tag"),
    )
    return await call.runner.jobs.submit(request, call.identity)


async def run_flow(call: Call) -> Response:
    return PlainTextResponse(str(await _submit(call, is_flow=True)), 201)


async def run_script(call: Call) -> Response:
    return PlainTextResponse(str(await _submit(call, is_flow=False)), 201)


async def wait_script(call: Call) -> Response:
    job = await call.runner.jobs.wait(await _submit(call, is_flow=False))
    return Json(job.result, 200 if job.status == "success" else 422)


async def execute_component(call: Call) -> Response:
    """What a raw app's `backend.<name>(args)` calls. The job runs as the person who deployed the app; the script only
    gets the e-mail of the person who is logged in, and nothing in the request can change that."""
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


async def schedule(call: Call) -> Response:
    path = call.text("path")
    call.allow(path)
    for found in call.runner.bundle.schedules():
        if found.path == path:
            return Json(
                {
                    "path": path,
                    "schedule": found.cron,
                    "timezone": found.timezone,
                    "enabled": found.enabled,
                    "script_path": found.script_path,
                    "is_flow": found.is_flow,
                    "args": found.args,
                    "summary": found.summary,
                    "email": ADMIN_EMAIL,
                    "permissioned_as": f"u/{ADMIN_USERNAME}",
                    "edited_by": ADMIN_USERNAME,
                    "edited_at": datetime.now(UTC).isoformat(),
                    "extra_perms": {},
                }
            )
    raise NotFound(f"Schedule not found at name {path}")


async def version(call: Call) -> Response:
    return PlainTextResponse("CE v1.713.0 (local runner)")


def routes() -> list[Route]:
    return [
        post("jobs/run/f/{path:path}", run_flow),
        post("jobs/run/p/{path:path}", run_script),
        post("jobs/run_wait_result/p/{path:path}", wait_script),
        post("apps_u/execute_component/{path:path}", execute_component),
        get("schedules/get/{path:path}", schedule),
        get("/api/version", version),
    ]
