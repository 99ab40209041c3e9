"""The queue: procrastinate on PostgreSQL. Jobs survive a restart; one that is new starts without polling.

Runners on one database share the table of jobs; each runs those that were submitted to it, in a queue of its own name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

import procrastinate
from procrastinate.schema import SchemaManager

from local.runner.models import Job
from local.runner.store import Connection, Store

TASK = "run"
# How late a job that was asked for at a later time may start; a job for now is announced and doesn't wait.
POLL_S = 0.5
# Flows that wait for their steps are cheap; what is scarce is processes, and those have slots of their own.
CONCURRENCY = 500


class Queue:
    def __init__(self, store: Store, run: Callable[[UUID], Awaitable[None]], name: str) -> None:
        self._store, self._name = store, name
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        connector = procrastinate.PsycopgConnector(conninfo=store.conninfo, min_size=2, max_size=8)
        self.app = procrastinate.App(connector=connector)
        self._worker: asyncio.Task[None] | None = None

        async def task(job_id: str) -> None:
            await run(UUID(job_id))

        self._task = self.app.task(name=TASK)(task)

    async def open(self) -> None:
        await self.app.open_async()
        there = await self._store.row("select to_regclass('procrastinate_jobs') is not null as there")
        if not there or not there["there"]:
            await SchemaManager(self.app.connector).apply_schema_async()

    async def defer(self, job: Job, conn: Connection) -> None:
        """Queues the job in the transaction that stores it."""
        task = self._task.configure(queue=self._name, schedule_at=job.scheduled_for, connection=conn)
        await task.defer_async(job_id=str(job.id))

    async def requeue_lost(self) -> int:
        """After a start: what was running here belongs to a runner that is gone, and goes back into the queue."""
        manager = self.app.job_manager
        for entry in await manager.list_jobs_async(queue=self._name, status="doing"):
            assert entry.id is not None
            await manager.finish_job_by_id_async(
                job_id=entry.id, status=procrastinate.jobs.Status.ABORTED, delete_job=True
            )
        rows = await self._store.rows(
            "select * from jobs where status in ('queued', 'running') and flow_step_id is null order by seq"
        )
        # Asked for after the jobs: one that another runner has ended meanwhile is queued again, and ends at once.
        waiting = {str(entry.task_kwargs["job_id"]) for entry in await manager.list_jobs_async()}
        lost = [Job.from_row(row) for row in rows if str(row["id"]) not in waiting]
        for job in lost:
            async with self._store.transaction() as conn:
                await self.defer(job, conn)
        return len(lost)

    def start(self) -> None:
        self._worker = asyncio.create_task(
            self.app.run_worker_async(
                queues=[self._name],
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL_S,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=0,
            )
        )

    @property
    def worker(self) -> asyncio.Task[None]:
        assert self._worker is not None
        return self._worker

    async def close(self) -> None:
        if self._worker:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        await self.app.close_async()
