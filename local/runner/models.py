"""The rows that the runner's parts hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

OPEN = ("queued", "running")


@dataclass
class Job:
    id: UUID
    kind: str
    path: str
    args: dict[str, Any] | None
    email: str
    username: str
    tag: str
    status: str = "queued"
    seq: int = 0
    result: Any = None
    logs: str = ""
    flow_value: dict[str, Any] | None = None
    flow_status: dict[str, Any] | None = None
    parent_job: UUID | None = None
    root_job: UUID | None = None
    flow_step_id: str | None = None
    schedule_path: str | None = None
    end_user_email: str | None = None
    timeout_s: float | None = None
    progress: int | None = None
    starts: int = 0
    mem_peak: int | None = None
    canceled_by: str | None = None
    canceled_reason: str | None = None
    deleted: bool = False
    created_at: datetime | None = None
    scheduled_for: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def again(self, scheduled_for: datetime) -> Job:
        """A further try: with an id of its own, and what was asked for the same."""
        asked = {
            name: getattr(self, name)
            for name in ("kind", "path", "tag", "args", "timeout_s", "email", "username")
        }
        return Job(id=uuid4(), scheduled_for=scheduled_for, **asked)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Job:
        return cls(**{name: row[name] for name in JOB_COLUMNS if name in row})


JOB_COLUMNS = tuple(f.name for f in fields(Job))


@dataclass(frozen=True)
class Identity:
    """Who calls: the person behind a token, or behind the job that a token belongs to."""

    email: str
    username: str
    is_admin: bool
    scopes: tuple[str, ...] = ()  # of the token; none: whatever the person may


@dataclass
class Outcome:
    """How a job ended: status 'success', 'failure', 'canceled' or 'skipped'."""

    status: str
    result: Any
    logs: str = ""
    mem_peak: int | None = None
    canceled: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status in ("success", "skipped")
