"""The local runner as a program: its command line, its restarts, its schedules, its page."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from local.ports import free_port
from tests.local.runner_support import (
    ROOT,
    RUNS,
    TOKEN,
    environment,
    flow,
    running,
    script,
    step,
    wait_until,
)

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"


def command(bundle: Path, env: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "local.runner", "--bundle", str(bundle), *options]
    return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def waiting_bundle(bundle: Path) -> None:
    """A flow whose second step notes each start and waits for a file."""
    script(bundle, "f/t/echo", "def main(**given):\n    return given\n")
    script(
        bundle,
        "f/t/wait",
        """
        import os, time
        def main(folder: str, before: dict):
            with open(f"{folder}/starts", "a") as file:
                file.write(os.environ["WM_JOB_ID"] + " " + str(os.getpid()) + "\\n")
            while not os.path.exists(f"{folder}/go"):
                time.sleep(0.02)
            return before
        """,
    )
    inputs = {"folder": "=flow_input.folder", "before": "=results.a"}
    flow(bundle, "f/t/two", step("a", "f/t/echo", {"x": "=flow_input.x"}), step("b", "f/t/wait", inputs))


def starts(folder: Path) -> list[list[str]]:
    file = folder / "starts"
    return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


SLOW_TO_CLOSE = """
import asyncio, sys
from local.runner import __main__, queue
close = queue.Queue.close

async def slowly(self):
    await asyncio.sleep(1)
    await close(self)

queue.Queue.close = slowly
sys.exit(__main__.main())
"""


@pytest.mark.parametrize(
    ("sign", "code"),
    [(signal.SIGKILL, RUNS), (signal.SIGINT, RUNS), (signal.SIGINT, ("-c", SLOW_TO_CLOSE))],
    ids=["killed", "interrupted", "slow to close"],
)
def test_a_restart_goes_on_with_the_lost_step_under_the_same_id(
    tmp_path: Path, new_database: Callable[[], str], sign: signal.Signals, code: tuple[str, ...]
) -> None:
    bundle, database = tmp_path / "bundle", new_database()
    waiting_bundle(bundle)
    with running(bundle, database, "--no-schedules", code=code) as first:
        job_id = first.start("f", "f/t/two", {"folder": str(tmp_path), "x": 7})
        wait_until(lambda: len(starts(tmp_path)) == 1)
        first.process.send_signal(sign)
        ended = first.process.wait(timeout=60)
        assert ended == (0 if sign == signal.SIGINT else -signal.SIGKILL)
    with running(bundle, database, "--no-schedules") as second:
        wait_until(lambda: len(starts(tmp_path)) == 2)
        (tmp_path / "go").touch()
        job = second.done(job_id)
        assert job["success"] and job["result"] == {"x": 7}
        steps = second.steps(job_id)
        assert [s["flow_step_id"] for s in steps] == ["a", "b"] and [s["starts"] for s in steps] == [1, 2]
        assert {line[0] for line in starts(tmp_path)} == {steps[1]["id"]}


def test_what_was_queued_or_for_later_survives_a_restart(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    bundle, database = tmp_path / "bundle", new_database()
    waiting_bundle(bundle)
    with running(bundle, database, "--no-schedules", "--workers", "1") as first:
        first.start("f", "f/t/two", {"folder": str(tmp_path), "x": 1})
        wait_until(lambda: starts(tmp_path))
        queued = first.start("p", "f/t/echo", {"x": 2})
        later = first.start("p", "f/t/echo", {"x": 3}, scheduled_in_secs=1)
        first.process.kill()
        first.process.wait()
    (tmp_path / "go").touch()
    with running(bundle, database, "--no-schedules", "--workers", "1") as second:
        assert [second.done(job_id)["result"] for job_id in (queued, later)] == [{"x": 2}, {"x": 3}]


def test_a_runner_leaves_the_jobs_of_another_one_alone(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    bundle, database = tmp_path / "bundle", new_database()
    waiting_bundle(bundle)
    with running(bundle, database, "--no-schedules") as first:
        job_id = first.start("f", "f/t/two", {"folder": str(tmp_path), "x": 7})
        wait_until(lambda: len(starts(tmp_path)) == 1)
        with running(bundle, database, "--no-schedules", "--name", "other") as other:
            assert other.run("p", "f/t/echo", {"x": 8})["result"] == {"x": 8}
            assert other.job(job_id)["running"], "and it knows the other one's jobs"
            answer = other.http.post("jobs/run/f/f/t/two", json={}, params={"job_id": job_id})
            assert "already exists" in answer.text
        (tmp_path / "go").touch()
        assert first.done(job_id)["result"] == {"x": 7}
        assert len(starts(tmp_path)) == 1


def test_a_schedule_starts_its_script(tmp_path: Path, new_database: Callable[[], str]) -> None:
    script(
        tmp_path, "f/t/tick", "import os\ndef main(n: int):\n    return [n, os.environ['WM_SCHEDULE_PATH']]\n"
    )
    data = {
        "schedule": "* * * * * *",
        "enabled": True,
        "script_path": "f/t/tick",
        "is_flow": False,
        "args": {"n": 1},
    }
    (tmp_path / "f" / "t" / "every.schedule.yaml").write_text(yaml.safe_dump(data))
    with running(tmp_path, new_database()) as client:

        def finished() -> list[dict[str, str]]:
            query = {"schedule_path": "f/t/every", "success": "true"}
            found: list[dict[str, str]] = client.http.get("jobs/list", params=query).json()
            return found

        job = client.job(wait_until(finished)[0]["id"])
        assert job["result"] == [1, "f/t/every"]


def test_the_page_of_runs_asks_the_api(tmp_path: Path, new_database: Callable[[], str]) -> None:
    """The page itself is static and open to anybody on this machine; what it shows needs the token."""
    (tmp_path / "f").mkdir()
    with running(tmp_path, new_database(), "--no-schedules") as client:
        for path in ("/", "/run/00000000-0000-0000-0000-000000000000"):
            page = httpx.get(client.url + path)
            assert page.status_code == 200 and "/static/runs.js" in page.text and TOKEN not in page.text
        assert "jobs/list" in httpx.get(f"{client.url}/static/runs.js").text


def test_the_command_line_says_what_is_wrong_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    env = environment(NO_DATABASE)
    helped = command(tmp_path, env, "--help")
    assert helped.returncode == 0 and "RUNNER_DATABASE_URL" in helped.stdout
    for missing in ("RUNNER_TOKEN", "RUNNER_DATABASE_URL"):
        without = command(tmp_path, {k: v for k, v in env.items() if k != missing})
        assert without.returncode == 2 and missing in without.stderr and len(without.stderr.splitlines()) == 1
    no_bundle = command(tmp_path / "none", env)
    assert no_bundle.returncode == 2 and "--bundle" in no_bundle.stderr
    unreachable = command(tmp_path, env, "--port", str(free_port()))
    assert unreachable.returncode == 1 and "can't be reached" in unreachable.stderr
    assert len(unreachable.stderr.splitlines()) == 1
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = command(tmp_path, env, "--port", str(taken.getsockname()[1]))
    assert busy.returncode == 1 and "can't be used" in busy.stderr and len(busy.stderr.splitlines()) == 1
