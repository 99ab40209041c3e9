# requirements: database
"""The database as steps see it: one connection a step, transactions that are bound to one tenant.

Row-level security shows a transaction the rows of the tenant in its setting `app.tenant_id`, and none without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

Connection = psycopg.Connection[dict[str, Any]]
Parameters = list[Any] | dict[str, Any]
Statement = tuple[str, Parameters]
TENANT = "select set_config('app.tenant_id', %s, true)"  # until the transaction ends


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
    with ExitStack() as stack:
        with conn.pipeline():  # both in one round trip; conn.transaction() would stay in the pipeline
            stack.enter_context(psycopg.Transaction(conn))
            conn.execute(TENANT, [tenant_id])
        yield conn


def ask(conn: Connection, tenant_id: str, *statements: Statement) -> list[list[dict[str, Any]]]:
    """The rows of each statement, run as this tenant in one transaction and one round trip: a pipeline is a transaction up to its end.

    For statements that don't need each other's rows. One that fails takes them all back.
    """
    with conn.pipeline():
        conn.execute(TENANT, [tenant_id])
        cursors = [conn.execute(query.encode(), parameters) for query, parameters in statements]
    return [cursor.fetchall() for cursor in cursors]


def ask_one(conn: Connection, tenant_id: str, query: str, parameters: Parameters) -> Any:
    """The only column of the only row, asked for as this tenant."""
    ((row,),) = ask(conn, tenant_id, (query, parameters))
    return next(iter(row.values()))


def one(conn: Connection, query: str, parameters: Parameters) -> Any:
    """The only column of the only row."""
    row = conn.execute(query.encode(), parameters).fetchone()
    if row is None:
        raise LookupError(f"no row: {query[:80]}")
    return next(iter(row.values()))
