"""A worker dies in the middle of a human's reply, before or after WhatsApp has it: the customer gets the words once, and then the bot is quiet."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from local import seed
from local.portal.wire import request
from tests.faults.hold import Hold
from tests.faults.storm import Storm, until

APP = "apps_u/execute_component/f/portal/documents"
WORDS = "A human here."


class Clerk:
    """Somebody of the shop's staff who replies to a customer in the portal."""

    def __init__(self, storm: Storm, phone: str) -> None:
        self.storm, self.phone = storm, phone
        before = storm.count()
        storm.write(seed.SHOP.phone_number_id, phone, ["is anybody there?"])
        storm.settle(before + 1)
        (row,) = storm.admin("select id::text from contacts where phone = %s", phone)
        asked = {"contact_id": row["id"], "reply_id": str(uuid.uuid4()), "body": WORDS}
        args = {"request": request("reply", **asked)}
        self.call = {"component": "conversations", "path": "script/f/portal_api/conversations", "args": args}
        self.windmill = storm.stack.as_person(seed.SHOP.people["owner"])

    def click(self) -> str:
        """The page's request; the job's id."""
        return str(self.windmill.call("POST", APP, self.call).text.strip('"'))

    def answer(self, job: str) -> dict[str, Any]:
        path = f"jobs_u/completed/get_result_maybe/{job}"
        done = until(lambda: (found := self.windmill.call("GET", path).json())["completed"] and found, 60)
        return dict(done["result"])

    def part(self) -> dict[str, Any]:
        (part,) = self.storm.admin(
            "select o.state, c.paused_until > now() as paused from outbound_messages o join turns t on t.id = o.turn_id"
            " join contacts c on c.id = t.contact_id where c.phone = %s and t.outcome = 'human'",
            self.phone,
        )
        return part

    def count(self) -> int:
        return self.storm.told(self.phone).count(WORDS)

    def settles(self) -> None:
        """A minute passes, and recovery looks at what is left."""
        self.storm.admin(
            "update outbound_messages set sending_since = sending_since - interval '1 minute' where state in ('sending', 'unknown')"
        )
        until(lambda: self.storm.recover() or self.part()["state"] in ("sent", "delivered", "read"), 60)
        assert self.part()["paused"] is True
        assert self.answer(self.click())["ok"] is True, "the second click asks what became of the first"
        assert self.count() == 1
        self.storm.books()


@pytest.mark.parametrize("clicks", [1, 2])
def test_who_dies_before_the_words_are_sent_sends_them_once(storm: Storm, clicks: int) -> None:
    clerk = Clerk(storm, f"3461400000{clicks}")
    with (
        Hold(storm, "conversation_logs", "new.model = 'human'") as hold,
        psycopg.connect(storm.stack.database) as other,
    ):
        jobs = [clerk.click()]
        copy = hold.first_copy()
        jobs += [clerk.click() for _ in range(clicks - 1)]
        # What the job reads next, after its commit and before it sends, is a tenant's token.
        other.execute("set lock_timeout = '60 s'")
        pid = other.info.backend_pid
        waits = "select 1 from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
        with other.transaction():
            locked = _later(other, "lock table tenants in access exclusive mode")
            until(lambda: locked.done() or rows_of(hold, waits, pid), 30)
            hold.release()
            locked.result(60)
            until(lambda: rows_of(hold, waits, copy), 60)
            assert clerk.count() == 0
            hold.end(copy)
    for job in jobs:
        clerk.answer(job)
    assert clerk.part()["paused"] is not True, "nothing is out yet"
    clerk.settles()


def test_who_dies_after_the_words_are_sent_sends_them_once(storm: Storm) -> None:
    clerk = Clerk(storm, "34614000009")
    condition = "new.state = 'sent' and current_setting('lock_timeout') = '0'"  # not the applier of statuses
    with Hold(storm, "outbound_messages", condition) as hold:
        clerk.click()
        copy = hold.first_copy()
        assert clerk.count() == 1
        hold.end(copy)
    until(lambda: clerk.part()["state"] in ("sent", "delivered", "read"), 60)
    clerk.settles()


def rows_of(hold: Hold, query: str, pid: int) -> list[tuple[Any, ...]]:
    return hold.execute(query, pid)


def _later(conn: psycopg.Connection[Any], query: str) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1).submit(conn.execute, query.encode())
