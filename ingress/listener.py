"""Hears PostgreSQL's notification that there is room for a run or a message for one, from whatever process brought that about."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from ingress.link import Link, LinkDown

CHANNEL = "dispatches"
_LONGEST_PAUSE_S = 2.0


class Listener:
    """Calls `wake` for each notification, and after each new connection: what was said before it was not heard."""

    def __init__(self, link: Link, wake: Callable[[], None]) -> None:
        self._link = link
        self._wake = wake
        self._closing = asyncio.Event()

    def close(self) -> None:
        self._closing.set()

    async def run(self) -> None:
        """Listens until close() has been called."""
        hearing = asyncio.create_task(self._hear())
        closing = asyncio.create_task(self._closing.wait())
        await asyncio.wait({hearing, closing}, return_when=asyncio.FIRST_COMPLETED)
        if hearing.done():
            hearing.result()  # it never ends by itself: this raises
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)

    async def _hear(self) -> None:
        pause = 0.05
        while True:
            try:
                async for _ in self._link.notifications(CHANNEL):
                    pause = 0.05
                    self._wake()
            except LinkDown:
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LONGEST_PAUSE_S)
