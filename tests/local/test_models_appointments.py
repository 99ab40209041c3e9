"""What the rule-based model asks an appointment book for, where not all of its tools are there."""

from __future__ import annotations

from datetime import date

import pytest

from local.models.appointments import wanted_call
from local.models.protocol import Call, Tool

TODAY = date(2026, 11, 30)
FREE = Call("free_appointments", {"day": "2026-12-01", "days": 1})
CANCEL = Call("cancel_appointment", {"appointment": "A-12"})


@pytest.mark.parametrize(
    ("question", "call"),
    [("Which appointments are free tomorrow?", FREE), ("Please cancel my appointment A-12", CANCEL)],
)
def test_a_tool_that_is_switched_off_takes_no_other_one_with_it(question: str, call: Call) -> None:
    alone = {call.name: Tool(call.name, {})}
    assert wanted_call(question, "", alone, TODAY) == call
    others = {each.name: Tool(each.name, {}) for each in (FREE, CANCEL) if each != call}
    assert wanted_call(question, "", others, TODAY) is None
