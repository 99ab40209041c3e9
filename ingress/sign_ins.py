"""Where an authorization server sends the browser back to after a sign-in that somebody has begun in the portal.

The page says what would be connected to what, and who has begun that; only its button stores the code. So nobody who was lured to a sign-in
that somebody else has begun gives away their account unseen. The code is stored sealed to a key that only scripts have, under the digest of
the state, and is worth nothing without the PKCE verifier, which stays sealed in the database.
"""

from __future__ import annotations

import hashlib
import html
import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ingress.link import Link, LinkDown

log = logging.getLogger(__name__)

PATH = "/oauth/callback"
MOST_BODY = 10_000
LONGEST = {"state": 200, "code": 4000, "iss": 500, "error": 200}
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
}
TEXTS = {
    "en": {
        "page": "Sign-in",
        "title": "Connect {tool}",
        "ask": "{person} is connecting “{tool}” to the bot of {business}. With your sign-in the bot may use your account there.",
        "not_you": "If that was not you, close this page.",
        "go": "Connect",
        "done": "Signed in. Go back to the portal: it goes on there.",
        "refused": "The server did not allow it. Go back to the portal to try again.",
        "gone": "This sign-in is too old, or was used already. Go back to the portal and begin again.",
        "later": "This can't be stored at the moment. Reload this page in a minute.",
    },
    "es": {
        "page": "Inicio de sesión",
        "title": "Conectar {tool}",
        "ask": "{person} está conectando «{tool}» al bot de {business}. Con su inicio de sesión, el bot podrá usar su cuenta allí.",
        "not_you": "Si no ha sido usted, cierre esta página.",
        "go": "Conectar",
        "done": "Sesión iniciada. Vuelva al portal: allí continúa.",
        "refused": "El servidor no lo ha permitido. Vuelva al portal para intentarlo de nuevo.",
        "gone": "Este inicio de sesión es demasiado antiguo o ya se usó. Vuelva al portal y empiece de nuevo.",
        "later": "Ahora mismo no se puede guardar. Recargue esta página en un minuto.",
    },
}
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    "<style>body{{font:1.05rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}"
    "button{{font:inherit;padding:.5rem 1.2rem}}</style>"
    "<main><h1>{title}</h1>{content}</main></html>"
)


class SignIns:
    """The page of a sign-in. `link`: to the database, as the ingress's role."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def answer(self, request: Request) -> Response:
        """GET asks, POST stores. A stranger who has no state learns nothing, and costs one look at an index."""
        texts, language = _texts(request)
        given = _bounded(request.query_params) if request.method == "GET" else await _form(request)
        if not given.get("state") or not (given.get("code") or given.get("error")):
            return _page(language, texts["page"], [texts["gone"]], status=400)
        digest = hashlib.sha256(given["state"].encode()).digest()
        try:
            found = await self._read(digest)
            if found is None:
                return _page(language, texts["page"], [texts["gone"]], status=404)
            title = texts["title"].format(**found)
            if given.get("error"):
                await self._store(digest, None, given["error"])
                return _page(language, title, [texts["refused"]])
            if request.method == "GET":
                words = [texts["ask"].format(**found), texts["not_you"]]
                return _page(language, title, words, given, texts["go"])
            stored = await self._store(digest, _sealed(found["seal_to"], digest, given), None)
            return _page(language, title, [texts["done" if stored else "gone"]])
        except (LinkDown, psycopg.Error) as error:
            log.error("A sign-in could not be stored.", extra={"error": type(error).__name__})
            return _page(language, texts["page"], [texts["later"]], status=503)

    async def _read(self, digest: bytes) -> dict[str, str] | None:
        row = await (await self._link.execute(b"select read_sign_in(%s)", [digest])).fetchone()
        found: dict[str, str] | None = row[0] if row else None
        return found

    async def _store(self, digest: bytes, sealed: str | None, refusal: str | None) -> bool:
        cursor = await self._link.execute(b"select answer_sign_in(%s, %s, %s)", [digest, sealed, refusal])
        row = await cursor.fetchone()
        return bool(row and row[0])


def _sealed(public_key: str, digest: bytes, given: Mapping[str, str]) -> str:
    """The code for the scripts alone, as f/portal_api/sealed_transport opens it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    content = json.dumps({"code": given["code"], "iss": given.get("iss", "")}).encode()
    key = X25519PublicKey.from_public_bytes(b64decode(public_key))
    return b64encode(suite.encrypt(content, key, b"chatmill sign-in\n" + digest)).decode()


def _bounded(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that count, none of them longer than it may be."""
    return {name: given[name] for name, most in LONGEST.items() if 0 < len(given.get(name, "")) <= most}


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            return {}
    return _bounded(dict(parse_qsl(bytes(body).decode("utf-8", "replace"))))


def _texts(request: Request) -> tuple[dict[str, str], str]:
    language = "es" if request.headers.get("accept-language", "").lower().startswith("es") else "en"
    return TEXTS[language], language


def _page(
    language: str,
    title: str,
    words: list[str],
    given: dict[str, Any] | None = None,
    go: str = "",
    status: int = 200,
) -> Response:
    content = "".join(f"<p>{html.escape(line)}</p>" for line in words)
    if given:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in given.items()
        )
        content += f'<form method="post" action="{PATH}">{fields}<button>{html.escape(go)}</button></form>'
    page = PAGE.format(language=language, title=html.escape(title), content=content)
    return HTMLResponse(page, status, HEADERS)
