"""Runs a flow: its modules in order, with what may skip, repeat, stop or fail them.

Each state is written before the next thing happens, so a flow whose runner died goes on where it was:
the step that was running is run again, under the same job id.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from local.runner import flow_status as status_of
from local.runner.errors import ExecutionError, error_result, execution_error
from local.runner.flow_status import Slot
from local.runner.flowfile import Module, parse_flow
from local.runner.jobs import Jobs
from local.runner.models import Job, Outcome
from local.runner.transforms import Scope, evaluate, evaluate_condition
from local.runner.workers import FLOW_TAG, SCRIPT_TAG


@dataclass
class Verdict:
    """What a module's end means for its flow: 'next', 'stop', 'skip' (stop quietly), 'fail' or 'cancel'."""

    kind: str
    result: Any


class FlowRun:
    def __init__(self, jobs: Jobs, job: Job) -> None:
        assert job.flow_value is not None and job.flow_status is not None
        self.jobs = jobs
        self.job = job
        self.flow = parse_flow(job.path, job.flow_value)
        self.status = job.flow_status
        self.input: dict[str, Any] = job.args or {}
        self.results: dict[str, Any] = {}
        self.previous: Any = self.input
        self.canceled = jobs.cancel_event(job.id)

    async def run(self) -> None:
        await self._restore()
        if self.job.status == "queued":
            self.job.started_at = await self.jobs.store.mark_started(self.job)
        verdict = await self._modules() if self.job.started_at else Verdict("cancel", None)
        if verdict.kind == "fail" and not self.canceled.is_set():
            verdict = await self._failure_module(verdict)
        if self.canceled.is_set() or verdict.kind == "cancel":
            outcome = await self.jobs.canceled_outcome(self.job)
        else:
            state = {"fail": "failure", "skip": "skipped"}.get(verdict.kind, "success")
            outcome = Outcome(state, verdict.result, logs=f"Flow ended: {state}\n")
        await self.jobs.finish(self.job, outcome)

    async def _restore(self) -> None:
        """Reads the results of the steps that ended before a restart."""
        ended = [s for s in self.status["modules"] if s["type"] in ("Success", "Failure")]
        for state in ended:
            step = await self.jobs.store.job(UUID(state["job"]))
            self.results[state["id"]] = self.previous = step.result if step else None

    async def _modules(self) -> Verdict:
        verdict = Verdict("next", self.previous)
        while self.status["step"] < len(self.flow.modules):
            slot = int(self.status["step"])
            module = self.flow.modules[slot]
            if status_of.slot_of(self.status, slot)["type"] == "Failure":
                return Verdict(
                    "fail", self.previous
                )  # a restart came between the failure and what follows it
            verdict = await self._module(slot, module)
            if self.canceled.is_set():
                return Verdict("cancel", None)
            if verdict.kind != "next":
                return verdict
        return verdict

    async def _failure_module(self, failed: Verdict) -> Verdict:
        module = self.flow.failure
        if module is None:
            return failed
        index = min(int(self.status["step"]), len(self.flow.modules) - 1)
        if index >= 0:
            self.status["failure_module"].setdefault("parent_module", self.flow.modules[index].id)
        self.previous = failed.result
        verdict = await self._module(None, module)
        if verdict.kind == "cancel":
            return verdict
        recovered = isinstance(verdict.result, dict) and verdict.result.get("recover") is True
        return Verdict("next" if recovered and verdict.kind != "fail" else "fail", verdict.result)

    def _scope(self, previous: Any, **extra: Any) -> Scope:
        return Scope(self.input, self.results, previous, extra)

    async def _module(self, slot: Slot, module: Module) -> Verdict:
        """One module, with its retries."""
        try:
            step = await self._resume(slot) or await self._new_step(slot, module)
        except ExecutionError as error:
            result = execution_error(str(error))
            self.status.pop("retry", None)
            self.job.logs += f"{module.id}: {error}\n"
            await self.jobs.store.append_logs(self.job.id, f"{module.id}: {error}\n")
            return Verdict("fail", result)
        while True:
            outcome = await self._run_step(slot, module, step)
            if outcome.status == "canceled" or outcome.ok:
                return await self._settle(slot, module, step, outcome)
            delay = await self._retry_delay(module, outcome)
            if delay is None or self.canceled.is_set():
                return await self._settle(slot, module, step, outcome)
            step = await self._retry(slot, module, step, outcome, delay)

    async def _resume(self, slot: Slot) -> Job | None:
        state = status_of.slot_of(self.status, slot)
        if state["type"] not in ("WaitingForExecutor", "InProgress"):
            return None
        return await self.jobs.store.job(UUID(state["job"]))

    async def _new_step(self, slot: Slot, module: Module) -> Job:
        """Decides whether the module is skipped, computes its arguments and stores the step."""
        scope = self._scope(self.previous)
        skipped = module.skip_if is not None and await evaluate_condition(module.skip_if.expr, scope)
        identity = skipped or module.value.type == "identity"
        args = (
            {"previous_result": self.previous}
            if identity
            else await evaluate(module.value.input_transforms, scope)
        )
        timeout = None
        if module.timeout and not identity:
            timeout = (await evaluate({"timeout": module.timeout}, scope))["timeout"]
            if not isinstance(timeout, int | float):
                raise ExecutionError(f"Expected a number of seconds as timeout, found: {timeout!r}")
        step = Job(
            id=uuid4(),
            kind="identity" if identity else "script",
            path=module.value.path or self.job.path,
            tag=self._tag(module),
            args=args,
            timeout_s=timeout,
            email=self.job.email,
            username=self.job.username,
        )
        return await self._store_step(slot, module, step)

    def _tag(self, module: Module) -> str:
        """A flow's tag goes to all its steps; where it has none, the script's own counts."""
        if self.job.tag != FLOW_TAG:
            return self.job.tag
        return self.jobs.bundle.script_tag(module.value.path) or SCRIPT_TAG

    async def _store_step(
        self, slot: Slot, module: Module, step: Job, ended: tuple[Job, Outcome] | None = None
    ) -> Job:
        """Stores a step as queued, in one go with its flow's status and the end of the try before it."""
        step.parent_job = self.job.id
        step.root_job = self.job.root_job or self.job.id
        step.flow_step_id = module.id
        step.schedule_path = self.job.schedule_path
        status_of.set_slot(self.status, slot, status_of.queued(module.id, step.id))
        store = self.jobs.store
        if ended is None:
            await store.insert_step(step, self.status)
            return step
        async with store.transaction() as conn:
            await store.finish_in(conn, *ended)
            await store.insert_job(conn, step, self.status)
        return step

    async def _run_step(self, slot: Slot, module: Module, step: Job) -> Outcome:
        if step.kind == "identity":
            return Outcome("success", (step.args or {}).get("previous_result"))
        await self._sleep_until(step.scheduled_for)
        if self.canceled.is_set():
            return await self.jobs.canceled_outcome(step)
        status_of.set_slot(self.status, slot, status_of.in_progress(module.id, step.id))
        return await self.jobs.run_script(step, self.job, self.status)

    async def _sleep_until(self, moment: datetime | None) -> None:
        left = (moment - datetime.now(UTC)).total_seconds() if moment else 0
        if left > 0:
            wait = asyncio.create_task(self.canceled.wait())
            await asyncio.wait({wait}, timeout=left)
            wait.cancel()

    async def _retry_delay(self, module: Module, outcome: Outcome) -> float | None:
        retry = module.retry
        failures = self.status.get("retry", {}).get("fail_count", 0)
        delay = retry.delay(failures, random.uniform(-1, 1)) if retry else None
        if retry is None or delay is None or retry.retry_if is None:
            return delay
        try:
            wanted = await evaluate_condition(retry.retry_if.expr, self._scope(outcome.result))
        except ExecutionError as error:
            await self.jobs.store.append_logs(self.job.id, f"{module.id}: retry_if: {error}\n")
            return None
        return delay if wanted else None

    async def _retry(self, slot: Slot, module: Module, step: Job, outcome: Outcome, delay: float) -> Job:
        """Stores the failed try and the next one, which has an id of its own and the same arguments."""
        retry = self.status.setdefault("retry", {"fail_count": 0, "failed_jobs": []})
        retry["fail_count"] += 1
        retry["failed_jobs"].append(str(step.id))
        again = step.again(datetime.now(UTC) + timedelta(seconds=delay))
        self.jobs.forget(step.id)
        return await self._store_step(slot, module, again, ended=(step, outcome))

    async def _settle(self, slot: Slot, module: Module, step: Job, outcome: Outcome) -> Verdict:
        """Writes the module's end and what it means in one go."""
        verdict = await self._verdict(slot, module, step, outcome)
        failed = self.status.pop("retry", {}).get("failed_jobs", [])
        if verdict.kind == "fail" or not outcome.ok:
            state = status_of.failure(module.id, step.id, failed)
        else:
            skipped = verdict.kind == "skip" or (step.kind == "identity" and module.skip_if is not None)
            state = status_of.success(module.id, step.id, failed, skipped)
        status_of.set_slot(self.status, slot, state)
        if verdict.kind != "fail" and verdict.kind != "cancel" and slot is not None:
            self.status["step"] = slot + 1
        self.results[module.id] = outcome.result
        self.previous = verdict.result
        await self.jobs.finish(step, outcome, self.status)
        return verdict

    async def _verdict(self, slot: Slot, module: Module, step: Job, outcome: Outcome) -> Verdict:
        if outcome.status == "canceled":
            return Verdict("cancel" if self.canceled.is_set() else "fail", outcome.result)
        if not outcome.ok:
            return Verdict("next" if module.continue_on_error else "fail", outcome.result)
        stop = module.stop_after_if
        if stop is None or slot is None or step.kind == "identity":
            return Verdict("next", outcome.result)
        self.results[module.id] = outcome.result
        try:
            if not await evaluate_condition(stop.expr, self._scope(outcome.result)):
                return Verdict("next", outcome.result)
        except ExecutionError as error:
            await self.jobs.store.append_logs(self.job.id, f"{module.id}: stop_after_if: {error}\n")
            return Verdict("fail", execution_error(str(error)))
        if stop.skip_if_stopped:
            return Verdict("skip", outcome.result)
        if stop.error_message is None:
            return Verdict("stop", outcome.result)
        message = stop.error_message or f"stop after if: {stop.expr}"
        return Verdict("fail", error_result("EarlyStopError", message))
