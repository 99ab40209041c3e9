"""What the operator's page says of packages: the deployment's versions beside those of the worker's image."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import pytest

from f.portal_api.operator import packages_differ


class Requirements(ThreadingHTTPServer):
    """A Windmill server that has named requirements, or none."""

    def __init__(self) -> None:
        self.pins: list[str] | None = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Requirements

    def do_GET(self) -> None:
        found = self.server.pins is not None and self.path == "/api/w/chatmill/workspace_dependencies/list"
        content = "\n".join(self.server.pins or [])
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(
            json.dumps([{"name": "database", "content": f"{content}\n"}]).encode() if found else b""
        )

    def log_message(self, format: str, *args: object) -> None:
        """Its requests are of no interest."""


@pytest.fixture
def windmill(monkeypatch: pytest.MonkeyPatch) -> Iterator[Requirements]:
    server = Requirements()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("BASE_INTERNAL_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("WM_WORKSPACE", "chatmill")
    monkeypatch.setenv("WM_TOKEN", "token")
    yield server
    server.shutdown()
    server.server_close()


def test_a_package_of_another_version_is_named(windmill: Requirements) -> None:
    windmill.pins = [
        "psycopg==3.0.1",
        f"httpx2=={version('httpx2')}",
        f"typing-extensions=={version('typing-extensions')}",
    ]
    assert packages_differ() == [{"package": "psycopg", "deployed": "3.0.1", "worker": version("psycopg")}]


def test_what_the_image_does_not_have_is_no_difference(windmill: Requirements) -> None:
    windmill.pins = ["a-package-that-nobody-has==1.0"]
    assert packages_differ() == []


def test_a_server_without_named_requirements_says_nothing(windmill: Requirements) -> None:
    windmill.pins = None
    assert packages_differ() == []


def test_without_windmill_the_page_shows_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_INTERNAL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WM_WORKSPACE", "chatmill")
    monkeypatch.setenv("WM_TOKEN", "token")
    assert packages_differ() == []
