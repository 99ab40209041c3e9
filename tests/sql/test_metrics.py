"""The figures of /metrics: what the one on call looks at, over all tenants, as the role of the ingress reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from sql import apply
from tests.sql.conversation import Conversation, new_run


@pytest.fixture
def talk(new_product_database: Callable[[], str]) -> Iterator[Conversation]:
    """A database of its own: the figures are of the whole platform."""
    url = new_product_database()
    apply.apply(url, {}, turns_in_flight=7)
    conversation = Conversation(url)
    yield conversation
    conversation.app.close()
    conversation.admin.close()


def figures(talk: Conversation) -> dict[str, Any]:
    with psycopg.connect(talk.url, autocommit=True) as conn:
        conn.execute("set role chatbot_ingress")
        row = conn.execute("select platform_figures()").fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_an_empty_platform_waits_for_nothing(talk: Conversation) -> None:
    found = figures(talk)
    waiting = found["waiting"]
    assert waiting.pop("turns_bound") == 7
    assert waiting.pop("oldest_unanswered_by_tenant") == {}
    assert set(waiting.values()) == {0}
    assert found["turns"]["reply_p95_s"] is None, "nobody was answered: no time"
    assert found["recovery_age_s"] is None


@pytest.mark.parametrize("how_far", ["received", "dispatched", "in_turn", "waiting"])
def test_a_message_ages_until_it_is_answered(talk: Conversation, how_far: str) -> None:
    first = talk.write("how late is it?")
    message, run = first, new_run()
    if how_far != "received":
        talk.wanted()
    if how_far in ("in_turn", "waiting"):
        turn = talk.open(first, run)["turn_id"]
    if how_far == "waiting":  # its run finds the first one's turn
        message = talk.write("hello?")
        talk.wanted()
        talk.open(message, new_run())
    assert talk.state(message) == how_far
    talk.pass_time("90 seconds")
    waiting = figures(talk)["waiting"]
    assert 90 <= waiting["oldest_unanswered_s"] < 120
    assert waiting["oldest_unanswered_by_tenant"] == {talk.tenant: waiting["oldest_unanswered_s"]}
    assert waiting["messages"] == (how_far == "received")
    if how_far == "in_turn":
        talk.close(turn, run)
        assert figures(talk)["waiting"]["oldest_unanswered_s"] == 0


def test_the_ten_tenants_that_wait_longest_are_named(talk: Conversation) -> None:
    others = [Conversation(talk.url) for _ in range(11)]
    for number, other in enumerate(others):
        other.write()
        other.pass_time(f"{number + 1} minutes")
    ages = figures(talk)["waiting"]["oldest_unanswered_by_tenant"]
    assert set(ages) == {other.tenant for other in others[1:]}
    assert max(ages, key=ages.__getitem__) == others[-1].tenant


def test_the_time_to_reply_is_what_the_customer_waited(talk: Conversation) -> None:
    for wait in ("2 seconds", "4 seconds", "30 seconds"):
        customer = Conversation(talk.url)
        message = customer.write()
        customer.pass_time(wait)
        customer.answer(message)
    turns = figures(talk)["turns"]
    assert turns["replies"] == 3 and turns["closed"] == {"answered": 3}
    assert 4 <= turns["reply_p50_s"] < 10 and 20 < turns["reply_p95_s"] < 40


def test_errors_of_models_are_counted_by_vendor(talk: Conversation) -> None:
    asked = [("openai", "HTTP 429"), ("openai", None), ("gemini", None)]
    calls = [{"provider": vendor, "model": "m", "ms": 5, "error": error} for vendor, error in asked]
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    epoch = talk.begin(turn, run, 4)
    talk.call("close_turn", turn, epoch, "done", "answered", json.dumps({"usage": {"model_calls": calls}}))
    turns = figures(talk)["turns"]
    assert turns["model_calls"] == {"openai": 2, "gemini": 1}
    assert turns["model_errors"] == {"openai": 1, "gemini": 0}


def test_the_outbox_tells_of_lost_and_refused_sends_and_of_stops(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    epoch = talk.begin(turn, run, 3)
    talk.queue(turn, epoch, "one", "two")
    talk.claim(turn, epoch, 1)
    talk.call("record_part", turn, epoch, 1, "unknown", None, None, "no answer")
    talk.claim(turn, epoch, 2)
    talk.call("record_part", turn, epoch, 2, "failed", None, 190, "the token has expired")
    sends = figures(talk)["sends"]
    assert sends["unknown"] == 1 and sends["failed"] == {"190": 1}
    assert sends["stops"] == {talk.tenant: 190} and sends["stopped_tenants"] == 1


def test_a_handoff_waits_until_a_human_answers(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    talk.call("hand_off_contact", turn, talk.begin(turn, run, 2), "customer", "wants a person")
    talk.close(turn, run, "handoff")
    waiting = figures(talk)["waiting"]
    assert waiting["handoffs"] == 1 and waiting["oldest_handoff_s"] >= 0
    contact = talk.one("select id from contacts where tenant_id = %s", talk.tenant)
    talk.call(
        "begin_human_reply",
        new_run(),
        contact,
        json.dumps({"type": "text", "text": {"body": "I am here"}}),
        new_run(),
    )
    assert figures(talk)["waiting"]["handoffs"] == 0


def test_a_turn_without_a_run_counts_as_stuck_and_no_longer_as_in_flight(talk: Conversation) -> None:
    talk.open(talk.write(), new_run())
    assert figures(talk)["waiting"]["turns_in_flight"] == 1
    talk.pass_time("10 minutes")
    waiting = figures(talk)["waiting"]
    assert waiting["turns_in_flight"] == 0 and waiting["turns_stuck"] == 1


def test_recovery_tells_of_the_workers(talk: Conversation) -> None:
    seen = {"chat": {"has_worker": True, "queued": 3}, "portal": {"has_worker": False, "queued": None}}
    talk.call("report_recovery", json.dumps(seen))
    found = figures(talk)
    assert found["tags"] == seen and 0 <= found["recovery_age_s"] < 10
    talk.call("report_recovery", None)  # Windmill did not answer
    assert figures(talk)["tags"] == seen, "the last that is known, with its age"


def test_no_words_and_no_numbers_of_people_are_in_the_figures(talk: Conversation) -> None:
    talk.answer(talk.write("my secret question"))
    talk.write("and another one")
    text = json.dumps(figures(talk))
    assert "secret" not in text and "another" not in text and "reply" not in text.replace("reply_p", "")
    assert talk.phone not in text
