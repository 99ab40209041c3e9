"""What one runner was started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from local.runner.workers import Group

ADMIN_EMAIL = "admin@windmill.dev"
ADMIN_USERNAME = "admin"
MAX_RESULT_BYTES = 2 * 1024 * 1024
MAX_LOG_CHARS = 2 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    bundle: Path
    database_url: str
    token: str
    work_dir: Path
    python: str
    workspace: str = "demo"
    name: str = "runner"  # runners of other names may work on the same database
    port: int = 8800
    groups: tuple[Group, ...] = (Group((), 4),)
    schedules: bool = True
    job_env: dict[str, str] = field(default_factory=dict)

    @property
    def workers(self) -> int:
        return sum(group.workers for group in self.groups)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
