"""Holds a step's process at one of its writes, for as long as a test wants: inside PostgreSQL, where no step can notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import psycopg

from tests.faults.storm import Storm, until

KEY = 20261123
COPY = "select pid from pg_locks where locktype = 'advisory' and objid = %s and not granted"


class Hold:
    """The first process whose write to `table` fits `condition` waits for release(); those after it don't.

    Its transaction is open meanwhile, so a second copy of the step waits for the first one's row.
    """

    def __init__(self, storm: Storm, table: str, condition: str) -> None:
        self.storm, self.table, self.condition = storm, table, condition

    def __enter__(self) -> Self:
        self.conn = psycopg.connect(self.storm.stack.database, autocommit=True)
        self.execute("select pg_advisory_lock(%s)", KEY)
        self.execute("create sequence held_copies")
        self.execute(
            "create function hold_first() returns trigger language plpgsql security definer as $$ begin"
            " if nextval('public.held_copies') = 1 then perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint); end if;"
            " return new; end $$"
        )
        self.execute(
            f"create trigger hold before insert or update on {self.table} for each row when ({self.condition})"
            f" execute function hold_first('{KEY}')"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self.execute(f"drop trigger hold on {self.table}")
        self.execute("drop function hold_first")
        self.execute("drop sequence held_copies")
        self.conn.close()

    def execute(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.conn.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def first_copy(self) -> int:
        """The PostgreSQL process of the step that is held, once there is one."""
        return int(until(lambda: self.execute(COPY, KEY), 90)[0][0])

    def second_copy(self, first: int) -> int:
        """That of another copy of the step, which waits for the first one's transaction."""
        blocked = "select pid from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
        return int(until(lambda: self.execute(blocked, first), 90)[0][0])

    def is_alive(self, copy: int) -> bool:
        return bool(self.execute("select pid from pg_stat_activity where pid = %s", copy))

    def end(self, copy: int) -> None:
        """The copy loses its connection, as it does when its machine dies: nothing of its transaction stays."""
        self.execute("select pg_terminate_backend(%s, 30000)", copy)

    def release(self) -> None:
        self.execute("select pg_advisory_unlock_all()")


@contextmanager
def refusal(storm: Storm, table: str, condition: str) -> Iterator[None]:
    """Every write to `table` that fits `condition` fails, as on a full disk."""
    storm.admin(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$"
    )
    storm.admin(
        f"create trigger refuse before insert or update on {table} for each row when ({condition}) execute function refuse()"
    )
    try:
        yield
    finally:
        storm.admin(f"drop trigger refuse on {table}")
        storm.admin("drop function refuse")
