"""What a script's process gets and gives on the local runner."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.local.runner_support import Client, flow, running, script, step, wait_until


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Client]:
    bundle = tmp_path_factory.mktemp("bundle")
    with running(bundle_with_folder(bundle), new_database(), "--no-schedules", "--workers", "3") as client:
        yield client


def bundle_with_folder(bundle: Path) -> Path:
    (bundle / "f" / "t").mkdir(parents=True)
    return bundle


def test_the_signature_decides_what_main_gets(runner: Client) -> None:
    script(
        runner.bundle,
        "f/t/typed",
        """
        def main(gone: str, name: str = "nobody", *, n: int = 7, other: int = 1):
            return [gone, name, n, other]
        """,
    )
    assert runner.run("p", "f/t/typed", {"name": None, "unknown": 1, "other": 2})["result"] == [
        None,
        "nobody",
        7,
        2,
    ]


def test_results_that_json_can_not_hold(runner: Client) -> None:
    script(
        runner.bundle,
        "f/t/odd",
        """
        import datetime
        def main():
            return {"nan": float("nan"), "inf": [float("inf")], "nul": "a\\x00b", "word": "NaN",
                    "slash": "\\\\u0000", "bytes": b"raw", "day": datetime.date(2026, 1, 2), "tuple": (1, 2)}
        """,
    )
    job = runner.run("p", "f/t/odd")
    assert job["success"], job
    assert job["result"] == {
        "nan": None, "inf": [None], "nul": "a null b", "word": "NaN", "slash": "\\u0000",
        "bytes": "cmF3", "day": "2026-01-02", "tuple": [1, 2],
    }  # fmt: skip


def test_an_error_shows_name_message_place_and_fields(runner: Client) -> None:
    script(
        runner.bundle,
        "f/t/fails",
        """
        class Refused(Exception):
            def __init__(self):
                super().__init__("no")
                self.code = 42
        def main():
            raise Refused()
        """,
    )
    job = runner.run("p", "f/t/fails")
    error = job["result"]["error"]
    assert not job["success"]
    assert (error["name"], error["message"], error["extra"]) == ("Refused", "no", {"code": 42})
    assert "step_id" not in error and "raise Refused" in error["stack"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import not_there\ndef main(): pass\n", "No module named 'not_there'"),
        ("def main(:\n", "SyntaxError"),
        ("x = 1\n", "main function is missing"),
        ("import sys\ndef main():\n    sys.exit(3)\n", "3"),
        ("import os, signal\ndef main():\n    os.kill(os.getpid(), signal.SIGKILL)\n", "SIGKILL"),
        ("import os\ndef main():\n    print('last words', flush=True)\n    os._exit(9)\n", "last words"),
        ("def main():\n    return 'x' * 3_000_000\n", "too large"),
        ("def main():\n    while True: print('y' * 10_000)\n", "limit"),
    ],
)
def test_every_way_to_fail_says_what_happened(runner: Client, source: str, said: str) -> None:
    script(runner.bundle, "f/t/broken", source)
    job = runner.run("p", "f/t/broken")
    assert not job["success"] and said in job["result"]["error"]["message"]


def test_the_log_has_both_streams_in_order_and_shows_while_running(runner: Client, tmp_path: Path) -> None:
    script(
        runner.bundle,
        "f/t/talks",
        """
        import os, sys, time
        def main(go: str):
            print("one"); print("two", file=sys.stderr); print("three")
            while not os.path.exists(go):
                time.sleep(0.02)
            print("four")
        """,
    )
    job_id = runner.start("p", "f/t/talks", {"go": str(tmp_path / "go")})
    wait_until(lambda: "three" in runner.job(job_id)["logs"])
    (tmp_path / "go").touch()
    assert runner.done(job_id)["logs"] == "one\ntwo\nthree\nfour\n"


def test_the_environment_is_windmills_and_nothing_else(runner: Client) -> None:
    script(runner.bundle, "f/t/env", "import os\ndef main():\n    return dict(os.environ)\n")
    flow(runner.bundle, "f/t/env_flow", step("look", "f/t/env"))
    job = runner.run("f", "f/t/env_flow")
    env = job["result"]
    inside = runner.steps(job["id"])[0]
    assert env["WM_JOB_ID"] == inside["id"] and env["WM_FLOW_JOB_ID"] == job["id"]
    assert env["WM_ROOT_FLOW_JOB_ID"] == job["id"] and env["WM_FLOW_STEP_ID"] == "look"
    assert env["WM_JOB_PATH"] == "f/t/env" and env["WM_FLOW_PATH"] == "f/t/env_flow"
    assert env["WM_WORKSPACE"] == "demo" and env["BASE_INTERNAL_URL"] == runner.url
    assert env["WM_END_USER_EMAIL"] == "" and "RUNNER_TOKEN" not in env and "RUNNER_DATABASE_URL" not in env
    assert runner.as_token(env["WM_TOKEN"]).get("jobs/list").status_code == 401, (
        "a job's token ends with the job"
    )
    assert runner.run("p", "f/t/env")["result"]["WM_FLOW_JOB_ID"] == ""


def test_shared_modules_are_imported_from_the_bundle(runner: Client) -> None:
    (runner.bundle / "f" / "common").mkdir(exist_ok=True)
    (runner.bundle / "f" / "common" / "numbers.py").write_text("def twice(n):\n    return 2 * n\n")
    script(
        runner.bundle,
        "f/t/imports",
        "from f.common.numbers import twice\ndef main(n: int):\n    return twice(n)\n",
    )
    assert runner.run("p", "f/t/imports", {"n": 4})["result"] == 8


def test_cancelling_kills_the_whole_process_group(runner: Client, tmp_path: Path) -> None:
    script(
        runner.bundle,
        "f/t/parent",
        """
        import subprocess, sys
        def main(file: str):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            open(file, "w").write(str(child.pid))
            child.wait()
        """,
    )
    file = tmp_path / "pid"
    job_id = runner.start("p", "f/t/parent", {"file": str(file)})
    pid = int(wait_until(lambda: file.exists() and file.read_text()))
    runner.http.post(f"jobs_u/queue/cancel/{job_id}", json={"reason": "stop"})
    assert runner.done(job_id, seconds=30)["canceled"]

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"

    wait_until(gone)


def test_no_more_processes_than_workers_at_a_time(runner: Client, tmp_path: Path) -> None:
    script(
        runner.bundle,
        "f/t/counts",
        """
        import os, pathlib, time, uuid
        def main(folder: str, go: str):
            mine = pathlib.Path(folder, uuid.uuid4().hex)
            mine.touch()
            while not os.path.exists(go):
                time.sleep(0.02)
            most = len(os.listdir(folder))
            mine.unlink()
            return most
        """,
    )
    inputs = {"folder": "=flow_input.folder", "go": "=flow_input.go"}
    flow(runner.bundle, "f/t/counts_flow", step("a", "f/t/counts", inputs))
    here, go = tmp_path / "here", tmp_path / "go"
    here.mkdir()
    ids = [runner.start("f", "f/t/counts_flow", {"folder": str(here), "go": str(go)}) for _ in range(6)]
    wait_until(lambda: len(list(here.iterdir())) == 3)
    go.touch()
    assert max(runner.done(job_id)["result"] for job_id in ids) <= 3
