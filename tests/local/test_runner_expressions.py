"""The parts of the local runner that need no process: expressions, retries, module names, cron."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from local.runner import transforms
from local.runner.bundle import Schedule
from local.runner.errors import ExecutionError
from local.runner.flowfile import Constant, Exponential, Retry, Transform
from local.runner.schedules import next_time
from local.runner.transforms import Scope
from local.runner.wrapper import module_name


def value_of(expr: str, **scope: Any) -> Any:
    known = Scope(scope.get("flow_input", {}), scope.get("results", {}), scope.get("previous"))
    return asyncio.run(transforms.evaluate({"x": Transform(type="javascript", expr=expr)}, known))["x"]


def test_plain_paths_into_results_are_null_when_missing() -> None:
    results = {"a": {"rows": [{"n": 1}], "text": "four"}}
    assert value_of("results.a.rows", results=results) == [{"n": 1}]
    assert value_of("results.a.rows.0.n", results=results) == 1
    assert value_of("results.a[3].n", results=results) is None
    assert value_of("results.b.c.d", results=results) is None
    assert value_of("results.a.text.length", results=results) == 4


def test_statements_optional_chains_and_undefined() -> None:
    assert value_of("flow_input.a?.b ?? 'none'") == "none"
    assert value_of("const a = 1;\nreturn a + 1") == 2
    assert value_of("flow_input.entry[0].id", flow_input={"entry": [{"id": "ü🙂"}]}) == "ü🙂"
    assert value_of("undefined") is None
    assert value_of("({a: 1})") == {"a": 1}


def test_an_expression_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "TIME_LIMIT_S", 0.2)
    with pytest.raises(ExecutionError, match="while"):
        value_of("(() => { while (true) {} })()")


def test_secrets_can_not_be_read_into_arguments() -> None:
    with pytest.raises(ExecutionError, match="static value"):
        value_of("variable('f/chatbot/key')")


def test_errors_are_readable_in_an_expression() -> None:
    assert value_of("error.message", previous={"error": {"message": "boom"}}) == "boom"
    assert value_of("error.name", previous=None) == "UnknownError"


def test_back_off_counts_failures() -> None:
    growing = Exponential(attempts=2, seconds=3, multiplier=2)
    retry = Retry(constant=Constant(attempts=1, seconds=2), exponential=growing)
    assert [retry.delay(n, 0) for n in range(4)] == [2, 2 * 3**2, 2 * 3**3, None]
    spread = Exponential(attempts=1, seconds=10, random_factor=50)
    assert Retry(exponential=spread).delay(0, 1) == 15


def test_paths_become_module_names() -> None:
    assert module_name("f/my-folder/2nd-Step") == ("f.my_folder", "_2nd_step")


def test_cron_lines_have_seconds_first_and_a_time_zone() -> None:
    def schedule(cron: str, zone: str = "UTC") -> Schedule:
        return Schedule("f/t/s", cron, zone, "f/t/x", False, {}, True, "")

    start = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    assert next_time(schedule("0 */1 * * * *"), start) == datetime(2026, 1, 1, 12, 1, 0, tzinfo=UTC)
    assert next_time(schedule("*/10 * * * * *"), start) == datetime(2026, 1, 1, 12, 0, 40, tzinfo=UTC)
    madrid = next_time(schedule("0 0 9 * * *", "Europe/Madrid"), start)
    assert madrid == datetime(2026, 1, 2, 8, 0, 0, tzinfo=UTC)
