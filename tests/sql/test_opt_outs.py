"""Opt-outs and opt-ins: the last wish counts, whichever run comes late, twice or never."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sql.conversation import Conversation, new_run


def receive(talk: Conversation, message: str) -> dict[str, Any]:
    """The first half of load_context, which any copy of a message's run may do."""
    (row,) = talk.rows(
        "select phone_number_id as bot, payload from inbound_messages where message_id = %s", message
    )
    found: dict[str, Any] = talk.call("receive_message", row["bot"], row["payload"])
    return found


def load(talk: Conversation, message: str, run: str | None = None) -> dict[str, Any]:
    """load_context of a run."""
    received, run = receive(talk, message), run or new_run()
    if "end" not in received:
        return talk.open(message, run, bot=bot_of(talk, message))
    ids = [bot_of(talk, message), message, run]
    found: dict[str, Any] = talk.call("end_received", *ids, received["contact_id"], received["end"])
    return found


def bot_of(talk: Conversation, message: str) -> str:
    return str(talk.one("select phone_number_id from inbound_messages where message_id = %s", message))


def reason(talk: Conversation, message: str) -> str:
    return str(talk.one("select reason from inbound_messages where message_id = %s", message))


def is_silent(talk: Conversation) -> bool:
    return bool(
        talk.one("select bool_or(opted_out_at is not null) from contacts where phone = %s", talk.phone)
    )


OUT = "the contact has opted out"


@pytest.mark.parametrize("number", ["the same number", "the tenant's other number"])
@pytest.mark.parametrize("order", ["before", "behind"])
def test_an_opt_out_whose_run_has_not_come_is_no_question(
    talk: Conversation, order: str, number: str
) -> None:
    bot = talk.bot if number == "the same number" else talk.other_bot
    load(talk, talk.write())
    talk.one("update turns set state = 'done' where tenant_id = %s returning id", talk.tenant)
    texts = ["STOP", "and one more thing"]
    if order == "behind":
        texts.reverse()
    ids = {text: talk.write(text, bot=bot if text == "STOP" else None) for text in texts}
    talk.wanted()  # both have a run; that of the opt-out waits for a worker, or its worker died
    assert load(talk, ids["and one more thing"])["reason"] == OUT
    assert (talk.state(ids["STOP"]), reason(talk, ids["STOP"])) == ("ended", OUT)
    assert is_silent(talk), "whatever becomes of the run of the opt-out itself"
    load(talk, ids["STOP"])
    assert is_silent(talk)


def test_a_turn_that_is_taken_over_makes_no_question_of_an_opt_out(talk: Conversation) -> None:
    question, dead = talk.write("what does it cost?"), new_run()
    turn = load(talk, question, dead)["turn_id"]
    stop, more = talk.write("STOP"), talk.write("hello?")
    talk.wanted()
    talk.pass_time("6 minutes")
    taken = load(talk, more, run := new_run())
    assert taken["turn_id"] == turn and is_silent(talk) and talk.state(stop) == "ended"
    epoch = talk.begin(turn, run, 3)
    talk.queue(turn, epoch, "it costs")
    assert talk.claim(turn, epoch)["do"] == "cancelled"


def test_a_second_run_of_an_opt_in_does_not_undo_the_opt_out_behind_it(talk: Conversation) -> None:
    load(talk, talk.write("STOP"))
    start = talk.write("START")
    assert receive(talk, start)["preface"] == "welcome_back"
    load(talk, talk.write("STOP"))
    assert load(talk, start)["reason"] == OUT
    assert is_silent(talk)


def test_a_second_run_of_an_opt_out_does_not_undo_the_opt_in_behind_it(talk: Conversation) -> None:
    stop = talk.write("STOP")
    receive(talk, stop)  # and its worker died
    start = talk.write("START", bot=talk.other_bot)
    assert load(talk, start)["status"] == "opened"
    assert load(talk, stop)["reason"] == OUT
    assert not is_silent(talk)


def test_an_opt_in_that_comes_before_the_run_of_its_opt_out_counts(talk: Conversation) -> None:
    stop, start = talk.write("STOP"), talk.write("START")
    talk.wanted()
    opened = load(talk, start)
    assert opened["status"] == "opened" and talk.state(stop) == "ended"
    load(talk, stop)
    assert not is_silent(talk)


def test_who_has_opted_in_is_answered_though_the_run_of_the_opt_in_was_lost(talk: Conversation) -> None:
    load(talk, talk.write("STOP"))
    start, more = talk.write("START"), talk.write("what does it cost?")
    talk.wanted()
    assert load(talk, more)["status"] == "opened"
    assert talk.state(start) == "in_turn" and not is_silent(talk)


def test_an_opt_in_is_no_answer_to_what_came_before_it(talk: Conversation) -> None:
    load(talk, talk.write("STOP"))
    before, start = talk.write("hello?"), talk.write("START")
    talk.wanted()
    assert load(talk, before)["reason"] == OUT
    assert load(talk, start)["status"] == "opened"


def test_a_word_in_a_group_takes_no_opt_out_back(talk: Conversation) -> None:
    stop = talk.write("STOP")
    receive(talk, stop)
    load(talk, talk.write("START", group_id="120363"))
    load(talk, stop)
    assert is_silent(talk)


@pytest.mark.parametrize(
    ("wishes", "do"), [(["STOP"], "cancelled"), (["STOP", "START"], "send"), ([], "send")]
)
def test_a_reply_stays_here_when_an_opt_out_came_while_it_was_written(
    talk: Conversation, wishes: list[str], do: str
) -> None:
    turn = load(talk, talk.write("what does it cost?"), run := new_run())["turn_id"]
    epoch = talk.begin(turn, run, 3)
    talk.queue(turn, epoch, "it costs")
    for word in wishes:
        talk.write(word)  # and all workers think
    assert talk.claim(turn, epoch)["do"] == do


def test_an_opt_out_that_was_given_up_counts_and_is_told_no_failure(talk: Conversation) -> None:
    load(talk, talk.write())
    talk.one("update turns set state = 'done' where tenant_id = %s returning id", talk.tenant)
    stop = talk.write("STOP")
    for _ in range(6):
        talk.wanted()  # and its worker died
        talk.call("requeue_messages", [[talk.bot, stop]])
    talk.call("give_up", new_run())
    assert talk.state(stop) == "dead" and is_silent(talk)
    assert talk.one("select count(*) from turns where tenant_id = %s", talk.tenant) == 1
