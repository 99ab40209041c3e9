"""Meta's endpoint: the handshake, and the webhooks that are answered with 200 once they are stored.

A bare ASGI endpoint: it runs thousands of times a second, so it makes no request and response objects.
"""

from __future__ import annotations

import hmac
import logging
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from ingress.body import BodyReader, Gone, NotRead
from ingress.inbox import Inbox, NotStored
from ingress.logs import Seldom
from ingress.metrics import Metrics
from ingress.parse import BadBody
from ingress.signature import Signature
from ingress.split import split

log = logging.getLogger(__name__)

_OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_END = {"type": "http.response.body", "body": b""}
_MORE = {405: [(b"allow", b"GET, POST")], 503: [(b"retry-after", b"5")]}
_CLOSING = (401, 405, 408, 413, 503)  # the body may not be read to its end: the connection can't go on


class Refused(Exception):
    """The webhook is answered with `status`; `text` is for a person, `reason` is a word for the counters."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.text = text


class Webhook:
    """The ASGI application behind /webhook."""

    def __init__(
        self, signature: Signature, verify_token: str, reader: BodyReader, inbox: Inbox, metrics: Metrics
    ) -> None:
        self._signature = signature
        self._verify_token = verify_token.encode()
        self._reader = reader
        self._inbox = inbox
        self._metrics = metrics
        self._seldom = Seldom(10.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "POST":
                await self._take(scope, receive)
                self._metrics.webhooks_accepted += 1
                await send(_OK)
                await send(_END)
                return
            challenge = self._shake_hands(scope)
        except Gone:
            self._metrics.webhooks_rejected["gone"] += 1
        except Refused as refused:
            self._count(refused)
            await _answer(send, refused.status, f"{refused.text}\n".encode())
        except Exception:
            # Whatever it was: not stored, so it has to come again.
            log.exception("A webhook failed in a way that nobody thought of.")
            self._metrics.webhooks_rejected["error"] += 1
            await _answer(send, 503, b"This could not be stored.\n")
        else:
            await _answer(send, 200, challenge)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        """Returns when all of the request's events are stored; Refused otherwise."""
        headers = dict(scope["headers"])
        given = headers.get(b"x-hub-signature-256")
        if not given:
            raise Refused(401, "unsigned", "X-Hub-Signature-256 is missing.")
        try:
            body = await self._reader.read(headers.get(b"content-length"), receive)
            if not self._signature.fits(given, body):
                raise Refused(401, "bad_signature", "X-Hub-Signature-256 does not fit the body.")
            events = split(body)
            if events:
                await self._inbox.put(events)
        except NotRead as error:
            raise Refused(
                error.status, error.reason, "The body is too large, too slow, or one too many."
            ) from None
        except BadBody as error:
            raise Refused(400, "bad_body", f"The body is no WhatsApp webhook: {error}.") from None
        except NotStored as error:
            raise Refused(503, error.reason, "This can't be stored now.") from None

    def _shake_hands(self, scope: Scope) -> bytes:
        if scope["method"] != "GET":
            raise Refused(405, "method", "Only GET and POST.")
        query: dict[str, list[str]] = parse_qs(
            scope["query_string"].decode("latin-1"), encoding="utf-8", errors="replace"
        )
        mode, token, challenge = (
            query.get(f"hub.{key}", [""])[0] for key in ("mode", "verify_token", "challenge")
        )
        fits = hmac.compare_digest(token.encode(), self._verify_token)
        if mode != "subscribe" or not fits or not challenge:
            raise Refused(403, "handshake", "The verify token does not fit.")
        log.info("Meta's handshake succeeded.")
        return challenge.encode()

    def _count(self, refused: Refused) -> None:
        self._metrics.webhooks_rejected[refused.reason] += 1
        if self._seldom.may(refused.reason):
            extra = {"status": refused.status, "reason": refused.reason}
            extra["so_far"] = self._metrics.webhooks_rejected[refused.reason]
            log.warning("A webhook was refused.", extra=extra)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", str(len(body)).encode()),
        *_MORE.get(status, []),
    ]
    if status in _CLOSING:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
