"""Puts the runner's parts together, and runs what the queue hands out."""

from __future__ import annotations

import logging
from uuid import UUID

from local.runner.bundle import Bundle
from local.runner.engine import FlowRun
from local.runner.errors import error_result
from local.runner.jobs import Jobs, is_only_marked
from local.runner.models import Job, Outcome
from local.runner.process import kill_group
from local.runner.queue import Queue
from local.runner.schedules import Schedules
from local.runner.settings import ADMIN_EMAIL, Settings
from local.runner.store import Store
from local.runner.tokens import Tokens, identity_of
from local.runner.vault import Vault

logger = logging.getLogger("runner")


class Runner:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.publisher = identity_of(ADMIN_EMAIL)  # apps run as whoever deployed them
        self.store = Store(settings.database_url, settings.name, size=min(12 + settings.workers, 24))
        self.bundle = Bundle(settings.bundle)
        self.vault = Vault(self.store)
        self.tokens = Tokens(settings, self.store)
        self.queue = Queue(self.store, self.run_job, settings.name)
        self.jobs = Jobs(settings, self.store, self.bundle, self.vault, self.tokens, self.queue)
        self.schedules = Schedules(self.store, self.bundle, self.jobs)

    async def open(self) -> None:
        self.settings.work_dir.mkdir(parents=True, exist_ok=True)
        await self.store.open()
        await self.queue.open()
        lost = await self.queue.requeue_lost()
        if lost:
            logger.info("%d jobs go on where the last runner left them", lost)
        self.queue.start()
        if self.settings.schedules:
            self.schedules.start()

    async def close(self) -> None:
        """Ends at once: what is running is killed, and runs again under the same id after the next start."""
        await self.schedules.close()
        # Before the processes: whoever still waits for one would take its death for the job's end.
        await self.queue.close()
        for pid in list(self.jobs.pids):
            kill_group(pid)
        await self.store.close()

    async def run_job(self, job_id: UUID) -> None:
        job = await self.store.job(job_id)
        if job is None or not job.is_open:
            return  # cancelled while it was waiting
        if job.canceled_by and not is_only_marked(job):
            self.jobs.cancel_event(job.id).set()  # cancelled, but the runner ended before that was done
        try:
            await self._run(job)
        except Exception as error:
            logger.exception("job %s failed in the runner itself", job_id)
            result = error_result("InternalErr", f"{type(error).__name__}: {error}")
            await self.jobs.finish(job, Outcome("failure", result))

    async def _run(self, job: Job) -> None:
        if job.kind == "flow":
            await FlowRun(self.jobs, job).run()
            return
        outcome = await self.jobs.run_script(job)
        await self.jobs.finish(job, outcome)
