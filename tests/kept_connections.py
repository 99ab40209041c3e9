"""Connections to PostgreSQL that are kept from test to test and from call to call, as the pooler keeps them in production.

A new backend learns the catalog anew and compiles each function that it calls, which costs ten times what most calls cost.
"""

from __future__ import annotations

import select
import threading
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

MOST = 12  # idle ones: a database that nobody uses any more keeps none for long
_idle: list[Kept] = []  # that was given back last stands last
_lock = threading.Lock()


class Kept(psycopg.Connection[dict[str, Any]]):
    """Who closes it gives it back, with nothing left of its session. One that was cut off, or is in a transaction, is closed."""

    address: tuple[Any, ...] = ()
    given_back = False

    def close(self) -> None:
        if self.given_back:
            return
        if self.closed or self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().close()
            return
        try:
            self.execute("discard all")
        except psycopg.Error:
            super().close()
            return
        self.given_back = True
        with _lock:
            _idle.append(self)
            oldest = _idle.pop(0) if len(_idle) > MOST else None
        if oldest:
            psycopg.Connection.close(oldest)


def connect(conninfo: str = "", **options: Any) -> Kept:
    """As psycopg.connect, each statement a transaction and rows as dictionaries. Nothing is prepared, as where a pooler is named."""
    address = (conninfo, *sorted(options.items(), key=lambda option: option[0]))
    while idle := _taken(address):
        if (
            not idle.closed and not select.select([idle], [], [], 0)[0]
        ):  # a server that speaks unasked ends it
            made = Kept(idle.pgconn, dict_row)  # so that a second close() of who had it before does nothing
            made.autocommit = True
            break
        psycopg.Connection.close(idle)
    else:
        made = Kept.connect(conninfo, row_factory=dict_row, autocommit=True, **options)
    made.address, made.prepare_threshold = address, None
    return made


def _taken(address: tuple[Any, ...]) -> Kept | None:
    with _lock:
        found = next((kept for kept in reversed(_idle) if kept.address == address), None)
        if found:
            _idle.remove(found)
    return found


class _Psycopg:
    """The module, but for `connect`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)

    def connect(self, row_factory: Any, autocommit: bool, **options: Any) -> Kept:
        return connect(**options)


def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """For one test, whose scripts run in this process."""
    monkeypatch.setattr("f.common.database.psycopg", _Psycopg())
