"""Looking at jobs, stopping them, blanking them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from local.runner.api.call import Call, Json, get, parse_time, parse_uuid, post
from local.runner.api.shapes import job_json
from local.runner.errors import BadRequest, NotFound
from local.runner.models import Job
from local.runner.store import as_json

LIST_SQL = """
select id, seq, kind, path, case when %(with_args)s then args end as args, status, parent_job, root_job,
       flow_step_id, schedule_path, email, username, starts, mem_peak, canceled_by, canceled_reason, deleted,
       created_at, scheduled_for, started_at, completed_at
from jobs
where (%(path_exact)s::text is null or path = %(path_exact)s)
  and (%(path_start)s::text is null or starts_with(path, %(path_start)s))
  and (%(running)s::boolean is null or status = case when %(running)s then 'running' else 'queued' end)
  and (%(success)s::boolean is null or status = any(%(success_states)s))
  and (%(parent)s::uuid is null or parent_job = %(parent)s)
  and (%(has_null_parent)s::boolean is null or (parent_job is null) = %(has_null_parent)s)
  and (%(is_flow_step)s::boolean is null or (flow_step_id is not null) = %(is_flow_step)s)
  and (%(is_skipped)s::boolean is null or (status = 'skipped') = %(is_skipped)s)
  and (%(kinds)s::text[] is null or kind = any(%(kinds)s))
  and (%(schedule)s::text is null or schedule_path = %(schedule)s)
  and (%(is_not_schedule)s::boolean is null or (schedule_path is null) = %(is_not_schedule)s)
  and (%(created_before)s::timestamptz is null or created_at < %(created_before)s)
  and (%(created_after)s::timestamptz is null or created_at > %(created_after)s)
  and (%(args)s::jsonb is null or args @> %(args)s)
  and (%(result)s::jsonb is null or result @> %(result)s)
order by seq desc limit %(limit)s
"""


async def _job(call: Call) -> Job:
    job = await call.runner.store.job(call.job_id())
    if not job:
        raise NotFound(f"Job not found: {call.job_id()}")
    return job


async def _completed(call: Call) -> Job:
    job = await call.runner.store.job(call.job_id())
    if not job or job.is_open:
        raise NotFound(f"Completed Job not found at name {call.job_id()}")
    return job


async def get_job(call: Call) -> Response:
    return Json(job_json(await _job(call), call.runner.settings.workspace))


async def get_completed(call: Call) -> Response:
    return Json(job_json(await _completed(call), call.runner.settings.workspace))


async def get_result(call: Call) -> Response:
    return Json((await _completed(call)).result)


async def get_result_maybe(call: Call) -> Response:
    job = await call.runner.store.job(call.job_id())
    if job and not job.is_open:
        # A skipped run has no "success" here on the server either.
        answer = {
            "started": True,
            "success": job.status == "success",
            "completed": True,
            "result": job.result,
        }
        return Json(answer)
    started = bool(job and job.status == "running") if call.flag("get_started") else None
    return Json({"started": started, "success": None, "completed": False, "result": None})


async def get_root(call: Call) -> Response:
    job = await _job(call)
    return Json(str(job.root_job or job.id))


async def get_logs(call: Call) -> Response:
    return PlainTextResponse((await _job(call)).logs)


async def get_update(call: Call) -> Response:
    job = await _job(call)
    try:
        offset = int(call.query("log_offset") or 0)
    except ValueError as error:
        raise BadRequest("log_offset must be a whole number") from error
    update = {
        "running": job.status == "running",
        "completed": not job.is_open,
        "new_logs": job.logs[offset:],
        "log_offset": len(job.logs),
        "progress": job.progress,
        "flow_status": job.flow_status,
    }
    return Json({key: value for key, value in update.items() if value is not None})


def _subset(call: Call, name: str) -> Any:
    """A JSON subset to look for, in base64 as Windmill's own pages send it, or as plain JSON."""
    text = call.query(name)
    if not text:
        return None
    try:
        return as_json(json.loads(text if text.startswith("{") else base64.b64decode(text)))
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"{name} must be JSON") from error


