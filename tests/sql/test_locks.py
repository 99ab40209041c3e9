"""Two transactions that want the same conversation and the same turn wait for each other in one order. Real connections, held in the
middle by a third one's lock until each stands where it would have to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.sql.conversation import Conversation, new_run
from tests.worker.support import until

Connection = psycopg.Connection[Any]
Step = Callable[[Conversation, str, str, Connection], None]


@pytest.fixture
def others(talk: Conversation) -> Iterator[list[Connection]]:
    """Connections of two other steps."""
    made = [talk.connect(), talk.connect()]
    yield made
    for conn in made:
        conn.close()


@contextmanager
def held(talk: Conversation, query: str, *values: Any) -> Iterator[int]:
    """The rows of a query are locked by somebody; yields their process id."""
    with psycopg.connect(talk.url) as conn:
        conn.execute(query.encode(), values)
        yield conn.info.backend_pid
        conn.rollback()


def wait_for(talk: Conversation, pid: int, *more: Callable[[], object]) -> None:
    """Until somebody waits for this process, or something else is true."""
    query = "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
    until(lambda: talk.one(query, pid) or any(true() for true in more))


def persists(talk: Conversation, turn: str, run: str, on: Connection) -> None:
    with on.transaction():
        epoch = talk.begin(turn, run, 4, on=on)
        talk.call("close_turn", turn, epoch, "done", "answered", "{}", on=on)


def fails(talk: Conversation, turn: str, run: str, on: Connection) -> None:
    with on.transaction():
        epoch = talk.begin(turn, run, 9, on=on)
        talk.call("close_turn", turn, epoch, "failed", "failed", "{}", on=on)


def closes(talk: Conversation, turn: str, run: str, on: Connection) -> None:
    talk.call("close_turn", turn, talk.one(EPOCH, turn), "done", "answered", "{}", on=on)


def remembers(talk: Conversation, turn: str, run: str, on: Connection) -> None:
    talk.call("remember_lead", turn, talk.one(EPOCH, turn), json.dumps({"email": "a@example.org"}), on=on)


def passes_on(talk: Conversation, turn: str, run: str, on: Connection) -> None:
    talk.call("hand_off_contact", turn, talk.one(EPOCH, turn), "model", "wants a person", on=on)


EPOCH = "select epoch from turns where id = %s"


@pytest.mark.parametrize("step", [persists, fails, closes, remembers, passes_on])
def test_a_message_that_arrives_while_a_step_writes(
    talk: Conversation, others: list[Connection], step: Step
) -> None:
    """The message's run has the contact and comes to the turn; the step has begun, and needs both."""
    arriving, writing = others
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    later = talk.write("came meanwhile")
    with ThreadPoolExecutor(2) as pool:
        with held(talk, "select 1 from inbound_messages where message_id = %s for update", later) as bar:
            arrives = pool.submit(talk.open, later, new_run(), on=arriving)
            wait_for(talk, bar)
            written = pool.submit(step, talk, turn, run, writing)
            wait_for(talk, arriving.info.backend_pid)
        assert "another turn is active" in arrives.result(60)["reason"]
        written.result(60)


def test_a_message_is_given_up_while_its_run_comes_late(talk: Conversation, others: list[Connection]) -> None:
    """Recovery has found the message; its run has the contact and comes to the message."""
    talk.answer(talk.write("first"))
    message = talk.write("poison")
    for _ in range(6):
        talk.wanted()
        talk.call("requeue_messages", [[talk.bot, message]])
    late, recovering = others
    with ThreadPoolExecutor(1) as pool:
        with late.transaction():
            late.execute("select 1 from contacts where phone = %s for update", [talk.phone])
            given_up = pool.submit(talk.call, "give_up", new_run(), on=recovering)
            wait_for(talk, late.info.backend_pid, given_up.done)
            assert talk.open(message, new_run(), on=late)["status"] == "ended"
        assert given_up.result(60) is None, "somebody is with them"
    assert talk.call("give_up", new_run()), "the next run of recovery looks again"


