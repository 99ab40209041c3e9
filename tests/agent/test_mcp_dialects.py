"""MCP servers beside the protocol, as real ones are: what a tool says reaches the customer, and one odd tool does not hide the others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.conftest import Bench, notes, tools_called
from tests.agent.handmade_mcp import POINTS, REPLY, SCHEMA, WORDS, HandmadeServer
from tests.agent.vendors import UNKNOWN, Raw, call

QUESTION = "How many points do I have?"
ASK = call("get_points", {})


@pytest.fixture
def server(bench: Bench) -> HandmadeServer:
    return HandmadeServer(bench)


def offered(bench: Bench) -> set[str]:
    return {tool["function"]["name"] for tool in bench.openai.asked[0]["tools"]}


def block(**fields: Any) -> dict[str, Any]:
    return {"content": [fields]}


RESULTS: dict[str, Any] = {
    "a resource with text": block(
        type="resource", resource={"uri": "club://points", "mimeType": "text/plain", "text": REPLY}
    ),
    "a resource and an empty text": {
        "content": [
            {"type": "text", "text": ""},
            {"type": "resource", "resource": {"uri": "club://p", "text": REPLY}},
        ]
    },
    "a link": block(type="resource_link", uri="https://club.example/points", name="120 points"),
    "structured beside a summary": {
        "content": [{"type": "text", "text": "One account."}],
        "structuredContent": {"points": 120},
    },
    "structured alone": {"content": [], "structuredContent": {"points": 120}},
    "structured without content": {"structuredContent": {"points": 120}},
    "a structured list": {"structuredContent": [120]},
    "an unknown block beside the words": {
        "content": [{"type": "card", "title": "x"}, {"type": "text", "text": REPLY}]
    },
    "an unknown block with the words": block(type="markdown", text=REPLY),
    "a null beside the words": {"content": [{"type": "text", "text": None}, {"type": "text", "text": REPLY}]},
    "a string": {"content": REPLY},
    "one block, not in a list": {"content": {"type": "text", "text": REPLY}},
    "no word on errors": {**WORDS, "isError": None},
}


@pytest.mark.field_reply("mcp-1")
@pytest.mark.field_reply("mcp-3")
@pytest.mark.field_reply("mcp-5")
@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_what_a_tool_says_is_heard(bench: Bench, server: HandmadeServer, result: Any) -> None:
    server.result = result
    heard = bench.live(QUESTION, ASK, REPLY)
    assert (heard["reply"], heard["answered"], heard["error"]) == (REPLY, True, None), heard["trace"]


@pytest.mark.field_reply("mcp-3")
@pytest.mark.parametrize("result", [{}, {"content": None}, {"content": [{"type": "text", "text": None}]}])
def test_a_result_without_a_word_is_no_evidence(bench: Bench, server: HandmadeServer, result: Any) -> None:
    server.result = result
    heard = bench.live(QUESTION, ASK, REPLY)
    assert not heard["answered"] and heard["error"] is None and tools_called(heard)[0] == "get_points"


OUTPUT = {"type": "object", "properties": {"points": {"type": "integer"}}, "required": ["points"]}


@pytest.mark.field_reply("mcp-2")
@pytest.mark.parametrize(
    "result", [WORDS, {**WORDS, "structuredContent": {"points": "120"}}], ids=["words alone", "another type"]
)
@pytest.mark.parametrize("changes", [False, True], ids=["reads", "writes"])
def test_an_output_schema_that_the_answer_does_not_keep(
    bench: Bench, server: HandmadeServer, result: Any, changes: bool
) -> None:
    server.tools = [{**POINTS, "outputSchema": OUTPUT, "annotations": {"readOnlyHint": not changes}}]
    server.result = result
    heard = bench.live(QUESTION, ASK, REPLY)
    assert heard["reply"] == REPLY and not heard["trace"][0]["error"], "and no write is reported as unsure"


TOOLS: dict[str, Any] = {
    "no schema": {"name": "odd"},
    "a schema of null": {"name": "odd", "inputSchema": None},
    "a schema without a type": {"name": "odd", "inputSchema": {"properties": {}}},
    "no name": {"inputSchema": SCHEMA},
    "a name of null": {"name": None, "inputSchema": SCHEMA},
    "a description that is none": {"name": "odd", "description": 5, "inputSchema": SCHEMA},
    "hints that are none": {"name": "odd", "inputSchema": SCHEMA, "annotations": {"readOnlyHint": "yes"}},
    "an output schema that is none": {"name": "odd", "inputSchema": SCHEMA, "outputSchema": "x"},
    "no tool at all": None,
}


@pytest.mark.field_reply("mcp-3")
@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_one_odd_tool_does_not_hide_the_others(bench: Bench, server: HandmadeServer, tool: Any) -> None:
    server.tools = [tool, POINTS]
    result = bench.live(QUESTION, ASK, REPLY)
    assert "get_points" in offered(bench) and result["reply"] == REPLY and "club" not in notes(result)


@pytest.mark.field_reply("mcp-3")
def test_a_tool_without_a_schema_is_called(bench: Bench, server: HandmadeServer) -> None:
    server.tools = [{"name": "get_points"}]
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY


@pytest.mark.field_reply("mcp-5")
@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18"])
def test_an_old_version_of_the_protocol(bench: Bench, server: HandmadeServer, version: str) -> None:
    server.version = version
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY


@pytest.mark.field_reply("mcp-4")
@pytest.mark.parametrize("status", [404, 405])
def test_a_server_of_the_old_kind(bench: Bench, server: HandmadeServer, status: int) -> None:
    """It takes no POST at its address: whoever set it up hears what to enter."""
    bench.gemini.says(Raw(status, b"no", {"content-type": "text/plain"}))
    result = bench.live("Hello", "Hello! How can I help?")
    assert result["reply"] == "Hello! How can I help?"
    assert "HTTP+SSE, can't be used: enter the address of streamable HTTP" in notes(result)


@pytest.mark.field_reply("mcp-5")
def test_a_redirect_to_another_host_is_not_followed(bench: Bench, server: HandmadeServer) -> None:
    bench.gemini.says(Raw(307, b"", {"location": "http://127.0.0.1:9/mcp"}))
    result = bench.live(QUESTION, UNKNOWN)
    assert "get_points" not in offered(bench) and "club" in notes(result)
