# ruff: noqa: E501
"""An embedding endpoint that fails as real ones do, and documents whose chunks can be counted."""

from __future__ import annotations

import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.knowledge.conftest import vector


class Endpoint:
    """An embeddings endpoint: counts what it embeds; `answers` are statuses to give first, with a header."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.dies_after: int | None = None
        self.kills: tuple[int, int] | None = None  # after so many texts, that process, instead of an answer
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if endpoint.dies_after is not None and len(endpoint.embedded) >= endpoint.dies_after:
                    endpoint.answers = [(400, {})]
                if endpoint.kills is not None and len(endpoint.embedded) >= endpoint.kills[0]:
                    os.kill(endpoint.kills[1], signal.SIGKILL)
                    return
                status, headers = endpoint.answers.pop(0) if endpoint.answers else (200, {})
                wide = 1536 if body["model"].startswith("text-") else 384
                # Gemini leaves out an index that is 0.
                data = [{**({"index": i} if i else {}), "embedding": json.loads(vector(len(t) % 300, dimensions=wide))} for i, t in enumerate(body["input"])]  # fmt: skip
                endpoint.embedded += body["input"] if status == 200 else []
                answer = json.dumps({"data": data if status == 200 else [], "error": "x"}).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def resource(self) -> dict[str, Any]:
        return {"base_url": f"http://127.0.0.1:{self.server.server_port}/v1", "api_key": "k"}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def text(count: int, changed: int = -1) -> bytes:
    """Sections that make a chunk each."""
    words = [
        f"# Section {n}\n\n{'Changed' if n == changed else 'Some'} words of section {n}."
        for n in range(count)
    ]
    return "\n\n".join(words).encode()
