"""Hands stored messages over to Windmill, oldest first, until every one of them has a run.

PostgreSQL knows what is to be dispatched and who has claimed it, so any number of replicas may do this at
once, and a crash in between costs a lease's time and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import psycopg

from ingress.circuit import Circuit, backoff_s
from ingress.link import Link, LinkDown
from ingress.logs import Seldom, describe
from ingress.metrics import Metrics
from ingress.settings import DispatchSettings
from ingress.windmill import Answer, Outcome, Windmill

log = logging.getLogger(__name__)

_CLAIM = b"""
    select phone_number_id, message_id, payload, dispatch_no, delay_s from claim_dispatches(%s::int, %s::interval)
"""
_SETTLE = b"select settle_dispatch(%s::text, %s::text, %s::int, %s::bool, %s::interval, %s::text)"
_REMEMBERED = 10_000
_GRACE_S = 5.0

_Row = tuple[str, str, str, int, float]


class Dispatcher:
    """One task that claims, and one short task for each message on its way."""

    def __init__(self, link: Link, windmill: Windmill, settings: DispatchSettings, metrics: Metrics) -> None:
        self._link = link
        self._windmill = windmill
        self._settings = settings
        self._metrics = metrics
        self._circuit = Circuit(
            settings.concurrency, settings.retry_s, settings.longest_retry_s, asyncio.get_running_loop().time
        )
        self._in_flight: set[asyncio.Task[None]] = set()
        self._failures: Counter[uuid.UUID] = Counter()
        self._event = asyncio.Event()
        self._more = True
        self._closing = False
        self._seldom = Seldom(30.0)

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def is_open(self) -> bool:
        """Whether Windmill is taken to be down."""
        return self._circuit.is_open

    def wake(self) -> None:
        """Something new may be there."""
        self._more = True
        self._event.set()

    async def run(self) -> None:
        """Works until close() was called; then waits a little for what is on its way."""
        while not self._closing:
            self._event.clear()
            for row in await self._claim():
                task = asyncio.create_task(self._deliver(row))
                self._in_flight.add(task)
                task.add_done_callback(self._done)
            await self._rest()
        if self._in_flight:
            _, left = await asyncio.wait(self._in_flight, timeout=_GRACE_S)
            for task in left:
                task.cancel()  # its lease ends, and another claims it; the job id stays the same

    def close(self) -> None:
        self._closing = True
        self._event.set()

    async def _rest(self) -> None:
        """Until woken, or the timer finds what others left behind, or the next probe is due."""
        wait = self._circuit.pause_s() or self._settings.poll_s
        try:
            async with asyncio.timeout(min(wait, self._settings.poll_s)):
                await self._event.wait()
        except TimeoutError:
            self._more = True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._event.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("A dispatch broke off; it comes again when its lease ends.", exc_info=task.exception())

    async def _claim(self) -> list[_Row]:
        room = self._circuit.room(len(self._in_flight))
        if self._closing or not room or not self._more:
            return []
        self._more = False  # before the question: who wakes us while it is asked may not be in its answer
        try:
            cursor = await self._link.execute(_CLAIM, (room, timedelta(seconds=self._settings.lease_s)))
            rows: list[_Row] = await cursor.fetchall()
        except (LinkDown, psycopg.Error) as error:
            if self._seldom.may("claim"):
                log.error("Messages can't be claimed for the dispatch.", extra={"error": describe(error)})
            return []  # until the timer, or until something new comes
        self._more |= len(rows) == room
        return rows

    async def _deliver(self, row: _Row) -> None:
        phone_number_id, message_id, payload, dispatch_no, delay_s = row
        job_id = self._windmill.job_id(phone_number_id, message_id, dispatch_no)
        outcome = await self._windmill.start(job_id, payload, delay_s)
        retry_in = self._record(job_id, outcome)
        values: tuple[Any, ...] = (
            phone_number_id,
            message_id,
            dispatch_no,
            retry_in is None,
            retry_in,
            outcome.error,
        )
        try:
            await self._link.execute(_SETTLE, values)
        except (LinkDown, psycopg.Error) as error:
            # Not lost: the lease ends, the same job id is posted again, and Windmill knows it already.
            if self._seldom.may("settle"):
                log.error(
                    "A dispatch could not be recorded.", extra={"job_id": job_id, "error": describe(error)}
                )

    def _record(self, key: uuid.UUID, outcome: Outcome) -> timedelta | None:
        """Counts the outcome, and says when to try again; None: it is done."""
        if outcome.answer is Answer.TAKEN:
            self._circuit.succeeded()
            self._failures.pop(key, None)
            self._metrics.dispatched += 1
            return None
        self._metrics.dispatch_failures[outcome.answer.name.lower()] += 1
        if outcome.answer is Answer.REFUSED:
            self._circuit.succeeded()  # it is up; this message alone is at fault
        else:
            self._circuit.failed(for_long=outcome.answer is Answer.MISCONFIGURED)
        if len(self._failures) >= _REMEMBERED:
            self._failures.clear()
        self._failures[key] += 1
        if self._seldom.may(outcome.error or ""):
            log.error(
                "A message was not dispatched; it stays stored and is tried again.",
                extra={"reason": outcome.error, "job_id": key, "tries": self._failures[key]},
            )
        settings = self._settings
        return timedelta(seconds=backoff_s(self._failures[key], settings.retry_s, settings.longest_retry_s))
