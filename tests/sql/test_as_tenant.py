"""Transactions bound to a tenant: whose they are, what a failure takes back, and how often PostgreSQL is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from f.common.database import Connection, Database, Overtaken, as_tenant, connect

WHO = "select current_setting('app.tenant_id', true) as who, (select count(*) from notes) as notes"
KEEP = "insert into notes values (1) returning 1"


@pytest.fixture
def conn(postgres_url: str) -> Iterator[Connection]:
    with psycopg.connect(postgres_url, autocommit=True, row_factory=dict_row) as made:
        made.execute("create temporary table notes (n int)")
        yield made


def of_tenant(conn: Connection, read_only: bool = False) -> Database:
    return Database(conn).of_tenant("t", read_only)


def trips(conn: Connection, work: Callable[[], object]) -> int:
    """How often the server was waited for."""
    with tempfile.NamedTemporaryFile("r") as log, open(log.name, "w") as written:
        conn.pgconn.trace(written.fileno())
        work()
        conn.pgconn.untrace()
        return log.read().count("ReadyForQuery")


def test_one_round_trip_for_what_is_asked_together(conn: Connection) -> None:
    found: list[object] = []
    assert trips(conn, lambda: found.extend(of_tenant(conn).batch((WHO, []), ("select %s as n", [2])))) == 1
    assert found == [[{"who": "t", "notes": 0}], [{"n": 2}]]
    assert conn.execute(WHO).fetchone() == {"who": "", "notes": 0}  # nobody's again


def test_a_transaction_begins_in_one_round_trip(conn: Connection) -> None:
    def work() -> None:
        with as_tenant(conn, "t"):
            assert conn.execute(WHO.encode()).fetchone() == {"who": "t", "notes": 0}

    assert trips(conn, work) == 3
    assert conn.execute(WHO).fetchone() == {"who": "", "notes": 0}


def test_a_failure_takes_all_of_it_back(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        of_tenant(conn).batch((KEEP, []), ("select 1 / 0", []))
    with pytest.raises(psycopg.errors.DivisionByZero), as_tenant(conn, "t"):
        conn.execute(KEEP.encode())
        of_tenant(conn).value("select 1 / 0")
    with pytest.raises(KeyError), as_tenant(conn, "t"):
        conn.execute(KEEP.encode())
        raise KeyError("not PostgreSQL's")
    assert of_tenant(conn).batch((WHO, [])) == [[{"who": "t", "notes": 0}]]


def test_asked_within_a_transaction_it_is_part_of_that(conn: Connection) -> None:
    with as_tenant(conn, "t"):
        assert of_tenant(conn).value(KEEP) == 1
        with pytest.raises(KeyError), as_tenant(conn, "t"):
            conn.execute(KEEP.encode())
            raise KeyError("the inner one alone is taken back")
    assert of_tenant(conn).batch((WHO, [])) == [[{"who": "t", "notes": 1}]]


def test_a_transaction_is_bound_once(conn: Connection) -> None:
    with of_tenant(conn).transaction() as db:
        assert db.value(KEEP) == 1
        assert db.row(WHO) == {"who": "t", "notes": 1}
    assert of_tenant(conn).rows(WHO) == [{"who": "t", "notes": 1}]


def test_a_dry_run_can_not_write(conn: Connection) -> None:
    """The database refuses, whatever a step has forgotten; the connection itself goes on writing."""
    dry = of_tenant(conn, read_only=True)
    for write in ("create table t (n int)", "create view v as select 1"):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            dry.rows(write)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), dry.transaction() as db:
            db.rows(write)
    assert dry.value("select 1") == 1 and of_tenant(conn).value(KEEP) == 1


def test_an_overtaken_copy_is_known_by_the_errors_class(conn: Connection) -> None:
    refuse = "do $$ begin raise exception 'whatever it says' using errcode = 'CB001'; end $$"
    with pytest.raises(Overtaken, match="whatever it says"):
        of_tenant(conn).rows(refuse)
    with pytest.raises(Overtaken), of_tenant(conn).transaction() as db:
        db.rows(refuse)


def test_a_step_s_database_goes_through_the_pooler_and_prepares_nothing(postgres_url: str) -> None:
    """A prepared statement would live in a connection that the next transaction need not get."""
    info = psycopg.conninfo.conninfo_to_dict(postgres_url)
    direct = {name: info[name] for name in ("host", "port", "user", "password", "dbname")}
    pooled = direct | {
        "host": "no-such-host.invalid",
        "pool_host": direct["host"],
        "pool_port": direct["port"],
    }
    for resource, prepared in ((direct, 1), (pooled, 0)):
        with Database.open(resource) as database:
            for _ in range(8):
                database.value("select 1 as n")
            assert (
                database.value(
                    "select count(*) from pg_prepared_statements where statement = 'select 1 as n'"
                )
                == prepared
            )
    with pytest.raises(psycopg.OperationalError), connect(pooled):
        """Whoever needs a connection for longer than a transaction goes to PostgreSQL itself."""


def test_a_pooler_that_is_down_is_as_postgresql_down(postgres_url: str) -> None:
    info = psycopg.conninfo.conninfo_to_dict(postgres_url)
    resource = {name: info[name] for name in ("host", "port", "user", "password", "dbname")} | {
        "pool_host": "127.0.0.1",
        "pool_port": 1,
    }
    with pytest.raises(psycopg.OperationalError, match="can't be reached"), Database.open(resource):
        """Not reached."""
