"""A person's yes to a tool's call, by any number of people, clocks and runs at once: one decision, one event."""

from __future__ import annotations

import json

import pytest

from tests.sql.asked import AGENT, ARGUMENTS, OWNER, Asked, at_once
from tests.sql.conversation import Conversation, new_run


@pytest.fixture
def asked(talk: Conversation) -> Asked:
    return Asked(talk)


def test_two_people_at_once_are_one_decision(asked: Asked) -> None:
    connections = [asked.talk.connect() for _ in range(8)]
    people = [(n % 2 == 0, f"person{n}@shop.example") for n in range(8)]
    said = at_once(
        *(lambda a=a, p=p, c=c: asked.decide(a, p, c) for (a, p), c in zip(people, connections, strict=True))
    )
    winners = [s for s in said if s["outcome"] == "done"]
    assert len(winners) == 1 and len(asked.events()) == 1
    assert {s["outcome"] for s in said} == {"done", "decided"}
    assert {(s["state"], s["by"]) for s in said} == {(asked.row["state"], asked.row["decided_by"])}


def test_a_decision_against_the_clock(talk: Conversation) -> None:
    other = talk.connect()
    for number in range(5):
        for late in (False, True):
            asked = Asked(talk, json.dumps({"amount": number, "late": late}))
            if late:
                asked.pass_time()
            said, _ = at_once(asked.decide, lambda: talk.call("expire_approvals", 100, on=other))
            expected = ("decided", "expired", None) if late else ("done", "approved", OWNER)
            assert (said["outcome"], said["state"], said["by"]) == expected
            assert (asked.row["state"], asked.row["decided_by"]) == expected[1:] and len(asked.events()) == 1


def test_the_same_person_twice_and_a_changed_mind(asked: Asked) -> None:
    assert asked.decide()["outcome"] == "done"
    assert asked.decide()["outcome"] == "done", "the first answer was lost"
    assert asked.decide(False)["outcome"] == "decided"
    assert asked.decide(True, AGENT) | {"at": None} == {
        "outcome": "decided",
        "state": "approved",
        "by": OWNER,
        "at": None,
        "tool": "refund",
    }


def test_what_was_changed_is_not_agreed_to(asked: Asked) -> None:
    assert asked.decide(digest=b"another")["outcome"] == "changed"
    asked.talk.rows(
        "update tool_approvals set arguments = '{\"amount\": 8000}' where id = %s returning id", asked.id
    )
    assert asked.decide()["outcome"] == "changed" and asked.row["state"] == "waiting"
    assert asked.decide(False)["outcome"] == "changed"


def test_another_tenant_finds_nothing(asked: Asked, migrated: str) -> None:
    stranger = Conversation(migrated)
    assert asked.decide(on=stranger.app)["outcome"] == "not_found" and asked.row["state"] == "waiting"


def test_the_decision_is_one_of_the_conversation_s_events(asked: Asked) -> None:
    """It waits while a turn is active, and the customer's message with it is answered by the same turn."""
    talk = asked.talk
    busy = talk.open(talk.write("and another thing"), run := new_run())
    asked.decide()
    waits = asked.open(new_run())
    assert waits["status"] == "ended" and "another turn is active" in waits["reason"]
    later = talk.write("are you there?")
    talk.close(busy["turn_id"], run)
    assert {m for m, _ in talk.wanted()} == {f"approval:{asked.id}", later}
    opened = talk.open(later, run := new_run())
    decisions = talk.app.execute(b"select id from decisions_of_turn(%s)", [opened["turn_id"]]).fetchall()
    assert [str(d["id"]) for d in decisions] == [str(asked.id)]
    talk.close(opened["turn_id"], run)
    log = talk.rows(
        "select body from conversation_logs where tenant_id = %s and direction = 'in' order by id",
        talk.tenant,
    )
    assert [row["body"] for row in log] == ["refund me", "and another thing", "are you there?"], (
        "nobody wrote the event"
    )


def test_it_opens_no_window_and_counts_as_no_message(asked: Asked) -> None:
    before = asked.talk.rows(
        "select last_message_at, last_seen_at from contacts where phone = %s", asked.talk.phone
    )
    asked.decide(False)
    (event,) = asked.events()
    received = asked.talk.call("receive_message", asked.talk.bot, event["payload"])
    assert str(received["contact_id"]) == str(asked.row["contact_id"]) and "end" not in received
    asked.open(new_run())
    assert (
        asked.talk.rows(
            "select last_message_at, last_seen_at from contacts where phone = %s", asked.talk.phone
        )
        == before
    )


def test_nobody_can_deliver_a_decision_that_was_not_made(asked: Asked) -> None:
    payload = asked.talk.payload(f"approval:{asked.id}", "", type="approval")
    received = asked.talk.call("receive_message", asked.talk.bot, payload)
    assert "no decision" in received["end"] and asked.row["state"] == "waiting"


def test_a_yes_is_refused_while_the_bot_is_off(asked: Asked) -> None:
    asked.talk.rows("update chatbots set enabled = false where tenant_id = %s returning 1", asked.talk.tenant)
    assert asked.decide()["outcome"] == "off" and asked.row["state"] == "waiting"
    assert asked.decide(False)["outcome"] == "done"


