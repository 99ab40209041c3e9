"""An MCP server written by hand, without the SDK: JSON-RPC over HTTP, in whatever way real servers differ from the protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.agent.conftest import Bench
from tests.agent.odd import register
from tests.agent.vendors import Raw

REPLY = "You have 120 points."
SCHEMA = {"type": "object", "properties": {}}
POINTS = {"name": "get_points", "description": "Points", "inputSchema": SCHEMA}
WORDS = {"content": [{"type": "text", "text": REPLY}]}


class HandmadeServer:
    """The server, registered with the shop as `club`. `session`: it gives this session's id, and `sessions` counts how many were begun.
    `on_call`, `on_list`: answer a call or a list in place of `result` and `tools`. `before`: messages that come before each result, in a
    stream of events. `calls`: the arguments of each call that it has taken. `accepts`: the token that it wants, '' for none."""

    def __init__(self, bench: Bench) -> None:
        self.version, self.session = "2025-06-18", ""
        self.capabilities: dict[str, Any] = {"tools": {}}
        self.tools: Any = [POINTS]
        self.result: Any = WORDS
        self.on_call: Callable[[dict[str, Any]], Raw | None] = lambda body: None
        self.on_list: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: {"tools": self.tools}
        self.before: list[dict[str, Any]] = []
        self.sessions = 0
        self.accepts = ""
        self.calls: list[Any] = []
        bench.gemini.says(self._answer)
        self._headers = bench.gemini.headers
        self.port = int(bench.gemini.url.rpartition(":")[2])
        bench.settings["allowed_private_hosts"].append(f"127.0.0.1:{self.port}")
        register(bench, SimpleNamespace(port=self.port))  # type: ignore[arg-type]

    def _answer(self, body: dict[str, Any]) -> Raw:
        if self.accepts and self._headers[-1].get("authorization") != f"Bearer {self.accepts}":
            return Raw(401, {"error": "invalid_token"}, {"www-authenticate": "Bearer"})
        if "id" not in body or "method" not in body:
            return Raw(202, b"")
        if body["method"] == "initialize":
            self.sessions += 1
            opened = {"protocolVersion": self.version, "capabilities": self.capabilities}
            return self._result(body, {**opened, "serverInfo": {"name": "club", "version": "1"}})
        if body["method"] == "tools/list":
            return self._result(body, self.on_list(body))
        if body["method"] == "tools/call":
            if refused := self.on_call(body):
                return refused
            self.calls.append(body["params"].get("arguments"))
            return self._result(body, self.result)
        return self.error(body, -32601, "Method not found")

    def _result(self, body: dict[str, Any], result: Any) -> Raw:
        headers = {"mcp-session-id": self.session} if self.session else {}
        message = {"jsonrpc": "2.0", "id": body["id"], "result": result}
        if not self.before:
            return Raw(body=message, headers=headers)
        events = [f"event: message\ndata: {json.dumps(each)}\n\n" for each in [*self.before, message]]
        return Raw(body="".join(events).encode(), headers={**headers, "content-type": "text/event-stream"})

    @staticmethod
    def error(body: dict[str, Any], code: int, message: str, status: int = 200) -> Raw:
        return Raw(status, {"jsonrpc": "2.0", "id": body["id"], "error": {"code": code, "message": message}})
