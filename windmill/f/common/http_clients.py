# requirements:
# httpx2==2.16.2
"""The TLS context that a job's HTTP clients share: to read the system's certificates takes some 20 ms, so a job does it once, if at all."""

from __future__ import annotations

import functools
import ssl

import httpx2


def tls(url: str = "https:") -> ssl.SSLContext:
    """For a client's `verify`. Behind a plain `http:` address there is no certificate to check, so none is read; nothing else is trusted then."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("http:") else _system()


@functools.cache
def _system() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
