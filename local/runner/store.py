"""The runner's SQL for jobs, and the connection pool that everything shares."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from local.runner.errors import StartError
from local.runner.models import Job, Outcome

SCHEMA = "runner"
SCHEMA_FILE = Path(__file__).with_name("schema.sql")

Connection = psycopg.AsyncConnection[DictRow]


def own_conninfo(url: str) -> str:
    """The given URL with our schema as the search path, so that the queue's tables land in it too."""
    options = conninfo_to_dict(url).get("options") or ""
    return make_conninfo(url, options=f"{options} -c search_path={SCHEMA}".strip())


def as_json(value: Any) -> Jsonb:
    return Jsonb(value, dumps=lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False))


class Store:
    def __init__(self, url: str, name: str, size: int) -> None:
        self.conninfo, self.name = own_conninfo(url), name
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            self.conninfo,
            min_size=4,
            max_size=size,
            open=False,
            kwargs={"autocommit": True, "row_factory": dict_row},
        )
        self._lock: Connection | None = None

    async def open(self) -> None:
        try:
            self._lock = await psycopg.AsyncConnection.connect(
                self.conninfo, autocommit=True, row_factory=dict_row, connect_timeout=10
            )
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise StartError(f"The database in RUNNER_DATABASE_URL can't be reached: {reason}") from error
        await self._lock.execute("set lock_timeout = '10s'")
        try:
            await self._lock.execute(
                "select pg_advisory_lock(hashtextextended(%s, 0))", (f"runner {self.name}",)
            )
        except psycopg.errors.LockNotAvailable as error:
            raise StartError(
                "Another runner is working on this database already: --name tells runners apart."
            ) from error
        await self._lock.execute(f"create schema if not exists {SCHEMA}")
        await self._lock.execute(SCHEMA_FILE.read_bytes())
        await self._pool.open(wait=True)

    async def close(self) -> None:
        await self._pool.close(timeout=1)
        if self._lock:
            await self._lock.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._pool.connection() as conn, conn.transaction():
            yield conn

    async def rows(self, sql: LiteralString, params: Any = None) -> list[dict[str, Any]]:
        async with self._pool.connection() as conn:
            return await (await conn.execute(sql, params)).fetchall()

    async def row(self, sql: LiteralString, params: Any = None) -> dict[str, Any] | None:
        async with self._pool.connection() as conn:
            return await (await conn.execute(sql, params)).fetchone()

    async def execute(self, sql: LiteralString, params: Any = None) -> int:
        async with self._pool.connection() as conn:
            return (await conn.execute(sql, params)).rowcount

    async def insert_step(self, job: Job, flow_status: dict[str, Any]) -> None:
        """Adds a flow's step, with the flow's new status in the same statement: a transaction around two takes four round trips."""
        async with self._pool.connection() as conn:
            await self.insert_job(conn, job, flow_status)

    async def insert_job(
        self, conn: Connection, job: Job, parents_status: dict[str, Any] | None = None
    ) -> bool:
        """Adds the job; False when its id is taken. `parents_status`: the new one of the flow that it is a step of."""
        cursor = await conn.execute(
            """with flow as (
                   update jobs set flow_status = %(parents_status)s
                   where id = %(parent)s and %(parents_status)s::jsonb is not null)
               insert into jobs (id, kind, path, tag, args, flow_value, flow_status, parent_job, root_job,
                                 flow_step_id, schedule_path, email, username, end_user_email, timeout_s,
                                 scheduled_for)
               values (%(id)s, %(kind)s, %(path)s, %(tag)s, %(args)s, %(flow_value)s, %(flow_status)s, %(parent)s,
                       %(root)s, %(step)s, %(schedule)s, %(email)s, %(username)s, %(end_user)s, %(timeout)s,
                       coalesce(%(scheduled_for)s, now()))
               on conflict (id) do nothing returning scheduled_for""",
            {
                "id": job.id,
                "kind": job.kind,
                "path": job.path,
                "tag": job.tag,
                "args": as_json(job.args or {}),
                "flow_value": as_json(job.flow_value) if job.flow_value else None,
                "flow_status": as_json(job.flow_status) if job.flow_status else None,
                "parent": job.parent_job,
                "parents_status": as_json(parents_status) if parents_status else None,
                "root": job.root_job,
                "step": job.flow_step_id,
                "schedule": job.schedule_path,
                "email": job.email,
                "username": job.username,
                "end_user": job.end_user_email,
                "timeout": job.timeout_s,
                "scheduled_for": job.scheduled_for,
            },
        )
        row = await cursor.fetchone()
        if row:
            job.scheduled_for = row["scheduled_for"]
        return row is not None

    async def job(self, job_id: UUID) -> Job | None:
        row = await self.row("select * from jobs where id = %s", (job_id,))
        return Job.from_row(row) if row else None

    async def mark_started(self, job: Job, flow_status: dict[str, Any] | None = None) -> datetime | None:
        """Notes that a process starts for this job (and, for a step, shows it in its flow's status). None: it is over, or cancelled."""
        row = await self.row(
            """with flow as (
                   update jobs set flow_status = %(status)s
                   where id = %(parent)s and %(status)s::jsonb is not null)
               update jobs set status = 'running', started_at = now(), starts = starts + 1, progress = null
               where id = %(id)s and (status = 'running' or status = 'queued' and canceled_by is null)
               returning started_at""",
            {"id": job.id, "parent": job.parent_job, "status": as_json(flow_status) if flow_status else None},
        )
        return row["started_at"] if row else None

    async def append_logs(self, job_id: UUID, text: str) -> None:
        await self.execute("update jobs set logs = logs || %s where id = %s", (text, job_id))

    async def finish(self, job: Job, outcome: Outcome, flow_status: dict[str, Any] | None = None) -> None:
        async with self._pool.connection() as conn:
            await self.finish_in(conn, job, outcome, flow_status)

    async def finish_in(
        self, conn: Connection, job: Job, outcome: Outcome, flow_status: dict[str, Any] | None = None
    ) -> None:
        """Ends a job once, with its flow's new status in the same statement."""
        await conn.execute(
            """with done as (
                   update jobs set status = %(state)s, result = %(result)s, logs = logs || %(logs)s,
                          mem_peak = %(mem)s, completed_at = clock_timestamp(),
                          canceled_by = coalesce(%(by)s, canceled_by),
                          canceled_reason = coalesce(%(reason)s, canceled_reason)
                   where id = %(id)s and status in ('queued', 'running') returning id),
               flow as (
                   update jobs set flow_status = %(status)s
                   where id = %(parent)s and %(status)s::jsonb is not null and exists (select from done))
               select id from done""",
            {
                "id": job.id,
                "parent": job.parent_job,
                "state": outcome.status,
                "result": as_json(outcome.result),
                "logs": outcome.logs.replace("\x00", ""),
                "mem": outcome.mem_peak,
                "by": outcome.canceled.get("by"),
                "reason": outcome.canceled.get("reason"),
                "status": as_json(flow_status) if flow_status else None,
            },
        )
        job.status, job.result = outcome.status, outcome.result
