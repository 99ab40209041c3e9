"""A script that a chatbot calls as a tool, while its run is killed: it acts once, and what became of it is known."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

from local import seed
from tests.faults.hold import Hold
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm, until

CLINIC = seed.CLINIC.phone_number_id
PATH = "f/tenant_tools/shared/book_appointment"
CALLS = 10  # of the kill run
TENANT = "select set_config('app.tenant_id', tenant_id::text, false) from chatbots where phone_number_id = %s"
FREE = "select day, times from free_appointments('main', '-infinity', 31) where cardinality(times) >= %s order by day desc limit 1"


def free(storm: Storm, count: int) -> tuple[str, list[str]]:
    """A day with so many free times."""
    with storm.stack.connect() as conn:
        conn.execute(TENANT.encode(), [CLINIC])
        row = conn.execute(FREE.encode(), [count]).fetchone()
    assert row is not None
    return row["day"], row["times"]


def wish(day: str, clock: str) -> str:
    """What makes the model that obeys book a time."""
    return f"CALL book_appointment {json.dumps({'day': day, 'time': clock})}\nSAY Thank you for writing."


def booked(storm: Storm, phone: str) -> list[dict[str, Any]]:
    query = "select a.* from appointments a join contacts c on c.id = a.contact_id where c.phone = %s"
    return storm.admin(query, phone)


def closed(storm: Storm, phone: str) -> dict[str, Any]:
    """The customer's turn once it is over, with what the ledger knows of its call."""
    query = (
        "select t.trace, k.outcome, k.tool from turns t join contacts c on c.id = t.contact_id left join tool_calls k on k.turn_id = t.id"
        " where c.phone = %s and t.state <> 'active'"
    )
    row: dict[str, Any] = until(lambda: storm.admin(query, phone), 120)[0]
    return row


def jobs(storm: Storm) -> int:
    """How many jobs the script has had."""
    path = f"jobs/list?script_path_exact={PATH}&per_page=1000"
    return len(until(lambda: storm.stack.windmill().call("GET", path), 60).json())


def test_killed_between_the_call_and_its_record(storm: Storm) -> None:
    """Nobody has written down what became of it, and the next copy of the step knows all the same."""
    phone, before = "34612009601", jobs(storm)
    day, times = free(storm, 3)
    with storm.late_statuses(), Hold(storm, "tool_calls", "new.outcome is not null") as hold:
        storm.write(CLINIC, phone, [wish(day, times[0])])
        first = hold.first_copy()
        assert len(booked(storm, phone)) == 1, "the script has done it"
        storm.stack.revive(*RUNNERS)
        hold.second_copy(first)
        hold.end(first)
    turn = closed(storm, phone)
    assert turn["outcome"] and '"booked"' in turn["outcome"], turn["trace"]
    assert turn["tool"] == "Windmill.book_appointment"
    assert len(booked(storm, phone)) == 1 and jobs(storm) == before + 1


def test_each_books_once_while_runners_are_killed(storm: Storm, seed_of_storm: int) -> None:
    chance = random.Random(seed_of_storm)
    print(f"FAULTS_SEED={seed_of_storm}")
    day, times = free(storm, CALLS)
    phones = {f"346120097{n:02d}": times[n] for n in range(CALLS)}
    over = threading.Event()

    def kill() -> None:
        while not over.wait(chance.uniform(0.5, 2.0)):
            storm.stack.revive(chance.choice(RUNNERS))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for phone, clock in phones.items():
            storm.write(CLINIC, phone, [wish(day, clock)])
        over.wait(12)
    finally:
        over.set()
        killer.join()
    unknown = 0
    for phone in phones:
        turn, made = closed(storm, phone), booked(storm, phone)
        print(f"{phone}: {len(made)} booked, {(turn['outcome'] or 'not known')[:60]}")
        assert len(made) <= 1, "never twice"
        if turn["outcome"] is None:
            unknown += 1
        else:
            assert (len(made) == 1) is ('"booked"' in turn["outcome"]), "what is written down is what is so"
    assert unknown <= 2, "a job outlives the runner that it was on"
