"""What no step can mend by itself: a step that fails, a run that is cancelled, a message that every run dies over."""

from __future__ import annotations

import pytest

from local import seed
from tests.faults.books import Books
from tests.faults.hold import Hold, refusal
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm, until

WORDS = "Something went wrong"


def test_a_step_that_fails_tells_the_customer_and_frees_the_conversation(storm: Storm) -> None:
    phone, before = "34613000001", storm.count()
    with refusal(storm, "turns", "new.step = 3"):
        storm.write(seed.SHOP.phone_number_id, phone, ["is it open?"])
        until(lambda: storm.count() > before and storm.open_messages() == 0, 90)
    (message,) = storm.inbox(phone)
    assert (message["state"], message["outcome"]) == ("answered", "failed")
    assert "the disk is full" in message["error"]
    storm.write(seed.SHOP.phone_number_id, phone, ["and now?"])
    storm.settle(before + 2)
    assert storm.inbox(phone)[1]["outcome"] in ("answered", "unanswered")
    failure, answer = storm.told(phone)
    assert failure.startswith(WORDS) and not answer.startswith(WORDS)
    Books(storm).balance()


def cancelled(storm: Storm, phone: str) -> None:
    """The customer writes; an operator cancels the run while it thinks."""
    with Hold(storm, "turns", "new.step = 2") as hold:
        storm.write(seed.CLINIC.phone_number_id, phone, ["are you there?"])
        hold.first_copy()
        (message,) = storm.inbox(phone)
        for runner in RUNNERS:  # one of them has it
            server = storm.stack.windmill(runner)
            server.call("POST", f"jobs_u/queue/cancel/{message['run_id']}", {"reason": "by hand"})


def test_a_cancelled_run_is_followed_by_another(storm: Storm) -> None:
    phone, before = "34613000002", storm.count()
    cancelled(storm, phone)
    storm.settle(before + 1)
    assert len(storm.told(phone)) == 1
    Books(storm).balance()


def test_others_go_on_while_somebody_holds_a_contact(storm: Storm) -> None:
    """As a forgotten transaction does. The storm does it for 30 s."""
    phone, others, before = "34613000004", ["34613000005", "34613000006"], storm.count()
    storm.write(seed.SHOP.phone_number_id, phone, ["is it open?"])
    storm.settle(before + 1)
    with storm.stack.connect() as conn, conn.transaction():
        conn.execute(b"select 1 from contacts where phone = %s for update", [phone])
        storm.write(seed.SHOP.phone_number_id, phone, ["and", "on", "Sunday?"])
        for other in others:
            storm.write(seed.SHOP.phone_number_id, other, ["how are you?"])
        until(lambda: all(storm.told(other) for other in others), 90)
        assert len(storm.told(phone)) == 1
    storm.settle(before + 6)
    Books(storm).balance()
    assert {message["outcome"] for message in storm.inbox(phone)} == {"answered"}


@pytest.mark.field_failure(22)
def test_what_every_run_dies_over_is_told_and_can_be_dispatched_again(storm: Storm) -> None:
    phone, before = "34613000003", storm.count()
    cancelled(storm, phone)
    storm.admin(
        "update inbound_messages set dispatch_no = 5 where sender = %s", phone
    )  # five runs died before
    storm.settle(before + 1)
    until(lambda: storm.recover() or storm.told(phone), 60)
    (message,) = storm.inbox(phone)
    assert (message["state"], message["outcome"]) == ("dead", "lost")
    storm.admin("select revive_message(%s, %s)", message["phone_number_id"], message["message_id"])
    storm.settle(before + 1)
    words, answer = storm.told(phone)
    assert words.startswith(WORDS) and not answer.startswith(WORDS)
    Books(storm).balance()
