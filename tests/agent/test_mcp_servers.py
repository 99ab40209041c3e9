"""MCP servers as processes of their own that are down, hang, flood, or change under the bot: each ends in a reply in the chatbot's words
and in a trace that names the server and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.ports import free_port
from tests.agent.conftest import Bench, notes, tools_called
from tests.agent.odd import POINTS, Odd, register
from tests.agent.vendors import UNKNOWN, call

QUESTION = "How many points do I have?"
ASK = call("get_points", {"member": "M-1"})


def offered(bench: Bench, number: int = 0) -> dict[str, Any]:
    """The tools that the model was offered, by name, with their parameters."""
    functions = [tool["function"] for tool in bench.openai.asked[number]["tools"]]
    return {function["name"]: function["parameters"] for function in functions}


def patience(bench: Bench, seconds: float) -> None:
    bench.rows("update tenant_tools set timeout_s = %s where name = 'club'", seconds)


def age(bench: Bench) -> None:
    """The list of tools is older than it may be: the next turn asks again."""
    bench.rows("update tenant_tools set discovered_at = now() - interval '1 hour' where name = 'club'")


def test_servers_that_are_down_together_take_no_longer_than_one(
    bench: Bench, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may take its time-out; after that of all of them the rest offers what it last did."""
    bench.live(QUESTION, "Hello!")
    age(bench)
    monkeypatch.setattr("f.agent.mcp_lists.PATIENCE_S", -1.0)
    monkeypatch.setattr("f.agent.mcp_lists.refresh", lambda *_: pytest.fail("it was asked"))
    result = bench.live(QUESTION, ASK, "You have 120 points.")
    assert result["reply"] == "You have 120 points."
    assert "the tools of club are as last seen: other servers took too long" in notes(result)


def test_a_server_that_works(bench: Bench, odd: Odd) -> None:
    result = bench.live(QUESTION, ASK, "You have 120 points.")
    assert result["answered"] and result["reply"] == "You have 120 points."
    assert offered(bench)["get_points"]["required"] == ["member"] and not notes(result)


def test_a_server_that_goes_down_offers_what_it_last_did(bench: Bench, odd: Odd) -> None:
    bench.live(QUESTION, ASK, "You have 120 points.")
    odd.kill()
    try:
        age(bench)
        result = bench.live(QUESTION, ASK, UNKNOWN)
    finally:
        odd.start()
    assert "get_points" in offered(bench)
    assert result["reply"].startswith("Something went wrong") and not result["answered"]
    assert "club can't be used" in result["error"] and "ConnectError" in result["error"]
    assert "the tools of club are as last seen" in notes(result)


def test_a_server_that_was_never_there(bench: Bench, odd: Odd) -> None:
    bench.rows("update tenant_tools set url = %s where name = 'club'", f"http://127.0.0.1:{free_port()}/mcp")
    bench.settings["allowed_private_hosts"].append("127.0.0.1")
    result = bench.live("Hello", "Hello! How can I help?")
    assert "get_points" not in offered(bench) and result["reply"] == "Hello! How can I help?"
    assert "club" in notes(result) and "ConnectError" in notes(result)


def test_a_tool_that_hangs(bench: Bench, odd: Odd) -> None:
    odd.lists({**POINTS, "hang": True})
    bench.live("Hello", "Hello! How can I help?")
    patience(bench, 1)
    result = bench.live(QUESTION, ASK, UNKNOWN)
    assert result["reply"].startswith("Something went wrong")
    assert "club did not answer within 1 s" in result["error"]
    assert 900 <= result["trace"][0]["ms"] < 60_000 and result["trace"][0]["error"]
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "did not answer within 1 s" in fed[0]  # the model may say so in its own words


def test_a_server_that_hangs_at_discovery(bench: Bench, odd: Odd) -> None:
    odd.lists(POINTS, hang=True)
    register(bench, odd, timeout_s=1)
    result = bench.live("Hello", "Hello! How can I help?")
    assert result["reply"] == "Hello! How can I help?" and "club did not answer within 1 s" in notes(result)


def test_not_every_customer_waits_for_a_server_that_hangs(bench: Bench, odd: Odd) -> None:
    odd.lists(POINTS, hang=True)
    register(bench, odd, timeout_s=1)
    assert "did not answer" in notes(bench.live("Hello", "Hello! How can I help?"))
    result = bench.live("Hello", "Hello! How can I help?")
    assert "club" not in notes(result)
    odd.lists(POINTS)
    patience(bench, 30)
    age(bench)
    bench.live("Hello", "Hello! How can I help?")
    assert "get_points" in offered(bench)


