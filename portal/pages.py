"""The pages and files that a browser gets: the sign-in page, and the portal as local/portal/build.py has built it."""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from portal.settings import Settings

HERE = Path(__file__).resolve().parent / "static"
OWN = ("sign_in.js", "sign_in.css", "texts.js", "page.js", "passkey.js", "icon.svg")
BUILT = ("portal.js", "portal.css")
# Mantine writes its variables into a style element: only one that carries the answer's own nonce counts.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Pages:
    """Read once: they don't change while the process lives."""

    def __init__(self, settings: Settings) -> None:
        self._portal = (HERE / "portal.html").read_text()
        self._sign_in = (HERE / "sign_in.html").read_text()
        self._passkey = (HERE / "passkey.html").read_text()
        self._files = {name: HERE / name for name in OWN} | {
            name: settings.portal_pages / name for name in BUILT
        }

    def portal(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = self._portal.replace("{{nonce}}", nonce)
        return HTMLResponse(page, headers={"content-security-policy": POLICY.format(nonce=nonce)})

    def sign_in(self) -> Response:
        return HTMLResponse(self._sign_in)

    def passkey(self) -> Response:
        return HTMLResponse(self._passkey)

    async def file(self, request: Request) -> Response:
        """Kept by the browser only as long as it is the same: asked for again each time."""
        path = self._files.get(request.path_params["name"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, headers={"cache-control": "no-cache"})

    def routes(self) -> list[Route]:
        return [Route("/static/{name}", self.file)]
