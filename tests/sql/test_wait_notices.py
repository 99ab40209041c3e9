"""Customers whose question waits because many write at once: told once in each wait, in the chatbot's words, and answered all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from f.chatbot.wait_notices import queue_wait_notices
from f.common.database import Database
from tests.sql.conversation import Conversation, new_run
from tests.sql.platform import Platform

WORDS = {"en": "Many people write at the moment.", "es": "Ahora mismo escriben muchas personas."}


class Shop:
    """A business with one answer at once and words for a wait; recovery, as it runs each minute."""

    def __init__(self, platform: Platform, words: dict[str, str]) -> None:
        self.platform, self.talk = platform, platform.tenant()
        platform.room(10)
        platform.limits(self.talk, '{"turns_at_once": 1}')
        self.set(waiting_message=json.dumps(words), languages=["en", "es"])
        self.first = platform.customer(self.talk)
        self.asked = self.first.write()
        assert platform.claim() == [self.asked], "the only answer that it may give at once"
        self.recovery = psycopg.connect(platform.url, row_factory=dict_row, autocommit=True)
        self.recovery.execute("set role chatbot_app")

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            change = f"update chatbots set {name} = %s where tenant_id = %s"
            self.platform.admin.execute(change.encode(), [value, self.talk.tenant])

    def customer(self, *messages: str, waits: str = "40 seconds") -> Conversation:
        """Somebody who has written and waits."""
        person = self.platform.customer(self.talk)
        for body in messages:
            person.write(body)
        person.pass_time(waits)
        return person

    def recover(self) -> int:
        return queue_wait_notices(Database(self.recovery))

    def said(self, person: Conversation) -> list[tuple[str, str]]:
        """What the outbox has for somebody who got no answer yet: words and state."""
        rows = self.talk.rows(
            "select o.content #>> '{text,body}' as body, o.state from outbound_messages o join turns t on t.id = o.turn_id"
            " join contacts c on c.id = t.contact_id where c.phone = %s and t.outcome = 'wait_notice' order by t.opened_at",
            person.phone,
        )
        return [(row["body"], row["state"]) for row in rows]

    def due(self, run: str | None = None) -> Any:
        """What recovery sends next."""
        return self.talk.call("claim_retry", run or new_run(), on=self.recovery)

    def end_first(self) -> None:
        self.first.answer(self.asked)


@pytest.fixture
def shop(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("WM_JOB_ID", new_run())
    made = Shop(platform, WORDS)
    yield made
    made.recovery.close()


def test_who_waits_for_a_share_is_told_once_and_answered_later(shop: Shop) -> None:
    person = shop.customer("hello", "is anybody there?")
    assert shop.recover() == 1
    assert shop.said(person) == [(WORDS["en"], "pending")]
    run = new_run()
    part = shop.due(run)
    assert part["content"]["text"]["body"] == WORDS["en"]
    shop.talk.call("record_retry", part["send_id"], run, "sent", "w", None, None, on=shop.recovery)
    person.write("?")
    person.pass_time("10 minutes")
    assert shop.recover() == 0, "once in a wait"
    shop.end_first()
    (message,) = shop.platform.claim()
    turn = person.answer(message)
    assert person.part(turn)["state"] == "sent", "nothing of what waited is lost"
    assert {
        row["state"]
        for row in person.rows("select state from inbound_messages where sender = %s", person.phone)
    } == {"answered"}
    assert [(r["direction"], r["body"]) for r in person.rows(
        "select l.direction, l.body from conversation_logs l join contacts c on c.id = l.contact_id where c.phone = %s order by l.id", person.phone
    )] == [("out", WORDS["en"]), ("in", "hello"), ("in", "is anybody there?"), ("in", "?"), ("out", "reply")]  # fmt: skip


def test_the_next_wait_is_told_again(shop: Shop) -> None:
    person = shop.customer("hello")
    assert shop.recover() == 1
    shop.end_first()
    (message,) = shop.platform.claim()
    person.answer(message)
    other = shop.platform.customer(shop.talk)
    other.write()
    shop.platform.claim()
    person.write("one more thing")
    person.pass_time("40 seconds")
    assert shop.recover() == 1
    assert len(shop.said(person)) == 2


def test_what_the_answer_overtakes_does_not_go_out_any_more(shop: Shop) -> None:
    person = shop.customer("hello")
    assert shop.recover() == 1
    shop.end_first()
    (message,) = shop.platform.claim()
    assert person.open(message, new_run())["status"] == "opened"
    assert shop.said(person) == [(WORDS["en"], "cancelled")]
    assert shop.due() is None
    logged = person.rows("select status from conversation_logs where body = %s", WORDS["en"])
    assert [row["status"] for row in logged] == ["cancelled"]


def test_a_short_wait_is_not_told(shop: Shop) -> None:
    shop.customer("hello", waits="5 seconds")
    assert shop.recover() == 0


def test_without_words_nothing_is_said(shop: Shop) -> None:
    shop.set(waiting_message="{}")
    shop.customer("hello")
    assert shop.recover() == 0
    shop.set(waiting_message='{"en": ""}')
    assert shop.recover() == 0


def test_with_room_for_it_nothing_is_said(shop: Shop) -> None:
    """Windmill may be away: then nobody knows how long it takes."""
    shop.platform.limits(shop.talk, '{"turns_at_once": 5}')
    shop.customer("hello")
    assert shop.recover() == 0


def test_all_places_taken_by_others_are_a_wait_too(shop: Shop) -> None:
    shop.platform.limits(shop.talk, '{"turns_at_once": 5}')
    shop.customer("hello")
    shop.platform.room(1)
    assert shop.recover() == 1


def test_in_the_customer_s_language(shop: Shop) -> None:
    person = shop.customer("Hola, ¿cuándo llega mi pedido? Gracias")
    shop.recover()
    assert shop.said(person) == [(WORDS["es"], "pending")]


def test_who_opts_out_or_is_with_a_human_is_told_nothing(shop: Shop) -> None:
    shop.customer("stop")
    blocked = shop.customer("hello")
    shop.talk.one(
        "select receive_message(i.phone_number_id, i.payload) from inbound_messages i where i.sender = %s",
        blocked.phone,
    )
    shop.talk.one("update contacts set blocked = true where phone = %s returning 1", blocked.phone)
    shop.customer("👍", waits="40 seconds")
    reaction = shop.platform.customer(shop.talk)
    reaction.write("x", type="reaction", reaction={"emoji": "x"})
    reaction.pass_time("40 seconds")
    assert shop.recover() == 1, "the thumb is a message like any other"


def test_the_words_use_up_no_reply_of_the_plan(shop: Shop) -> None:
    shop.set(max_replies_per_hour=1)
    person = shop.customer("hello")
    assert shop.recover() == 1
    shop.end_first()
    (message,) = shop.platform.claim()
    assert "say" not in person.open(message, new_run()), "the answer, and no words about a limit"


def test_two_recoveries_tell_once(shop: Shop) -> None:
    person = shop.customer("hello")
    (wait,) = shop.talk.rows("select * from waits_to_tell('30 seconds', 10)")
    key = wait["phone_number_id"], wait["message_id"], WORDS["en"]
    assert [shop.talk.call("queue_wait_notice", *key, new_run(), on=shop.recovery) for _ in range(2)] == [
        True,
        False,
    ]
    assert len(shop.said(person)) == 1
