"""A call to which a person has agreed: made once, by the turn that answers the yes or by a later one, and never twice."""

from __future__ import annotations

import pytest

from tests.sql.asked import Asked, at_once
from tests.sql.conversation import Conversation, Refused, new_run


@pytest.fixture
def asked(talk: Conversation) -> Asked:
    return Asked(talk)


def test_what_is_changed_after_the_yes_is_not_called(asked: Asked) -> None:
    asked.decide()
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    asked.talk.rows(
        "update tool_approvals set arguments = '{\"amount\": 8000}' where id = %s returning id", asked.id
    )
    assert asked.begin_call(opened["turn_id"], epoch)["result"] == "not_called"


def test_one_call_by_any_number_of_copies(asked: Asked) -> None:
    asked.decide()
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    connections = [asked.talk.connect() for _ in range(6)]
    said = at_once(*(lambda c=c: asked.begin_call(opened["turn_id"], epoch, c) for c in connections))
    assert sorted(s["do"] for s in said) == ["call", *["told"] * 5]
    assert {s.get("result") for s in said if s["do"] == "told"} == {"unsure"}
    asked.talk.call("end_approved_call", asked.id, "done", "refunded")
    assert (asked.row["result"], asked.row["outcome"]) == ("done", "refunded"), "who made it may say so later"
    asked.talk.call("end_approved_call", asked.id, "not_called", "no")
    assert asked.row["result"] == "done"


def test_an_overtaken_attempt_and_another_turn_begin_no_call(asked: Asked) -> None:
    asked.decide()
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    asked.talk.begin(opened["turn_id"], run, 2)
    with pytest.raises(Refused):
        asked.begin_call(opened["turn_id"], epoch)
    other = asked.talk.open(
        asked.talk.write("hello?", bot=asked.talk.other_bot), new_run(), bot=asked.talk.other_bot
    )
    assert "another turn is active" in other["reason"]
    asked.talk.close(opened["turn_id"], run)
    with pytest.raises(Refused):
        asked.begin_call(opened["turn_id"], epoch + 1)
    assert asked.row["result"] is None, "its turn is over; a later one makes the call"


class TestTakenUpAgain:
    """The turn of a yes ends before the call has begun: a later one makes it, five in all."""

    def test_by_the_next_turn(self, asked: Asked) -> None:
        asked.decide()
        lost = asked.lose()
        assert (asked.row["result"], asked.row["turns_lost"]) == (None, 1)
        opened = asked.open(run := new_run())
        assert opened["turn_id"] != lost
        assert (
            asked.begin_call(opened["turn_id"], asked.talk.begin(opened["turn_id"], run, 2))["do"] == "call"
        )
        asked.talk.call("end_approved_call", asked.id, "done", "refunded")
        asked.talk.close(opened["turn_id"], run)
        assert asked.row["result"] == "done" and asked.open(new_run())["status"] == "ended"

    def test_not_at_once_and_nobody_waits_for_it(self, asked: Asked) -> None:
        asked.decide()
        asked.talk.wanted()
        asked.lose()
        assert asked.firsts() == []
        later = asked.talk.write("are you there?")
        asked.talk.call("receive_message", asked.talk.bot, asked.talk.payload(later, "are you there?"))
        opened = asked.talk.open(later, new_run())
        assert asked.results(opened["turn_id"]) == ["again"], "the customer's own turn takes it along"

    def test_when_it_is_due(self, asked: Asked) -> None:
        asked.decide()
        asked.talk.wanted()
        asked.lose()
        asked.come_due()
        assert asked.firsts() == [f"approval:{asked.id}"] and asked.events()[0]["dispatch_no"] == 7

    def test_five_times_and_then_it_is_said(self, asked: Asked) -> None:
        asked.decide()
        for _ in range(4):
            asked.lose()
        opened = asked.open(run := new_run())
        assert asked.results(opened["turn_id"]) == ["not_called"] and asked.row["result"] is None
        asked.talk.close(opened["turn_id"], run, "failed")
        assert asked.row["result"] == "not_called" and asked.open(new_run())["status"] == "ended"
        kinds = asked.talk.rows(
            "select kind from notifications where tenant_id = %s and read_at is null", asked.talk.tenant
        )
        assert [k["kind"] for k in kinds] == ["approval_not_called"]

    def test_each_turn_may_lose_six_runs(self, asked: Asked) -> None:
        asked.decide()
        asked.talk.wanted()
        asked.lose()
        asked.come_due()
        for _ in range(6):
            assert asked.talk.wanted() != []
            asked.talk.call("requeue_messages", [[asked.talk.bot, f"approval:{asked.id}"]])
        assert asked.talk.state(f"approval:{asked.id}") == "dead"

    def test_a_call_that_did_not_come_to_its_tool(self, asked: Asked) -> None:
        asked.decide()
        opened = asked.open(run := new_run())
        turn, epoch = opened["turn_id"], asked.talk.begin(opened["turn_id"], run, 2)
        assert asked.begin_call(turn, epoch)["do"] == "call"
        assert asked.talk.call("put_back_call", turn, epoch, asked.id, False, "it does not answer") == "again"
        assert asked.results(turn) == ["again"] and asked.row["outcome"] == "it does not answer"
        asked.talk.close(turn, run)
        opened = asked.open(run := new_run())
        assert (
            asked.begin_call(opened["turn_id"], asked.talk.begin(opened["turn_id"], run, 2))["do"] == "call"
        )

    def test_nobody_puts_back_what_another_attempt_may_be_making(self, asked: Asked) -> None:
        asked.decide()
        opened = asked.open(run := new_run())
        turn, first = opened["turn_id"], asked.talk.begin(opened["turn_id"], run, 2)
        assert asked.begin_call(turn, first)["do"] == "call"
        second = asked.talk.begin(turn, run, 2)
        with pytest.raises(Refused):
            asked.talk.call("put_back_call", turn, first, asked.id, False, "it does not answer")
        assert asked.begin_call(turn, second)["result"] == "unsure"
        assert (
            asked.talk.call("put_back_call", turn, second, asked.id, False, "it does not answer") == "unsure"
        )
        asked.talk.call("end_approved_call", asked.id, "done", "refunded")
        assert asked.row["result"] == "done", "the first one has come through"
        asked.talk.close(turn, run, "failed")
        assert asked.open(new_run())["status"] == "ended"

    def test_the_fifth_that_does_not_come_to_its_tool_says_why(self, asked: Asked) -> None:
        asked.decide()
        for _ in range(4):
            asked.lose()
        opened = asked.open(run := new_run())
        epoch = asked.talk.begin(opened["turn_id"], run, 2)
        asked.begin_call(opened["turn_id"], epoch)
        assert (
            asked.talk.call("put_back_call", opened["turn_id"], epoch, asked.id, False, "it does not answer")
            == "not_called"
        )
        assert (asked.row["result"], asked.row["outcome"]) == ("not_called", "it does not answer")

    def test_not_while_the_bot_is_off(self, asked: Asked) -> None:
        asked.decide()
        asked.lose()
        asked.talk.rows(
            "update chatbots set enabled = false where tenant_id = %s returning 1", asked.talk.tenant
        )
        assert (
            asked.open(new_run())["reason"] == "the chatbot is switched off"
            and asked.row["result"] == "not_called"
        )

    def test_what_it_waits_for_is_no_message_without_an_answer(self, asked: Asked) -> None:
        asked.decide()
        asked.lose()
        ages = "select age_s from unanswered_ages() where tenant_id = %s"
        assert asked.talk.rows(ages, asked.talk.tenant) == []
        asked.come_due()
        assert len(asked.talk.rows(ages, asked.talk.tenant)) == 1