def _list_filters(call: Call) -> dict[str, Any]:
    success, kinds, parent = call.flag("success"), call.query("job_kinds"), call.query("parent_job")
    if success is not None and call.flag("running"):
        raise BadRequest("cannot specify both success and running")
    per_page = call.query("per_page") or "30"
    if not per_page.isdigit():
        raise BadRequest("per_page must be a whole number")
    before, after = call.query("created_before"), call.query("created_after")
    return {
        "with_args": bool(call.flag("include_args")),
        "path_exact": call.query("script_path_exact"),
        "path_start": call.query("script_path_start"),
        "running": call.flag("running"),
        "success": success,
        "success_states": ["success", "skipped"] if success else ["failure", "canceled"],
        "parent": parse_uuid(parent) if parent else None,
        "has_null_parent": call.flag("has_null_parent"),
        "is_flow_step": call.flag("is_flow_step"),
        "is_skipped": call.flag("is_skipped"),
        "kinds": kinds.split(",") if kinds else None,
        "schedule": call.query("schedule_path"),
        "is_not_schedule": call.flag("is_not_schedule"),
        "created_before": parse_time(before) if before else None,
        "created_after": parse_time(after) if after else None,
        "args": _subset(call, "args"),
        "result": _subset(call, "result"),
        "limit": min(int(per_page), 1000),
    }


async def list_jobs(call: Call) -> Response:
    filters = _list_filters(call)
    rows = await call.runner.store.rows(LIST_SQL, filters)
    workspace = call.runner.settings.workspace
    return Json(
        [job_json(Job.from_row(row), workspace, full=False, with_args=filters["with_args"]) for row in rows]
    )


async def cancel(call: Call) -> Response:
    body = await call.fields()
    reason = body.get("reason")
    message = await call.runner.jobs.cancel(
        call.job_id(), call.identity.username, str(reason) if reason else None
    )
    return PlainTextResponse(message)


async def delete(call: Call) -> Response:
    """Blanks one job. Its steps are jobs of their own and keep theirs."""
    job = await _completed(call)
    await call.runner.store.execute(
        "update jobs set args = null, result = null, logs = '', deleted = true where id = %s", (job.id,)
    )
    return await get_completed(call)


async def set_progress(call: Call) -> Response:
    body = await call.fields("percent")
    percent, flow = body["percent"], body.get("flow_job_id")
    if not isinstance(percent, int):
        raise BadRequest("percent must be a whole number")
    percent = max(0, min(percent, 99))
    await call.runner.store.execute("update jobs set progress = %s where id = %s", (percent, call.job_id()))
    if flow:
        await call.runner.store.execute(
            """update jobs set flow_status = jsonb_set(flow_status,
                      array['modules', flow_status->>'step', 'progress'], to_jsonb(%s::int))
               where id = %s and flow_status is not null""",
            (percent, parse_uuid(str(flow))),
        )
    return Json(None)


async def get_progress(call: Call) -> Response:
    job = await call.runner.store.job(call.job_id())
    return Json(job.progress if job else None)


def routes() -> list[BaseRoute]:
    base, open_ = "/api/w/{ws}/jobs", "/api/w/{ws}/jobs_u"
    return [
        get(f"{open_}/get/{{id}}", get_job),
        get(f"{open_}/get_root_job_id/{{id}}", get_root),
        get(f"{open_}/get_logs/{{id}}", get_logs),
        get(f"{open_}/getupdate/{{id}}", get_update),
        get(f"{open_}/completed/get/{{id}}", get_completed),
        get(f"{open_}/completed/get_result/{{id}}", get_result),
        get(f"{open_}/completed/get_result_maybe/{{id}}", get_result_maybe),
        post(f"{open_}/queue/cancel/{{id}}", cancel),
        get(f"{base}/list", list_jobs),
        post(f"{base}/completed/delete/{{id}}", delete),
        post("/api/w/{ws}/job_metrics/set_progress/{id}", set_progress),
        get("/api/w/{ws}/job_metrics/get_progress/{id}", get_progress),
    ]
