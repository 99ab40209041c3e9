"""A call to which a person has agreed, and whose turn ends after it has begun: of a script a later turn asks Windmill what became of it, of a
request that can be sent again its server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sql.asked import Asked, at_once
from tests.sql.conversation import Conversation, new_run


@pytest.fixture
def asked(talk: Conversation) -> Asked:
    made = Asked(talk, server="Windmill")
    made.decide()
    return made


def begin(asked: Asked) -> tuple[str, int, str, dict[str, str]]:
    """A turn whose step begins the call: the turn, the attempt, the run, and what it is to do."""
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    return opened["turn_id"], epoch, run, asked.begin_call(opened["turn_id"], epoch)


def test_by_the_next_turn(asked: Asked) -> None:
    turn, _, run, do = begin(asked)
    assert do["do"] == "call" and asked.results(turn) == ["again"], "what the failure handler can say"
    asked.talk.close(turn, run, "failed")
    assert asked.row["result"] is None
    turn, _, run, do = begin(asked)
    assert do == {"do": "ask", "is_last": False, "is_fresh": True, "request": None}
    asked.talk.call("end_approved_call", asked.id, "done", "refunded")
    asked.talk.close(turn, run)
    assert asked.row["result"] == "done" and asked.open(new_run())["status"] == "ended"


def test_one_call_by_any_number_of_copies(asked: Asked) -> None:
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    connections = [asked.talk.connect() for _ in range(6)]
    said = at_once(*(lambda c=c: asked.begin_call(opened["turn_id"], epoch, c) for c in connections))
    assert sorted(s["do"] for s in said) == [*["ask"] * 5, "call"] and asked.row["result"] is None


def test_what_goes_on_stays_begun(asked: Asked) -> None:
    turn, epoch, run, _ = begin(asked)
    assert asked.talk.call("put_back_call", turn, epoch, asked.id, True, "it goes on") == "again"
    assert asked.row["outcome"] == "it goes on"
    asked.talk.close(turn, run)
    assert begin(asked)[3]["do"] == "ask"


def test_five_times_and_then_nobody_knows(asked: Asked) -> None:
    for _ in range(4):
        turn, _, run, _ = begin(asked)
        asked.talk.close(turn, run, "failed")
    turn, epoch, run, do = begin(asked)
    assert do["is_last"] and asked.results(turn) == [None], "the failure handler would say that nobody knows"
    assert asked.talk.call("put_back_call", turn, epoch, asked.id, True, "it goes on") == "unsure"
    asked.talk.close(turn, run)
    assert asked.open(new_run())["status"] == "ended"
    assert (asked.row["result"], asked.row["outcome"]) == ("unsure", "it goes on")


def test_not_while_the_bot_is_off(asked: Asked) -> None:
    turn, _, run, _ = begin(asked)
    asked.talk.close(turn, run, "failed")
    query = "update chatbots set enabled = false where tenant_id = %s returning 1"
    asked.talk.rows(query, asked.talk.tenant)
    assert asked.open(new_run())["reason"] == "the chatbot is switched off"
    assert asked.row["result"] == "unsure", "nobody may say that it was not called"


QUERY = b"select digest, tool, is_fresh, outcome from calls_in_doubt(%s)"


def test_without_approval_the_next_turns_of_the_conversation_ask(talk: Conversation) -> None:
    """Of an approved call only those that answer the yes."""
    asked = Asked(talk, server="Windmill")
    asked.decide()
    turn, epoch, run, _ = begin(asked)
    digest = b"a call without approval"
    assert talk.call("begin_tool_call", turn, epoch, "Windmill.book", digest) is None
    assert talk.app.execute(QUERY, [turn]).fetchall() == [], "it is this turn's own"
    talk.close(turn, run, "failed")

    def heard_in(turn: str) -> Any:
        return talk.app.execute(QUERY, [turn]).fetchall()

    next_turn = talk.open(talk.write("did it work?"), run := new_run())["turn_id"]
    known = {"digest": digest, "tool": "Windmill.book", "is_fresh": True}
    assert heard_in(next_turn) == [{**known, "outcome": None}]
    talk.call("end_tool_call", turn, digest, "booked", False)
    assert heard_in(next_turn) == [{**known, "outcome": "booked"}], "by the next attempt, where this one dies"
    talk.close(next_turn, run, "failed")
    next_turn = talk.open(talk.write("did it work?"), run := new_run())["turn_id"]
    assert heard_in(next_turn) == [{**known, "outcome": "booked"}], "by the next turn, where that one failed"
    talk.close(next_turn, run)
    assert heard_in(talk.open(talk.write("thanks"), new_run())["turn_id"]) == [], "it has answered"


@pytest.mark.parametrize("outcome", ["booked", None], ids=["known", "lost"])
def test_of_a_servers_call_the_next_turns_hear_until_one_has_answered(
    talk: Conversation, outcome: str | None
) -> None:
    turn = talk.open(talk.write("book it"), run := new_run())["turn_id"]
    digest = b"of a server"
    assert talk.call("begin_tool_call", turn, talk.begin(turn, run, 2), "shop.book", digest) is None
    if outcome:
        talk.call("end_tool_call", turn, digest, outcome, False)
    talk.close(turn, run, "failed")
    for end in ("failed", "answered"):
        next_turn = talk.open(talk.write("did it work?"), run := new_run())["turn_id"]
        (call,) = talk.app.execute(QUERY, [next_turn]).fetchall()
        assert (call["digest"], call["outcome"]) == (digest, outcome)
        talk.close(next_turn, run, end)
    last = talk.open(talk.write("thanks"), new_run())["turn_id"]
    assert talk.app.execute(QUERY, [last]).fetchall() == []


REQUEST = b"the digest of what was sent"


def of_request(talk: Conversation) -> tuple[Asked, str, int, str]:
    """A call of a server that knows keys, which has begun: the turn, the attempt, the run."""
    asked = Asked(talk, server="HTTP")
    asked.decide()
    opened = asked.open(run := new_run())
    epoch = asked.talk.begin(opened["turn_id"], run, 2)
    do = talk.call("begin_approved_call", opened["turn_id"], epoch, asked.id, REQUEST)
    assert do == {"do": "call", "is_last": False}
    return asked, opened["turn_id"], epoch, run


def test_a_request_that_can_be_sent_again_is_left_to_the_next_turn(talk: Conversation) -> None:
    asked, turn, epoch, run = of_request(talk)
    assert talk.call("put_back_call", turn, epoch, asked.id, True, "it did not answer") == "again"
    talk.close(turn, run)
    do = begin(asked)[3]
    assert (do["do"], do["request"]) == ("ask", REQUEST.hex()), (
        "as it was sent, whatever this turn would send"
    )


def test_a_server_is_not_trusted_to_know_a_key_for_long(talk: Conversation) -> None:
    asked, turn, epoch, run = of_request(talk)
    past = "update tool_calls set made_at = made_at - keys_last() where request is not null returning 1"
    talk.rows(past)
    assert asked.results(turn) == [None], "the failure handler would say that nobody knows"
    assert talk.call("put_back_call", turn, epoch, asked.id, True, "it did not answer") == "unsure"
    talk.close(turn, run)
    assert asked.row["result"] == "unsure" and asked.open(new_run())["status"] == "ended"
