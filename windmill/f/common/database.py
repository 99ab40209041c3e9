# requirements:
# psycopg[binary]==3.3.9
"""The database as steps see it: one connection a step, transactions that are bound to one tenant.

Row-level security shows a transaction the rows of the tenant in its setting `app.tenant_id`, and none without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

Connection = psycopg.Connection[dict[str, Any]]


def connect(db: dict[str, Any]) -> Connection:
    """Connects by a `postgresql` resource: host, port, user, password, dbname, sslmode. A context manager that closes."""
    return psycopg.connect(
        host=db["host"],
        port=db.get("port") or 5432,
        user=db["user"],
        password=db.get("password"),
        dbname=db["dbname"],
        sslmode=db.get("sslmode") or "prefer",
        connect_timeout=10,
        autocommit=True,
        row_factory=dict_row,
        # A server that vanished is noticed within half a minute, not after the system's two hours.
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=4,
    )


@contextmanager
def as_tenant(conn: Connection, tenant_id: str) -> Iterator[Connection]:
    """A transaction that sees and writes rows of this tenant only."""
    with conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant_id])
        yield conn


def one(conn: Connection, query: str, parameters: list[Any] | dict[str, Any]) -> Any:
    """The only column of the only row."""
    row = conn.execute(query.encode(), parameters).fetchone()
    if row is None:
        raise LookupError(f"no row: {query[:80]}")
    return next(iter(row.values()))
