"""Reads what browsers and programs send, within one bound for the memory that all large bodies hold together: one person, or one program, can't end
the process that everybody signs in at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

LARGE = 1 << 20  # bytes from which a body counts
# Bytes of large bodies at once. What is made of one on its way to Windmill takes about twice as much again.
HELD = 256 << 20
READ_S = 600.0  # for a whole body: 50 MB from a telephone


class TooMuch(Exception):
    """This body can't be taken now: its sender has a large one under way, or all of them hold too much, or it comes too slowly."""


class Bodies:
    """Those of one process. A large one counts until its request is answered."""

    def __init__(self, held: int = HELD) -> None:
        self._most, self._held = held, 0
        self._senders: set[str] = set()

    @asynccontextmanager
    async def of(self, request: Request, sender: str) -> AsyncIterator[bytearray]:
        """The body of a request whose Content-Length is known to be a number in bounds. Whoever gets it empties it once it is read. Raises
        TooMuch."""
        if int(request.headers["content-length"]) <= LARGE:
            yield bytearray(await request.body())
            return
        if sender in self._senders:
            raise TooMuch
        self._senders.add(sender)
        body, counted = bytearray(), 0
        try:
            try:
                async with asyncio.timeout(READ_S):
                    async for piece in request.stream():
                        counted += len(piece)
                        self._held += len(piece)
                        if self._held > self._most:
                            raise TooMuch
                        body += piece
            except TimeoutError:
                raise TooMuch from None
            yield body
        finally:
            self._held -= counted
            self._senders.discard(sender)
