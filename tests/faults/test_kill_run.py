"""The kill run in small: calls of every kind, each of which waits for a yes, while runners and connections are killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.hold import refusal
from tests.faults.kill_run import KillRun, figures, is_right
from tests.faults.refund_tools import KINDS, offered
from tests.faults.storm import Storm

CALLS = 12
EACH = 3
NEVER = f"K-{CALLS:05d}"  # the first call that one more customer wants
DISK_FULL = f"new.arguments ->> 'order_id' = '{NEVER}'"


def test_done_once_if_and_only_if_approved(
    storm: Storm, seed_of_storm: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    print(f"FAULTS_SEED={seed_of_storm}")
    folder = Path(tmp_path_factory.mktemp("kill-run"))
    with offered(storm, folder, 0.2) as tools, refusal(storm, "tool_approvals", DISK_FULL):
        run = KillRun(storm, random.Random(seed_of_storm), CALLS + EACH, EACH)
        rows = run.run(tools, 200)
    for row in rows:
        print(row)
    assert [row for row in rows if not is_right(row)] == []
    assert {row.kind for row in rows} == set(KINDS) and run.kills["cuts"] > 0
    assert figures(rows)["done_once"] + figures(rows)["unsure_done_once"] > 0
    places = range(0, len(rows), EACH)
    for phone, of_customer in zip(
        run.customers, (rows[place : place + EACH] for place in places), strict=True
    ):
        told = storm.told(phone)
        asked = sum(row.asked for row in of_customer)
        assert bool(asked) < len(told) <= 1 + asked, "answered once, and told of each decision at most once"
    assert not any(row.asked for row in rows[CALLS:]), (
        "no turn of theirs could ask, and the run ended all the same"
    )
