"""Dispatches stored messages to Windmill until each of them has a run.

PostgreSQL decides which messages are next, how many runs there is room for, and who has claimed what. So any number of
replicas may do this at once, and a crash in between only delays a message until its lease ends.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from datetime import timedelta
from time import perf_counter, time_ns
from typing import TYPE_CHECKING, NamedTuple

import psycopg

from ingress.circuit import Circuit, backoff_s
from ingress.link import Link, LinkDown
from ingress.logs import LogRateLimiter, describe
from ingress.metrics import Metrics
from ingress.settings import Settings
from ingress.windmill import StartOutcome, StartResult, Windmill

if TYPE_CHECKING:
    from ingress.tracing import Tracing

log = logging.getLogger(__name__)

_CLAIM = b"""
    select phone_number_id, message_id, payload, dispatch_no, age_s from claim_dispatches(%s::int, %s::interval)
"""
_NEXT = b"select next_dispatch_s()"
_SETTLE = b"select settle_dispatch(%s::text, %s::text, %s::int, %s::bool, %s::interval, %s::text)"
_MOST_FAILURES = 10_000  # job ids whose failures are counted
_GRACE_S = 5.0


class _Message(NamedTuple):
    """A row of claim_dispatches, and when it was claimed."""

    phone_number_id: str
    message_id: str
    payload: str
    dispatch_no: int
    age_s: float
    claimed_at: float


class Dispatcher:
    """One task claims messages, and a short task for each of them posts it."""

    def __init__(
        self,
        link: Link,
        windmill: Windmill,
        settings: Settings,
        metrics: Metrics,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing
        self._link = link
        self._windmill = windmill
        self._settings = settings
        self._metrics = metrics
        self._circuit = Circuit(
            settings.dispatch_concurrency,
            settings.dispatch_retry_s,
            settings.dispatch_longest_retry_s,
            asyncio.get_running_loop().time,
        )
        self._in_flight: set[asyncio.Task[None]] = set()
        self._failures: Counter[uuid.UUID] = Counter()
        self._event = asyncio.Event()
        self._more = True
        # When the next held message may be claimed, by the loop's clock.
        self._held_until: float | None = None
        self._closing = False
        self._log_limit = LogRateLimiter(30.0)

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def is_open(self) -> bool:
        """Whether Windmill seems to be down."""
        return self._circuit.is_open

    def wake(self) -> None:
        """A message may be waiting, or room for one."""
        self._more = True
        self._event.set()

    async def run(self) -> None:
        """Works until close() has been called; then waits a little for posts that are under way."""
        while not self._closing:
            self._event.clear()
            for message in await self._claim():
                task = asyncio.create_task(self._deliver(message))
                self._in_flight.add(task)
                task.add_done_callback(self._done)
            await self._rest()
        if self._in_flight:
            _, left = await asyncio.wait(self._in_flight, timeout=_GRACE_S)
            for task in left:
                task.cancel()  # when its lease ends another process claims it; the job id stays the same

    def close(self) -> None:
        self._closing = True
        self._event.set()

    async def _rest(self) -> None:
        """Waits for wake(), for the timer that looks for what others left behind, until the next probe or a held message is due."""
        wait = min(self._settings.dispatch_poll_s, self._circuit.pause_s() or self._settings.dispatch_poll_s)
        if self._held_until is not None:
            wait = min(wait, max(0.01, self._held_until - asyncio.get_running_loop().time()))
        try:
            async with asyncio.timeout(wait):
                await self._event.wait()
        except TimeoutError:
            self._more = True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._event.set()
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "A dispatch failed unexpectedly; the message is dispatched again when its lease ends.",
                exc_info=task.exception(),
            )

    async def _claim(self) -> list[_Message]:
        room = self._circuit.room(len(self._in_flight))
        if not room:
            self._held_until = None
        if self._closing or not room or not self._more:
            return []
        self._more = False  # before the query: a message that arrives while it runs may not be in its result
        try:
            cursor = await self._link.execute(
                _CLAIM, (room, timedelta(seconds=self._settings.dispatch_lease_s))
            )
            claimed_at = perf_counter()
            rows = [_Message._make((*row, claimed_at)) for row in await cursor.fetchall()]
            self._held_until = None if len(rows) == room else await self._next_held()
        except (LinkDown, psycopg.Error) as error:
            if self._log_limit.allow("claim"):
                log.error("Messages can't be claimed.", extra={"error": describe(error)})
            return []  # until the timer, or until something new comes
        self._more |= len(rows) == room
        return rows

    async def _next_held(self) -> float | None:
        row = await (await self._link.execute(_NEXT)).fetchone()
        return None if row is None or row[0] is None else asyncio.get_running_loop().time() + float(row[0])

    async def _deliver(self, message: _Message) -> None:
        key = (message.phone_number_id, message.message_id, message.dispatch_no)
        job_id = self._windmill.job_id(*key)
        begun_ns = time_ns()
        result = await self._windmill.start(job_id, message.payload)
        if self._tracing is not None:
            self._tracing.dispatched(*key[:2], begun_ns, time_ns(), result.outcome.name.lower())
        retry_in = self._record_outcome(job_id, result, message)
        try:
            await self._link.execute(_SETTLE, (*key, retry_in is None, retry_in, result.error))
        except (LinkDown, psycopg.Error) as error:
            # Not lost: when the lease ends the same job id is posted again, and Windmill says that the run exists.
            if self._log_limit.allow("settle"):
                log.error(
                    "A dispatch could not be recorded.", extra={"job_id": job_id, "error": describe(error)}
                )

    def _record_outcome(self, job_id: uuid.UUID, result: StartResult, message: _Message) -> timedelta | None:
        """Counts the outcome. Returns how long to wait before the next try; None when the run was started."""
        if result.outcome is StartOutcome.STARTED:
            self._circuit.succeeded()
            self._failures.pop(job_id, None)
            self._metrics.dispatched.inc()
            if (
                message.dispatch_no == 0
            ):  # later ones have waited for another reason: for a turn, or for recovery
                waited_s = message.age_s + perf_counter() - message.claimed_at
                self._metrics.dispatch_seconds.observe(waited_s)
            return None
        self._metrics.dispatch_failures.labels(result.outcome.name.lower()).inc()
        if result.outcome is StartOutcome.REFUSED:
            self._circuit.succeeded()  # Windmill works; only this message is at fault
        else:
            self._circuit.failed(for_long=result.outcome is StartOutcome.MISCONFIGURED)
        if len(self._failures) >= _MOST_FAILURES:
            self._failures.clear()
        self._failures[job_id] += 1
        if self._log_limit.allow(result.error or ""):
            log.error(
                "A message was not dispatched; it stays stored and is tried again.",
                extra={"reason": result.error, "job_id": job_id, "tries": self._failures[job_id]},
            )
        settings = self._settings
        longest_s = settings.dispatch_longest_retry_s
        return timedelta(seconds=backoff_s(self._failures[job_id], settings.dispatch_retry_s, longest_s))
