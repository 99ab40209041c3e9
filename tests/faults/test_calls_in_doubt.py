"""A script's call to which a person has agreed, and whose turn ends before anybody has written down what became of it: a later turn asks Windmill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from f.whatsapp.canned_replies import CANNED_REPLIES
from local import seed
from tests.faults.hold import refusal
from tests.faults.refund_tools import CHECKING, Wish, offered, words_of
from tests.faults.storm import Storm, until

AGREED = CANNED_REPLIES["approval_agreed"]["en"]
PHONE, ORDER = "34612009501", "D-00001"
ROW = (
    "select a.*, t.state as turn from tool_approvals a join contacts c on c.id = a.contact_id join turns t on t.id = a.turn_id"
    " where c.phone = %s"
)


def row(storm: Storm) -> dict[str, Any]:
    (found,) = storm.admin(ROW, PHONE) or [{"turn": None, "result": None}]
    return found


def test_what_a_dead_step_did_not_write_down_is_told_once(
    storm: Storm, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = Path(tmp_path_factory.mktemp("in-doubt"))
    with offered(storm, folder, 0) as tools, storm.late_statuses():
        storm.write(seed.CLINIC.phone_number_id, PHONE, [words_of([Wish("script", ORDER)])])
        until(lambda: row(storm)["turn"] == "done", 90)
        asked = row(storm)
        with refusal(storm, "tool_approvals", "new.result is not null"):
            storm.admin(
                "select set_config('app.tenant_id', %s, false), decide_approval(%s, %s, true, 'owner@clinic.example')",
                *(str(asked["tenant_id"]), asked["id"], asked["digest"]),
            )
            until(lambda: row(storm)["turns_lost"] == 1, 90)
            assert tools.done() == {ORDER: 1} and storm.told(PHONE) == [CHECKING], "done, and nobody knows"
        told: list[str] = until(lambda: (words := storm.told(PHONE)) and len(words) > 1 and words, 90)
        assert row(storm)["result"] == "done" and tools.done() == {ORDER: 1}
        assert told == [CHECKING, f"{AGREED}\n\nThe refund is done."]
        storm.settle(1)
        assert len(storm.told(PHONE)) == 2
