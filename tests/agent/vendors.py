"""Small servers that speak the vendors' protocols, answer by a script, and keep what they were asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Raw:
    """An answer below the protocol: status, headers, body; `cut`: the connection ends in the middle; `hang`: waits for the test's end;
    `trickle`: "head" or "body", of which a byte comes now and then, also to the test's end."""

    def __init__(
        self,
        status: int = 200,
        body: Any = None,
        headers: dict[str, str] | None = None,
        cut: bool = False,
        hang: bool = False,
        trickle: str = "",
    ) -> None:
        self.trickle = trickle
        self.status, self.body, self.headers, self.cut, self.hang = status, body, headers or {}, cut, hang


class Vendor:
    """One vendor's server. `script`: what to answer, in order; the last goes on for ever. A function gets the request's body."""

    def __init__(self, shape: Callable[[Any], Any]) -> None:
        self.script: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: Any) -> None: ...

            def trickle(self, begin: bytes) -> None:
                self.close_connection = True
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + begin)
                for _ in range(400):
                    if vendor.over.wait(0.05):
                        break
                    try:
                        self.wfile.write(b" ")
                    except OSError:
                        break  # nobody waits any more

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                vendor.asked.append(body)
                vendor.headers.append({key.lower(): value for key, value in self.headers.items()})
                step = vendor.script.pop(0) if len(vendor.script) > 1 else vendor.script[0]
                answer = step(body) if callable(step) else step
                raw = answer if isinstance(answer, Raw) else Raw(body=shape(answer))
                if raw.hang:
                    vendor.over.wait(20)
                    self.close_connection = True
                    return
                if raw.trickle:
                    self.trickle(b"x-wait: " if raw.trickle == "head" else b"content-length: 9999\r\n\r\n")
                    return
                content = raw.body if isinstance(raw.body, bytes) else json.dumps(raw.body).encode()
                self.send_response(raw.status)
                for key, value in {"content-type": "application/json", **raw.headers}.items():
                    self.send_header(key, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                if raw.cut:
                    self.wfile.write(content[: len(content) // 2])
                    self.wfile.flush()
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                else:
                    self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def says(self, *script: Any) -> None:
        self.script, self.asked, self.headers = list(script), [], []
        self.over.clear()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def call(name: str, arguments: Any, said: str | None = None) -> dict[str, Any]:
    """What a script says for a tool call; `arguments` as a string is sent as it is."""
    return calls([(name, arguments)], said)


def calls(wanted: list[tuple[str, Any]], said: str | None = None) -> dict[str, Any]:
    return {"calls": wanted, "text": said}


def replied(text: str, kind: str = "answer", *claims: tuple[str, str]) -> dict[str, Any]:
    """A call of the function `reply`. `claims`: source and quote of each."""
    listed = [{"says": text, "source": source, "quote": quote} for source, quote in claims]
    return call("reply", {"kind": kind, "text": text, "claims": listed})


UNKNOWN = replied("I don't know that.", "unknown")


def openai_shape(answer: Any) -> dict[str, Any]:
    """A chat completion as OpenAI's API writes it."""
    wanted: dict[str, Any] = {"text": answer} if isinstance(answer, str) else answer
    message: dict[str, Any] = {"role": "assistant", "content": wanted.get("text"), "refusal": None}
    finish = wanted.get("finish") or "stop"
    if wanted.get("calls"):
        finish = wanted.get("finish") or "tool_calls"
        message["tool_calls"] = [
            {
                "id": f"call_{number}_{abs(hash((name, str(arguments)))) % 10**8}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(wanted["calls"])
        ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": wanted.get("usage") or {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def gemini_shape(answer: Any) -> dict[str, Any]:
    """A generateContent response as Google's API writes it."""
    wanted: dict[str, Any] = {"text": answer} if isinstance(answer, str) else answer
    parts: list[dict[str, Any]] = [{"text": wanted["text"]}] if wanted.get("text") else []
    for name, arguments in wanted.get("calls") or []:
        parts.append({"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2lnbmF0dXJl"})
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": parts},
                "finishReason": wanted.get("finish") or "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {"promptTokenCount": 90, "candidatesTokenCount": 15, "totalTokenCount": 105},
        "modelVersion": "gemini-2.5-flash",
    }


def openai_error(
    status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
) -> Raw:
    kind = "invalid_request_error" if status < 429 else "server_error"
    return Raw(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers)


def gemini_error(status: int, name: str, message: str, details: list[Any] | None = None) -> Raw:
    return Raw(
        status, {"error": {"code": status, "message": message, "status": name, "details": details or []}}
    )
