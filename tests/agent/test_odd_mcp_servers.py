"""MCP servers at their oddest: lists with broken tools, answers that are no words, sessions that end, requests that nobody can be sure of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.ports import free_port
from local.processes import Processes
from tests.agent.conftest import Bench
from tests.agent.handmade_mcp import POINTS, REPLY, WORDS, HandmadeServer
from tests.agent.vendors import UNKNOWN, Raw, call

QUESTION, WISH = "How many points do I have?", "Please book a table for me"
ASK, BOOK = call("get_points", {}), call("book_table", {})
BOOKED = "Your table is booked."
TABLE = {"name": "book_table", "inputSchema": {"type": "object", "properties": {}}}


@pytest.fixture
def server(bench: Bench) -> HandmadeServer:
    return HandmadeServer(bench)


@pytest.fixture
def booking(bench: Bench, server: HandmadeServer) -> HandmadeServer:
    """With a tool that changes something."""
    server.tools = [TABLE]
    server.result = {"content": [{"type": "text", "text": "The table is booked."}]}
    bench.rows("update tenant_tools set allowed_tools = '{book_table}' where name = 'club'")
    return server


def fed(bench: Bench) -> list[str]:
    """What the model heard of its calls."""
    return [m["content"] for m in bench.openai.asked[-1]["messages"] if m["role"] == "tool"]


def warnings(bench: Bench) -> list[dict[str, Any]]:
    """What the tenant sees of the server's oddities."""
    found: list[dict[str, Any]] = bench.rows("select warnings from tenant_tools where name = 'club'")[0][
        "warnings"
    ]
    return found


def offered(bench: Bench) -> dict[str, Any]:
    functions = [tool["function"] for tool in bench.openai.asked[0]["tools"]]
    return {function["name"]: function["parameters"] for function in functions}


NOT_WORDS: dict[str, Any] = {
    "a picture": ({"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"}, "image image/png"),
    "a voice": ({"type": "audio", "data": "aGVsbG8=", "mimeType": "audio/ogg"}, "audio audio/ogg"),
    "a file": (
        {"type": "resource", "resource": {"uri": "club://a.pdf", "mimeType": "application/pdf", "blob": "aGVsbG8="}},
        "file application/pdf club://a.pdf",
    ),
    "an unknown block": ({"type": "card", "title": "Table 7", "colour": "red"}, "card Table 7"),
}  # fmt: skip


@pytest.mark.parametrize(("block", "named"), NOT_WORDS.values(), ids=NOT_WORDS)
def test_what_is_no_words_is_named_and_not_dumped(
    bench: Bench, server: HandmadeServer, block: Any, named: str
) -> None:
    server.result = {"content": [block, *WORDS["content"]]}
    result = bench.live(QUESTION, ASK, REPLY)
    assert result["reply"] == REPLY and f"(not shown: {named})" in fed(bench)[0]
    assert "aGVsbG8" not in json.dumps(result)


@pytest.mark.parametrize(("block", "named"), NOT_WORDS.values(), ids=NOT_WORDS)
def test_what_is_only_named_is_no_evidence(
    bench: Bench, server: HandmadeServer, block: Any, named: str
) -> None:
    server.result = {"content": [block]}
    assert not bench.live(QUESTION, ASK, REPLY)["answered"]


@pytest.mark.parametrize(
    "result",
    [
        {"content": [NOT_WORDS["a picture"][0]]},
        {"content": [NOT_WORDS["an unknown block"][0]]},
        {"content": []},
        {"content": [{"type": "text", "text": None}]},
        {"structuredContent": {"booked": True, "table": 7}},
        {"content": [{"type": "text", "text": "ok"}], "structuredContent": {"table": "seven"}},
    ],
    ids=["a picture", "an unknown block", "nothing", "null", "structured", "against its output schema"],
)
def test_a_booking_that_was_made_is_made(bench: Bench, booking: HandmadeServer, result: Any) -> None:
    """Whatever it is answered with: the server said that it was no error."""
    output = {"type": "object", "properties": {"table": {"type": "integer"}}, "required": ["table"]}
    booking.tools, booking.result = [{**TABLE, "outputSchema": output}], result
    heard = bench.live(WISH, BOOK, BOOKED)
    assert heard["reply"] == BOOKED and heard["error"] is None
    assert "not known whether" not in json.dumps(heard) and re.search(r"\w", fed(bench)[0].split("<data>")[1])
    (row,) = bench.rows("select outcome, failed from tool_calls where turn_id = %s", heard["turn_id"])
    assert row["outcome"] is not None and row["failed"] is False


def test_structured_content_beside_its_own_words_is_heard_once(bench: Bench, server: HandmadeServer) -> None:
    for text, structured in (('{"points": 120}', {"points": 120}), (REPLY, {"result": REPLY})):
        server.result = {"content": [{"type": "text", "text": text}], "structuredContent": structured}
        bench.live(QUESTION, ASK, REPLY)
        assert fed(bench)[0].count("120") == 1


