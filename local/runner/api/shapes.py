"""A job as Windmill's API shows it."""

from __future__ import annotations

from typing import Any

from local.runner.models import Job


def duration_ms(job: Job) -> int:
    if not job.completed_at:
        return 0
    return round((job.completed_at - (job.started_at or job.completed_at)).total_seconds() * 1000)


def job_json(job: Job, workspace: str, full: bool = True, with_args: bool = True) -> dict[str, Any]:
    """A queued or completed job. Lists leave out what is long: arguments, result, log, status."""
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
        "args": job.args if with_args else None,
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
        "tag": "flow" if job.kind == "flow" else "python3",
        "deleted": job.deleted,
        "starts": job.starts,
    }
    if job.is_open:
        shown["running"] = job.status == "running"
        shown["timeout"] = job.timeout_s
    else:
        shown["completed_at"] = job.completed_at
        shown["duration_ms"] = duration_ms(job)
        shown["success"] = job.status in ("success", "skipped")
        shown["is_skipped"] = job.status == "skipped"
    if full:
        shown["logs"] = job.logs
        shown["flow_status"] = job.flow_status
        shown["raw_flow"] = (job.flow_value or {}).get("value")
        if not job.is_open:
            shown["result"] = job.result
    optional = {"parent_job", "root_job", "canceled_by", "canceled_reason", "schedule_path", "flow_step_id"}
    optional |= {"flow_status", "raw_flow", "language", "mem_peak", "timeout", "started_at"}
    return {key: value for key, value in shown.items() if value is not None or key not in optional}
