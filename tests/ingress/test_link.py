"""One connection for several tasks: it breaks for all of them at once, and opens again for all of them."""

from __future__ import annotations

import asyncio

import psycopg

from ingress.link import Link, LinkDown
from tests.ingress.support import Database


async def lost_while_many_ask(database: Database) -> list[object]:
    """What each of many tasks is told whose connection is cut while the first of them is answered."""
    link = Link(database.ingress_url, "cut off", 30)
    await link.open()
    query = b"select pg_sleep(30)"
    asking = [asyncio.create_task(link.execute(query)) for _ in range(20)]
    cut = b"select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ingress cut off' and wait_event = 'PgSleep'"
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as administrator:
        while not await (await administrator.execute(cut)).fetchall():
            await asyncio.sleep(0.01)
    told = await asyncio.gather(*asking, return_exceptions=True)
    again = await asyncio.gather(*(link.execute(b"select pg_backend_pid()") for _ in range(20)))
    assert (
        len({row[0] for cursor in again if (row := await cursor.fetchone())}) == 1
    )  # and one new connection for all
    await link.close()
    return list(told)


def test_a_lost_connection_is_an_outcome_for_each_task_and_not_the_end_of_any(database: Database) -> None:
    told = asyncio.run(lost_while_many_ask(database))
    assert [type(one) for one in told] == [LinkDown] * 20
