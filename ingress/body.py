"""Reads a request's body within limits of size, time, and memory for all requests together."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

# A client that is still writing when the connection closes never sees the response: so up to this many times the cap
# is read and thrown away first.
DRAINED = 3


class NotRead(Exception):
    """The body was not read to its end: the response's status, a word for the counters, a sentence for the client."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.text = text


class ClientGone(Exception):
    """The client closed the connection; there is nobody to respond to."""


class BodyReader:
    """Reads bodies of up to `cap` bytes within `timeout` seconds; together they hold at most `memory` bytes."""

    def __init__(self, cap: int, timeout: float, memory: int) -> None:
        self._cap = cap
        self._timeout = timeout
        self._memory = memory
        self._held = 0

    async def read(self, length: bytes | None, receive: Receive) -> bytes:
        """The whole body, or NotRead or ClientGone. `length` is the value of Content-Length."""
        if length and int(length) > DRAINED * self._cap:
            raise self._too_large()
        # Nearly always this is the whole body. A timer for it would cost as much as parsing it;
        # server.py cuts off a client that sends a head and no more.
        first = await receive()
        body: bytes = first.get("body", b"")
        if first["type"] == "http.request" and not first.get("more_body") and len(body) <= self._cap:
            return body
        try:
            async with asyncio.timeout(self._timeout):
                return await self._collect(first, receive)
        except TimeoutError:
            raise NotRead(
                408, "too_slow", f"The body did not arrive within {self._timeout:g} seconds."
            ) from None

    async def _collect(self, message: Message, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                if message["type"] != "http.request":
                    raise ClientGone
                chunk: bytes = message.get("body", b"")
                # Counted as it arrives, whatever Content-Length says.
                if size + len(chunk) > self._cap:
                    await self._drain(message, receive)
                    raise self._too_large()
                chunks.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
                if self._held > self._memory:
                    raise NotRead(503, "memory", "Too many large bodies are arriving at once. Send it again.")
                if not message.get("more_body"):
                    return b"".join(chunks)
                message = await receive()
        finally:
            self._held -= size

    async def _drain(self, message: Message, receive: Receive) -> None:
        """Throws away what else the client writes, up to a bound."""
        left = (DRAINED - 1) * self._cap
        while message["type"] == "http.request" and message.get("more_body") and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))

    def _too_large(self) -> NotRead:
        return NotRead(413, "too_large", f"The body is larger than {self._cap} bytes.")
