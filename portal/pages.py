"""The pages and files that a browser gets: the sign-in page, and the portal as local/portal/build.py has built it."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from portal.looks import ASKED, KEPT, filled
from portal.settings import Settings

HERE = Path(__file__).resolve().parent / "static"
OWN = ("sign_in.js", "sign_in.css", "texts.js", "page.js", "passkey.js", "icon.svg")
BUILT = ("portal.js", "portal.css")
# Mantine writes its variables into a style element: only one that carries the answer's own nonce counts.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class File:
    """A file as it is sent: plain or compressed, with a tag that says whether the browser has it."""

    plain: bytes
    packed: bytes
    tag: str
    media_type: str | None
    kept: str

    @classmethod
    def read(cls, path: Path, kept: str = ASKED) -> File:
        plain = path.read_bytes()
        kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
        return cls(plain, gzip.compress(plain), f'"{hashlib.sha256(plain).hexdigest()[:24]}"', kind, kept)

    @property
    def version(self) -> str:
        """What a page adds to the name of a file that may change, so that a browser need not ask."""
        return self.tag.strip('"')

    def answer(self, request: Request) -> Response:
        kept = KEPT if request.url.query == self.version else self.kept
        headers = {"cache-control": kept, "etag": self.tag, "vary": "accept-encoding"}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(self.packed, headers=headers, media_type=self.media_type)
        return Response(self.plain, headers=headers, media_type=self.media_type)


class Pages:
    """Read once: but for the branding they don't change while the process lives."""

    def __init__(self, settings: Settings) -> None:
        built = settings.portal_pages
        self._files = {name: File.read(HERE / name) for name in OWN}
        self._files |= {name: File.read(built / name) for name in BUILT}
        self._files |= {f"pages/{path.name}": File.read(path, KEPT) for path in (built / "pages").iterdir()}
        page = (HERE / "portal.html").read_text()
        for name in BUILT:
            page = page.replace(f"/static/{name}", f"/static/{name}?{self._files[name].version}")
        self._portal = page.replace("{{preload}}\n", (built / "preload.html").read_text())
        self._sign_in = (HERE / "sign_in.html").read_text()
        self._passkey = (HERE / "passkey.html").read_text()

    def portal(self, branding: dict[str, Any]) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = filled(self._portal.replace("{{nonce}}", nonce), branding)
        return HTMLResponse(page, headers={"content-security-policy": POLICY.format(nonce=nonce)})

    def sign_in(self, branding: dict[str, Any]) -> Response:
        return HTMLResponse(filled(self._sign_in, branding))

    def passkey(self, branding: dict[str, Any]) -> Response:
        return HTMLResponse(filled(self._passkey, branding))

    async def file(self, request: Request) -> Response:
        file = self._files.get(request.path_params["name"])
        return file.answer(request) if file else Response(status_code=404)

    def routes(self) -> list[Route]:
        return [Route("/static/{name:path}", self.file)]
