"""Turns: one at a time, in order, whatever runs do twice, late or never. Two live copies of each step."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ingress.split import split
from tests.sql.conversation import Conversation, Refused, new_run


@pytest.mark.field_failure(1)
def test_a_message_that_is_answered_is_never_answered_again(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    talk.answer(message, run)
    assert talk.open(message, new_run())["reason"] == "already answered"
    assert talk.open(message, run)["status"] == "ended", "the same run's load_context, late"


@pytest.mark.field_failure(1)
def test_an_old_message_that_was_cleaned_up_is_not_answered_when_it_comes_back(talk: Conversation) -> None:
    message = talk.write()
    talk.answer(message)
    talk.pass_time("31 days")
    assert talk.call("clean_inbox") >= 1
    assert talk.state(message) == "None"
    assert "already answered" in talk.open(message, new_run())["reason"]


def test_nothing_open_and_no_key_younger_than_eight_days_is_cleaned_up(talk: Conversation) -> None:
    answered, waiting = talk.write(), talk.write()
    talk.one("update inbound_messages set state = 'answered' where message_id = %s returning seq", answered)
    talk.pass_time("7 days 23 hours")
    talk.call("clean_inbox", "0 days")
    assert talk.state(answered) == "answered"
    talk.pass_time("2 hours")
    talk.call("clean_inbox", "0 days")
    assert (talk.state(answered), talk.state(waiting)) == ("None", "received")


@pytest.mark.field_failure(3)
def test_what_is_pending_is_answered_together_in_the_order_of_arrival(talk: Conversation) -> None:
    messages = [talk.write(str(n)) for n in range(3)]
    turn = talk.open(messages[0], new_run())["turn_id"]
    rows = talk.rows("select message_id from inbound_messages where turn_id = %s order by seq", turn)
    assert [row["message_id"] for row in rows] == messages
    assert talk.open(messages[2], new_run())["status"] == "ended"
    assert talk.one("select count(*) from turns where tenant_id = %s", talk.tenant) == 1


@pytest.mark.field_failure(3)
def test_a_burst_is_left_to_the_newest_run_and_found_again_when_that_never_comes(talk: Conversation) -> None:
    talk.one("update chatbots set merge_window_s = 5 where phone_number_id = %s returning name", talk.bot)
    first, second = talk.write("one"), talk.write("two")
    talk.wanted()
    assert "newest" in talk.open(first, new_run())["reason"]
    talk.pass_time("3 minutes")
    stranded = talk.rows("select * from stranded_messages(10) where message_id = any(%s)", [first, second])
    assert [row["message_id"] for row in stranded] == [second], "its run answers both"
    talk.call("requeue_messages", [[talk.bot, second]])
    turn = talk.open(second, new_run())["turn_id"]
    assert talk.one("select count(*) from inbound_messages where turn_id = %s", turn) == 2


@pytest.mark.field_failure(4)
def test_what_arrives_during_a_turn_is_answered_by_the_next(talk: Conversation) -> None:
    first, run = talk.write("one"), new_run()
    turn = talk.open(first, run)["turn_id"]
    second, third = talk.write("two"), talk.write("three")
    for message in (second, third):
        assert "another turn is active" in talk.open(message, new_run())["reason"]
    assert talk.close(turn, run) is True
    (wanted,) = talk.wanted()
    assert wanted == (third, 1), "one run, of a new generation, for both"
    assert talk.open(third, new_run())["status"] == "opened"
    assert talk.state(second) == "in_turn"


def test_many_runs_at_once_open_one_turn(talk: Conversation) -> None:
    messages = [talk.write(str(n)) for n in range(8)]
    connections = [talk.connect() for _ in messages]
    with ThreadPoolExecutor(len(messages)) as pool:
        opened = list(
            pool.map(
                lambda pair: talk.open(pair[0], new_run(), on=pair[1]),
                zip(messages, connections, strict=True),
            )
        )
    for connection in connections:
        connection.close()
    assert [o["status"] for o in opened].count("opened") == 1
    turn = next(o["turn_id"] for o in opened if o["status"] == "opened")
    left = talk.rows(
        "select state from inbound_messages where sender = %s and turn_id is distinct from %s",
        talk.phone,
        turn,
    )
    assert {row["state"] for row in left} <= {"received", "waiting"}


def test_load_context_run_again_finds_its_turn_as_it_was(talk: Conversation) -> None:
    first, run = talk.write(), new_run()
    turn = talk.open(first, run)["turn_id"]
    late = talk.write("came between the two copies")
    assert talk.open(first, run)["turn_id"] == turn
    assert talk.state(late) == "received", "the first copy's context does not hold it"


def test_a_late_copy_of_load_context_does_not_disturb_the_step_that_runs(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    epoch = talk.begin(turn, run, 2)
    assert talk.open(message, run)["status"] == "opened"
    talk.call("hold_turn", turn, epoch)


@pytest.mark.parametrize("step", [2, 3, 4])
def test_of_two_live_copies_of_a_step_the_older_is_shut_out(talk: Conversation, step: int) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    older = talk.begin(turn, run, step)
    newer = talk.begin(turn, run, step)
    for refused in (
        lambda: talk.call("hold_turn", turn, older),
        lambda: talk.queue(turn, older, "x"),
        lambda: talk.claim(turn, older),
        lambda: talk.record(turn, older),
        lambda: talk.call("close_turn", turn, older, "done", "answered", "{}"),
    ):
        with pytest.raises(Refused):
            refused()
    talk.call("hold_turn", turn, newer)


def test_a_late_copy_of_an_earlier_step_can_not_begin(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    talk.begin(turn, run, 3)
    with pytest.raises(Refused):
        talk.begin(turn, run, 2)


def test_two_copies_of_persist_close_once(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    talk.close(turn, run)
    with pytest.raises(Refused):
        talk.close(turn, run)
    assert talk.one("select turns from usage_months where tenant_id = %s", talk.tenant) == 1


def test_a_dead_runs_turn_is_taken_over_and_its_ghost_can_not_write(talk: Conversation) -> None:
    first, dead = talk.write("one"), new_run()
    turn = talk.open(first, dead)["turn_id"]
    epoch = talk.begin(turn, dead, 2)
    second, alive = talk.write("two"), new_run()
    assert talk.open(second, new_run())["status"] == "ended", "its lease still runs"
    talk.pass_time("6 minutes")
    third = talk.write("three")
    opened = talk.open(third, alive)
    assert (opened["status"], opened["turn_id"]) == ("opened", turn)
    assert {talk.state(m) for m in (first, second, third)} == {"in_turn"}, (
        "nothing was written: all of it is answered"
    )
    with pytest.raises(Refused):
        talk.call("hold_turn", turn, epoch)
    with pytest.raises(Refused):
        talk.begin(turn, dead, 3)


def test_a_reply_that_is_written_is_not_taken_for_the_answer_to_a_later_message(talk: Conversation) -> None:
    first, dead = talk.write("one"), new_run()
    turn = talk.open(first, dead)["turn_id"]
    talk.queue(turn, talk.begin(turn, dead, 3), "answer to one")
    talk.pass_time("6 minutes")
    second, alive = talk.write("two"), new_run()
    assert talk.open(second, alive)["turn_id"] == turn
    assert (talk.state(first), talk.state(second)) == ("in_turn", "waiting")
    talk.close(turn, alive)
    assert (talk.state(first), talk.state(second)) == ("answered", "received")


def test_a_turn_is_taken_over_only_by_a_run_of_its_own_number(talk: Conversation) -> None:
    first = talk.write("one")
    turn = talk.open(first, new_run())["turn_id"]
    talk.wanted()
    talk.pass_time("6 minutes")
    second = talk.write("two", bot=talk.other_bot)
    assert talk.open(second, new_run(), bot=talk.other_bot)["status"] == "ended"
    assert (first, 1) in talk.wanted()
    run = new_run()
    assert talk.open(first, run)["turn_id"] == turn
    talk.close(turn, run)
    assert talk.wanted() == [(second, 1)]


def test_a_person_whose_id_changed_is_answered_once(talk: Conversation) -> None:
    talk.answer(talk.write())
    talk.one("update contacts set user_id = 'ES.1' where tenant_id = %s returning id", talk.tenant)
    message = talk.write()
    talk.one("update inbound_messages set sender = 'ES.2' where message_id = %s returning seq", message)
    payload = talk.payload(message, "hello")
    opened = talk.call("open_turn", talk.bot, message, new_run(), talk.phone, "ES.2", None, payload)
    assert opened["status"] == "opened"
    assert talk.state(message) == "in_turn"


def test_a_long_thought_keeps_its_turn(talk: Conversation) -> None:
    talk.one("update chatbots set max_seconds = 600 where phone_number_id = %s returning name", talk.bot)
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    talk.begin(turn, run, 2)
    talk.pass_time("11 minutes")
    assert talk.open(talk.write(), new_run())["status"] == "ended"


@pytest.mark.parametrize("words", ["C:\\u0000", "\\\\u0000", "a\x00b"], ids=["written", "escaped", "zero"])
def test_zero_characters_and_words_that_look_like_one_are_answered(talk: Conversation, words: str) -> None:
    message, run = talk.write(words), new_run()
    assert talk.open(message, run)["status"] == "opened"


def test_a_turn_that_is_finished_twice_is_closed_once(talk: Conversation) -> None:
    run, message = new_run(), talk.write()
    opened = talk.open(message, run)
    turn = opened["turn_id"]
    with pytest.raises(Refused):
        talk.call("finish_turn", turn, new_run(), "answered", "{}")
    first = talk.call("finish_turn", turn, run, "answered", '{"question": "q"}')
    closed = talk.rows("select closed_at, epoch, outcome from turns where id = %s", turn)
    assert first["contact_id"] == opened["contact_id"] and closed[0]["outcome"] == "answered"
    assert talk.call("finish_turn", turn, run, "failed", "{}") == first
    assert talk.rows("select closed_at, epoch, outcome from turns where id = %s", turn) == closed
    assert talk.state(message) == "answered"


@pytest.mark.parametrize("form", ["{}@s.whatsapp.net", "{}@c.us", "+{} ", "+34 (6) {}"])
def test_a_burst_of_a_number_in_a_gateways_form_is_one_turn_and_erasure_finds_all_of_it(
    talk: Conversation, form: str
) -> None:
    name = form.format(talk.phone.removeprefix("346") if "(6)" in form else talk.phone)

    def comes(message_id: str, body: str, **more: Any) -> str:
        """As the ingress stores it."""
        payload = json.loads(talk.payload(f"{message_id}.{talk.phone}", body, **{"from": name}, **more))
        payload["entry"][0]["changes"][0]["value"]["metadata"] = {"phone_number_id": talk.bot}
        [event] = split(json.dumps(payload).encode())
        talk.one(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values (%s, %s, %s, %s, %s) returning seq",
            *(*event[:4], event.payload.decode()),
        )
        return event.message_id

    def opened(message_id: str, run: str) -> dict[str, Any]:
        """As load_context asks."""
        payload = talk.one("select payload from inbound_messages where message_id = %s", message_id)
        return talk.call("open_turn", talk.bot, message_id, run, name, None, "N", payload)  # type: ignore[no-any-return]

    first, second, run = comes("one", "one"), comes("two", "two"), new_run()
    turn = opened(first, run)
    taken = talk.rows(
        "select message_id from inbound_messages where turn_id = %s order by seq", turn["turn_id"]
    )
    assert [row["message_id"] for row in taken] == [first, second]
    talk.close(turn["turn_id"], run)
    unknown = comes("three", "three")  # its run died before it knew whose it is
    moved = {"type": "system", "system": {"type": "user_changed_number", "wa_id": f"{talk.phone}0@c.us"}}
    event = comes("four", "moved", **moved)
    payload = talk.one("select payload from inbound_messages where message_id = %s", event)
    talk.call("receive_message", talk.bot, payload)
    assert talk.rows("select phone, user_id from contacts where tenant_id = %s", talk.tenant) == [
        {"phone": f"{talk.phone}0", "user_id": None}
    ]
    talk.call("erase_contact", turn["contact_id"])
    assert [talk.state(message) for message in (first, second, unknown, event)] == ["None"] * 4
