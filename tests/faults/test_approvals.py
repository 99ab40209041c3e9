"""A call to which a person has agreed, while its run is killed: made at most once, and only after a yes; what nobody knows is said."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from f.whatsapp.canned_replies import CANNED_REPLIES
from local import seed
from tests.e2e.refunds import CHECKING, DONE, Refunds, refunds, wish
from tests.faults.hold import Hold
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm, until

AGREED = CANNED_REPLIES["approval_agreed"]["en"]
UNSURE = f"{AGREED} {CANNED_REPLIES['approval_unsure']['en']}"
FAILED = f"{AGREED} {CANNED_REPLIES['approval_failed']['en']}"
# What the customer may read of a result.
TOLD = {
    "done": [f"{AGREED}\n\n{DONE}", f"{AGREED} {CANNED_REPLIES['approval_done']['en']}"],
    "not_called": [FAILED],
    "unsure": [UNSURE],
}
CALLS = 12  # of the kill run
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chatbot_app' and datname = current_database()"
    " and random() < 0.7"
)


@pytest.fixture(scope="module")
def tool(storm: Storm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refunds]:
    with refunds(storm.stack, Path(tmp_path_factory.mktemp("refunds")), seed.CLINIC) as made:
        yield made


def ask(storm: Storm, phone: str, order_id: str) -> dict[str, Any]:
    """A customer's wish; the request that waits, once its turn is over."""
    storm.write(seed.CLINIC.phone_number_id, phone, [wish(80, order_id)])
    query = (
        "select a.* from tool_approvals a join contacts c on c.id = a.contact_id join turns t on t.id = a.turn_id"
        " where c.phone = %s and t.state <> 'active'"
    )
    row: dict[str, Any] = until(lambda: storm.admin(query, phone), 90)[0]
    return row


def decide(storm: Storm, row: dict[str, Any], approve: bool = True) -> None:
    storm.admin(
        "select set_config('app.tenant_id', %s, false), decide_approval(%s, %s, %s, 'owner@shop.example')",
        *(str(row["tenant_id"]), row["id"], row["digest"], approve),
    )


def result(storm: Storm, row: dict[str, Any]) -> str:
    query = "select result from tool_approvals where id = %s and result is not null"
    return str(until(lambda: storm.admin(query, row["id"]), 120)[0]["result"])


def words(storm: Storm, phone: str, count: int) -> list[str]:
    """What the customer was told, once it is that much."""
    told: list[str] = until(lambda: (found := storm.told(phone)) and len(found) >= count and found, 120)
    return told


def test_killed_between_the_call_and_its_record(storm: Storm, tool: Refunds) -> None:
    phone = "34612009901"
    row = ask(storm, phone, "CL-3001")
    with storm.late_statuses(), Hold(storm, "tool_approvals", "new.result is not null") as hold:
        decide(storm, row)
        first = hold.first_copy()
        assert len(tool.of("CL-3001")) == 1, "the tool has done it"
        storm.stack.revive(*RUNNERS)
        hold.second_copy(first)
        hold.end(first)
    assert result(storm, row) == "unsure" and words(storm, phone, 2)[1] == UNSURE
    assert len(tool.of("CL-3001")) == 1


def test_a_copy_that_lives_on_says_what_nobody_knew(storm: Storm, tool: Refunds) -> None:
    phone = "34612009902"
    row = ask(storm, phone, "CL-3002")
    with storm.late_statuses(), Hold(storm, "tool_approvals", "new.result is not null") as hold:
        decide(storm, row)
        first = hold.first_copy()
        storm.stack.revive(*RUNNERS)
        hold.second_copy(first)
    assert result(storm, row) == "done" and words(storm, phone, 2)[1] == f"{AGREED}\n\n{DONE}"
    assert len(tool.of("CL-3002")) == 1


def test_made_if_and_only_if_approved_while_runners_are_killed(
    storm: Storm, tool: Refunds, seed_of_storm: int
) -> None:
    chance = random.Random(seed_of_storm)
    print(f"FAULTS_SEED={seed_of_storm}")
    phones = {f"346120098{n:02d}": f"CL-4{n:03d}" for n in range(CALLS)}
    over = threading.Event()
    tool.is_now(sleeps=0.7)  # so that some die while it works

    def kill() -> None:
        while not over.wait(chance.uniform(0.2, 1.0)):
            if chance.random() < 0.3:
                storm.stack.revive(chance.choice(RUNNERS))
            storm.admin(CUT)  # and what a dead machine's steps had in PostgreSQL

    rows = {phone: ask(storm, phone, order_id) for phone, order_id in phones.items()}
    approved = {phone for phone in phones if chance.random() < 0.7}
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for phone in phones:
            decide(storm, rows[phone], phone in approved)
        over.wait(15)
    finally:
        over.set()
        killer.join()
        tool.is_now()
    for phone, order_id in phones.items():
        told, made = words(storm, phone, 2), tool.of(order_id)
        assert told[0] == CHECKING and len(told) == 2, "told once"
        if phone not in approved:
            assert (made, told[1]) == ([], CANNED_REPLIES["approval_declined"]["en"])
            continue
        outcome = result(storm, rows[phone])
        print(f"{order_id}: {outcome}, made {len(made)} times")
        assert told[1] in TOLD[outcome]
        assert (
            len(made) <= 1 and (len(made) == 1 or outcome != "done") and (not made or outcome != "not_called")
        )
        assert not made or made == [{"amount": 80, "order_id": order_id}]
