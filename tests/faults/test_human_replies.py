"""A worker dies in the middle of a human's reply, before or after WhatsApp has it: the customer gets the words once, and then the bot is quiet."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from f.portal_api.attachments import info_of_upload
from f.portal_api.sealed_transport import SUITE
from local import seed
from tests.faults.books import Books
from tests.faults.clerk import REPLY, Clerk, HumanReply
from tests.faults.hold import Hold
from tests.faults.storm import Storm, until

WORDS = "A human here."
WAIT = ("templates", "f/portal_api/templates", "wait")
SEND_FILE = ("attachments", "f/portal_api/attachments", "send")
TAKEN_OVER_S = 55  # a little less than the minute of functions/retries.sql


class Agent(Clerk):
    """Somebody of the shop's staff who replies to a customer in the portal."""

    def __init__(self, storm: Storm, phone: str) -> None:
        super().__init__(storm, seed.SHOP)
        self.phone = phone
        before = storm.count()
        storm.write(seed.SHOP.phone_number_id, phone, ["is anybody there?"])
        storm.settle(before + 1)
        self.words = HumanReply(phone, WORDS)

    def reply(self) -> str:
        """The page's request; the job's id."""
        return self.click(*REPLY, **self.words.fields(self.storm))

    def send_file(self) -> str:
        """The same with a file, and the words under it."""
        words = self.words.fields(self.storm)
        contact, reply_id = words["contact_id"], words["reply_id"]
        asked = self.answer(self.click(*SEND_FILE[:2], "get_key"))
        (tenant,) = self.storm.admin("select tenant_id::text as id from contacts where id = %s", contact)
        public = X25519PublicKey.from_public_bytes(b64decode(asked["sealing_key"]))
        sealed = SUITE.encrypt(b"%PDF-1.7 an offer", public, info_of_upload(tenant["id"], contact, reply_id))
        file = {"sealed_file": b64encode(sealed).decode(), "filename": "offer.pdf", "caption": WORDS}
        return self.click(*SEND_FILE, contact_id=contact, reply_id=reply_id, **file)

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
        assert self.answer(self.reply())["ok"] is True, "the second click asks what became of the first"
        assert self.count() == 1
        Books(self.storm).balance()


@pytest.mark.parametrize("clicks", [1, 2])
def test_who_dies_before_the_words_are_sent_sends_them_once(storm: Storm, clicks: int) -> None:
    agent = Agent(storm, f"3461400000{clicks}")
    with (
        Hold(storm, "conversation_logs", "new.model = 'human'") as hold,
        psycopg.connect(storm.stack.database) as other,
    ):
        since, jobs = time.monotonic(), [agent.reply()]
        copy = hold.first_copy()
        jobs += [agent.reply() for _ in range(clicks - 1)]
        # What the job reads next, after its commit and before it sends, is a tenant's token.
        other.execute("set lock_timeout = '60 s'")
        pid = other.info.backend_pid
        # At this lock, not still at the one where it was held: it would die before its commit.
        waits = "select 1 from pg_locks where pid = %s and relation = 'tenants'::regclass and not granted"
        with other.transaction():
            locked = _later(other, "lock table tenants in access exclusive mode")
            until(lambda: locked.done() or rows_of(hold, waits, pid), 30)
            hold.release()
            locked.result(60)
            until(lambda: rows_of(hold, waits, copy), 60)
            assert agent.count() == 0
            hold.end(copy)
    for job in jobs:
        agent.answer(job)
    # A minute after the first click the second one may send what the first has left: on a slow machine it is over by now.
    assert agent.part()["paused"] is not True or time.monotonic() - since > TAKEN_OVER_S, "nothing is out yet"
    agent.settles()


@pytest.mark.parametrize("way", [Agent.reply, Agent.send_file], ids=["words", "a file"])
def test_who_dies_after_the_words_are_sent_sends_them_once(storm: Storm, way: Callable[[Agent], str]) -> None:
    agent = Agent(storm, "34614000009" if way is Agent.reply else "34614000008")
    condition = (
        "new.state = 'sent' and current_setting('lock_timeout') <> '200ms'"  # not the applier of statuses
    )
    with Hold(storm, "outbound_messages", condition) as hold:
        way(agent)
        copy = hold.first_copy()
        assert agent.count() == 1
        hold.end(copy)
    until(lambda: agent.part()["state"] in ("sent", "delivered", "read"), 60)
    agent.settles()


@pytest.mark.parametrize("when", ["before", "after"])
def test_words_that_waited_are_sent_once_though_the_customers_run_dies(storm: Storm, when: str) -> None:
    """The customer's own run sends them: its worker dies before Meta has them, or after."""
    agent = Agent(storm, f"3461500000{len(when)}")
    storm.admin(
        "update contacts set last_message_at = last_message_at - interval '25 hours' where phone = %s",
        agent.phone,
    )
    fields = agent.words.fields(storm)
    assert agent.answer(agent.click(*WAIT, **fields)) == {"ok": True, "state": "waiting"}
    conditions = {
        "before": "new.state = 'sending' and new.attempts = 1",
        "after": "new.state = 'sent' and current_setting('lock_timeout') <> '200ms'",
    }
    with Hold(storm, "outbound_messages", conditions[when]) as hold:
        storm.write(seed.SHOP.phone_number_id, agent.phone, ["are you still there?"])
        copy = hold.first_copy()
        assert agent.count() == (0 if when == "before" else 1)
        hold.end(copy)

    def ended() -> bool:
        """Two minutes pass, and recovery gives the message another run."""
        storm.admin("update inbound_messages set due_at = now() where state = 'dispatched'")
        storm.recover()
        return not storm.admin(
            "select state from inbound_messages where sender = %s and state <> 'ended' and state <> 'answered'",
            agent.phone,
        )

    until(ended, 60)
    agent.settles()


def rows_of(hold: Hold, query: str, pid: int) -> list[tuple[Any, ...]]:
    return hold.execute(query, pid)


def _later(conn: psycopg.Connection[Any], query: str) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1).submit(conn.execute, query.encode())
