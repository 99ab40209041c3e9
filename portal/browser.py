"""What the door knows of a browser: its cookies, its address, and what it calls itself."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.settings import Settings

DAYS = 14
SESSION, ATTEMPT, CHALLENGE = "portal", "portal-attempt", "portal-challenge"
NAMES = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)  # fmt: skip


class Cookies:
    """With the prefix that a browser only takes over https, for this host alone, where there is https."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = "__Host-" if settings.is_https else ""
        self._secure = settings.is_https

    def read(self, request: Request, name: str) -> str:
        """What the cookie holds, "" without one or where it is longer than any of ours."""
        value = request.cookies.get(self._prefix + name, "")
        return value if len(value) <= 200 else ""

    def set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(self._prefix + name, value, max_age=seconds, **self._kind)

    def clear(self, response: Response, name: str) -> None:
        response.delete_cookie(self._prefix + name, **self._kind)

    def sign_in(self, response: Response, token: str, proof: str) -> None:
        """Gives the browser its session, and takes back the cookie that it has proved somebody with."""
        self.clear(response, proof)
        self.set(response, SESSION, token, DAYS * 86400)

    @property
    def _kind(self) -> dict[str, Any]:
        return {"path": "/", "secure": self._secure, "httponly": True, "samesite": "lax"}


def address(request: Request, proxies: int) -> str:
    """Where the request comes from. Of X-Forwarded-For only what our own proxies have written counts: the last of all its lines, as some proxies
    add a line of their own behind the client's."""
    direct = request.client.host if request.client else ""
    spoken = ",".join(request.headers.getlist("x-forwarded-for"))
    hops = [hop.strip() for hop in spoken.split(",") if hop.strip()]
    return hops[-proxies] if proxies and len(hops) >= proxies else direct


def name_of(request: Request) -> str:
    """The browser in words, such as "Firefox on Windows". Whatever else it says of itself is not kept."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in NAMES if re.search(rf"\b{mark}\b", agent)), "?")
    system = next((name for mark, name in SYSTEMS if mark in agent), "?")
    return f"{browser} · {system}"
