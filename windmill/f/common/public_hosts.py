# requirements:
# httpx2==2.16.2
"""HTTP to addresses that a tenant chose, without letting a tenant reach into the operator's network.

The check is made where the connection is: on the address that was resolved, for every connection and so for every redirect. A name that
resolves to something else between check and use gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2


class ForbiddenHost(OSError):
    """The host is private, local or a metadata address, and the operator has not allowed it."""


class _GuardedBackend(httpcore2.AnyIOBackend):
    """Connects to public addresses, and to those hosts (`name` or `name:port`) that the operator allows."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self._allowed = set(allowed)

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **kwargs: Any
    ) -> httpcore2.AsyncNetworkStream:
        if host in self._allowed or f"{host}:{port}" in self._allowed:
            return await super().connect_tcp(host, port, *args, **kwargs)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        for address in addresses:
            if not ipaddress.ip_address(address.split("%")[0]).is_global:
                raise ForbiddenHost(
                    f"{host} is not a public address; an operator can allow it in f/chatbot/settings, allowed_private_hosts"
                )
        return await super().connect_tcp(addresses[0], port, *args, **kwargs)


def guarded_client(
    allowed_hosts: Iterable[str], headers: dict[str, str], timeout_s: float
) -> httpx2.AsyncClient:
    """An HTTP client that refuses private addresses, except for the allowed hosts. Proxies from the environment are not used."""
    transport = httpx2.AsyncHTTPTransport()
    transport._pool = httpcore2.AsyncConnectionPool(
        ssl_context=httpx2.create_ssl_context(), network_backend=_GuardedBackend(allowed_hosts)
    )
    return httpx2.AsyncClient(transport=transport, headers=headers, timeout=timeout_s, trust_env=False)
