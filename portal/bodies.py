"""Reads what browsers and programs send, within one bound for the memory that all large bodies hold together: one person, or one program, can't end
the process that everybody signs in at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

LARGE = 1 << 20  # bytes from which a body counts
# Bytes of large bodies at once: two of the largest. On its way to Windmill one takes some three times its size, and for the moment in which it is
# parsed, one after the other, six times. A text with a sign beyond Unicode's first plane would take four bytes for each letter: the portal's large
# requests are ASCII (portal/app.py), and of a program's only the parsing is.
HELD = 160 << 20
READ_S = 600.0  # for a whole body: 50 MB from a telephone
WAITING = 3  # large bodies of one sender that wait, unread, while another of theirs is under way
TURN_S = 600.0  # after which one that waits is refused


class TooMuch(Exception):
    """This body can't be taken now: its sender has too many large ones under way, or all of them hold too much, or it comes too slowly."""


@dataclass
class Turn:
    """Of one sender: who holds `taken` has a large body under way. `asking`: it and those that wait for it."""

    taken: asyncio.Lock = field(default_factory=asyncio.Lock)
    asking: int = 0


class Bodies:
    """Those of one process. A large one counts until its request is answered; the sender's next one is not read before."""

    def __init__(self, held: int = HELD) -> None:
        self._most, self._held = held, 0
        self._turns: dict[str, Turn] = {}

    @asynccontextmanager
    async def of(self, request: Request, sender: str) -> AsyncIterator[bytearray]:
        """The body of a request whose Content-Length is known to be a number in bounds. Whoever gets it empties it once it is read. Raises
        TooMuch."""
        if int(request.headers["content-length"]) <= LARGE:
            yield bytearray(await request.body())
            return
        async with self._turn(sender):
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

    @asynccontextmanager
    async def _turn(self, sender: str) -> AsyncIterator[None]:
        """Waits until no other large body of this sender is under way. Raises TooMuch."""
        turn = self._turns.setdefault(sender, Turn())
        if turn.asking > WAITING:
            raise TooMuch
        turn.asking += 1
        try:
            try:
                async with asyncio.timeout(TURN_S):
                    await turn.taken.acquire()
            except TimeoutError:
                raise TooMuch from None
            try:
                yield
            finally:
                turn.taken.release()
        finally:
            turn.asking -= 1
            if not turn.asking:
                del self._turns[sender]
