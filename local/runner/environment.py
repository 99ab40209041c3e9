"""The environment of a job's process: Windmill's variables and nothing of the runner's own."""

from __future__ import annotations

import os
from datetime import UTC

from local.runner.models import Job
from local.runner.settings import Settings


def contextual_variables(settings: Settings, job: Job, token: str, flow_path: str | None) -> dict[str, str]:
    """The names that a script finds in its environment, and that `$WM_…` stands for in arguments."""
    flow_id = str(job.parent_job) if job.flow_step_id and job.parent_job else ""
    scheduled = job.scheduled_for.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if job.scheduled_for else ""
    return {
        "WM_WORKSPACE": settings.workspace,
        "WM_TOKEN": token,
        "WM_EMAIL": job.email,
        "WM_USERNAME": job.username,
        "WM_BASE_URL": settings.base_url,
        "WM_JOB_ID": str(job.id),
        "WM_SCHEDULED_FOR": scheduled,
        "WM_JOB_PATH": job.path,
        "WM_FLOW_JOB_ID": flow_id,
        "WM_ROOT_FLOW_JOB_ID": flow_id,
        "WM_ROOT_JOB_ID": str(job.root_job or ""),
        "WM_FLOW_PATH": flow_path or "",
        "WM_SCHEDULE_PATH": job.schedule_path or "",
        "WM_PERMISSIONED_AS": f"u/{job.username}",
        "WM_FLOW_STEP_ID": job.flow_step_id or "",
        "WM_RUNNABLE_ID": "",
        "WM_END_USER_EMAIL": job.end_user_email or "",
    }


def process_environment(settings: Settings, variables: dict[str, str]) -> dict[str, str]:
    return {
        **settings.job_env,
        **variables,
        "PYTHONPATH": str(settings.bundle.resolve()),
        "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "TZ": os.environ.get("TZ", "UTC"),
        "HOME": os.environ.get("HOME", "/tmp"),
        "BASE_INTERNAL_URL": settings.base_url,
        "BASE_URL": settings.base_url,
    }
