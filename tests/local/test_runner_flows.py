"""The flow engine of the local runner: inputs, conditions, retries, failures, cancelling."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.local.runner_support import Client, flow, running, script, step, wait_until

SECRET = "pa55word-of-the-database"


def write_bundle(bundle: Path) -> None:
    script(bundle, "f/t/echo", "def main(**given):\n    return given\n")
    script(bundle, "f/t/boom", 'def main(say: str = "boom"):\n    raise ValueError(say)\n')
    script(
        bundle,
        "f/t/flaky",
        """
        import pathlib
        def main(file: str, succeed_at: int):
            path = pathlib.Path(file)
            tries = len(path.read_text()) + 1 if path.exists() else 1
            path.write_text("x" * tries)
            if tries < succeed_at:
                raise RuntimeError(f"boom {tries}")
            return tries
        """,
    )
    script(bundle, "f/t/sleep", "import time\n\ndef main(seconds: float):\n    time.sleep(seconds)\n")
    script(
        bundle,
        "f/t/use_db",
        """
        def main(db: dict, key: str):
            return {"keys": sorted(db), "length": len(db["password"]), "same": db["password"] == key}
        """,
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Client]:
    bundle = tmp_path_factory.mktemp("bundle")
    write_bundle(bundle)
    with running(bundle, new_database(), "--no-schedules") as client:
        yield client


def statuses(job: dict[str, Any]) -> list[str]:
    return [module["type"] for module in job["flow_status"]["modules"]]


def test_inputs_are_expressions_over_the_flow_input_and_earlier_results(runner: Client) -> None:
    flow(
        runner.bundle,
        "f/t/inputs",
        step(
            "a",
            "f/t/echo",
            {"x": "=flow_input.x * 2", "missing": "=flow_input.nope", "fixed": [1, {"b": None}]},
        ),
        step(
            "b", "f/t/echo", {"all": "=results.a", "previous": "=previous_result.x", "none": "=results.a.q.r"}
        ),
        step("c", "f/t/echo", {"text": "={const n = results.b.previous; return `n is ${n}`}"}),
    )
    job = runner.run("f", "f/t/inputs", {"x": 21})
    assert job["success"] and job["result"] == {"text": "n is 42"}
    first, second, _ = runner.steps(job["id"])
    assert first["result"] == {"x": 42, "missing": None, "fixed": [1, {"b": None}]}
    assert second["result"] == {"all": first["result"], "previous": 42, "none": None}
    assert statuses(job) == ["Success"] * 3
    assert job["flow_status"]["modules"][0]["job"] == first["id"]


def test_an_expression_that_fails_fails_the_flow_with_its_text(runner: Client) -> None:
    flow(runner.bundle, "f/t/bad", step("a", "f/t/echo", {"x": "=flow_input.no.such"}))
    job = runner.run("f", "f/t/bad")
    assert not job["success"]
    assert "flow_input.no.such" in job["result"]["error"]["message"]


def test_resources_and_variables_arrive_resolved_and_are_stored_as_references(runner: Client) -> None:
    runner.http.post(
        "variables/create", json={"path": "f/t/pw", "value": SECRET, "is_secret": True, "description": ""}
    )
    value = {"host": "h", "password": "$var:f/t/pw"}
    runner.http.post(
        "resources/create", json={"path": "f/t/db", "value": value, "resource_type": "postgresql"}
    )
    inputs = {"db": "$res:f/t/db", "key": "$var:f/t/pw"}
    flow(runner.bundle, "f/t/secrets", step("a", "f/t/use_db", inputs))
    job = runner.run("f", "f/t/secrets")
    assert job["result"] == {"keys": ["host", "password"], "length": len(SECRET), "same": True}
    assert runner.steps(job["id"])[0]["args"] == inputs
    with psycopg.connect(runner.database) as conn:
        rows = conn.execute("select to_jsonb(j)::text from runner.jobs j").fetchall()
    assert rows and not any(SECRET in row[0] for row in rows)


def test_a_resource_that_is_not_there_is_named_in_the_error(runner: Client) -> None:
    flow(runner.bundle, "f/t/nowhere", step("a", "f/t/echo", {"db": "$res:f/t/nowhere"}))
    error = runner.run("f", "f/t/nowhere")["result"]["error"]
    assert "Resource f/t/nowhere not found for `db`" in error["message"] and error["step_id"] == "a"


def test_text_from_outside_is_not_looked_up_deep_in_a_list_but_is_near_the_top(runner: Client) -> None:
    """The same reach as the server's: it decides what a customer's `$var:` text can do."""
    runner.http.post("variables/create", json={"path": "f/t/v", "value": "shown", "is_secret": False})
    flow(
        runner.bundle,
        "f/t/reach",
        step("a", "f/t/echo", {"deep": "=flow_input.deep", "near": "=flow_input.near"}),
    )
    deep = [{"a": [{"b": {"c": ["$var:f/t/v"]}}]}]
    result = runner.run("f", "f/t/reach", {"deep": deep, "near": ["$var:f/t/v"]})["result"]
    assert result == {"deep": deep, "near": ["shown"]}


def test_stop_after_if_ends_the_flow_early(runner: Client) -> None:
    def stop(**more: Any) -> dict[str, Any]:
        return {"expr": "result.x > 10", "skip_if_stopped": False, **more}

    for name, condition in [
        ("quiet", stop(skip_if_stopped=True)),
        ("plain", stop()),
        ("loud", stop(error_message="too many")),
    ]:
        first = step("a", "f/t/echo", {"x": "=flow_input.x"}, stop_after_if=condition)
        flow(runner.bundle, f"f/t/stop_{name}", first, step("b", "f/t/echo", {"end": True}))
    quiet, plain, loud = (runner.run("f", f"f/t/stop_{n}", {"x": 11}) for n in ("quiet", "plain", "loud"))
    assert quiet["success"] and quiet["is_skipped"] and quiet["result"] == {"x": 11}
    assert plain["success"] and not plain["is_skipped"] and plain["result"] == {"x": 11}
    assert not loud["success"]
    assert loud["result"] == {"error": {"name": "EarlyStopError", "message": "too many"}}
    assert statuses(quiet) == ["Success", "WaitingForPriorSteps"]
    assert runner.run("f", "f/t/stop_quiet", {"x": 1})["result"] == {"end": True}


def test_a_skipped_step_passes_the_result_before_it_on(runner: Client) -> None:
    flow(
        runner.bundle,
        "f/t/skip",
        step("a", "f/t/echo", {"x": 1}),
        step("b", "f/t/boom", skip_if={"expr": "flow_input.skip === true"}),
        step("c", "f/t/echo", {"previous": "=previous_result", "b": "=results.b"}),
    )
    job = runner.run("f", "f/t/skip", {"skip": True})
    assert job["result"] == {"previous": {"x": 1}, "b": {"x": 1}}
    assert job["flow_status"]["modules"][1]["skipped"] is True
    assert not runner.run("f", "f/t/skip", {"skip": False})["success"]


def test_retries_are_jobs_of_their_own_with_the_same_arguments(runner: Client, tmp_path: Path) -> None:
    retry = {
        "constant": {"attempts": 1, "seconds": 0},
        "exponential": {"attempts": 1, "multiplier": 1, "seconds": 1, "random_factor": 0},
        "retry_if": {"expr": "error.message.includes('boom')"},
    }
    inputs = {"file": "=flow_input.file", "succeed_at": "=flow_input.at"}
    flow(runner.bundle, "f/t/again", step("a", "f/t/flaky", inputs, retry=retry))
    job = runner.run("f", "f/t/again", {"file": str(tmp_path / "count"), "at": 3})
    assert job["success"] and job["result"] == 3
    tries = runner.steps(job["id"])
    assert [t["success"] for t in tries] == [False, False, True]
    assert len({t["id"] for t in tries}) == 3 and all(t["args"] == tries[0]["args"] for t in tries)
    assert job["flow_status"]["modules"][0]["failed_retries"] == [t["id"] for t in tries[:2]]
    flow(runner.bundle, "f/t/out", step("a", "f/t/boom", retry={"constant": {"attempts": 2, "seconds": 0}}))
    out = runner.run("f", "f/t/out")
    assert not out["success"] and len(runner.steps(out["id"])) == 3


def test_retry_if_may_say_no(runner: Client) -> None:
    retry = {"constant": {"attempts": 5, "seconds": 0}, "retry_if": {"expr": "error.name === 'Other'"}}
    flow(runner.bundle, "f/t/no_retry", step("a", "f/t/boom", retry=retry))
    assert len(runner.steps(runner.run("f", "f/t/no_retry")["id"])) == 1


def test_a_step_over_its_time_fails_and_its_process_is_gone(runner: Client) -> None:
    flow(
        runner.bundle,
        "f/t/slow",
        step("a", "f/t/sleep", {"seconds": 60}, timeout={"type": "static", "value": 0.3}),
    )
    job = runner.run("f", "f/t/slow")
    assert not job["success"] and "timeout" in job["result"]["error"]["message"]
    assert job["duration_ms"] < 30_000


def test_the_failure_module_gets_the_error_and_its_result_is_the_flows(runner: Client) -> None:
    handler = step("failure", "f/t/echo", {"error": "=error", "x": "=flow_input.x"})
    flow(runner.bundle, "f/t/fails", step("a", "f/t/boom"), step("b", "f/t/echo"), failure_module=handler)
    job = runner.run("f", "f/t/fails", {"x": 5})
    assert not job["success"]
    assert job["result"]["x"] == 5
    error = job["result"]["error"]
    assert (error["name"], error["message"], error["step_id"]) == ("ValueError", "boom", "a")
    assert "boom.py" in error["stack"]
    assert job["flow_status"]["failure_module"]["type"] == "Success"
    assert job["flow_status"]["failure_module"]["parent_module"] == "a"
    assert statuses(job) == ["Failure", "WaitingForPriorSteps"]


def test_a_failure_module_that_recovers_makes_the_flow_succeed(runner: Client) -> None:
    flow(
        runner.bundle,
        "f/t/rec",
        step("a", "f/t/boom"),
        failure_module=step("f", "f/t/echo", {"recover": True}),
    )
    assert runner.run("f", "f/t/rec")["success"]


def test_continue_on_error_goes_on_with_the_error_as_result(runner: Client) -> None:
    after = step("b", "f/t/echo", {"seen": "=results.a.error.message"})
    flow(runner.bundle, "f/t/on", step("a", "f/t/boom", continue_on_error=True), after)
    job = runner.run("f", "f/t/on")
    assert job["success"] and job["result"] == {"seen": "boom"}


def test_cancelling_a_flow_kills_its_step_and_skips_the_failure_module(runner: Client) -> None:
    handler = step("failure", "f/t/echo", {"ran": True})
    flow(runner.bundle, "f/t/long", step("a", "f/t/sleep", {"seconds": 60}), failure_module=handler)
    job_id = runner.start("f", "f/t/long")
    wait_until(lambda: runner.job(job_id)["flow_status"]["modules"][0]["type"] == "InProgress")
    assert runner.http.post(f"jobs_u/queue/cancel/{job_id}", json={"reason": "enough"}).text == job_id
    job = runner.done(job_id, seconds=30)
    assert job["canceled"] and job["canceled_reason"] == "enough"
    assert job["result"]["error"]["name"] == "Canceled"
    steps = runner.steps(job_id)
    assert [s["canceled"] for s in steps] == [True]
    again = runner.http.post(f"jobs_u/queue/cancel/{job_id}", json={})
    assert again.text == f"queued job id {job_id} is already completed"


def test_a_job_for_later_can_be_cancelled_before_it_starts(runner: Client) -> None:
    job_id = runner.start("p", "f/t/echo", scheduled_in_secs=60)
    assert runner.job(job_id)["running"] is False
    runner.http.post(f"jobs_u/queue/cancel/{job_id}", json={})
    assert runner.done(job_id, seconds=30)["canceled"]


@pytest.mark.parametrize(
    ("modules", "value", "named"),
    [
        ([step("a", "f/t/echo", sleep={"type": "static", "value": 1})], {}, "`sleep`"),
        ([step("a", "f/t/echo", suspend={"required_events": 1})], {}, "`suspend`"),
        ([{"id": "a", "value": {"type": "forloopflow", "modules": []}}], {}, "`forloopflow`"),
        ([{"id": "a", "value": {"type": "rawscript", "content": ""}}], {}, "`rawscript`"),
        ([step("a", "f/t/echo")], {"same_worker": True}, "`same_worker: true`"),
        ([step("a", "f/t/echo")], {"preprocessor_module": step("p", "f/t/echo")}, "`preprocessor_module`"),
        (
            [step("a", "f/t/echo")],
            {"concurrent_limit": 1},
            "`concurrent_limit`, which Windmill's open-source",
        ),
    ],
)
def test_a_feature_that_the_engine_does_not_know_is_refused_by_name(
    runner: Client, modules: list[dict[str, Any]], value: dict[str, Any], named: str
) -> None:
    flow(runner.bundle, "f/t/unknown", *modules, **value)
    answer = runner.http.post("jobs/run/f/f/t/unknown", json={})
    assert answer.status_code == 400 and named in answer.text


def test_an_edited_script_is_picked_up_and_a_started_flow_keeps_its_definition(runner: Client) -> None:
    script(runner.bundle, "f/t/edited", "def main():\n    return 1\n")
    assert runner.run("p", "f/t/edited")["result"] == 1
    script(runner.bundle, "f/t/edited", "def main():\n    return 2\n")
    assert runner.run("p", "f/t/edited")["result"] == 2


def test_an_edited_flow_is_picked_up(runner: Client) -> None:
    script(runner.bundle, "f/t/one", "def main():\n    return 1\n")
    script(runner.bundle, "f/t/two", "def main():\n    return 2\n")
    flow(runner.bundle, "f/t/changing", step("a", "f/t/one"))
    assert runner.run("f", "f/t/changing")["result"] == 1
    flow(runner.bundle, "f/t/changing", step("a", "f/t/two"))
    assert runner.run("f", "f/t/changing")["result"] == 2


def test_the_engine_adds_little_to_a_step(runner: Client) -> None:
    """Skipped steps start no process: what is left is the engine's own work."""
    modules = [step(f"s{n}", "f/t/echo", skip_if={"expr": "true"}) for n in range(40)]
    flow(runner.bundle, "f/t/many", *modules)
    job = runner.run("f", "f/t/many", {"x": 1})
    assert job["success"] and job["result"] == {"x": 1}
    assert job["duration_ms"] / 40 < 60, json.dumps(job["duration_ms"])
