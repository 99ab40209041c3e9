"""Looking at jobs, stopping them, blanking them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.runner.api.call import Call, Json, get, parse_uuid, post
from local.runner.errors import BadRequest, NotFound, PermissionDenied
from local.runner.models import Job
from local.runner.store import as_json
from local.runner.tokens import readable_folders

# As on the server: a list shows a member their own jobs and those of folders that they may read.
LIST_SQL = """
select id, kind, path, tag, case when %(with_args)s then args end as args, status, parent_job, root_job,
       flow_step_id, schedule_path, email, username, starts, mem_peak, canceled_by, canceled_reason, deleted,
       created_at, scheduled_for, started_at, completed_at
from jobs
where (%(is_admin)s or username = %(username)s or split_part(path, '/', 2) = any(%(folders)s))
  and (%(path)s::text is null or path = %(path)s)
  and (%(running)s::boolean is null or status = case when %(running)s then 'running' else 'queued' end)
  and (%(success)s::boolean is null or status = any(%(success_states)s))
  and (%(parent)s::uuid is null or parent_job = %(parent)s)
  and (%(has_null_parent)s::boolean is null or (parent_job is null) = %(has_null_parent)s)
  and (%(schedule)s::text is null or schedule_path = %(schedule)s)
  and (%(args)s::jsonb is null or args @> %(args)s)
order by seq desc limit %(limit)s
"""
OPTIONAL = {"parent_job", "root_job", "canceled_by", "canceled_reason", "schedule_path", "flow_step_id"} | {
    *("flow_status", "raw_flow", "language", "mem_peak", "timeout", "started_at")
}


def job_json(job: Job, workspace: str, full: bool = True) -> dict[str, Any]:
    """A queued or completed job as Windmill shows it. Lists leave out what is long: result, log, status."""
    shown: dict[str, Any] = {
        "type": "QueuedJob" if job.is_open else "CompletedJob",
        "workspace_id": workspace,
        "id": str(job.id),
        "parent_job": str(job.parent_job) if job.parent_job else None,
        "root_job": str(job.root_job) if job.root_job else None,
        "created_by": job.username,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "scheduled_for": job.scheduled_for,
        "script_path": job.path,
        "args": job.args,
        "canceled": job.status == "canceled" or (job.is_open and job.canceled_by is not None),
        "canceled_by": job.canceled_by,
        "canceled_reason": job.canceled_reason,
        "job_kind": job.kind,
        "schedule_path": job.schedule_path,
        "permissioned_as": f"u/{job.username}",
        "is_flow_step": job.flow_step_id is not None,
        "flow_step_id": job.flow_step_id,
        "language": "python3" if job.kind == "script" else None,
        "email": job.email,
        "visible_to_owner": True,
        "mem_peak": job.mem_peak,
        "tag": job.tag,
        "deleted": job.deleted,
        "starts": job.starts,
    }
    if job.is_open:
        shown |= {"running": job.status == "running", "timeout": job.timeout_s}
    else:
        begun = job.started_at or job.completed_at
        took = (job.completed_at - begun).total_seconds() if job.completed_at and begun else 0
        shown |= {"completed_at": job.completed_at, "duration_ms": round(took * 1000)}
        shown |= {"success": job.status in ("success", "skipped"), "is_skipped": job.status == "skipped"}
    if full:
        shown |= {"logs": job.logs, "flow_status": job.flow_status}
        shown["raw_flow"] = (job.flow_value or {}).get("value")
        if not job.is_open:
            shown["result"] = job.result
    return {key: value for key, value in shown.items() if value is not None or key not in OPTIONAL}


async def _completed(call: Call) -> Job:
    job = await call.runner.store.job(call.job_id())
    if not job or job.is_open:
        raise NotFound(f"Completed Job not found at name {call.job_id()}")
    return job


async def get_job(call: Call) -> Response:
    """Any job: whoever is a member and knows its id may read it, as on the server."""
    job = await call.runner.store.job(call.job_id())
    if not job:
        raise NotFound(f"Job not found: {call.job_id()}")
    return Json(job_json(job, call.runner.settings.workspace))


async def get_result(call: Call) -> Response:
    return Json((await _completed(call)).result)


async def get_result_maybe(call: Call) -> Response:
    job = await call.runner.store.job(call.job_id())
    if not job or job.is_open:
        started = bool(job and job.status == "running") if call.flag("get_started") else None
        return Json({"started": started, "success": None, "completed": False, "result": None})
    # A skipped run has no "success" here on the server either.
    success = job.status == "success"
    return Json({"started": True, "success": success, "completed": True, "result": job.result})


def _subset(call: Call, name: str) -> Any:
    """A JSON subset to look for, in base64 as Windmill's own pages send it, or as plain JSON."""
    text = call.query(name)
    if not text:
        return None
    try:
        return as_json(json.loads(text if text.startswith("{") else base64.b64decode(text)))
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"{name} must be JSON") from error


