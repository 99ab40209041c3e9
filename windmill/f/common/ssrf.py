# requirements: whatsapp
"""HTTP to addresses that a tenant chose, without letting a tenant reach into the operator's network or flood a worker.

The check is made where the connection is: on the address that was resolved, for every connection and so for every redirect. A name that
resolves to something else between check and use gains nothing: the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore2
import httpx2

from f.common.addresses import ForbiddenHost, is_allowed, is_public
from f.common.deadline import in_thread
from f.common.http_clients import tls
from f.common.problems import Problem

MOST_BYTES = 2_000_000  # of one answer; a server that sends more is cut off while it sends


class TooLarge(Problem, OSError):
    """The answer is larger than a worker should hold."""


class _GuardedBackend(httpcore2.AnyIOBackend):
    """Connects to public addresses, and to those hosts (`name` or `name:port`) that the operator allows."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self._allowed = list(allowed)

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore2.AsyncNetworkStream:
        name = host.lower().rstrip(".").strip("[]")
        if is_allowed(host, port, self._allowed):
            return await super().connect_tcp(host, port, *args, **kwargs)
        try:
            found = await _resolved(name, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} is not known: {error}") from None
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        # One private address among public ones is reason enough: which of them answers would be a matter of luck.
        if not addresses or not all(is_public(address) for address in addresses):
            raise ForbiddenHost("host_private", host=host)
        return await super().connect_tcp(addresses[0], port, *args, **kwargs)

    async def connect_unix_socket(self, path: str, *args: Any, **kwargs: Any) -> httpcore2.AsyncNetworkStream:
        raise ForbiddenHost("host_private", host=path)


async def _resolved(name: str, port: int) -> list[Any]:
    """What the name stands for, as socket.getaddrinfo has it. In a thread of its own that nobody waits for: asyncio has a few for all names, and a
    tenant's name server that does not answer would keep the other tenants' names waiting, and the run at its end."""

    def look_up() -> list[Any]:
        return [*socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]

    return await asyncio.wrap_future(in_thread(look_up))


class _Counted(httpx2.AsyncByteStream):
    """A body that ends in an error when it grows too large, or at once where it is refused: the answer's status is known all the same."""

    def __init__(self, body: Any, most: int, refusal: TooLarge | None) -> None:
        self._body, self._most, self._refusal = body, most, refusal

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._refusal:
            raise self._refusal
        seen = 0
        async for piece in self._body:
            seen += len(piece)
            if seen > self._most:
                raise TooLarge("answer_too_large", most=self._most / 1_000_000)
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    """Guards where it connects and how much comes back. Compressed answers are refused: a small one can unpack to any size."""

    def __init__(self, allowed: Iterable[str], most_bytes: int) -> None:
        super().__init__(verify=tls())
        self._most = most_bytes
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls(), network_backend=_GuardedBackend(allowed)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        refusal = None
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            refusal = TooLarge("answer_compressed")
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._most:
            refusal = TooLarge("answer_too_large", most=self._most / 1_000_000)
        response.stream = _Counted(response.stream, self._most, refusal)
        return response


def guarded_client(
    allowed_hosts: Iterable[str], headers: dict[str, str], timeout_s: float, most_bytes: int = MOST_BYTES
) -> httpx2.AsyncClient:
    """An HTTP client that refuses private addresses, except for the allowed hosts. Proxies from the environment are not used, and
    redirects are not followed: they would carry the headers, and so the secrets, to whoever is named."""
    return httpx2.AsyncClient(
        transport=_GuardedTransport(allowed_hosts, most_bytes),
        headers=headers,
        timeout=timeout_s,
        trust_env=False,
        follow_redirects=False,
    )


def post_json(
    url: str,
    body: dict[str, Any],
    allowed_hosts: Iterable[str],
    timeout_s: float = 10,
    *,
    secrets: list[bytes],
) -> int:
    """Posts to an address that a tenant chose, with a signature (f/common/webhook_signature.py); returns the HTTP status. Raises OSError or
    httpx2.HTTPError."""
    from f.common.webhook_signature import signature_headers

    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {"content-type": "application/json", **signature_headers(secrets, raw)}

    async def post() -> int:
        async with guarded_client(allowed_hosts, headers, timeout_s, most_bytes=100_000) as client:
            async with client.stream("POST", url, content=raw) as response:
                return response.status_code

    return asyncio.run(asyncio.wait_for(post(), timeout_s))
