"""A worker dies while a step writes, and the step is run again: beside its first copy, which lives on, or after that one's death."""

from __future__ import annotations

import pytest

from local import seed
from tests.faults.books import Books
from tests.faults.hold import Hold
from tests.faults.stack import RUNNERS
from tests.faults.storm import Storm

WRITES = {
    "load_context opens the turn": ("turns", "new.step = 1"),
    "agent_loop begins": ("turns", "new.step = 2"),
    "send_reply begins": ("turns", "new.step = 3"),
    # Not the applier of statuses, which may come first, and never waits long for a lock.
    "send_reply records what Meta took": (
        "outbound_messages",
        "new.state = 'sent' and current_setting('lock_timeout') <> '200ms'",
    ),
    "persist begins": ("turns", "new.step = 4"),
    "persist closes the turn": ("turns", "new.state = 'done'"),
}


@pytest.mark.field_failure(2)
@pytest.mark.field_failure(4)
@pytest.mark.parametrize("first_copy", ["lives on", "dies"])
@pytest.mark.parametrize("write", WRITES)
def test_a_step_that_runs_twice_answers_once(storm: Storm, write: str, first_copy: str) -> None:
    phone = f"3461200{list(WRITES).index(write):02d}{len(first_copy):02d}"
    before = storm.count()
    with storm.late_statuses():
        with Hold(storm, *WRITES[write]) as hold:
            storm.write(seed.SHOP.phone_number_id, phone, [f"{write}, and the worker dies"])
            first = hold.first_copy()
            storm.stack.revive(*RUNNERS)
            assert hold.is_alive(first), "the step's process was to outlive its worker"
            hold.second_copy(first)
            if first_copy == "dies":
                hold.end(first)
        storm.settle(before + 1)
    Books(storm).balance()
    assert len(storm.told(phone)) == 1
