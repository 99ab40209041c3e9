"""The durable inbox: one task writes all waiting events in one transaction, then lets their requests be answered."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from ingress.link import Link, LinkDown, TextArray
from ingress.logs import LogRateLimiter, describe
from ingress.metrics import Metrics
from ingress.split import Event

log = logging.getLogger(__name__)

_INSERT = b"""
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)
    select * from unnest(%b, %b, %b, %b, %b) on conflict do nothing
"""
# The row is at fault, not the database: such a row doesn't fail the rest of the batch.
_ROW_ERRORS = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
_GROUP_EVENTS = 2000
# From this many waiting events on, only half are written at once: clients wait for their half's commit; the other half can keep sending.
_HALVED_FROM = 64
_GROUP_BYTES = 8 << 20
_LONGEST_PAUSE_S = 2.0


class NotStored(Exception):
    """The events may not be stored: their client must send them again. `reason` is a word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Bounds:
    """How much may wait, and how long a write waits for more events to join it."""

    events: int
    bytes: int
    delay_s: float


class Inbox:
    """Queues the events of each request, and resolves the request's future once they are committed."""

    def __init__(
        self, link: Link, bounds: Bounds, metrics: Metrics, on_stored: Callable[[set[str]], None]
    ) -> None:
        self._link = link
        self._bounds = bounds
        self._metrics = metrics
        self._on_stored = on_stored
        self._waiting: deque[tuple[Sequence[Event], int, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._log_limit = LogRateLimiter(5.0)
        self._closing = False
        self.events = 0
        self.bytes = 0

    def put(self, events: Sequence[Event]) -> asyncio.Future[None]:
        """Queues the events of one request. Raises NotStored when the queue is full or the database is down."""
        if not self._link.is_open:
            raise NotStored("database")
        size = sum([len(event.payload) for event in events])
        if self._waiting and (
            self.events + len(events) > self._bounds.events or self.bytes + size > self._bounds.bytes
        ):
            raise NotStored("queue_full")
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((events, size, future))
        self.events += len(events)
        self.bytes += size
        self._wake.set()
        return future

    async def run(self) -> None:
        """Writes until close() has been called and nothing is waiting."""
        pause = 0.05
        while not (self._closing and not self._waiting):
            try:
                await self._link.open()
                pause = 0.05
                await self._step()
            except LinkDown:
                self._refuse("database")
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    def close(self) -> None:
        """Lets run() end once all waiting events are written."""
        self._closing = True
        self._wake.set()

    async def _step(self) -> None:
        if not self._waiting and not self._closing:
            self._wake.clear()
            await self._wake.wait()
            if self._bounds.delay_s:  # events that arrived during the last write have waited long enough
                await asyncio.sleep(self._bounds.delay_s)
        group = self._take()
        if group:
            await self._write(group)

    def _take(self) -> list[tuple[Sequence[Event], asyncio.Future[None]]]:
        group: list[tuple[Sequence[Event], asyncio.Future[None]]] = []
        count = total = 0
        most = self.events if self.events < _HALVED_FROM else min(self.events // 2, _GROUP_EVENTS)
        while self._waiting:
            events, size, future = self._waiting[0]
            if group and (count + len(events) > most or total + size > _GROUP_BYTES):
                break
            self._waiting.popleft()
            count += len(events)
            total += size
            group.append((events, future))
        self.events -= count
        self.bytes -= total
        return group

    async def _write(self, group: list[tuple[Sequence[Event], asyncio.Future[None]]]) -> None:
        rows = [event for events, _ in group for event in events]
        failed: set[Event] = set()
        reason = "database"
        try:
            failed = await self._store(rows)
        except (LinkDown, psycopg.Error) as error:
            failed = set(rows)
            if self._log_limit.allow("write"):
                log.error(
                    "Events could not be stored.", extra={"events": len(rows), "error": describe(error)}
                )
            # A server that refuses every write may be a standby: a new connection may find the primary.
            await self._link.close()
        else:
            reason = "refused_row"
            self._on_stored({row.kind for row in rows})
        for events, future in group:
            if future.done():
                continue  # its client is gone; the events are stored all the same
            if failed and not failed.isdisjoint(events):
                future.set_exception(NotStored(reason))
            else:
                future.set_result(None)

    async def _store(self, rows: list[Event]) -> set[Event]:
        """Commits the rows; returns those that the database refuses."""
        try:
            await self._insert_persistently(rows)
            return set()
        except _ROW_ERRORS:
            failed: set[Event] = set()
            for row in rows:
                try:
                    await self._insert_persistently([row])
                except _ROW_ERRORS as error:
                    failed.add(row)
                    log.error(
                        "The database refused an event; Meta will send it again.",
                        extra={"kind": row.kind, "bytes": len(row.payload), "error": describe(error)},
                    )
            return failed

    async def _insert_persistently(self, rows: list[Event]) -> None:
        """Tries twice, because of lost connections and deadlocks with a replica: to insert a row again changes nothing."""
        try:
            await self._insert(rows)
        except (LinkDown, psycopg.errors.DeadlockDetected, psycopg.errors.AdminShutdown):
            await self._insert(rows)

    async def _insert(self, rows: list[Event]) -> None:
        phones, ids, kinds, senders, payloads = (TextArray() for _ in range(5))
        for row in rows:
            phones.append(row.phone_number_id.encode())
            ids.append(row.message_id.encode())
            kinds.append(row.kind.encode())
            senders.append(None if row.sender is None else row.sender.encode())
            payloads.append(row.payload)
        cursor = await self._link.execute(_INSERT, (phones, ids, kinds, senders, payloads))
        self._metrics.events_stored.inc(cursor.rowcount)
        self._metrics.events_duplicate.inc(len(rows) - cursor.rowcount)

    def _refuse(self, reason: str) -> None:
        for _, future in self._take_all():
            if not future.done():
                future.set_exception(NotStored(reason))

    def _take_all(self) -> list[tuple[Sequence[Event], asyncio.Future[None]]]:
        everything = [(events, future) for events, _, future in self._waiting]
        self._waiting.clear()
        self.events = self.bytes = 0
        return everything