class Renamed:
    """Two contacts that Meta says are one; the one whose notice it is has the greater id."""

    def __init__(self, talk: Conversation) -> None:
        self.talk, self.old, self.new = talk, talk.phone, f"{talk.phone}9"
        self.user = f"ES.{talk.phone}"
        query = (
            "insert into contacts (id, tenant_id, phone, user_id) values (%s, %s, %s, %s) returning id::text"
        )
        tail = f"0000-0000-0000-{int(talk.phone):012d}"
        self.drop = talk.one(query, f"00000000-{tail}", talk.tenant, self.new, None)
        self.keep = talk.one(query, f"ffffffff-{tail}", talk.tenant, self.old, self.user)

    def turn(self) -> tuple[str, str]:
        """The new number is being answered: the turn and its run."""
        message, run = f"wamid.{self.new}", new_run()
        payload = self.talk.payload(message, "hello", **{"from": self.new})
        opened = self.talk.call("open_turn", self.talk.bot, message, run, self.new, None, "N", payload)
        return opened["turn_id"], run

    def account_event(self, on: Connection) -> Any:
        """Meta tells that the old number is the new one."""
        system = {"type": "user_changed_number", "wa_id": self.new}
        payload = self.talk.payload(f"notice.{self.new}", "", type="system", system=system)
        return self.talk.call("receive_message", self.talk.bot, payload, on=on)

    def writes(self, on: Connection) -> Any:
        """A message that names both."""
        message = f"both.{self.new}"
        payload = self.talk.payload(message, "hello")
        names = (self.new, self.user, "N")
        return self.talk.call("open_turn", self.talk.bot, message, new_run(), *names, payload, on=on)


def test_two_people_become_one_while_a_message_names_both(
    talk: Conversation, others: list[Connection]
) -> None:
    telling, arriving = others
    person = Renamed(talk)
    talk.one(
        "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body) values (%s, %s, %s, 'in', 'hi') returning id",
        *(talk.tenant, person.drop, talk.bot),
    )
    with ThreadPoolExecutor(2) as pool:
        with held(
            talk, "select 1 from conversation_logs where contact_id = %s for update", person.drop
        ) as bar:
            told = pool.submit(person.account_event, telling)
            wait_for(talk, bar)
            arrives = pool.submit(person.writes, arriving)
            wait_for(talk, telling.info.backend_pid)
        assert told.result(60)["end"].startswith("an event of WhatsApp")
        assert arrives.result(60)["contact_id"] == person.keep
    assert talk.rows("select phone from contacts where tenant_id = %s", talk.tenant) == [
        {"phone": person.new}
    ]


def test_two_people_become_one_while_a_turn_closes(talk: Conversation, others: list[Connection]) -> None:
    telling, closing = others
    person = Renamed(talk)
    turn, run = person.turn()
    with ThreadPoolExecutor(1) as pool:
        with closing.transaction():
            closing.execute("select 1 from contacts where id = %s for update", [person.drop])
            told = pool.submit(person.account_event, telling)
            wait_for(talk, closing.info.backend_pid)
            persists(talk, turn, run, closing)
        assert told.result(60)["end"].startswith("an event of WhatsApp")
    assert talk.one("select contact_id::text from turns where id = %s", turn) == person.keep


def test_a_turn_closes_for_whom_its_contact_has_become(talk: Conversation, others: list[Connection]) -> None:
    telling, closing = others
    person = Renamed(talk)
    turn, run = person.turn()
    with ThreadPoolExecutor(1) as pool:
        with telling.transaction():
            person.account_event(telling)
            closed = pool.submit(persists, talk, turn, run, closing)
            wait_for(talk, telling.info.backend_pid)
        closed.result(60)
    logged = talk.rows("select contact_id::text from conversation_logs where turn_id = %s", turn)
    assert logged == [{"contact_id": person.keep}]
