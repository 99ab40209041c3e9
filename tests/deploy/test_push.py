"""How `make deploy` waits for the locks that a server makes after a push: a server that is a timetable, and a clock that the test turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from deploy import relocking, wmill
from deploy.bootstrap import DeployError, Server


class Timetable:
    """A server whose dependency jobs are in the queue from one second to another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **jobs: tuple[float, float]) -> None:
        self.now, self.jobs, self.failed = 0.0, jobs, dict[str, str]()
        self.cancelled: list[str] = []
        self.running: set[str] = set()
        monkeypatch.setattr(wmill.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(wmill.time, "sleep", self.sleep)
        monkeypatch.setattr(Server, "call", lambda server, *given, **more: self.call(*given))
        self.server = Server("http://127.0.0.1:9", "token", "chatmill")

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def call(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        if path.startswith("jobs/queue/list"):
            waiting = [name for name, (begin, end) in self.jobs.items() if begin <= self.now < end]
            return httpx2.Response(
                200,
                json=[
                    {
                        "id": name,
                        "script_path": f"f/{name.partition('__')[0]}",
                        "created_at": self.jobs[name][0],
                        "running": name in self.running,
                    }
                    for name in waiting
                    if name not in self.cancelled
                ],
            )
        if path == "jobs/queue/cancel_selection":
            self.cancelled += body
            return httpx2.Response(200, json=body)
        name = path.rpartition("/")[2]
        of_job = {
            "success": name not in [*self.failed, *self.cancelled],
            "canceled": name in self.cancelled,
        }
        answer: Any = self.failed.get(name, "") if "get_logs" in path else of_job
        return (
            httpx2.Response(200, json=answer)
            if isinstance(answer, dict)
            else httpx2.Response(200, text=answer)
        )


def test_a_job_that_is_queued_ten_seconds_after_the_push_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Timetable(monkeypatch, importer=(10.5, 20), its_importer=(19, 27))
    assert wmill.wait_for_locks(table.server) == []
    assert table.now >= 27


def test_a_push_that_changes_no_lock_is_over_when_the_server_would_have_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Timetable(monkeypatch)
    assert wmill.wait_for_locks(table.server) == []
    assert 10 < table.now < 20


def test_a_server_that_does_not_finish_is_a_sentence_with_the_scripts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Timetable(monkeypatch, importer=(10, 10**6))
    with pytest.raises(DeployError, match=r"after 6\d s .*\(f/importer\).*tag `dependency`"):
        wmill.wait_for_locks(table.server, seconds=60)


def test_a_lock_that_could_not_be_made_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Timetable(monkeypatch, good=(11, 14), bad=(11, 15))
    table.failed = {"bad": "resolving\n\x1b[31merror: no such version"}
    assert wmill.wait_for_locks(table.server) == [
        "the server could not make the lock of f/bad: error: no such version"
    ]


def test_of_the_jobs_that_wait_for_the_same_script_one_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = {"importer": (11, 14), "importer__again": (12, 10**6), "importer__once_more": (13, 10**6)}
    table = Timetable(monkeypatch, **jobs, other=(12, 20))
    assert wmill.wait_for_locks(table.server) == [], "what was cancelled has not failed"
    assert table.cancelled == ["importer__again", "importer__once_more"]
    assert 20 <= table.now < 30


def test_a_job_that_became_superfluous_while_it_waited_has_not_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Timetable(monkeypatch, high=(5, 10**6), low=(9, 14))
    assert wmill.wait_for_locks(table.server, {"f/high": {"f/low"}, "f/low": set()}) == []
    assert table.cancelled == ["high"]


def test_a_script_waits_for_what_it_imports_unless_that_imports_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = {
        "low": "",
        "middle": "from f.low import x",
        "high": "import f.middle",
        "friend": "from f import foe",
    }
    for name, text in {**code, "foe": "def g():\n    from f.friend import x"}.items():
        (tmp_path / "f").mkdir(exist_ok=True)
        (tmp_path / "f" / f"{name}.py").write_text(text)
    imports = relocking.imports_of(tmp_path)
    assert imports["f/high"] == {"f/middle", "f/low"}
    forever = (11, 10**6)
    table = Timetable(monkeypatch, low=(11, 15), middle=forever, high=forever, friend=(11, 18), foe=(11, 22))
    assert wmill.wait_for_locks(table.server, imports) == []
    assert sorted(table.cancelled) == ["high", "middle"]
    assert 22 <= table.now < 30


def test_what_a_running_job_has_queued_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Timetable(monkeypatch, low=(11, 15), high=(12, 18))
    table.running = {"low"}
    assert wmill.wait_for_locks(table.server, {"f/high": {"f/low"}, "f/low": set()}) == []
    assert table.cancelled == []


CLI_THAT_FAILS = """#!/bin/sh
runs=$(cat {folder}/runs 2>/dev/null || echo 0); echo $((runs + 1)) > {folder}/runs
if [ "$runs" -lt {failures} ]; then
  echo '3 changes to apply'; echo '{words}'
  echo 'file:///cli/main.js:16985'; echo '    throw new ApiError(a-whole-request);'; exit 1
fi
echo '0 changes to apply'
"""


def failing(monkeypatch: pytest.MonkeyPatch, folder: Path, words: str, failures: int) -> None:
    """A CLI whose first runs fail in these words, as the real one prints them: before its own code and the request."""
    program = folder / "wmill"
    program.write_text(CLI_THAT_FAILS.format(folder=folder, words=words, failures=failures))
    program.chmod(0o755)
    monkeypatch.setenv("WMILL", str(program))


BUSY = "Server failed. Bad Request: SqlErr: pool timed out while waiting for an open connection"


def test_a_push_goes_on_when_the_server_had_too_much_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = Timetable(monkeypatch, importer=(50, 75))
    failing(monkeypatch, tmp_path, BUSY, 2)
    said: list[str] = []
    assert wmill.push_folder(table.server, tmp_path, said.append), "what failed runs pushed is a change"
    assert [line for line in said if "too much to do" in line] == [said[0], said[1]]
    assert table.now >= 75, "the locks of what they pushed are waited for"


@pytest.mark.parametrize(
    ("words", "failures"), [(BUSY, 99), ("Server failed. Forbidden: You are not an admin", 1)]
)
def test_a_push_that_fails_is_told_in_the_servers_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, failures: int
) -> None:
    table = Timetable(monkeypatch)
    failing(monkeypatch, tmp_path, words, failures)
    with pytest.raises(DeployError, match=words) as failed:
        wmill.push_folder(table.server, tmp_path)
    assert "a-whole-request" not in str(failed.value)
    assert table.now < 10 * 60