class TestTaps:
    STAFF = "34911111111"

    @pytest.fixture
    def asked(self, talk: Conversation) -> Asked:
        """The staff's phone has written to the business a moment ago."""
        talk.rows(
            "update chatbots set notify_phone = %s where phone_number_id = %s returning 1",
            self.STAFF,
            talk.bot,
        )
        phone, talk.phone = talk.phone, self.STAFF
        talk.answer(talk.write("is this thing on?"))
        talk.phone = phone
        return Asked(talk)

    def test_the_phone_that_was_asked(self, asked: Asked) -> None:
        assert asked.row["notified_phone"] == self.STAFF and asked.row["notified"] is None
        (due,) = asked.talk.rows("select * from claim_approval_notices(5, %s)", asked.id)
        assert due["phone"] == self.STAFF and json.loads(due["arguments"]) == json.loads(ARGUMENTS)
        assert asked.talk.rows("select * from claim_approval_notices(5, %s)", asked.id) == [], (
            "for a minute it is somebody's"
        )
        assert asked.tap(phone=self.STAFF)["outcome"] == "done"
        assert asked.tap(phone=self.STAFF)["outcome"] == "done", "Meta delivers it again"
        assert asked.tap(phone=self.STAFF, message_id="wamid.again")["outcome"] == "decided"
        assert asked.decide(by=OWNER)["by"] == f"+{self.STAFF}"
        audit = asked.talk.rows(
            "select person, action from audit_log where tenant_id = %s and contact_id is not null",
            asked.talk.tenant,
        )
        assert [(a["person"], a["action"]) for a in audit] == [(f"+{self.STAFF}", "tool_approvals.approved")]

    def test_nobody_else_s(self, asked: Asked) -> None:
        """Not the customer's, not a stranger's, not that of a number that is not told any more."""
        assert asked.tap() is None
        assert asked.tap(phone="34922222222") is None
        asked.talk.rows(
            "update chatbots set notify_phone = '34933333333' where tenant_id = %s returning 1",
            asked.talk.tenant,
        )
        assert asked.tap(phone=self.STAFF) is None and asked.tap(phone="34933333333") is None
        assert asked.row["state"] == "waiting"

    def test_a_button_of_other_arguments(self, asked: Asked) -> None:
        assert asked.tap(phone=self.STAFF, id=f"approval-yes:{asked.id}:{'0' * 64}")["outcome"] == "changed"
        assert asked.tap(phone=self.STAFF, id="approval-yes:nonsense") is None

    def test_a_late_tap(self, asked: Asked) -> None:
        asked.pass_time()
        said = asked.tap(phone=self.STAFF)
        assert (said["outcome"], said["state"]) == ("decided", "expired") and len(asked.events()) == 1


def test_who_can_not_be_asked_on_whatsapp(talk: Conversation) -> None:
    assert Asked(talk).row["notified"] == "no_phone"
    talk.rows(
        "update chatbots set notify_phone = '34911111112' where phone_number_id = %s returning 1", talk.bot
    )
    run = new_run()
    turn = talk.open(talk.write("refund me 90"), run)["turn_id"]
    other = talk.call("ask_approval", turn, talk.begin(turn, run, 2), "shop", "refund", '{"amount": 90}')
    row = talk.rows("select * from tool_approvals where id = %s", other["id"])[0]
    assert (row["notified"], row["notified_phone"], row["tell_at"]) == ("window_closed", None, None)
    talk.close(turn, run)
    talk.rows(
        "update chatbots set notify_phone = %s where phone_number_id = %s returning 1", talk.phone, talk.bot
    )
    turn = talk.open(talk.write("refund me 100"), run := new_run())["turn_id"]
    own = talk.call("ask_approval", turn, talk.begin(turn, run, 2), "shop", "refund", '{"amount": 100}')
    assert (
        talk.rows("select notified from tool_approvals where id = %s", own["id"])[0]["notified"]
        == "own_number"
    )


def test_words_about_it_wait_for_the_customer_after_24_hours(asked: Asked) -> None:
    talk = asked.talk
    asked.decide(False)
    talk.rows(
        "update contacts set last_message_at = now() - interval '25 hours' where tenant_id = %s returning 1",
        talk.tenant,
    )
    opened = asked.open(run := new_run())
    turn, epoch = opened["turn_id"], talk.begin(opened["turn_id"], run, 3)
    talk.queue(turn, epoch, "we can't do this")
    assert talk.call("may_send", turn, epoch, 1)["do"] == "stop"
    talk.close(turn, run)
    assert talk.part(turn)["state"] == "waiting"
    message = talk.write("any news?")
    payload = talk.rows("select payload from inbound_messages where message_id = %s", message)[0]["payload"]
    assert talk.call("receive_message", talk.bot, payload)["released"] is True
    claimed = talk.call("claim_retry", new_run(), str(asked.row["contact_id"]))
    assert claimed["content"]["text"]["body"] == "we can't do this"
