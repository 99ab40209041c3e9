"""How many bytes of large bodies the door holds at once: each is in memory some four times over until its script has answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LARGE = 1 << 20  # bytes; what is smaller needs no room
PATIENCE_S = 20.0


class NoRoom(Exception):
    """The bodies that are under way left no room for this one in time."""


class Room:
    """For bodies of `most` bytes together; a larger one comes alone."""

    def __init__(self, most: int, patience_s: float = PATIENCE_S) -> None:
        self._most, self._patience_s = most, patience_s
        self._held = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def hold(self, size: int) -> AsyncIterator[None]:
        """Around the reading of a body, and whatever is done with it. Waits for room, and raises NoRoom where there is none in time."""
        if size <= LARGE:
            yield
            return
        size = min(size, self._most)
        try:
            async with asyncio.timeout(self._patience_s), self._changed:
                await self._changed.wait_for(lambda: self._held + size <= self._most)
                self._held += size
        except TimeoutError:
            raise NoRoom from None
        try:
            yield
        finally:
            async with self._changed:
                self._held -= size
                self._changed.notify_all()