def test_a_turn_that_ends_in_the_middle_of_the_call(asked: Asked) -> None:
    asked.decide()
    opened = asked.open(run := new_run())
    before = asked.results(opened["turn_id"])
    assert asked.begin_call(opened["turn_id"], asked.talk.begin(opened["turn_id"], run, 2))["do"] == "call"
    after = asked.results(opened["turn_id"])
    assert (before, after) == (["again"], [None]), "what the failure handler can say"
    asked.talk.close(opened["turn_id"], run, "failed")
    assert asked.row["result"] == "unsure"
    kinds = asked.talk.rows(
        "select kind from notifications where tenant_id = %s and read_at is null", asked.talk.tenant
    )
    assert [k["kind"] for k in kinds] == ["approval_unsure"]


def test_a_decision_that_kills_every_run_is_not_carried_out(asked: Asked) -> None:
    asked.decide()
    for lost in range(5):
        for _ in range(6):
            assert asked.talk.wanted() != []
            asked.talk.call("requeue_messages", [[asked.talk.bot, f"approval:{asked.id}"]])
        assert asked.talk.state(f"approval:{asked.id}") == "dead"
        if lost < 4:
            assert asked.talk.call("give_up", new_run()) is None, "nothing is told yet"
            asked.come_due()
    run = new_run()
    assert asked.talk.call("give_up", run) is not None
    assert asked.row["result"] == "not_called"
    found = asked.talk.call("find_turn", run)
    assert found["decisions"] is True and found["question"] == "", "the customer is told what became of it"


@pytest.mark.parametrize(
    ("state", "approve", "ends"),
    [
        ("chatbots set enabled = false", True, "the chatbot is switched off"),
        ("tenants set status = 'suspended'", True, "the tenant is suspended"),
        ("contacts set paused_until = now() + interval '1 hour'", False, "the contact is with a human"),
        ("contacts set opted_out_at = now()", False, "the contact has opted out"),
    ],
)
def test_a_decision_that_nothing_follows_from(asked: Asked, state: str, approve: bool, ends: str) -> None:
    asked.decide(approve)
    column = "id" if state.startswith("tenants") else "tenant_id"
    asked.talk.rows(f"update {state} where {column} = %s returning 1", asked.talk.tenant)
    assert asked.open(new_run())["reason"] == ends
    assert asked.row["result"] == ("not_called" if approve else None)
    log = asked.talk.rows(
        "select 1 from conversation_logs where tenant_id = %s and direction = 'in'", asked.talk.tenant
    )
    assert len(log) == 1, "nobody wrote the event"


def test_a_yes_acts_in_silence_where_nobody_may_be_written_to(asked: Asked) -> None:
    talk = asked.talk
    asked.decide()
    talk.rows(
        "update contacts set paused_until = now() + interval '1 hour' where tenant_id = %s returning 1",
        talk.tenant,
    )
    opened = asked.open(run := new_run())
    assert opened["status"] == "opened" and opened["silent"] is True
    waits = talk.open(talk.write("hello?"), new_run())
    assert "another turn is active" in waits["reason"]
    assert asked.begin_call(opened["turn_id"], talk.begin(opened["turn_id"], run, 2))["do"] == "call"
    talk.call("end_approved_call", asked.id, "done", "refunded")
    talk.close(opened["turn_id"], run, "acted")
    assert asked.row["result"] == "done"