BROKEN: dict[str, Any] = {
    "no name": ({"inputSchema": {}}, {"code": "tool_without_name", "values": {"place": 1}}),
    "no object": ("get_points", {"code": "tool_without_name", "values": {"place": 1}}),
    "parameters in a list": (
        {"name": "odd", "inputSchema": {"properties": ["a"]}},
        {"code": "tool_schema", "values": {"tool": "odd"}},
    ),
    "twice": ({**POINTS, "description": "First"}, {"code": "tool_twice", "values": {"tool": "get_points"}}),
}


@pytest.mark.parametrize(("tool", "warning"), BROKEN.values(), ids=BROKEN)
def test_a_broken_tool_is_skipped_and_named_and_the_others_stay(
    bench: Bench, server: HandmadeServer, tool: Any, warning: Any
) -> None:
    server.tools = [tool, POINTS]
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY
    assert warnings(bench) == [warning] and len([n for n in offered(bench) if "points" in n]) == 1


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": "string"}},
        {"properties": {"a": {"type": "string", "required": True}}},
        {"properties": {"a": {"type": "str"}}},
        {"properties": {"a": {}}, "required": "a"},
        {"properties": None},
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
    ],
)
def test_parameters_that_are_not_quite_json_schema_are_offered_in_plain_form(
    bench: Bench, server: HandmadeServer, schema: Any
) -> None:
    """A vendor would refuse the whole request for one of them."""
    from jsonschema import Draft202012Validator

    server.tools = [{**POINTS, "inputSchema": schema}]
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY
    assert set(offered(bench)["get_points"]["properties"]) == set(schema["properties"] or {})
    Draft202012Validator.check_schema(offered(bench)["get_points"])


@pytest.mark.parametrize("tools", [[POINTS], []], ids=["with a tool", "empty"])
def test_a_list_without_end_ends(bench: Bench, server: HandmadeServer, tools: Any) -> None:
    server.on_list = lambda body: {"tools": tools, "nextCursor": "again"}
    bench.live("Hello", "Hello! How can I help?")
    assert ("get_points" in offered(bench)) == bool(tools)
    assert [w["code"] for w in warnings(bench)] == ["tools_endless"]


def test_a_server_without_a_list_says_so_until_it_has_one(bench: Bench, server: HandmadeServer) -> None:
    server.capabilities, before = {}, server.on_list
    server.on_list = lambda body: {"tools": None}
    bench.live("Hello", "Hello! How can I help?")
    server.on_list = before
    bench.rows("update tenant_tools set discovered_at = now() - interval '1 hour' where name = 'club'")
    bench.gemini.says(Raw(500, b"down", {"content-type": "text/plain"}))
    bench.live("Hello", "Hello! How can I help?")
    (warning,) = warnings(bench)
    assert warning["code"] == "tools_not_listed" and "club can't be used" in warning["values"]["problem"]
    bench.gemini.says(server._answer)
    bench.rows("update tenant_tools set discovered_at = now() - interval '1 hour' where name = 'club'")
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY and warnings(bench) == []


ENDED: dict[str, Any] = {
    "404": lambda body: Raw(404, {"error": "no such session"}),
    "404 in JSON-RPC": lambda body: HandmadeServer.error(body, -32001, "Session not found", 404),
    "400": lambda body: HandmadeServer.error(body, -32000, "Bad Request: No valid session ID provided", 400),
}


@pytest.mark.parametrize("ended", ENDED.values(), ids=ENDED)
def test_a_session_that_ends_is_begun_again(bench: Bench, booking: HandmadeServer, ended: Any) -> None:
    """The server did not take the call, so it is made in a new session, and once."""
    bench.live("Hello", "Hello! How can I help?")
    booking.session, refusals = "s1", [ended]
    booking.on_call = lambda body: refusals.pop()(body) if refusals else None
    begun = booking.sessions
    heard = bench.live(WISH, BOOK, BOOKED)
    assert (heard["reply"], heard["error"]) == (BOOKED, None)
    assert booking.sessions == begun + 2 and len(booking.calls) == 1


def test_a_session_that_always_ends_is_begun_twice_and_nothing_is_done(
    bench: Bench, booking: HandmadeServer
) -> None:
    bench.live("Hello", "Hello! How can I help?")
    booking.session, begun = "s1", booking.sessions
    booking.on_call = ENDED["404"]
    heard = bench.live(WISH, BOOK, UNKNOWN)
    asked_for_its_tools = 1  # whether they have changed, after a call that failed
    assert booking.sessions == begun + 2 + asked_for_its_tools and booking.calls == []
    assert "not known whether" not in fed(bench)[0]
    assert bench.rows("select from tool_calls where turn_id = %s", heard["turn_id"]) == []


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_call_that_was_refused_at_the_door_has_done_nothing(
    bench: Bench, booking: HandmadeServer, status: int
) -> None:
    booking.on_call = lambda body: Raw(status, b"no", {"content-type": "text/plain"})
    heard = bench.live(WISH, BOOK, UNKNOWN)
    assert "not known whether" not in fed(bench)[0]
    assert bench.rows("select from tool_calls where turn_id = %s", heard["turn_id"]) == []