async def list_jobs(call: Call) -> Response:
    per_page, parent, success = call.query("per_page") or "30", call.query("parent_job"), call.flag("success")
    if not per_page.isdigit():
        raise BadRequest("per_page must be a whole number")
    filters = {
        "is_admin": call.identity.is_admin,
        "username": call.identity.username,
        "folders": readable_folders(call.identity, call.runner.bundle),
        "with_args": bool(call.flag("include_args")),
        "path": call.query("script_path_exact"),
        "running": call.flag("running"),
        "success": success,
        "success_states": ["success", "skipped"] if success else ["failure", "canceled"],
        "parent": parse_uuid(parent) if parent else None,
        "has_null_parent": call.flag("has_null_parent"),
        "schedule": call.query("schedule_path"),
        "args": _subset(call, "args"),
        "limit": min(int(per_page), 1000),
    }
    rows = await call.runner.store.rows(LIST_SQL, filters)
    workspace = call.runner.settings.workspace
    return Json([job_json(Job.from_row(row), workspace, full=False) for row in rows])


async def cancel(call: Call) -> Response:
    reason = (await call.fields()).get("reason")
    by = call.identity.username
    return PlainTextResponse(
        await call.runner.jobs.cancel(call.job_id(), by, str(reason) if reason else None)
    )


async def delete(call: Call) -> Response:
    """Blanks one job. Its steps are jobs of their own and keep theirs."""
    if not call.identity.is_admin:
        raise PermissionDenied("Require Admin privileges")
    job = await _completed(call)
    await call.runner.store.execute(
        "update jobs set args = null, result = null, logs = '', deleted = true where id = %s", (job.id,)
    )
    return await get_job(call)


async def set_progress(call: Call) -> Response:
    body = await call.fields("percent")
    if not isinstance(body["percent"], int):
        raise BadRequest("percent must be a whole number")
    percent, flow = max(0, min(body["percent"], 99)), body.get("flow_job_id")
    await call.runner.store.execute("update jobs set progress = %s where id = %s", (percent, call.job_id()))
    if flow:
        await call.runner.store.execute(
            """update jobs set flow_status = jsonb_set(flow_status,
                      array['modules', flow_status->>'step', 'progress'], to_jsonb(%s::int))
               where id = %s and flow_status is not null""",
            (percent, parse_uuid(str(flow))),
        )
    return Json(None)


def routes() -> list[Route]:
    return [
        get("jobs_u/get/{id}", get_job),
        get("jobs_u/completed/get_result/{id}", get_result),
        get("jobs_u/completed/get_result_maybe/{id}", get_result_maybe),
        post("jobs_u/queue/cancel/{id}", cancel),
        get("jobs/list", list_jobs),
        post("jobs/completed/delete/{id}", delete),
        post("job_metrics/set_progress/{id}", set_progress),
    ]
