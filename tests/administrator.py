"""A database as its superuser sees it."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
from psycopg.rows import dict_row


class Administrator:
    """Runs queries one by one. A connection costs more than most queries, so it stays for the next one; threads get one each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._idle: list[psycopg.Connection[dict[str, Any]]] = []

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        conn = self._idle.pop() if self._idle else self._connect()
        try:
            done = conn.execute(query.encode(), parameters)
            return (
                [] if done.rownumber is None else done.fetchall()
            )  # `select from t` has rows without columns
        finally:
            if not conn.closed:
                self._idle.append(conn)

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        # Not prepared: a test may change a table between two queries of the same words.
        return psycopg.connect(self.url, row_factory=dict_row, autocommit=True, prepare_threshold=None)


@cache
def administrator(url: str) -> Administrator:
    """The same one for the same database."""
    return Administrator(url)