@pytest.mark.parametrize("answer", [Raw(202, b""), Raw(cut=True, body=WORDS), Raw(502, b"")])
def test_a_call_that_may_have_run_is_not_made_again(
    bench: Bench, booking: HandmadeServer, answer: Raw
) -> None:
    taken: list[Any] = []
    booking.on_call = lambda body: taken.append(body) or answer  # type: ignore[func-returns-value]
    bench.live(WISH, BOOK, call("book_table", {"please": "yes"}), BOOK, "I don't know whether it is booked.")
    assert len(taken) == 1 and all("not known whether it was done" in said for said in fed(bench))


def test_what_a_server_sends_beside_its_answer_is_neither_heard_nor_logged(
    bench: Bench, server: HandmadeServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    key = "odd-key-0123456789"
    server.before = [
        {"jsonrpc": "2.0", "method": "notifications/club", "params": {"key": key}},
        {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": key, "data": 1}},
        {"jsonrpc": "2.0", "id": 77, "method": "roots/list"},
        {"jsonrpc": "2.0", "id": 78, "method": "elicitation/create", "params": {"message": key}},
    ]
    result = bench.live(QUESTION, ASK, REPLY)
    printed = capfd.readouterr()
    assert (result["reply"], result["error"]) == (REPLY, None)
    assert key not in printed.out + printed.err + caplog.text + json.dumps(result)


OLD_SERVER = """
import uvicorn
from mcp.server.lowlevel.server import Server
from mcp.server.sse import SseServerTransport
from starlette.applications import Starlette
from starlette.routing import Mount, Route

transport = SseServerTransport("/messages/")

async def events(request):
    async with transport.connect_sse(request.scope, request.receive, request._send) as (answers, requests):
        await Server("old").run(answers, requests, Server("old").create_initialization_options())

app = Starlette(routes=[Route("/sse", events, methods=["GET"]), Mount("/messages/", transport.handle_post_message)])
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error")
"""


@pytest.fixture
def old_server(tmp_path: Path) -> Iterator[int]:
    """The SDK's own server of the old transport."""
    port, processes = free_port(), Processes(tmp_path)
    (tmp_path / "old_server.py").write_text(OLD_SERVER.replace("PORT", str(port)))
    processes.start("old", "old_server", env={"PYTHONPATH": str(tmp_path)})
    try:
        processes.wait_until_answers("old", f"http://127.0.0.1:{port}/nothing")
        yield port
    finally:
        processes.stop_all()


@pytest.mark.parametrize("path", ["/sse", "/messages/", "/"])
def test_a_real_server_of_the_old_transport(
    bench: Bench, server: HandmadeServer, old_server: int, path: str
) -> None:
    bench.settings["allowed_private_hosts"].append(f"127.0.0.1:{old_server}")
    bench.rows("update tenant_tools set url = %s where name = 'club'", f"http://127.0.0.1:{old_server}{path}")
    result = bench.live("Hello", "Hello! How can I help?")
    assert result["reply"] == "Hello! How can I help?"
    assert "HTTP+SSE, can't be used: enter the address of streamable HTTP" in str(warnings(bench))


def test_a_tool_that_the_tenant_knows_to_read_only_is_no_write(bench: Bench, booking: HandmadeServer) -> None:
    """And the other way round: a server's word on what only reads doesn't bind the tenant."""
    settings = "update tenant_tools set tool_settings = %s where name = 'club'"
    bench.rows(settings, json.dumps({"book_table": {"read_only": True}}))
    heard = bench.live(WISH, BOOK, "The table is booked.")
    assert bench.rows("select from tool_calls where turn_id = %s", heard["turn_id"]) == []
    booking.tools = [{**TABLE, "annotations": {"readOnlyHint": True}}]
    bench.rows(settings, json.dumps({"book_table": {"read_only": False}}))
    bench.rows("update tenant_tools set discovered_at = null where name = 'club'")
    heard = bench.live(WISH, BOOK, BOOKED)
    assert len(bench.rows("select from tool_calls where turn_id = %s", heard["turn_id"])) == 1


def test_a_tools_own_timeout(bench: Bench, server: HandmadeServer) -> None:
    bench.live("Hello", "Hello! How can I help?")
    bench.rows(
        "update tenant_tools set tool_settings = %s where name = 'club'",
        json.dumps({"get_points": {"timeout_s": 1}}),
    )
    server.on_call = lambda body: Raw(hang=True)
    assert "did not answer within 1 s" in bench.live(QUESTION, ASK, UNKNOWN)["error"]
