"""The life of a job: submit, run, cancel, finish, and wait for its end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from local.runner import process
from local.runner.bundle import Bundle
from local.runner.environment import contextual_variables, process_environment
from local.runner.errors import ApiError, BadRequest, ExecutionError, NotFound, error_result, execution_error
from local.runner.flow_status import new_status
from local.runner.flowfile import parse_flow
from local.runner.models import Identity, Job, Outcome
from local.runner.queue import Queue
from local.runner.settings import Settings
from local.runner.store import Store
from local.runner.tokens import Tokens
from local.runner.vault import Vault
from local.runner.workers import FLOW_TAG, SCRIPT_TAG, Group, Slots

logger = logging.getLogger("runner")


@dataclass(frozen=True)
class Request:
    """What a caller asks for: a flow or a script by path, and how to run it."""

    path: str
    is_flow: bool
    args: dict[str, Any]
    job_id: UUID | None = None
    scheduled_for: datetime | None = None
    parent_job: UUID | None = None
    root_job: UUID | None = None
    timeout_s: float | None = None
    schedule_path: str | None = None
    end_user_email: str | None = None
    tag: str | None = None  # in place of the flow's or the script's own


@dataclass
class Jobs:
    settings: Settings
    store: Store
    bundle: Bundle
    vault: Vault
    tokens: Tokens
    queue: Queue
    pids: set[int] = field(default_factory=set)
    _cancels: dict[UUID, asyncio.Event] = field(default_factory=dict)
    _waiting: dict[UUID, list[asyncio.Future[Job]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slots = Slots(self.settings.groups)

    async def submit(self, request: Request, owner: Identity) -> UUID:
        """Stores and queues a job; returns its id."""
        definition = self.bundle.flow(request.path) if request.is_flow else None
        if definition is None:
            self.bundle.script(request.path)
            tag = request.tag or self.bundle.script_tag(request.path) or SCRIPT_TAG
        else:
            tag = request.tag or definition.get("tag") or FLOW_TAG
        job = Job(
            id=request.job_id or uuid4(),
            kind="flow" if request.is_flow else "script",
            path=request.path,
            tag=tag,
            args=request.args,
            email=owner.email,
            username=owner.username,
            parent_job=request.parent_job,
            root_job=request.root_job,
            schedule_path=request.schedule_path,
            end_user_email=request.end_user_email,
            timeout_s=request.timeout_s,
            scheduled_for=request.scheduled_for,
        )
        if definition is not None:
            flow = parse_flow(request.path, definition)
            job.flow_value = {"value": definition["value"]}
            job.flow_status = new_status(flow)
        try:
            async with self.store.transaction() as conn:
                if not await self.store.insert_job(conn, job):
                    raise BadRequest(f"Job with id {job.id} already exists")
                await self.queue.defer(job, conn)
        except psycopg.errors.UntranslatableCharacter as error:
            raise BadRequest("the arguments hold a NUL character, which can't be stored") from error
        return job.id

    def cancel_event(self, job_id: UUID) -> asyncio.Event:
        """Set when the job is to stop."""
        return self._cancels.setdefault(job_id, asyncio.Event())

    def forget(self, job_id: UUID) -> None:
        self._cancels.pop(job_id, None)

    async def run_script(
        self, job: Job, flow: Job | None = None, status: dict[str, Any] | None = None
    ) -> Outcome:
        """Runs the script of a job or of a flow's step and returns its outcome; the caller stores it."""
        canceled = self.cancel_event(job.id)
        group = await self._slot(job.tag, canceled)
        if group is None:
            return await self.canceled_outcome(job)
        try:
            job.started_at = await self.store.mark_started(job, status)
            if job.started_at is None:
                return await self.unrun_outcome(job)
            outcome = await self._run_process(job, flow, canceled, group)
        except (ApiError, ExecutionError) as error:
            outcome = Outcome("failure", execution_error(str(error), job.flow_step_id), logs=f"{error}\n")
        finally:
            self.slots.release(group)
        if outcome.status == "canceled":
            logs = outcome.logs
            outcome = await self.canceled_outcome(job)
            outcome.logs = logs + outcome.logs
        return outcome

    async def _slot(self, tag: str, canceled: asyncio.Event) -> Group | None:
        """A place for a process; None when the job is cancelled before there is one."""
        acquire = asyncio.create_task(self.slots.acquire(tag))
        stop = asyncio.create_task(canceled.wait())
        await asyncio.wait({acquire, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not canceled.is_set():
            return acquire.result()
        if not acquire.cancel():
            self.slots.release(acquire.result())
        return None

    async def _run_process(
        self, job: Job, flow: Job | None, canceled: asyncio.Event, group: Group
    ) -> Outcome:
        source = self.bundle.script(job.path)
        token = self.tokens.job_token(job.id)
        variables = contextual_variables(self.settings, job, token, flow.path if flow else None)
        run = process.Run(
            folder=self.settings.work_dir / str(job.id),
            python=self.settings.python,
            path=job.path,
            source=source,
            args=await self.vault.resolve_arguments(job.args or {}, variables),
            env=process_environment(self.settings, variables) | group.environment,
            step_id=job.flow_step_id,
            timeout_s=job.timeout_s,
        )

        async def flush(text: str) -> None:
            await self.store.append_logs(job.id, text)

        return await process.execute(run, canceled, flush, self.pids)

    async def canceled_outcome(self, job: Job) -> Outcome:
        fresh = await self.store.job(job.id)
        by = (fresh and fresh.canceled_by) or "unknown"
        reason = (fresh and fresh.canceled_reason) or "no reason given"
        error = error_result("Canceled", f"Job canceled: {reason} by {by}", reason=reason, canceler=by)
        return Outcome("canceled", error, logs=f"canceled by {by}\n")

    async def unrun_outcome(self, job: Job) -> Outcome:
        """Of a job that was marked before its turn came. As on the server, one that is no flow's step gets a start, and is shown as failed."""
        outcome = await self.canceled_outcome(job)
        if job.flow_step_id is None:
            await self.store.execute(
                "update jobs set started_at = now() where id = %s and status = 'queued'", (job.id,)
            )
            outcome.status = "failure"
            outcome.logs = f"Unexpected error during job execution:\nJsonErr: {outcome.result['error']}\n"
        return outcome

    async def finish(self, job: Job, outcome: Outcome, flow_status: dict[str, Any] | None = None) -> None:
        await self.store.finish(job, outcome, flow_status)
        self.forget(job.id)
        for future in self._waiting.pop(job.id, []):
            if not future.done():
                future.set_result(job)

    async def wait(self, job_id: UUID) -> Job:
        """The finished job."""
        future: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(job_id, []).append(future)
        job = await self.store.job(job_id)
        if job and not job.is_open:
            return job
        await future
        job = await self.store.job(job_id)
        assert job is not None
        return job

    async def cancel(self, job_id: UUID, by: str, reason: str | None) -> str:
        """Stops a job and the jobs that it started; a running one ends when its process is dead.

        As on the server, one that waits and has a parent only gets a mark, by which whoever takes it ends it without running it. One that was to
        wait for a later time is taken now."""
        job = await self.store.job(job_id)
        if not job:
            raise NotFound(f"queued job id {job_id} does not exist")
        if not job.is_open:
            return f"queued job id {job_id} is already completed"
        rows = await self.store.rows(
            """with recursive tree (id, depth) as (
                   select %(id)s::uuid, 0
                   union select j.id, depth + 1 from jobs j join tree t on j.parent_job = t.id)
               update jobs j set canceled_by = %(by)s, canceled_reason = %(reason)s
               from tree where j.id = tree.id and j.status in ('queued', 'running')
               returning j.id, tree.depth,
                   j.status = 'queued' and j.parent_job is not null and j.flow_step_id is null as is_marked""",
            {"id": job_id, "by": by, "reason": reason or "unexplicited reasons"},
        )
        for row in sorted(rows, key=lambda r: r["depth"]):
            if not row["is_marked"]:
                self.cancel_event(row["id"]).set()
        if job.status == "queued" and job.parent_job is None:
            await self.finish(job, await self.canceled_outcome(job))
        elif job.flow_step_id is None and not job.canceled_by and _is_for_later(job):
            job.scheduled_for = None
            async with self.store.transaction() as conn:
                await self.queue.defer(job, conn)
        return str(job_id)


def _is_for_later(job: Job) -> bool:
    """Whether nobody takes the job yet."""
    return job.status == "queued" and job.scheduled_for is not None and job.scheduled_for > datetime.now(UTC)


def is_only_marked(job: Job) -> bool:
    """Whether a cancel has left this job to whoever takes it (Jobs.unrun_outcome): it waits in line, for a parent, and is no step of a flow."""
    waits_in_line = job.status == "queued" and not _is_for_later(job)
    return waits_in_line and job.parent_job is not None and job.flow_step_id is None
