# requirements: whatsapp
"""What a job's HTTP clients share: a TLS context, since reading the system's certificates takes a client some 20 ms, so a job does it once,
if at all; and a deadline that no server outlives.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable
from typing import TypeVar

import httpx2

Found = TypeVar("Found")


def within(seconds: float, request: Callable[[], Found]) -> Found:
    """What the request returns or raises; TimeoutError after so many seconds in all.

    A client's own time-out is for each piece of an answer: a server that sends white space to keep the connection alive has all the time it
    wants. A request that is given up ends by itself; neither the caller nor the job waits for it.
    """
    from concurrent.futures import Future
    from threading import Thread

    future: Future[Found] = Future()

    def ask() -> None:
        try:
            future.set_result(request())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return future.result(seconds)


def tls(url: str = "https:") -> ssl.SSLContext:
    """For a client's `verify`. Behind a plain `http:` address there is no certificate to check, so none is read; nothing else is trusted then."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("http:") else _system()


@functools.cache
def _system() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
