"""Who takes which jobs, and what waits for whom."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response
from starlette.routing import Route

from local.runner.api.call import Call, Json, get
from local.runner.errors import BadRequest

STARTED = datetime.now(UTC)


async def exist(call: Call) -> Response:
    tags = call.query("tags")
    if tags is None:
        raise BadRequest("Failed to deserialize query string: missing field `tags`")
    return Json({tag: call.runner.jobs.slots.exists(tag) for tag in tags.split(",")})


async def list_workers(call: Call) -> Response:
    return Json(
        [
            {
                "worker": f"wk-{group.name}-{number}",
                "worker_instance": "local",
                "last_ping": 0,
                "started_at": STARTED,
                "ip": "127.0.0.1",
                "jobs_executed": 0,
                "custom_tags": list(group.tags),
                "worker_group": group.name,
                "wm_version": "local runner",
            }
            for group in call.runner.jobs.slots.groups
            for number in range(group.workers)
        ]
    )


async def queue_counts(call: Call) -> Response:
    rows = await call.runner.store.rows(
        "select tag, count(*) as jobs from jobs where status = 'queued' and scheduled_for <= now() - interval '3 seconds' group by tag"
    )
    return Json({row["tag"]: row["jobs"] for row in rows})


def routes() -> list[Route]:
    return [
        get("/api/workers/exists_workers_with_tags", exist),
        get("/api/workers/list", list_workers),
        get("/api/workers/queue_counts", queue_counts),
    ]
