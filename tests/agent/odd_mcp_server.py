"""A server that misbehaves as it is told: python -m tests.agent.odd_mcp_server --port N --tools FILE

It offers its tools over MCP at /mcp, and each of them as plain HTTP at /http/<name>, where its arguments are a JSON object.

FILE is read anew at every request, so that a tool's schema can change between discovery and call. A list of tools, each with `name`,
`description`, `parameters` (a JSON schema) and what it does: `answer` (these words), `bytes` (so many), `hang` (never answers),
`says_error` (refuses in these words), `echo` (says what it was called with), `quotes` (says the key that it was called with). `page`:
how many tools are listed at once. `read_only`: the tool says that it changes nothing. `counts`: a file that gets a line for each call.
`sleeps`: so many seconds, behind that. `cuts`: a database whose steps lose their connections during the call. `dies`: the server ends
during the call. `knows_keys`: a request that comes again with the same Idempotency-Key is not done again, as long as the file of `counts` is
there; while the first is at work, it is refused.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import anyio
import psycopg
from mcp.server.lowlevel.server import Server
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.ports import port_number
from local.serving import listen, serve

CUT = b"select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'chatbot_app' and datname = current_database()"


def build(path: Path) -> Any:
    """The ASGI app over the file."""

    at_work: set[str] = set()  # keys of requests that are being done

    def told() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    async def list_tools(context: Any, parameters: Any) -> ListToolsResult:
        now = told()
        if now.get("hang"):
            await anyio.sleep_forever()
        start = int(parameters.cursor) if parameters and parameters.cursor else 0
        end = start + now.get("page", 1000)
        return ListToolsResult(
            tools=[
                Tool(
                    name=t["name"],
                    description=t.get("description", "x"),
                    input_schema=t["parameters"],
                    annotations=ToolAnnotations(read_only_hint=t["read_only"]) if "read_only" in t else None,
                )
                for t in now["tools"][start:end]
            ],
            next_cursor=str(end) if end < len(now["tools"]) else None,
        )

    async def call_tool(context: Any, parameters: Any) -> CallToolResult:
        headers = context.request.headers
        text, error = await act(parameters.name, parameters.arguments or {}, headers)
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=error)

    async def act(name: str, given: dict[str, Any], headers: Any) -> tuple[str, bool]:
        """What a tool says, and whether that is an error."""
        tool = next((t for t in told()["tools"] if t["name"] == name), None)
        if tool is None:
            return f"Unknown tool: {name}", True
        missing = [key for key in tool["parameters"].get("required", []) if key not in given]
        if missing:
            return f"Missing parameters: {', '.join(missing)}", True
        key = headers.get("idempotency-key", "") if tool.get("knows_keys") else ""
        if key in at_work:
            return "It is being done.", True
        known = Path(f"{tool.get('counts')}.keys")
        if key and known.exists() and key in known.read_text().split():
            return tool["answer"], False
        if key:
            with known.open("a") as lines:
                lines.write(f"{key}\n")
        if tool.get("counts"):
            with Path(tool["counts"]).open("a") as lines:
                lines.write(f"{json.dumps(given)}\n")
        at_work.update({key} - {""})
        try:
            return await do(tool, given, headers)
        finally:
            at_work.discard(key)

    async def do(tool: dict[str, Any], given: dict[str, Any], headers: Any) -> tuple[str, bool]:
        await anyio.sleep(tool.get("sleeps", 0))
        if tool.get("cuts"):
            with psycopg.connect(tool["cuts"], autocommit=True) as conn:
                conn.execute(CUT)
        if tool.get("dies"):
            os._exit(1)
        if tool.get("hang"):
            await anyio.sleep_forever()
        if tool.get("says_error"):
            return tool["says_error"], True
        text = json.dumps(given) if tool.get("echo") else tool["answer"]
        text = headers["authorization"] if tool.get("quotes") else text
        return "x" * tool["bytes"] if tool.get("bytes") else text, False

    async def over_http(request: Request) -> Response:
        text, error = await act(request.path_params["name"], await request.json(), request.headers)
        return PlainTextResponse(text, 409 if error else 200)

    server: Any = Server("odd", on_list_tools=list_tools, on_call_tool=call_tool)
    app = server.streamable_http_app(json_response=True, stateless_http=True)
    app.router.routes.append(Route("/http/{name}", over_http, methods=["POST"]))
    return app


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=port_number, required=True)
    parser.add_argument("--tools", type=Path, required=True)
    arguments = parser.parse_args()
    serve(build(arguments.tools), listen(arguments.port), "Odd tools", "/mcp")


if __name__ == "__main__":
    main()
