"""How `make deploy` waits for the locks that a server makes after a push: a server that is a timetable, and a clock that the test turns."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from deploy import wmill
from deploy.bootstrap import DeployError, Server


class Timetable:
    """A server whose dependency jobs are in the queue from one second to another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **jobs: tuple[float, float]) -> None:
        self.now, self.jobs, self.failed = 0.0, jobs, dict[str, str]()
        monkeypatch.setattr(wmill.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(wmill.time, "sleep", self.sleep)
        monkeypatch.setattr(Server, "call", lambda server, *given, **more: self.call(*given))
        self.server = Server("http://127.0.0.1:9", "token", "chatmill")

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def call(self, method: str, path: str) -> httpx2.Response:
        if path.startswith("jobs/queue/list"):
            waiting = [name for name, (begin, end) in self.jobs.items() if begin <= self.now < end]
            return httpx2.Response(200, json=[{"id": name, "script_path": f"f/{name}"} for name in waiting])
        name = path.rpartition("/")[2]
        answer: Any = (
            self.failed.get(name, "") if "get_logs" in path else {"success": name not in self.failed}
        )
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
