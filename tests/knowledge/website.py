"""A web site for tests: what it serves can be changed while it runs, and it remembers what it was asked for."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """A web site: path -> (status, type, body). Counts what is asked for."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, tuple[int, str, str | bytes]] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.busy: dict[
            str, list[tuple[int, str]]
        ] = {}  # by path: a status with Retry-After for each of the next requests
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers["user-agent"])
                status, kind, said = site.pages.get(self.path, (404, "text/html", "no"))
                body = said if isinstance(said, bytes) else said.encode()
                if waits := site.busy.get(self.path):
                    status, seconds = waits.pop(0)
                    self.send_response(status)
                    self.send_header("retry-after", seconds)
                else:
                    self.send_response(status)
                if status in (301, 302):
                    self.send_header("location", body.decode())
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer((host, 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"{host}:{self.server.server_port}"
        self.url = f"http://{self.host}"

    def put(self, path: str, words: str, links: str = "", status: int = 200) -> None:
        anchors = "".join(f'<a href="{link}">x</a>' for link in links.split())
        self.pages[path] = (
            status,
            "text/html",
            f"<html><title>{path}</title><body><p>{words}</p>{anchors}</body></html>",
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
