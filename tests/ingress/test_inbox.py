"""How what waits is grouped into transactions."""

from __future__ import annotations

import asyncio

from ingress.inbox import Bounds, Inbox
from ingress.link import Link
from ingress.metrics import Metrics
from ingress.split import Event
from tests.ingress.support import Database


async def store(url: str, number: int) -> None:
    """So many requests of one message each, all waiting before the writer starts."""
    link = Link(url, "test", 10.0)
    await link.open()
    inbox = Inbox(link, Bounds(10_000, 1 << 20, 0.0), Metrics(), lambda kinds: None)
    waiting = [
        inbox.put([Event("grouped", f"wamid.{n}", "message", "34600111222", b"{}")]) for n in range(number)
    ]
    inbox.close()
    await inbox.run()
    await asyncio.gather(*waiting)
    await link.close()


def test_a_crowd_is_stored_in_few_transactions_but_never_all_in_one(database: Database) -> None:
    """While one group is written, the senders of the one before go on; were all in it, everybody would wait for everybody."""
    asyncio.run(store(database.ingress_url, 200))
    ((stored, transactions),) = database.rows(
        "select count(*), count(distinct xmin::text) from inbound_messages where phone_number_id = 'grouped'"
    )
    assert stored == 200
    assert 1 < transactions <= 8


class NoLink(Link):
    """Its database is being looked for until it is told that it is there."""

    def __init__(self) -> None:
        super().__init__("", "test", 10.0)
        self.asked, self.told = asyncio.Event(), asyncio.Event()

    async def open(self) -> None:
        self.asked.set()
        await self.told.wait()


def test_a_close_while_it_connects_is_not_lost() -> None:
    async def closed_in_between() -> None:
        link = NoLink()
        inbox = Inbox(link, Bounds(10, 1 << 20, 0.0), Metrics(), lambda kinds: None)
        work = asyncio.create_task(inbox.run())
        await link.asked.wait()
        inbox.close()
        link.told.set()
        await asyncio.wait_for(work, 30)

    asyncio.run(closed_in_between())
