"""One connection to PostgreSQL that reconnects by itself, and a cheap way to send it many rows.

Why not psycopg_pool with one connection: while the database is away, its callers wait for their time-out instead of
failing at once, so that Meta would wait 10 s for a 503; and its growing pauses between tries outlast the outage.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ingress.logs import SafeError, describe

log = logging.getLogger(__name__)

_TEXT_OID, _TEXT_ARRAY_OID = 25, 1009
_HEAD = struct.Struct("!iiIii").pack
_LENGTH = struct.Struct("!i").pack
_NULL = _LENGTH(-1)
_SILENCE_S = 20.0  # after which a listener asks whether its connection is still there


class TextArray(list["bytes | None"]):
    """UTF-8 texts, sent to PostgreSQL as one text[]."""


class _TextArrayDumper(Dumper):
    """Packs a TextArray in the binary format: no quoting, and no look at each item's type."""

    format = Format.BINARY
    oid = _TEXT_ARRAY_OID

    def dump(self, obj: TextArray) -> bytes:
        parts = [_HEAD(1, 1, _TEXT_OID, len(obj), 1)]
        for item in obj:
            if item is None:
                parts.append(_NULL)
            else:
                parts.append(_LENGTH(len(item)))
                parts.append(item)
        return b"".join(parts)


class LinkDown(SafeError):
    """The database can't be reached at the moment."""


class Link:
    """A connection that opens when it is first needed, and again after it broke.

    Several tasks may share it: their statements run one after the other.
    """

    def __init__(self, url: str, name: str, timeout: float, *, server_ends: bool = False) -> None:
        """`server_ends`: PostgreSQL itself ends a statement at the time-out, so that nothing goes on for nobody."""
        self._url = url
        self._name = name
        self._timeout = timeout
        self._server_ends = server_ends
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()
        self._has_logged_outage = False

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.closed

    async def open(self) -> None:
        """Connects if there is no connection; LinkDown when that fails."""
        if not self.is_open:
            async with self._opening:
                if not self.is_open:  # another task may have opened it meanwhile
                    self._connection = await self._connect()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        try:
            async with asyncio.timeout(self._timeout):
                connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, prepare_threshold=0, application_name=f"ingress {self._name}"
                )
                if self._server_ends:
                    await connection.execute(f"set statement_timeout = {int(self._timeout * 900)}".encode())
        except (psycopg.Error, OSError, TimeoutError) as error:
            if not self._has_logged_outage:
                log.error(
                    "The database can't be reached.", extra={"link": self._name, "error": describe(error)}
                )
            self._has_logged_outage = True
            raise LinkDown(describe(error)) from error
        connection.adapters.register_dumper(TextArray, _TextArrayDumper)
        self._has_logged_outage = False
        log.info("Connected to the database.", extra={"link": self._name})
        return connection

    async def execute(self, query: bytes, values: Sequence[Any] = ()) -> psycopg.AsyncCursor[Any]:
        """Runs one statement. LinkDown: its outcome is unknown. psycopg.Error: it was refused."""
        await self.open()
        connection = self._connection
        assert connection is not None
        try:
            async with asyncio.timeout(self._timeout):
                return await connection.execute(query, values, binary=False)
        except (psycopg.Error, OSError, TimeoutError) as error:
            if isinstance(error, psycopg.Error) and not connection.closed:
                raise
            await self._drop(connection)
            raise LinkDown(describe(error)) from error

    async def notifications(self, channel: str) -> AsyncIterator[None]:
        """Listens: yields once it does, and after that for each notification. LinkDown when the connection breaks. Nothing else may use this link."""
        await self.execute(b"listen " + channel.encode())
        connection = self._connection
        assert connection is not None
        yield
        while True:
            try:
                async for _ in connection.notifies(timeout=_SILENCE_S):
                    yield
            except (psycopg.Error, OSError) as error:
                await self._drop(connection)
                raise LinkDown(describe(error)) from error
            await self.execute(b"select 1")  # a server that is gone without a word says nothing, either

    async def close(self) -> None:
        if self._connection is not None:
            await self._drop(self._connection)

    async def _drop(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Closes the connection that failed. If another task has opened a new one since, that one stays."""
        if self._connection is connection:
            self._connection = None
        await connection.close()
