"""The kill run in small: calls of every kind, each of which waits for a yes, while runners and connections are killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.kill_run import KINDS, KillRun, figures, is_right, offered
from tests.faults.storm import Storm

CALLS = 12


def test_done_once_if_and_only_if_approved(
    storm: Storm, seed_of_storm: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    print(f"FAULTS_SEED={seed_of_storm}")
    with offered(storm, Path(tmp_path_factory.mktemp("kill-run")), 0.2) as tools:
        run = KillRun(storm, random.Random(seed_of_storm), CALLS, 3)
        rows = run.run(tools, 200)
    for row in rows:
        print(row)
    assert [row for row in rows if not is_right(row)] == []
    assert {row.kind for row in rows} == set(KINDS) and run.kills["cuts"] > 0
    assert figures(rows)["done_once"] + figures(rows)["unsure_done_once"] > 0
    for phone, wishes in run.customers.items():
        told = storm.told(phone)
        assert 2 <= len(told) <= 1 + len(wishes), "asked about once, and told of each decision at most once"
