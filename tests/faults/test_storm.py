"""A storm: many conversations, and all the while processes die, PostgreSQL crashes and Meta loses its answers.

FAULTS_SEED replays a run's choices, FAULTS_MESSAGES sets its size: `make test-faults` takes 500, the suite a few.
"""

from __future__ import annotations

import os

import pytest

from local import seed
from tests.faults import statement
from tests.faults.books import Books
from tests.faults.customers import Letter, write
from tests.faults.disturbances import Disturbances, Saboteur
from tests.faults.plan import Plan, Strike, make_plan
from tests.faults.stack import INGRESSES, RUNNERS
from tests.faults.storm import Storm, until

MESSAGES = int(os.environ.get("FAULTS_MESSAGES") or 40)


@pytest.mark.field_failure(2)
def test_a_worker_killed_in_the_middle_of_a_send_sends_nothing_twice(storm: Storm) -> None:
    before = len(storm.accepted())
    storm.control("fail", {"next": 1, "mode": "timeout_after_accept", "delay_s": 20.0})
    with storm.late_statuses():
        storm.write(seed.SHOP.phone_number_id, "34611000001", ["killed in the send"])
        until(lambda: len(storm.accepted()) > before, 120)
        storm.stack.revive(*RUNNERS)
        storm.settle(1)
    books = Books(storm).balance()
    assert (books["parts"], books["sent again after an unknown outcome"]) == (before + 1, 0)


@pytest.mark.field_failure(2)
def test_a_lost_answer_without_a_status_is_sent_again_once(storm: Storm) -> None:
    phone, before = "34611000004", storm.count()
    storm.control("statuses", {"policy": {"hold": True}})
    storm.control("fail", {"next": 1, "mode": "drop_after_accept"})
    try:
        storm.write(seed.SHOP.phone_number_id, phone, ["is anybody there?"])
        storm.settle(before + 1)
    finally:
        storm.control("statuses", {"policy": {"hold": False}})
    first, again = storm.told(phone)
    assert first == again
    Books(storm).balance()


def test_a_person_may_have_a_part_sent_again(storm: Storm) -> None:
    (part,) = storm.admin("select send_id::text from outbound_messages where state <> 'failed' limit 1")
    arguments = {
        "send_id": part["send_id"],
        "db": "$res:f/chatbot/database",
        "whatsapp": "$res:f/chatbot/whatsapp",
        "master_key": "$var:f/chatbot/master_key",
    }
    before = len(storm.accepted())
    run = (
        storm.stack.windmill().call("POST", "jobs/run_wait_result/p/f/chatbot/resend_part", arguments).json()
    )
    assert run["state"] in ("sent", "delivered", "read")
    after = storm.accepted()
    assert len(after) == before + 1
    assert (
        len({m["text"] for m in after if m["biz_data"]["send_id"] in (run["send_id"], run["resend_of"])}) == 1
    )
    Books(storm).balance()


@pytest.mark.field_failure(22)
def test_what_was_acknowledged_while_windmill_was_down_is_answered(storm: Storm) -> None:
    before = storm.count()
    for runner in RUNNERS:
        storm.stack.processes.kill(runner)
    storm.write(seed.CLINIC.phone_number_id, "34611000003", ["nobody there"])
    until(lambda: storm.count() > before, 60)
    storm.stack.revive(*INGRESSES)
    for runner in RUNNERS:
        storm.stack.begin(runner)
    storm.settle(before + 1)
    Books(storm).balance()


@pytest.mark.timeout(2400)
@pytest.mark.field_failure(1)
@pytest.mark.field_failure(4)
@pytest.mark.field_failure(19)
def test_every_message_is_answered_once_and_in_order(storm: Storm, seed_of_storm: int) -> None:
    plan = make_plan(seed_of_storm, MESSAGES)
    print(f"\nFAULTS_SEED={plan.seed} FAULTS_MESSAGES={plan.messages}\n{plan}")
    before, disturbances = storm.count(), Disturbances(storm)
    letters = run(plan, storm, disturbances)
    events = sum(len(letter.events) for letter in letters)
    storm.settle(before + len(letters) + events, 300 + 2 * MESSAGES)
    storm.settle_rest(300)
    books = Books(storm, letters, disturbances)
    print(books.balance())
    for tenant in (seed.SHOP, seed.CLINIC):
        print(statement.check(books, tenant))


def run(plan: Plan, storm: Storm, disturbances: Disturbances) -> list[Letter]:
    """Customers write one after the other; whoever writes waits for a saboteur that has two strikes to go."""
    saboteur, letters = Saboteur(disturbances.strike, 2), list[Letter]()
    try:
        with saboteur.going_on():
            for step in plan.steps:
                if isinstance(step, Strike):
                    saboteur.hand(step)
                else:
                    letters += write(storm, step)
    finally:
        disturbances.end()
    return letters
