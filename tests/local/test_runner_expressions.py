"""The parts of the local runner that need no process: expressions, retries, signatures, scopes, cron."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from local.runner import transforms
from local.runner.bundle import Schedule
from local.runner.errors import ExecutionError, PermissionDenied
from local.runner.flowfile import Retry, Transform
from local.runner.models import Identity
from local.runner.schedules import next_time
from local.runner.tokens import check_scopes
from local.runner.transforms import Scope
from local.runner.wrapper import module_name, read_signature


def value_of(expr: str, **scope: Any) -> Any:
    known = Scope(scope.get("flow_input", {}), scope.get("results", {}), scope.get("previous"))
    return asyncio.run(transforms.evaluate({"x": Transform("javascript", expr=expr)}, known))["x"]


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
    retry = Retry(1, 2, 2, 3, multiplier=2, random_factor=0)
    assert [retry.delay(n, 0) for n in range(4)] == [2, 2 * 3**2, 2 * 3**3, None]
    assert Retry(exponential_attempts=1, exponential_seconds=10, random_factor=50).delay(0, 1) == 15


def test_the_signature_decides_what_main_gets() -> None:
    signature = read_signature(
        "from datetime import datetime\nimport datetime as d\n"
        "def main(a: int, file: bytes | None, when: 'datetime', *, day: d.date = None, b='x', **more): pass"
    )
    assert signature.required == ("a", "file", "when") and signature.optional == ("day", "b")
    assert dict(signature.convert) == {"file": "bytes", "when": "datetime", "day": "date"}
    assert signature.takes_all
    assert read_signature("def broken(").required == ()


def test_paths_become_module_names() -> None:
    assert module_name("f/my-folder/2nd-Step") == ("f.my_folder", "_2nd_step")


@pytest.mark.parametrize(
    ("scope", "method", "route", "allowed"),
    [
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs/run/f/f/chatbot/whatsapp_message", True),
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs/run_wait_result/f/f/chatbot/whatsapp_message", True),
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs/run/f/f/chatbot_other/x", False),
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs/run/p/f/chatbot/recover", False),
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs/run/batch_rerun_jobs", False),
        ("jobs:run:flows:f/chatbot/*", "GET", "variables/get_value/f/chatbot/key", False),
        ("jobs:run:flows:f/chatbot/*", "POST", "jobs_u/queue/cancel/1", False),
        ("jobs:run:flows:f/chatbot/*", "GET", "jobs/list", True),
        ("jobs:run", "POST", "jobs/run/batch_rerun_jobs", True),
        ("variables:read", "GET", "variables/list", True),
        ("variables:read", "POST", "variables/create", False),
    ],
)
def test_scopes(scope: str, method: str, route: str, allowed: bool) -> None:
    identity = Identity("a@b.c", "a", is_admin=True, scopes=(scope,))
    if allowed:
        check_scopes(identity, method, route)
    else:
        with pytest.raises(PermissionDenied, match="Required scope"):
            check_scopes(identity, method, route)


def test_cron_lines_have_seconds_first_and_a_time_zone() -> None:
    def schedule(cron: str, zone: str = "UTC") -> Schedule:
        return Schedule("f/t/s", cron, zone, "f/t/x", False, {}, True, "")

    start = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    assert next_time(schedule("0 */1 * * * *"), start) == datetime(2026, 1, 1, 12, 1, 0, tzinfo=UTC)
    assert next_time(schedule("*/10 * * * * *"), start) == datetime(2026, 1, 1, 12, 0, 40, tzinfo=UTC)
    madrid = next_time(schedule("0 0 9 * * *", "Europe/Madrid"), start)
    assert madrid == datetime(2026, 1, 2, 8, 0, 0, tzinfo=UTC)
