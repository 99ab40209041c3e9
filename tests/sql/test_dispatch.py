"""Who gets the next run: a share for each tenant, the oldest conversation first, and no more than there is room for."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tests.sql.conversation import Conversation, new_run
from tests.sql.platform import Platform


def one_customer(platform: Platform, talk: Conversation) -> str:
    message = talk.write()
    platform.owner[message] = talk.tenant
    return message


def test_no_more_runs_start_than_there_is_room_for_and_each_end_makes_room(platform: Platform) -> None:
    platform.room(4)
    talk = platform.tenant()
    people = {message: person for person in platform.flood(talk, 10) for message in [waiting(person)]}
    platform.limits(talk, '{"turns_at_once": 100}')
    first = platform.claim()
    assert first == list(people)[:4], "the oldest conversations"
    assert platform.claim() == []
    people[first[1]].answer(first[1])
    assert platform.claim() == [list(people)[4]]


def waiting(talk: Conversation) -> str:
    found = talk.one("select message_id from inbound_messages where sender = %s", talk.phone)
    return str(found)


def test_a_quiet_tenant_is_next_whatever_another_has_waiting(platform: Platform) -> None:
    platform.room(4)
    loud, quiet = platform.tenant(), platform.tenant()
    platform.flood(loud, 50)
    first = platform.claim()
    assert len(first) == 3, "a quarter stays free for the others"
    message = one_customer(platform, quiet)
    assert platform.claim() == [message]
    assert platform.claim() == []


def test_a_tenant_leaves_more_where_more_others_write(platform: Platform) -> None:
    platform.room(8)
    loud, quiet = platform.tenant(), [platform.tenant() for _ in range(6)]
    for talk in quiet:
        message = one_customer(platform, talk)
        assert platform.claim() == [message]
        talk.answer(message)
    platform.flood(loud, 20)
    assert len(platform.claim()) == 4, "half of all"
    messages = [one_customer(platform, talk) for talk in quiet]
    assert platform.claim() == messages[:4], "and the others find room at once"


def test_a_tenant_that_is_alone_may_use_all(platform: Platform) -> None:
    platform.room(4)
    talk = platform.tenant()
    platform.admin.execute("delete from tenants where id <> %s", [talk.tenant])
    talk.write()
    for person in platform.flood(talk, 5):
        platform.admin.execute("delete from tenants where id <> %s", [person.tenant])
    assert len(platform.claim()) == 4


def test_the_runs_are_shared_by_the_weights_of_the_plans(platform: Platform) -> None:
    platform.room(8)
    light, heavy, third = platform.tenant(), platform.tenant(), platform.tenant()
    platform.limits(heavy, '{"turn_weight": 2}')
    for talk in (light, heavy, third):
        platform.flood(talk, 10)
    assert platform.tenants_of(platform.claim()) == {heavy.tenant: 4, light.tenant: 2, third.tenant: 2}


def test_more_tenants_than_runs_take_turns(platform: Platform) -> None:
    """Also those with the lighter plan and with the younger messages."""
    platform.room(1)
    talks = [platform.tenant() for _ in range(4)]
    platform.limits(talks[0], '{"turn_weight": 5}')
    people = {waiting(person): person for talk in talks for person in platform.flood(talk, 3)}
    order = []
    for _ in range(12):
        (message,) = platform.claim()
        order.append(platform.owner[message])
        people[message].answer(message)
    assert order == [talk.tenant for talk in talks] * 3


def test_a_tenants_own_bound_holds_although_there_is_room(platform: Platform) -> None:
    platform.room(10)
    talk = platform.tenant()
    platform.limits(talk, '{"turns_at_once": 2}')
    platform.flood(talk, 5)
    assert len(platform.claim()) == 2


def test_a_conversation_has_one_run_that_has_not_opened_its_turn(platform: Platform) -> None:
    """So its second message never overtakes; and what is written during a turn gets a run at once: it may be an opt-out."""
    platform.room(10)
    talk = platform.tenant()
    first, second = talk.write("one"), talk.write("two", type="reaction", reaction={"emoji": "x"})
    assert platform.claim() == [first]
    assert platform.claim() == []
    assert "comes first" in talk.open(first, new_run())["reason"]
    assert platform.claim() == [second]
    talk.call("receive_message", talk.bot, talk.payload(second, "two"))
    contact = talk.one("select id from contacts where phone = %s", talk.phone)
    talk.call("end_received", talk.bot, second, new_run(), contact, "a reaction")
    assert platform.claim() == [first]
    assert talk.open(first, new_run())["status"] == "opened"
    third = talk.write("three")
    assert platform.claim() == [third]


def test_what_waits_with_the_first_message_is_answered_with_it(platform: Platform) -> None:
    platform.room(10)
    talk = platform.tenant()
    first, second = talk.write("one"), talk.write("two")
    platform.claim()
    talk.open(first, new_run())
    assert (talk.state(first), talk.state(second)) == ("in_turn", "in_turn")
    assert platform.claim() == []


@pytest.mark.parametrize("words", ["STOP", "stop."])
def test_an_opt_out_behind_a_question_acts_before_the_question_is_answered(
    platform: Platform, words: str
) -> None:
    platform.room(10)
    talk = platform.tenant()
    question, stop = talk.write("what does it cost?"), talk.write(words)
    assert platform.claim() == [question]
    ended = talk.open(question, new_run())
    assert ended["reason"] == "the contact has opted out"
    assert (platform.claim(), talk.state(stop)) == ([], "ended")
    said = talk.rows(
        "select status from conversation_logs where contact_id = %s order by created_at", ended["contact_id"]
    )
    assert [one["status"] for one in said] == ["not answered", "opt-out"], (
        "nobody owes an answer to the second"
    )


@pytest.mark.parametrize("where", ["in a group", "from the number itself"])
def test_an_opt_out_word_that_opts_nobody_out_is_not_shown_as_one(platform: Platform, where: str) -> None:
    talk = platform.tenant()
    message = talk.write("STOP")
    if where == "in a group":
        payload = talk.payload(message, "STOP", group_id="120363")
    else:
        payload = talk.payload(message, "STOP")
        talk.one(
            "update chatbots set display_phone_number = %s where phone_number_id = %s returning name",
            *(talk.phone, talk.bot),
        )
    received = talk.call("receive_message", talk.bot, payload)
    talk.call("end_received", talk.bot, message, new_run(), received["contact_id"], received["end"])
    (logged,) = talk.rows("select status from conversation_logs where message_id = %s", message)
    assert logged["status"] == "not answered"
    assert (
        talk.rows("select 1 from contacts where id = %s and opted_out_at is not null", received["contact_id"])
        == []
    )


def test_a_message_that_windmill_refuses_is_not_overtaken_and_takes_no_room(platform: Platform) -> None:
    platform.room(1)
    talk = platform.tenant()
    other = platform.customer(talk)
    first, _, elsewhere = talk.write("one"), talk.write("two"), other.write()
    claimed = platform.ingress.execute("select message_id from claim_dispatches(1, '20 seconds')").fetchall()
    assert claimed == [(first,)]
    platform.ingress.execute("select settle_dispatch(%s, %s, 0, false, '20 s', 'no')", [talk.bot, first])
    assert platform.claim() == [elsewhere]
    held = platform.ingress.execute("select next_dispatch_s()").fetchone()
    assert held is not None and 15 < held[0] <= 20


class Merging:
    """A conversation whose chatbot waits for more."""

    def __init__(self, platform: Platform, window_s: float) -> None:
        self.platform, self.talk = platform, platform.tenant()
        self.talk.one(
            "update chatbots set merge_window_s = %s where phone_number_id = %s returning name",
            *(window_s, self.talk.bot),
        )

    def held_s(self) -> float:
        row = self.platform.ingress.execute("select next_dispatch_s()").fetchone()
        assert row is not None
        return float(row[0])


def test_a_burst_waits_for_its_end_in_the_inbox_and_gets_one_run(platform: Platform) -> None:
    platform.room(10)
    merging = Merging(platform, 10)
    talk = merging.talk
    first = talk.write("one")
    assert platform.claim() == []
    assert 8 < merging.held_s() <= 10
    talk.pass_time("6 seconds")
    second = talk.write("two")
    assert platform.claim() == [], "it is held until the window of the first ends"
    talk.pass_time("6 seconds")
    assert platform.claim() == [], "the second has opened it anew"
    talk.pass_time("6 seconds")
    assert platform.claim() == [first]
    talk.open(first, new_run())
    assert talk.state(second) == "in_turn"


def test_somebody_who_never_stops_writing_is_answered_after_four_windows(platform: Platform) -> None:
    platform.room(10)
    merging = Merging(platform, 10)
    claimed: list[str] = []
    first = merging.talk.write()
    for _ in range(8):
        claimed += platform.claim()
        merging.talk.pass_time("6 seconds")
        merging.talk.write()
    assert claimed == [first]


@pytest.mark.parametrize("died", ["dispatcher", "run", "turn"])
def test_what_died_takes_no_room_after_its_time(platform: Platform, died: str) -> None:
    platform.room(1)
    talk = platform.tenant()
    other = platform.customer(talk)
    first, second = talk.write(), other.write()
    if died == "dispatcher":
        platform.ingress.execute("select from claim_dispatches(1, '20 seconds')")
    else:
        assert platform.claim() == [first]
    if died == "turn":
        talk.open(first, new_run())
    assert platform.claim() == [], "it may be alive"
    talk.pass_time("6 minutes")
    assert platform.claim() == ([first] if died == "dispatcher" else [second])


def test_a_run_that_does_not_begin_holds_its_conversation_up_for_no_longer_than_twenty_seconds(
    platform: Platform,
) -> None:
    platform.room(5)
    talk = platform.tenant()
    first, second = talk.write("one"), talk.write("two")
    assert platform.claim() == [first]
    talk.pass_time("10 seconds")
    assert platform.claim() == []
    talk.pass_time("11 seconds")
    assert platform.claim() == [second]
    talk.open(second, new_run())
    assert (talk.state(first), talk.state(second)) == ("in_turn", "in_turn")


def test_a_run_that_recovery_sees_alive_keeps_its_place(platform: Platform) -> None:
    platform.room(1)
    talk = platform.tenant()
    platform.customer(talk).write()
    platform.claim()
    talk.admin.execute(
        "update inbound_messages set due_at = due_at - interval '3 minutes' where state = 'dispatched'"
    )
    talk.rows("select * from stranded_messages(10)")
    talk.admin.execute(
        "update inbound_messages set due_at = due_at - interval '3 minutes' where state = 'dispatched'"
    )
    talk.write()
    assert platform.claim() == []


def test_two_dispatchers_at_once_do_not_fill_the_room_twice(platform: Platform) -> None:
    platform.room(5)
    talk = platform.tenant()
    platform.limits(talk, '{"turns_at_once": 100}')
    platform.flood(talk, 30)
    claimed: list[str] = []

    def work() -> None:
        with platform.dispatcher() as conn:
            claimed.extend(platform.claim(on=conn))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 5


def test_a_row_that_somebody_holds_stops_nobody(platform: Platform) -> None:
    platform.room(5)
    talk = platform.tenant()
    other = platform.customer(talk)
    talk.write()
    elsewhere = other.write()
    with psycopg.connect(platform.url) as holder:
        holder.execute("select from inbound_messages where sender = %s for update", [talk.phone])
        holder.execute("select from tenants where id = %s for update", [talk.tenant])
        assert platform.claim() == [elsewhere]


def test_a_tenant_with_many_messages_of_one_person_does_not_hide_its_others(platform: Platform) -> None:
    platform.room(5)
    talk = platform.tenant()
    other = platform.customer(talk)
    first = talk.write("one")
    platform.claim()
    platform.admin.execute(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)"
        " select phone_number_id, message_id || n, kind, sender, payload from inbound_messages, generate_series(1, 500) n"
        " where message_id = %s",
        [first],
    )
    assert platform.claim() == []
    elsewhere = other.write()
    assert platform.claim() == [elsewhere]


def test_a_contacts_next_message_does_not_pass_another_tenants(platform: Platform) -> None:
    """What persist asks for when a turn has ended."""
    platform.room(1)
    talk, other = platform.tenant(), platform.tenant()
    first = talk.write()
    platform.claim()
    run = new_run()
    turn = talk.open(first, run)["turn_id"]
    contact = talk.one("select id from contacts where phone = %s", talk.phone)
    more = talk.write("more")
    talk.open(more, new_run())
    elsewhere = other.write()
    talk.close(turn, run)
    mine = talk.rows("select * from claim_dispatches(10, '20 s', %s)", contact)
    assert mine == [] and platform.claim() == [elsewhere]


@pytest.mark.parametrize("end", ["closes", "ends early", "is left", "was lost"])
def test_the_dispatchers_hear_when_there_is_room(platform: Platform, end: str) -> None:
    platform.room(1)
    talk = platform.tenant()
    message, run = talk.write(), new_run()
    platform.claim()
    if end in ("closes", "is left"):
        turn = talk.open(message, run)["turn_id"]
    if end == "is left":
        message = talk.write("more")
        platform.claim()
    with psycopg.connect(platform.url, autocommit=True) as hearing:
        hearing.execute("set role chatbot_ingress")
        hearing.execute("listen dispatches")
        if end == "closes":
            talk.close(turn, run)
        elif end == "is left":
            platform.room(5)
            platform.claim()
            talk.open(message, new_run())
        elif end == "ends early":
            talk.call("end_received", talk.bot, message, run, None, "nothing")
        else:
            talk.call("requeue_messages", [[talk.bot, message]])
        assert [notice.channel for notice in hearing.notifies(timeout=2, stop_after=1)] == ["dispatches"]


ODD: list[tuple[dict[str, Any], bool]] = [
    ({"type": "text", "text": {"body": "hello"}}, False),
    ({"type": "text", "text": {"body": "Stop"}}, True),
    ({"type": "button", "button": {"text": "baja"}}, True),
    ({"type": "button", "button": {"text": "yes"}}, False),
    ({"type": "interactive", "interactive": {"type": "call_permission_reply"}}, True),
    ({"type": "interactive", "interactive": {"button_reply": {"title": "yes"}}}, False),
    ({"type": "image", "image": {"id": "1"}}, False),
    ({"type": "location", "location": {}}, False),
    ({"type": "reaction", "reaction": {"emoji": "x"}}, True),
    ({"type": "edit", "edit": {}}, True),
    ({"type": "revoke", "revoke": {}}, True),
    ({"type": "request_welcome"}, True),
    ({"type": "system", "system": {"type": "user_changed_number"}}, True),
    ({"type": "unsupported"}, False),
    ({"type": "text", "text": {"body": "hello"}, "group_id": "g"}, True),
]


@pytest.mark.parametrize(("message", "acts"), ODD, ids=str)
def test_a_message_that_acts_by_itself_is_one_that_its_own_run_says_more_about(
    platform: Platform, message: dict[str, Any], acts: bool
) -> None:
    """acts_by_itself() and receive_message() agree on every kind of message."""
    talk = platform.tenant()
    written = talk.write(**message)
    (row,) = talk.rows("select payload from inbound_messages where message_id = %s", written)
    assert acts == talk.one(
        "select acts_by_itself(b, %s) from chatbots b where phone_number_id = %s", row["payload"], talk.bot
    )
    received = talk.call("receive_message", talk.bot, row["payload"])
    assert acts == bool(received.get("end"))
