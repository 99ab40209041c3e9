"""Reads a request's body within limits: of size, of time, and of memory over all requests together."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

# A sender that is still writing when the connection closes never sees the answer: up to so many times the cap is
# read and thrown away first.
DRAINED = 3


class NotRead(Exception):
    """The body was not taken; `status` is the answer, `reason` one word for the counters."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Gone(Exception):
    """The sender hung up; there is nobody to answer."""


class BodyReader:
    """Reads bodies of up to `cap` bytes within `timeout` seconds, of all together at most `memory` bytes."""

    def __init__(self, cap: int, timeout: float, memory: int) -> None:
        self._cap = cap
        self._timeout = timeout
        self._memory = memory
        self._held = 0

    async def read(self, length: bytes | None, receive: Receive) -> bytes:
        """The whole body; NotRead or Gone otherwise. `length`: what Content-Length says."""
        if length and int(length) > DRAINED * self._cap:
            raise NotRead(413, "too_large")
        # Nearly always this is all of it. A timer for it would cost as much as parsing it; who sends a head and no more is cut off in server.py.
        first = await receive()
        body: bytes = first.get("body", b"")
        if first["type"] == "http.request" and not first.get("more_body") and len(body) <= self._cap:
            return body
        try:
            async with asyncio.timeout(self._timeout):
                return await self._collect(first, receive)
        except TimeoutError:
            raise NotRead(408, "too_slow") from None

    async def _collect(self, message: Message, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                if message["type"] != "http.request":
                    raise Gone
                chunk: bytes = message.get("body", b"")
                # Counted as it comes: what Content-Length says, or that it is absent, does not matter.
                if size + len(chunk) > self._cap:
                    await self._drain(message, receive)
                    raise NotRead(413, "too_large")
                chunks.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
                if self._held > self._memory:
                    raise NotRead(503, "memory")
                if not message.get("more_body"):
                    return b"".join(chunks)
                message = await receive()
        finally:
            self._held -= size

    async def _drain(self, message: Message, receive: Receive) -> None:
        """Throws away what else the sender writes, up to a bound."""
        left = (DRAINED - 1) * self._cap
        while message["type"] == "http.request" and message.get("more_body") and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
