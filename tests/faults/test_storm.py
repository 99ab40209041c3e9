"""A storm: many conversations, and all the while processes die, PostgreSQL crashes and Meta loses its answers.

FAULTS_SEED replays a run's choices, FAULTS_MESSAGES sets its size: `make test-faults` takes 500, the suite a few.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import random
import threading

import pytest

from local import seed
from tests.faults.saboteur import STRIKES, Saboteur
from tests.faults.storm import Storm, until, wait

MESSAGES = int(os.environ.get("FAULTS_MESSAGES") or 40)
STRIKES_A_WRITE = 0.3
CONVERSATIONS = 20 if MESSAGES >= 200 else 6


@pytest.mark.field_failure(2)
def test_a_worker_killed_in_the_middle_of_a_send_sends_nothing_twice(storm: Storm) -> None:
    before = len(storm.accepted())
    storm.control("fail", {"next": 1, "mode": "timeout_after_accept", "delay_s": 20.0})
    storm.write(seed.SHOP.phone_number_id, "34611000001", ["killed in the send"])
    until(lambda: len(storm.accepted()) > before, 120)
    storm.stack.revive("runner")
    storm.settle(1)
    books = storm.books()
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
    storm.books()


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
    storm.books()


@pytest.mark.field_failure(22)
def test_what_was_acknowledged_while_windmill_was_down_is_answered(storm: Storm) -> None:
    before = storm.count()
    storm.stack.processes.kill("runner")
    storm.write(seed.CLINIC.phone_number_id, "34611000003", ["nobody there"])
    until(lambda: storm.count() > before, 60)
    storm.stack.revive("ingress")
    storm.stack.begin("runner")
    storm.settle(before + 1)
    storm.books()


@pytest.mark.timeout(2400)
@pytest.mark.field_failure(1)
@pytest.mark.field_failure(4)
@pytest.mark.field_failure(19)
def test_every_message_is_answered_once_and_in_order(storm: Storm, seed_of_storm: int) -> None:
    print(f"\nFAULTS_SEED={seed_of_storm} FAULTS_MESSAGES={MESSAGES}")
    rng = random.Random(seed_of_storm + 1)
    before = storm.count()
    expected = before + MESSAGES
    talks = [
        ((seed.SHOP, seed.CLINIC)[n % 2].phone_number_id, f"346220000{n:02d}") for n in range(CONVERSATIONS)
    ]
    long_words = json.dumps({"en": "I don't have that information. " * 200})  # takes two messages
    storm.admin(
        "update chatbots set dont_know = %s where phone_number_id = %s",
        long_words,
        seed.CLINIC.phone_number_id,
    )
    kinds = [what for what, times in STRIKES.items() for _ in range(times)]
    deck = itertools.cycle(rng.sample(kinds, len(kinds)))  # a large storm has all of them
    left = MESSAGES
    # A strike stands at its place among the messages, whatever the machine's speed; who writes waits for a saboteur that is two strikes behind.
    plan: queue.Queue[str | None] = queue.Queue(2)
    saboteur = Saboteur(storm, lock_s=30.0 if MESSAGES >= 200 else 3.0)
    strikes = threading.Thread(target=saboteur.run, args=(plan,))
    strikes.start()
    try:
        while left:
            count = min(left, rng.choice([1, 1, 1, 2, 3, 5]))
            storm.write(
                *rng.choice(talks), [f"m{left - n}" for n in range(count)], copies=rng.choice([1, 1, 2, 3])
            )
            left -= count
            if rng.random() < STRIKES_A_WRITE:
                plan.put(next(deck))
            wait(rng.uniform(0.0, 0.6), lambda: False)
    finally:
        plan.put(None, timeout=600)
        strikes.join()
    storm.control("fail", {})
    storm.control("statuses", {"policy": {}})
    storm.admin("update chatbots set merge_window_s = 0")
    storm.settle(expected, 300 + 2 * MESSAGES)
    books = storm.books()
    print(books)
    assert books["messages"] == expected
