"""Recovery, giving up, and caps: nothing waits for ever, and every limit answers in words, once."""

from __future__ import annotations

import pytest

from tests.sql.conversation import Conversation, new_run


def stranded(talk: Conversation) -> list[dict[str, object]]:
    return [
        row
        for row in talk.rows("select * from stranded_messages(1000)")
        if row["phone_number_id"] in (talk.bot, talk.other_bot)
    ]


@pytest.mark.field_failure(22)
def test_a_message_whose_run_never_came_is_found(talk: Conversation) -> None:
    message = talk.write()
    talk.wanted()
    assert stranded(talk) == []
    talk.pass_time("3 minutes")
    assert [row["message_id"] for row in stranded(talk)] == [message]
    assert stranded(talk) == [], "given out once: the next look is in two minutes"
    talk.call("requeue_messages", [[talk.bot, message]])
    assert talk.wanted() == [(message, 1)], "a new generation has a new job id"


def test_a_slow_run_is_asked_about_before_its_turn_is_taken(talk: Conversation) -> None:
    message, run = talk.write(), new_run()
    talk.open(message, run)
    talk.pass_time("3 minutes")
    (found,) = stranded(talk)
    assert (found["state"], str(found["run_id"]), found["overdue"]) == ("in_turn", run, False)
    talk.pass_time("13 minutes")
    (found,) = stranded(talk)
    assert found["overdue"], "whatever Windmill says"


def test_a_turn_whose_message_was_deleted_before_it_was_read_keeps_nobody_waiting(talk: Conversation) -> None:
    first, run = talk.write(), new_run()
    opened = talk.open(first, run)  # its worker is lost here, and the step begins again
    later = talk.write("later")
    assert "another turn is active" in talk.open(later, new_run())["reason"]
    talk.call("end_received", talk.bot, first, run, opened["contact_id"], "the customer has deleted it")
    talk.pass_time("13 minutes")
    assert [row["message_id"] for row in stranded(talk)] == [later]
    talk.call("requeue_messages", [[talk.bot, later]])
    assert talk.wanted() == [(later, 1)]
    assert talk.open(later, new_run())["turn_id"] == opened["turn_id"]
    assert (talk.state(first), talk.state(later)) == ("ended", "in_turn")


def test_a_requeued_turn_is_taken_over_at_once(talk: Conversation) -> None:
    message = talk.write()
    turn = talk.open(message, new_run())["turn_id"]
    talk.call("requeue_turn", turn)
    assert talk.wanted() == [(message, 1)]
    assert talk.open(message, new_run())["turn_id"] == turn


def test_a_message_that_kills_every_run_is_given_up_and_told_and_the_next_goes_on(talk: Conversation) -> None:
    message = talk.write("poison")
    turn = talk.open(message, new_run())["turn_id"]
    for _ in range(3):
        talk.call("requeue_turn", turn)
        talk.wanted()
        assert talk.open(message, new_run())["turn_id"] == turn
    talk.call("requeue_turn", turn)
    later = talk.write("later")
    assert "given up" in talk.open(later, new_run())["reason"]
    run = new_run()
    assert str(talk.call("give_up", run)) == turn
    assert talk.call("give_up", run) is None
    assert talk.call("find_turn", run)["turn_id"] == turn
    epoch = talk.begin(turn, run, 9)
    talk.call("close_turn", turn, epoch, "failed", "lost", "{}")
    assert talk.state(message) == "dead"
    assert later in {message_id for message_id, _ in talk.wanted()}


def test_a_slow_run_that_is_taken_over_uses_up_no_try(talk: Conversation) -> None:
    turn = talk.open(talk.write(), new_run())["turn_id"]
    for _ in range(6):
        talk.pass_time("6 minutes")
        run = new_run()
        assert talk.open(talk.write(), run)["turn_id"] == turn
        assert talk.call("give_up", new_run()) is None
    assert talk.close(turn, run) is False
    assert talk.one("select outcome from turns where id = %s", turn) == "answered"


def test_a_conversation_whose_runs_all_hang_is_given_up_in_the_end(talk: Conversation) -> None:
    turn = talk.open(talk.write(), new_run())["turn_id"]
    for _ in range(12):
        talk.pass_time("6 minutes")
        assert talk.open(talk.write(), new_run())["turn_id"] == turn
    talk.pass_time("6 minutes")
    assert "given up" in talk.open(talk.write(), new_run())["reason"]
    assert str(talk.call("give_up", new_run())) == turn


def test_a_run_that_died_is_counted_once(talk: Conversation) -> None:
    message = talk.write()
    turn = talk.open(message, new_run())["turn_id"]
    for _ in range(5):
        talk.call("requeue_messages", [[talk.bot, message]])
    assert talk.open(message, new_run())["turn_id"] == turn
    assert talk.call("give_up", new_run()) is None


def test_a_message_whose_runs_die_before_they_open_a_turn_is_given_up_too(talk: Conversation) -> None:
    message = talk.write("poison")
    for _ in range(6):
        talk.wanted()
        talk.call("requeue_messages", [[talk.bot, message]])
    assert talk.state(message) == "dead"
    run = new_run()
    turn = talk.call("give_up", run)
    assert turn is not None
    talk.call("close_turn", turn, talk.begin(turn, run, 9), "failed", "lost", "{}")
    assert talk.state(message) == "dead"
    assert talk.call("give_up", run) is None, "told once"
    assert talk.call("revive_message", talk.bot, message) is True
    assert talk.open(message, new_run())["status"] == "opened"


@pytest.mark.field_failure(21)
def test_the_cap_on_replies_to_a_contact_answers_in_words_once(talk: Conversation) -> None:
    talk.one("update chatbots set max_replies_per_hour = 2 where tenant_id = %s returning name", talk.tenant)
    for _ in range(2):
        talk.answer(talk.write())
    message, run = talk.write(), new_run()
    told = talk.open(message, run)
    assert told["status"] == "opened" and told["say"] == "limit_message"
    assert talk.open(message, run)["say"] == told["say"], "a step that runs again says the same"
    talk.close(told["turn_id"], run)
    for _ in range(3):
        assert "it may be a machine" in talk.open(talk.write(), new_run())["reason"]
    talk.pass_time("61 minutes")
    assert "say" not in talk.open(talk.write(), new_run())


@pytest.mark.field_failure(21)
def test_the_cap_on_a_tenants_replies(talk: Conversation) -> None:
    talk.one(
        """update tenants set limits = '{"replies_per_hour": 1}' where id = %s returning id""", talk.tenant
    )
    talk.answer(talk.write())
    assert talk.open(talk.write(), new_run())["say"]


@pytest.mark.field_failure(21)
def test_a_stale_message_is_logged_and_not_answered(talk: Conversation) -> None:
    message = talk.write(timestamp=talk.one("select (extract(epoch from now()) - 90000)::bigint::text"))
    assert talk.open(message, new_run())["reason"] == "the message is too old to answer"
    logged = talk.one("select status from conversation_logs where message_id = %s", message)
    assert logged == "not answered"


def test_a_suspended_tenants_messages_are_logged_and_not_answered(talk: Conversation) -> None:
    talk.one("update tenants set status = 'suspended' where id = %s returning id", talk.tenant)
    assert talk.open(talk.write(), new_run())["reason"] == "the tenant is suspended"
