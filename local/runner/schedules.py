"""Starts what the bundle's schedules ask for, at their times."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter

from local.runner.bundle import Bundle, Schedule
from local.runner.errors import ApiError
from local.runner.jobs import Jobs, Request
from local.runner.settings import ADMIN_EMAIL
from local.runner.store import Store
from local.runner.tokens import identity_of

logger = logging.getLogger("runner")
LOOK_S = 30.0  # how long an edited schedule file may go unnoticed


def next_time(schedule: Schedule, after: datetime) -> datetime:
    """The next moment of a cron line of six fields, seconds first."""
    local = after.astimezone(ZoneInfo(schedule.timezone))
    moment: datetime = croniter(schedule.cron, local, second_at_beginning=True).get_next(datetime)
    return moment.astimezone(UTC)


class Schedules:
    def __init__(self, store: Store, bundle: Bundle, jobs: Jobs) -> None:
        self.store = store
        self.bundle = bundle
        self.jobs = jobs
        self._task: asyncio.Task[None] | None = None
        self._complained: set[str] = set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _loop(self) -> None:
        last = datetime.now(UTC)
        while True:
            now = datetime.now(UTC)
            due = [(when, s) for when, s in self._upcoming(last) if when <= now]
            last = now
            for when, schedule in due:
                await self._fire(schedule, when)
            upcoming = [when for when, _ in self._upcoming(now)]
            wait = min([(when - datetime.now(UTC)).total_seconds() for when in upcoming] + [LOOK_S])
            await asyncio.sleep(max(wait, 0.01))

    def _upcoming(self, after: datetime) -> list[tuple[datetime, Schedule]]:
        upcoming = []
        try:
            schedules = self.bundle.schedules()
        except ApiError as error:
            self._complain("files", f"schedules can't be read: {error}")
            return []
        for schedule in schedules:
            if not schedule.enabled:
                continue
            try:
                upcoming.append((next_time(schedule, after), schedule))
            except (ValueError, KeyError, ZoneInfoNotFoundError) as error:
                self._complain(schedule.path, f"schedule {schedule.path} is not understood: {error}")
        return sorted(upcoming, key=lambda item: item[0])

    def _complain(self, what: str, message: str) -> None:
        if what not in self._complained:
            self._complained.add(what)
            logger.error(message)

    async def _fire(self, schedule: Schedule, when: datetime) -> None:
        """Starts a run, unless the one before has not even begun."""
        waiting = await self.store.row(
            """select 1 as one from jobs
               where schedule_path = %s and status = 'queued' and flow_step_id is null""",
            (schedule.path,),
        )
        if waiting:
            return
        args: dict[str, Any] = schedule.args
        request = Request(
            schedule.script_path, schedule.is_flow, args, schedule_path=schedule.path, scheduled_for=when
        )
        try:
            await self.jobs.submit(request, identity_of(ADMIN_EMAIL))
        except ApiError as error:
            logger.error("schedule %s: %s", schedule.path, error)
