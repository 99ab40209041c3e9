# requirements: whatsapp
"""One HTTP request to an address that a tenant chose: sent under the guard against private addresses, and read as far as a worker can hold it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

MOST_READ = 2_000_000  # bytes of an answer; the rest is not read
MOST_REDIRECTS = 3
AGENT = {"user-agent": "chatbot"}
UNBOUNDED = 1 << 62
SENDING = "send_request_headers.started"  # of a connection that stands: from here on the server may act
# Answers that say: not here. After the others of 3xx the request has been taken.
NOT_HERE = (301, 302, 307, 308)


@dataclass
class Request:
    """What is sent. `headers` by name."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""


@dataclass
class Answer:
    """What came back. `cut`: there was more. `unreadable`: why the body could not be read, as a sentence; '' where it could."""

    status: int
    content_type: str
    body: bytes
    cut: bool = False
    unreadable: str = ""
    location: str = ""  # where a redirect leads
    challenge: str = ""  # what a 401 asks for


class NoAnswer(Exception):
    """Why there is no answer, in words without the request's headers. `begun`: the request may have reached the server."""

    def __init__(self, words: str, begun: bool) -> None:
        super().__init__(words)
        self.begun = begun


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address: who answers it. ValueError: it is none."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def send(
    request: Request, allowed_hosts: Iterable[str], seconds: float, most_read: int = MOST_READ
) -> Answer:
    """Sends a request and follows redirects within its origin. `most_read`: bytes of the answer. Raises NoAnswer."""
    import httpx2

    from f.common.ssrf import guarded_client

    begun = False

    async def trace(event: str, info: Any) -> None:
        nonlocal begun
        begun = begun or event.endswith(SENDING)

    exchange = _exchange(request, guarded_client(allowed_hosts, AGENT, seconds, UNBOUNDED), most_read, trace)
    try:
        return asyncio.run(asyncio.wait_for(exchange, seconds))
    except (TimeoutError, httpx2.TimeoutException):
        raise NoAnswer(f"did not answer within {seconds:g} s", begun) from None
    except httpx2.LocalProtocolError:  # quotes the header that can't be sent
        raise NoAnswer(
            "could not be sent: one of its headers has a character that no header can hold", False
        ) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise NoAnswer(f"could not be reached: {_words(error)}", begun) from None


async def _exchange(request: Request, opened: Any, most_read: int, trace: Any) -> Answer:
    async with opened as client:
        for _ in range(MOST_REDIRECTS + 1):
            async with client.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.content or None,
                extensions={"trace": trace},
            ) as response:
                answer = await _read(response, most_read)
            following = _redirected(request, answer)
            if following is None:
                return answer
            request = following
    return answer


async def _read(response: Any, most: int) -> Answer:
    from f.common.ssrf import TooLarge

    body, cut, unreadable = bytearray(), False, ""
    try:
        async for piece in response.aiter_raw():
            body += piece
            if cut := len(body) > most:
                break
    except TooLarge as error:
        unreadable = str(error)
    kind, location, challenge = (
        response.headers.get(name, "") for name in ("content-type", "location", "www-authenticate")
    )
    return Answer(response.status_code, kind, bytes(body[:most]), cut, unreadable, location, challenge)


def _redirected(request: Request, answer: Answer) -> Request | None:
    """The request that a redirect asks for; None: there is none, or it leads to another origin, where no key of this one may go."""
    if answer.status not in (*NOT_HERE, 303) or not answer.location:
        return None
    url = urljoin(request.url, answer.location)
    answer.location = url
    try:
        if origin_of(url) != origin_of(request.url):
            return None
    except ValueError:
        return None
    if answer.status == 303 or (answer.status in (301, 302) and request.method == "POST"):
        headers = {k: v for k, v in request.headers.items() if k.lower() != "content-type"}
        return Request("GET", url, headers)
    return replace(request, url=url)


def _words(error: BaseException) -> str:
    from f.common.addresses import ForbiddenHost

    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ForbiddenHost):
        cause = cause.__cause__ or cause.__context__
    return f"{type(cause or error).__name__}: {cause or error}"[:300]
