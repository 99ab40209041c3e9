"""Has PostgreSQL apply stored statuses and echoes: as they arrive, and on a timer for those left behind."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from ingress.link import Link, LinkDown
from ingress.logs import LogRateLimiter, describe
from ingress.metrics import Metrics

log = logging.getLogger(__name__)

_BATCH = 500
_GATHER_S = 0.05  # so that one call applies many statuses


class EventApplier:
    """Calls apply_events until nothing is left to apply."""

    def __init__(self, link: Link, poll_s: float, metrics: Metrics) -> None:
        self._link = link
        self._poll_s = poll_s
        self._metrics = metrics
        self._event = asyncio.Event()
        self._closing = False
        self._log_limit = LogRateLimiter(30.0)

    def wake(self) -> None:
        self._event.set()

    def close(self) -> None:
        self._closing = True
        self._event.set()

    async def run(self) -> None:
        while not self._closing:
            try:
                async with asyncio.timeout(self._poll_s):
                    await self._event.wait()
                    await asyncio.sleep(_GATHER_S)
            except TimeoutError:
                log.debug("The timer looks for events that were left behind.")
            self._event.clear()
            await self._apply()

    async def _apply(self) -> None:
        try:
            while not self._closing:
                cursor = await self._link.execute(b"select apply_events(%s::int)", (_BATCH,))
                row = await cursor.fetchone()
                if not row or not row[0]:
                    return
                self._metrics.events_applied.inc(row[0])
        except (LinkDown, psycopg.Error) as error:
            if self._log_limit.allow("apply"):
                log.error("Statuses and echoes can't be applied.", extra={"error": describe(error)})
