# requirements: database
"""The database as steps see it: one connection a step, and transactions that are bound to one tenant.

Row-level security shows a transaction the rows of the tenant in its setting `app.tenant_id`, and none without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from f.common.failures import bare

Connection = psycopg.Connection[dict[str, Any]]
Parameters = list[Any] | dict[str, Any]
Statement = tuple[str, Parameters]
BIND = "select set_config('app.tenant_id', %s, true)"  # until the transaction ends
BIND_READ_ONLY = f"{BIND}, set_config('transaction_read_only', 'on', true)"
OVERTAKEN = "CB001"  # what the SQL functions raise for a copy of a step that is not the newest


# libpq's words, the code, and what an operator does about it. The words themselves name the host and the user.
UNREACHABLE = (
    (r"password|authentication|no pg_hba", "refused_login", "PostgreSQL refuses the user or the password. Correct f/chatbot/db."),
    (r"resolve|translate host", "unknown_host", "PostgreSQL's host is not known. Correct f/chatbot/db, or the name service."),
    (r"too many|connection slots", "no_free_connection", "PostgreSQL has no free connection. Raise max_connections, or run fewer workers."),
    (r"starting up|shutting down|recovery", "restarting", "PostgreSQL is starting or stopping. Try again in a minute."),
    (r"timeout|timed out", "no_answer", "PostgreSQL does not answer. See whether it is overloaded, and whether the network lets it through."),
    (r"", "unreachable", "PostgreSQL can't be reached. See whether it runs, and whether f/chatbot/db names its host and port."),
)  # fmt: skip


class Overtaken(psycopg.DatabaseError):
    """A newer attempt of the step, or another run, has the turn: this copy writes nothing more. The failure handler knows it by this name."""

    sqlstate = OVERTAKEN


class Database:
    """What a step asks PostgreSQL. Each method is one transaction and one round trip, or a part of the transaction that is open."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    @classmethod
    @contextmanager
    def open(cls, resource: dict[str, Any]) -> Iterator[Database]:
        """Connects by a `postgresql` resource, until the block ends: through its pooler, where it names one.

        The pooler lends a connection for one transaction, so whoever waits for a model holds none; and each method here is one transaction.
        """
        pooled = bool(resource.get("pool_host"))
        address = {"host": resource["pool_host"], "port": resource.get("pool_port") or 6432} if pooled else {}
        with connect(resource | address) as conn:
            if pooled:
                conn.prepare_threshold = None  # the next transaction may have another connection
            yield cls(conn)

    @contextmanager
    def another(self) -> Iterator[Database]:
        """A further connection to the same place, for what runs beside this one's statements."""
        info = self.conn.info
        resource = {"host": info.host, "port": info.port, "user": info.user, "password": info.password}
        resource |= {"dbname": info.dbname, "sslmode": info.get_parameters().get("sslmode")}
        with connect(resource) as conn:
            conn.prepare_threshold = self.conn.prepare_threshold
            yield Database(conn)

    def of_tenant(self, tenant_id: str, read_only: bool = False) -> TenantDatabase:
        """The same connection, bound to a tenant."""
        return TenantDatabase(self.conn, tenant_id, read_only)

    def value(self, sql: str, *parameters: Any) -> Any:
        """The only column of the first row. Raises LookupError where there is no row."""
        row = self.row(sql, *parameters)
        if row is None:
            raise LookupError(f"no row: {sql[:80]}")
        return next(iter(row.values()))

    def row(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """All rows; none of a statement that returns none."""
        (rows,) = self.batch((sql, list(parameters)))
        return rows

    def batch(self, *statements: Statement) -> list[list[dict[str, Any]]]:
        """The rows of each statement: for statements that don't need each other's rows. One that fails takes them all back."""
        with _overtaken_by_name(), self.conn.pipeline():  # a pipeline is a transaction up to its end
            self._bind()
            cursors = [self.conn.execute(sql.encode(), parameters) for sql, parameters in statements]
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def _bind(self) -> None:
        """Nothing: this database is no tenant's, or its transaction is bound already."""

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """For statements that need each other's rows."""
        with self.conn.transaction():
            yield self


class TenantDatabase(Database):
    """Sees and writes rows of one tenant only. `read_only`: PostgreSQL refuses every write, for dry runs."""

    def __init__(self, conn: Connection, tenant_id: str, read_only: bool = False) -> None:
        super().__init__(conn)
        self.tenant_id, self.read_only = tenant_id, read_only

    def _bind(self) -> None:
        self.conn.execute((BIND_READ_ONLY if self.read_only else BIND).encode(), [self.tenant_id])

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        with _begun(self.conn, self._bind):
            yield Database(self.conn)


def connect(db: dict[str, Any]) -> Connection:
    """Connects by a `postgresql` resource: host, port, user, password, dbname, sslmode. A context manager that closes.

    The only place that does. Raises psycopg.OperationalError with a sentence and a code: psycopg's own error holds the password.
    """
    try:
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
    except psycopg.Error as error:
        words = str(error)
        code, sentence = next(
            (code, says) for pattern, code, says in UNREACHABLE if re.search(pattern, words)
        )
        failure = bare(error, sentence, code)
    raise failure


@contextmanager
def as_tenant(conn: Connection, tenant_id: str) -> Iterator[Connection]:
    """A transaction that sees and writes rows of this tenant only."""
    with _begun(conn, TenantDatabase(conn, tenant_id)._bind):
        yield conn


def one(conn: Connection, query: str, parameters: Parameters) -> Any:
    """The only column of the only row, asked for without a tenant or in a transaction that is bound to one."""
    row = conn.execute(query.encode(), parameters).fetchone()
    if row is None:
        raise LookupError(f"no row: {query[:80]}")
    return next(iter(row.values()))


@contextmanager
def _begun(conn: Connection, bind: Callable[[], None]) -> Iterator[None]:
    with ExitStack() as stack:
        with conn.pipeline():  # both in one round trip; conn.transaction() would stay in the pipeline
            stack.enter_context(psycopg.Transaction(conn))
            bind()
        yield


@contextmanager
def _overtaken_by_name() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == OVERTAKEN:
            raise Overtaken(str(error)) from None
        raise
