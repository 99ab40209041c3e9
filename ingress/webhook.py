"""Meta's endpoint: answers the handshake, and answers each webhook with 200 once its events are stored.

A bare ASGI endpoint without request and response objects, because it runs thousands of times a second.
"""

from __future__ import annotations

import hmac
import logging
from time import perf_counter, time_ns
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from ingress.body import BodyReader, ClientGone, NotRead
from ingress.inbox import Inbox, NotStored
from ingress.logs import LogRateLimiter
from ingress.metrics import Metrics
from ingress.parse import BadBody
from ingress.signature import Signature
from ingress.split import Event, split

if TYPE_CHECKING:
    from ingress.tracing import Tracing

log = logging.getLogger(__name__)

_OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_END = {"type": "http.response.body", "body": b""}
_MORE = {405: [(b"allow", b"GET, POST")], 503: [(b"retry-after", b"5")]}
_CLOSING = (
    401,
    405,
    408,
    413,
    503,
)  # the rest of the body may still be unread, so the connection can't be used again


class Refused(Exception):
    """The webhook is answered with `status` and `text`; `reason` is a word for the counters."""

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
        self._observe_ack = metrics.ack_seconds.observe
        self._log_limit = LogRateLimiter(10.0)
        self.tracing: Tracing | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "POST":
                begun_at = perf_counter()
                events = await self._store(scope, receive)
                took_s = perf_counter() - begun_at
                self._observe_ack(took_s)
                await send(_OK)
                await send(_END)
                if self.tracing is not None:
                    now_ns = time_ns()
                    self.tracing.received(events, now_ns - int(took_s * 1e9), now_ns)
                return
            challenge = self._verify(scope)
        except ClientGone:
            self._metrics.webhooks_rejected.labels("gone").inc()
        except Refused as refused:
            self._count(refused)
            await _respond(send, refused.status, f"{refused.text}\n".encode())
        except Exception:
            # It may not be stored, so Meta has to send it again.
            log.exception("Unexpected error while handling a webhook.")
            self._metrics.webhooks_rejected.labels("error").inc()
            await _respond(send, 503, b"The webhook could not be stored. Send it again.\n")
        else:
            await _respond(send, 200, challenge)

    async def _store(self, scope: Scope, receive: Receive) -> list[Event]:
        """The request's events, once all of them are stored; raises Refused otherwise."""
        headers = dict(scope["headers"])
        signature = headers.get(b"x-hub-signature-256")
        if not signature:
            raise Refused(401, "unsigned", "X-Hub-Signature-256 is missing.")
        try:
            body = await self._reader.read(headers.get(b"content-length"), receive)
            if not self._signature.fits(signature, body):
                raise Refused(401, "bad_signature", "X-Hub-Signature-256 does not match the body.")
            events = split(body)
            if events:
                await self._inbox.put(events)
            return events
        except NotRead as error:
            raise Refused(error.status, error.reason, error.text) from None
        except BadBody as error:
            raise Refused(400, "bad_body", f"The body is not a WhatsApp webhook: {error}.") from None
        except NotStored as error:
            raise Refused(
                503, error.reason, "The webhook can't be stored at the moment. Send it again."
            ) from None

    def _verify(self, scope: Scope) -> bytes:
        if scope["method"] != "GET":
            raise Refused(405, "method", "Only GET and POST are allowed.")
        query: dict[str, list[str]] = parse_qs(
            scope["query_string"].decode("latin-1"), encoding="utf-8", errors="replace"
        )
        mode, token, challenge = (
            query.get(f"hub.{key}", [""])[0] for key in ("mode", "verify_token", "challenge")
        )
        fits = hmac.compare_digest(token.encode(), self._verify_token)
        if mode != "subscribe" or not fits or not challenge:
            raise Refused(403, "handshake", "The verify token does not match.")
        log.info("Meta's handshake succeeded.")
        return challenge.encode()

    def _count(self, refused: Refused) -> None:
        self._metrics.webhooks_rejected.labels(refused.reason).inc()
        if self._log_limit.allow(refused.reason):
            refusals = self._metrics.total("webhooks_rejected_total")
            log.warning(
                "A webhook was refused.",
                extra={"status": refused.status, "reason": refused.reason, "refusals_so_far": refusals},
            )


async def _respond(send: Send, status: int, body: bytes) -> None:
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
