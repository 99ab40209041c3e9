"""Transactions bound to a tenant: whose they are, what a failure takes back, and how often PostgreSQL is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from f.common.database import Connection, as_tenant, ask, ask_one

WHO = "select current_setting('app.tenant_id', true) as who, (select count(*) from notes) as notes"
KEEP = "insert into notes values (1) returning 1"


@pytest.fixture
def conn(postgres_url: str) -> Iterator[Connection]:
    with psycopg.connect(postgres_url, autocommit=True, row_factory=dict_row) as made:
        made.execute("create temporary table notes (n int)")
        yield made


def trips(conn: Connection, work: Callable[[], object]) -> int:
    """How often the server was waited for."""
    with tempfile.NamedTemporaryFile("r") as log, open(log.name, "w") as written:
        conn.pgconn.trace(written.fileno())
        work()
        conn.pgconn.untrace()
        return log.read().count("ReadyForQuery")


def test_one_round_trip_for_what_is_asked_together(conn: Connection) -> None:
    found: list[object] = []
    assert trips(conn, lambda: found.extend(ask(conn, "t", (WHO, []), ("select %s as n", [2])))) == 1
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
        ask(conn, "t", (KEEP, []), ("select 1 / 0", []))
    with pytest.raises(psycopg.errors.DivisionByZero), as_tenant(conn, "t"):
        conn.execute(KEEP.encode())
        ask_one(conn, "t", "select 1 / 0", [])
    with pytest.raises(KeyError), as_tenant(conn, "t"):
        conn.execute(KEEP.encode())
        raise KeyError("not PostgreSQL's")
    assert ask(conn, "t", (WHO, [])) == [[{"who": "t", "notes": 0}]]


def test_asked_within_a_transaction_it_is_part_of_that(conn: Connection) -> None:
    with as_tenant(conn, "t"):
        assert ask_one(conn, "t", KEEP, []) == 1
        with pytest.raises(KeyError), as_tenant(conn, "t"):
            conn.execute(KEEP.encode())
            raise KeyError("the inner one alone is taken back")
    assert ask(conn, "t", (WHO, [])) == [[{"who": "t", "notes": 1}]]