def test_a_tool_that_answers_nothing_is_no_evidence(bench: Bench, odd: Odd) -> None:
    odd.lists({**POINTS, "answer": "  "})
    result = bench.live(QUESTION, ASK, "You have plenty of points.")
    assert not result["answered"] and result["reply"].startswith("I'm sorry")


def test_the_trace_of_a_call_stays_short(bench: Bench, odd: Odd) -> None:
    result = bench.live(QUESTION, call("get_points", {"member": "😀" * 20_000}), "You have 120 points.")
    assert len(json.dumps(result["trace"], ensure_ascii=False)) < 5000 and result["answered"]


@pytest.mark.parametrize("size", [50_000_000, 1_500_000], ids=["50 MB", "1.5 MB"])
def test_a_flood(bench: Bench, odd: Odd, size: int) -> None:
    """50 MB are cut off while they come; what a worker can hold reaches the model cut."""
    odd.lists({**POINTS, "bytes": size})
    result = bench.live(QUESTION, ASK, UNKNOWN)
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert len(fed[0]) < 25_000
    assert len(json.dumps(result)) < 50_000  # the trace is a step's result
    if size > 2_000_000:
        assert result["reply"].startswith("Something went wrong")
        assert "answer is larger than 2 MB" in result["error"] and "club" in result["error"]
    else:
        assert "(cut)" in fed[0] and result["reply"].startswith("I'm sorry")


def test_a_schema_that_changes_between_discovery_and_call(bench: Bench, odd: Odd) -> None:
    """The model is told the new parameters in the same turn, and gets it right."""
    bench.live(QUESTION, ASK, "You have 120 points.")
    number = {"type": "object", "properties": {"card": {"type": "integer"}}, "required": ["card"]}
    odd.lists({**POINTS, "parameters": number})
    result = bench.live(QUESTION, ASK, call("get_points", {"card": 7}), "You have 120 points.")
    assert result["reply"] == "You have 120 points." and result["answered"]
    assert [c["error"] for c in result["trace"] if c["tool"] == "get_points"] == [True, False]
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "Missing parameters: card" in fed[0] and "parameters are now" in fed[0]
    assert "club has changed the parameters of get_points" in notes(result)
    bench.live("Hello", "Hello! How can I help?")
    assert offered(bench)["get_points"]["required"] == ["card"]  # the next turn knows


def test_a_tool_that_vanishes_between_discovery_and_call(bench: Bench, odd: Odd) -> None:
    bench.live(QUESTION, ASK, "You have 120 points.")
    odd.lists({**POINTS, "name": "get_balance"})
    result = bench.live(QUESTION, ASK, UNKNOWN)
    assert not result["answered"] and "Unknown tool: get_points" in json.dumps(result["trace"])
    bench.live("Hello", "Hello! How can I help?")
    assert "get_points" not in offered(bench) and "get_balance" not in offered(bench)


def test_a_tool_that_says_that_it_cannot(bench: Bench, odd: Odd) -> None:
    """That is an answer, and the model may pass it on."""
    odd.lists({**POINTS, "says_error": "Member M-1 has left the club."})
    result = bench.live(QUESTION, ASK, "Member M-1 has left the club.")
    assert result["answered"] and result["error"] is None
    assert result["trace"][0]["error"] and tools_called(result) == ["get_points"]


def test_a_zero_in_a_tools_description(bench: Bench, odd: Odd) -> None:
    """PostgreSQL's JSON holds none: it is left out where the tools are listed and where one answers."""
    odd.lists({**POINTS, "description": "The \0points", "answer": "You have 120\0 points."})
    result = bench.live(QUESTION, ASK, "You have 120 points.")
    assert (result["answered"], notes(result)) == (True, "")
    listed = bench.rows("select discovered from tenant_tools where name = 'club'")[0]["discovered"]
    assert [tool["description"] for tool in listed] == ["The points"]


def test_many_tools_over_several_pages(bench: Bench, odd: Odd) -> None:
    """The allowed ones are found wherever they stand, and no others are offered."""
    many = [{**POINTS, "name": f"tool_{number}"} for number in range(90)]
    odd.lists(*many, page=20)
    register(bench, odd, "tool_3", "tool_88")
    bench.live("Hello", "Hello! How can I help?")
    assert {name for name in offered(bench) if name.startswith("tool_")} == {"tool_3", "tool_88"}


def test_a_key_that_does_not_open(bench: Bench, odd: Odd) -> None:
    """A tool's sealed header from another master key: the bot goes on without the server."""
    bench.rows(
        "update tenant_tools set sealed_headers = %s where name = 'club'",
        b"0" * 40,
    )
    result = bench.live("Hello", "Hello! How can I help?")
    assert result["reply"] == "Hello! How can I help?" and "club is not offered" in notes(result)
