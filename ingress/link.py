"""One connection to PostgreSQL that opens itself again, and a way to hand it many rows at little cost."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ingress.logs import Told, describe

log = logging.getLogger(__name__)

_TEXT_OID, _TEXT_ARRAY_OID = 25, 1009
_HEAD = struct.Struct("!iiIii").pack
_LENGTH = struct.Struct("!i").pack
_NULL = _LENGTH(-1)


class TextArray(list["bytes | None"]):
    """UTF-8 texts that go to PostgreSQL as one text[]."""


class _TextArrayDumper(Dumper):
    """Packs a TextArray in the binary format: no quoting, no look at the single items."""

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


class LinkDown(Told):
    """The database can't be reached now."""


class Link:
    """A connection; opened when first needed and again after it broke. Several tasks may use it at once: it asks one thing after the other."""

    def __init__(self, url: str, name: str, timeout: float) -> None:
        self._url = url
        self._name = name
        self._timeout = timeout
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()
        self._told = False

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
        except (psycopg.Error, OSError, TimeoutError) as error:
            if not self._told:
                log.error(
                    "The database can't be reached.", extra={"link": self._name, "error": describe(error)}
                )
            self._told = True
            raise LinkDown(describe(error)) from error
        connection.adapters.register_dumper(TextArray, _TextArrayDumper)
        self._told = False
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

    async def close(self) -> None:
        if self._connection is not None:
            await self._drop(self._connection)

    async def _drop(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Closes the connection that failed. Another task may have opened a new one since, which stays."""
        if self._connection is connection:
            self._connection = None
        await connection.close()
