"""Groups of workers: a job goes to those that take its tag, and waits for nobody else's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from f.tools.script_jobs import has_run
from local.runner.errors import StartError
from local.runner.workers import GROUPS, Group, read_groups
from tests.local.runner_support import Client, flow, running, script, step, wait_until

HOLD = """
import os, time
def main(file: str):
    while not os.path.exists(file):
        time.sleep(0.02)
    return "held"
"""


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Client]:
    bundle = tmp_path_factory.mktemp("bundle")
    script(bundle, "f/t/slow", HOLD, tag="background")
    touch = "from pathlib import Path\ndef main(file: str):\n    Path(file).touch()\n"
    script(bundle, "f/t/touch", touch, tag="background")
    script(bundle, "f/t/quick", "def main():\n    return 1\n", tag="portal")
    script(bundle, "f/t/plain", "def main():\n    return 2\n")
    nice = "import os\ndef main():\n    return os.nice(0)\n"
    script(bundle, "f/t/nice", nice, tag="background")
    script(bundle, "f/t/urgent", nice, tag="portal")
    script(bundle, "f/t/lonely", "def main():\n    return 3\n", tag="gpu")
    flow(bundle, "f/t/untagged", step("a", "f/t/quick"))
    flow(bundle, "f/t/tagged", step("a", "f/t/plain"), step("b", "f/t/quick"))
    file = bundle / "f/t/tagged__flow/flow.yaml"
    file.write_text(yaml.safe_dump({"tag": "chat", **yaml.safe_load(file.read_text())}))
    groups = "chat:1 portal:1 background,python3,flow:1"
    with running(bundle, new_database(), "--no-schedules", "--workers", groups) as client:
        yield client


def test_work_of_one_kind_does_not_wait_for_another(runner: Client, tmp_path: Path) -> None:
    file = tmp_path / "go"
    held = [runner.start("p", "f/t/slow", {"file": str(file)}) for _ in range(3)]
    wait_until(lambda: runner.job(held[0])["running"])
    assert runner.run("p", "f/t/quick")["result"] == 1
    assert runner.run("f", "f/t/tagged")["result"] == 1
    waiting = runner.start("p", "f/t/plain")
    assert [runner.job(job)["running"] for job in [*held, waiting]] == [True, False, False, False]
    file.touch()
    assert runner.done(waiting)["result"] == 2


def test_a_waiting_job_with_a_parent_keeps_the_mark_of_its_cancel(runner: Client, tmp_path: Path) -> None:
    """As on the server: whoever takes it ends it without running it."""
    file, ran = tmp_path / "go", tmp_path / "ran"
    held = runner.start("p", "f/t/slow", {"file": str(file)})
    wait_until(lambda: runner.job(held)["running"])
    waits = runner.start("p", "f/t/touch", {"file": str(ran)}, parent_job=held)
    runner.http.post(f"jobs_u/queue/cancel/{waits}", json={"reason": "nobody wants it any more"})
    job = runner.job(waits)
    assert (job["type"], job["running"], job["canceled"]) == ("QueuedJob", False, True)
    file.touch()
    job = runner.done(waits)
    assert (job["success"], job["canceled"], job["result"]["error"]["name"]) == (False, False, "Canceled")
    assert job["started_at"] and not has_run(job) and not ran.exists()


def test_a_job_for_later_with_a_parent_is_taken_when_it_is_cancelled(runner: Client, tmp_path: Path) -> None:
    """As on the server. However often it is cancelled, it ends once."""
    ran = tmp_path / "ran"
    parent = runner.run("p", "f/t/quick")["id"]
    waits = runner.start("p", "f/t/touch", {"file": str(ran)}, parent_job=parent, scheduled_in_secs=3600)
    for _ in range(3):
        runner.http.post(f"jobs_u/queue/cancel/{waits}", json={"reason": "nobody wants it any more"})
    job = runner.done(waits)
    assert job["canceled"] and not job.get("started_at") and not ran.exists()


def test_background_work_gives_way_to_the_rest(runner: Client) -> None:
    own = runner.run("p", "f/t/urgent")["result"]
    assert runner.run("p", "f/t/nice")["result"] == min(19, own + 10)  # 19 is the end of the scale


def test_a_flows_tag_goes_to_its_steps_and_without_one_their_own_counts(runner: Client) -> None:
    tagged, untagged = runner.run("f", "f/t/tagged"), runner.run("f", "f/t/untagged")
    assert [tagged["tag"], *(job["tag"] for job in runner.steps(tagged["id"]))] == ["chat"] * 3
    assert [untagged["tag"], *(job["tag"] for job in runner.steps(untagged["id"]))] == ["flow", "portal"]


def test_what_nobody_takes_waits_and_the_api_says_so(runner: Client) -> None:
    lonely = runner.start("p", "f/t/lonely")
    found = runner.http.get(
        f"{runner.url}/api/workers/exists_workers_with_tags", params={"tags": "gpu,portal"}
    )
    assert found.json() == {"gpu": False, "portal": True}
    counts = f"{runner.url}/api/workers/queue_counts"
    wait_until(lambda: runner.http.get(counts).json() == {"gpu": 1})
    assert runner.job(lonely)["running"] is False
    runner.http.post(f"jobs_u/queue/cancel/{lonely}", json={})
    assert runner.done(lonely)["success"] is False


def test_the_groups_of_the_demo_take_the_bundles_tags() -> None:
    groups = read_groups(GROUPS)
    files = [*Path("windmill").glob("f/**/*.script.yaml"), *Path("windmill").glob("f/**/flow.yaml")]
    tags = {yaml.safe_load(file.read_text()).get("tag") for file in files} - {None}
    assert tags == {"chat", "portal", "background", "recovery", "tools"}
    assert all(sum(group.takes(tag) for group in groups) == 1 for tag in tags)


@pytest.mark.parametrize("words", ["", "0", "chat", "chat:0", "chat:two"])
def test_groups_that_are_none_are_refused(words: str) -> None:
    with pytest.raises(StartError, match="--workers"):
        read_groups(words)


def test_a_number_is_one_group_for_every_job() -> None:
    assert read_groups("3") == (Group((), 3),)
