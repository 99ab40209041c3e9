"""A PostgreSQL of one's own: whatever cuts its start off, the next start works and nothing is left running."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local import postgres
from tests.local.runner_support import wait_until

ROOT = Path(__file__).parents[2]
STARTS = "import sys; from pathlib import Path; from local import postgres; postgres.start(Path(sys.argv[1]), 'a password')"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the user that PostgreSQL runs as can reach it, as the suite's own cluster."""
    place = Path(tempfile.mkdtemp(prefix="chatmill-postgres-", dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def test_one_that_was_left_running_is_taken_over_with_its_data(folder: Path) -> None:
    first = postgres.start(folder, "a password", durable=False)
    left = postmaster(folder)
    with psycopg.connect(first.create_database("kept")) as conn:
        conn.execute("create table seen as select 42 as number")
    again = postgres.start(folder, "a password", durable=False)
    try:
        with psycopg.connect(again.url("kept")) as conn:
            assert conn.execute("select number from seen").fetchone() == (42,)
        assert postmaster(folder) != left
    finally:
        again.stop("immediate")


def test_ctrl_c_while_it_starts_leaves_nothing_running(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = postgres._run

    def interrupted(program: Path, *arguments: str, check: bool = True) -> Any:
        if arguments[-1] != "start":
            return really(program, *arguments, check=check)
        really(program, *("-W" if argument == "-w" else argument for argument in arguments))  # does not wait
        raise KeyboardInterrupt

    monkeypatch.setattr(postgres, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        postgres.start(folder, "a password", durable=False)
    assert not (folder / "data" / "postmaster.pid").exists()
    monkeypatch.undo()
    postgres.start(folder, "a password", durable=False).stop("immediate")


def test_ctrl_c_while_it_is_made_does_not_count_as_made(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(folder)], cwd=ROOT, stderr=subprocess.DEVNULL, text=True
    )
    wait_until(lambda: list(folder.glob("data*/PG_VERSION")))
    process.send_signal(signal.SIGINT)
    process.wait(60)
    started = postgres.start(folder, "a password", durable=False)
    try:
        with psycopg.connect(started.url()) as conn:
            assert conn.execute("select 1").fetchone() == (1,)
    finally:
        started.stop("immediate")
