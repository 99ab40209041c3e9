"""The spans of a turn, made from rows: what a collector gets of odd turns."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from f.chatbot.traces import Traces, read_headers

FIRST, SECOND = "ab" * 24, "cd" * 24
RUN = "2026-11-29T12:00:0{}+00:00"
BEGAN = 1795953600.0  # 2026-11-29T12:00:00Z


def turn(**more: Any) -> dict[str, Any]:
    return {
        "turn_id": "t",
        "tenant_id": "b",
        "outcome": "answered",
        "closed": BEGAN + 5,
        "takeovers": 0,
        "version": None,
        "pairs_version": None,
        "messages": [{"trace": FIRST, "received": BEGAN}],
        "model_calls": None,
        "tool_calls": None,
        "parts": None,
        **more,
    }


def step(name: str, second: int, ms: int = 900, **more: Any) -> dict[str, Any]:
    return {
        "script_path": f"f/chatbot/{name}",
        "started_at": RUN.format(second),
        "duration_ms": ms,
        "success": True,
        **more,
    }


def spans(row: dict[str, Any], *steps: dict[str, Any], share: float = 1) -> dict[str, ReadableSpan]:
    traces = Traces(share)
    traces.add(row, list(steps))
    return {span.name: span for span in traces.memory.get_finished_spans()}


def test_what_is_sent_twice_is_the_same() -> None:
    call = {
        "provider": "openai",
        "model": "m",
        "at": BEGAN + 2,
        "ms": 5,
        "input_tokens": 1,
        "output_tokens": 2,
    }
    row = turn(model_calls=[{**call, "failed": False}])
    once, twice = (spans(row, step("agent_loop", 1)) for _ in range(2))
    assert [span.context for span in once.values()] == [span.context for span in twice.values()]
    assert f"{once['turn'].context.trace_id:032x}{once['turn'].context.span_id:016x}" == FIRST
    assert len({span.context.span_id for span in once.values()}) == 3


def test_a_turn_names_the_version_of_its_settings() -> None:
    for version in (None, 3):
        attributes = spans(turn(version=version))["turn"].attributes or {}
        assert attributes.get("chatmill.version") == version


def test_messages_that_a_turn_took_in_are_linked() -> None:
    messages = [{"trace": FIRST, "received": BEGAN}, {"trace": SECOND, "received": BEGAN + 1}]
    root = spans(turn(messages=messages))["turn"]
    (link,) = root.links
    assert f"{link.context.trace_id:032x}{link.context.span_id:016x}" == SECOND
    assert root.start_time == int(BEGAN * 1e9) and root.end_time == int((BEGAN + 5) * 1e9)


def test_the_loop_that_answered_has_the_calls_and_a_failed_one_is_marked() -> None:
    call = {
        "provider": "openai",
        "model": "m",
        "at": BEGAN + 3,
        "ms": 5,
        "input_tokens": 1,
        "output_tokens": 2,
    }
    found = spans(
        turn(model_calls=[{**call, "failed": True}], outcome="failed"),
        step("agent_loop", 1, success=False),
        step("agent_loop", 2),
    )
    second = found["agent_loop"]  # the last one with this name
    assert found["chat m"].parent is not None and found["chat m"].parent.span_id == second.context.span_id
    assert found["chat m"].status.status_code is found["turn"].status.status_code is StatusCode.ERROR
    assert second.status.status_code is StatusCode.UNSET


def test_without_steps_everything_hangs_on_the_turn() -> None:
    part = {"part": 1, "state": "unknown", "attempts": 2, "code": None, "since": BEGAN + 1, "until": BEGAN}
    found = spans(turn(parts=[part]))
    send = found["send"]
    assert send.parent is not None and send.parent.span_id == found["turn"].context.span_id
    assert send.end_time == send.start_time and send.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("name", ["call +34600111222", "x34600111222", "what is it?", "", "a" * 65])
def test_what_is_no_name_of_a_tool_is_not_passed_on(name: str) -> None:
    calls = [{"tool": name, "at": BEGAN, "ms": 1, "failed": True}]
    assert set(spans(turn(tool_calls=calls))) == {"turn", "execute_tool unnamed"}


def test_a_share_of_nothing_makes_no_spans() -> None:
    assert spans(turn(), step("persist", 1), share=0) == {}


def test_the_collectors_headers_are_read_as_the_sdk_reads_them() -> None:
    assert read_headers("api-key=a=b, x = y") == {"api-key": "a=b", "x": "y"}
    assert read_headers("none") == read_headers(None) == {}
