"""A small web server whose pages a test chooses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Site:
    """A web server. `pages`: by path a status, the headers and the body; a body that is a number is that many bytes of JSON."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.asked: list[str] = []
        self.sent = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None: ...

            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.pages.get(self.path, (404, {}, b"not here"))
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for piece in pieces(body):
                        self.wfile.write(piece)
                        site.sent += len(piece)
                except OSError:
                    pass  # nobody reads on

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def pieces(body: Any) -> Iterator[bytes]:
    if isinstance(body, int):
        yield b'{"a": "'
        for _ in range(body // 100_000):
            yield b"x" * 100_000
        yield b'"}'
    else:
        yield body if isinstance(body, bytes) else json.dumps(body).encode()
