"""The MCP server of tests/oauth_server.py as tests use it, and a person's browser at it."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from local.ports import free_port
from local.processes import Processes


class Club:
    """The server that wants a sign-in, as a process; and a person's browser at it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._processes = Processes(folder / "logs")

    def start(self, *options: str) -> None:
        self._processes.start("club", "tests.oauth_server", "--port", str(self.port), *options)
        self._processes.wait_until_answers("club", f"{self.url}/grants")

    def stop(self) -> None:
        self._processes.kill("club")

    def close(self) -> None:
        self._processes.stop_all()

    @property
    def grants(self) -> dict[str, int]:
        found: dict[str, int] = httpx2.get(f"{self.url}/grants").json()
        return found

    def wait_until_over(self, token: str) -> None:
        """Until the server takes this access token no more."""
        deadline = time.monotonic() + 30
        while httpx2.post(f"{self.url}/mcp", headers={"authorization": f"Bearer {token}"}).status_code != 401:
            assert time.monotonic() < deadline

    def end_sign_ins(self) -> None:
        httpx2.post(f"{self.url}/end")

    def consents(self, url: str, say: str = "yes") -> str:
        """Where the server sends the browser of somebody who says yes, or no."""
        page = httpx2.get(url, follow_redirects=True)
        assert "Let Chatmill see your points?" in page.text, page.text
        ticket = parse_qs(urlsplit(str(page.url)).query)["ticket"][0]
        return httpx2.get(f"{self.url}/consent?ticket={ticket}&say={say}").headers["location"]
