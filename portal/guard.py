"""What holds for every request and every answer: whose page may ask, how large it may be, and what a browser may do with the answer."""

from __future__ import annotations

import psycopg
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingress.link import LinkDown
from portal.addresses import Addresses
from portal.api_document import PREFIX
from portal.api_problems import problem
from portal.settings import Settings

HEALTH = "/healthz"
DOMAIN_ALLOWED = "/domain-allowed"  # a proxy beside the door asks these two, by a name of its own
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " manifest-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), payment=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
A_YEAR = "max-age=31536000"


class Guard:
    """Before the application. A call that changes something comes from a page of the address that it asks, as JSON: a form can't send that, and
    another site's script has to ask first, and is told nothing. The API (portal/api.py) knows no cookies, and looks at its requests itself."""

    def __init__(self, app: ASGIApp, settings: Settings, addresses: Addresses) -> None:
        self._app, self._settings, self._addresses = app, settings, addresses
        self._headers = HEADERS | ({"strict-transport-security": A_YEAR} if settings.is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    given.setdefault(name, value)
            await send(message)

        if refused := await self._refusal(scope):
            return await refused(scope, receive, answer)
        return await self._app(scope, receive, answer)

    async def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        if scope["path"] in (HEALTH, DOMAIN_ALLOWED):
            return None
        is_api = scope["path"].startswith(f"{PREFIX}/")
        try:
            address = await self._addresses.at(headers.get("host", ""))
        except (LinkDown, psycopg.Error):
            return problem("unavailable") if is_api else JSONResponse({"error": "unavailable"}, 503)
        if address is None:
            return problem("wrong_host") if is_api else JSONResponse({"error": "wrong host"}, 421)
        scope.setdefault("state", {})["address"] = address
        if is_api:  # a program with a key, not a page with a cookie
            return None
        if scope["method"] in ("GET", "HEAD"):
            return None
        if headers.get("origin", "").lower() != address.origin:
            return JSONResponse({"error": "wrong origin"}, 403)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return JSONResponse({"error": "not JSON"}, 415)
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return JSONResponse({"error": "no length"}, 411)
        if int(length) > self._settings.portal_most_bytes:
            return JSONResponse({"error": "too large"}, 413)
        return None
