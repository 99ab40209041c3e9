"""Faults that a test orders for coming sends."""

import asyncio
from typing import Any

import uvicorn
from pydantic.dataclasses import dataclass
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.meta.config import STRICT

MODES = (
    "error",
    "error_after_accept",
    "timeout_before",
    "timeout_after_accept",
    "drop_before",
    "drop_after_accept",
    "slow",
    "slow_after_accept",
)


class Dropped(Exception):
    """The connection is gone, so no response can be sent."""


@dataclass(config=STRICT)
class Fault:
    """One order: the next `next` sends (to `to`, if given) go wrong in this way."""

    next: int = 1
    mode: str = "error"
    status: int | None = None
    code: int = 131000
    delay_s: float = 30.0
    to: str | None = None


class Faults:
    """Orders are used up in the order in which they came."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def take(self, recipient: str) -> Fault | None:
        for order in self.orders:
            if order.to is None or order.to.lstrip("+") == recipient.lstrip("+"):
                order.next -= 1
                if order.next <= 0:
                    self.orders.remove(order)
                return order
        return None


# Connections by the client's address: ASGI has no way to break one off, a real network does.
transports: dict[Any, asyncio.Transport] = {}


class BreakableProtocol(H11Protocol):
    """uvicorn's protocol, with a handle on the connection under it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        transports.pop(self.client, None)
        super().connection_lost(exc)


async def break_off(request: Request) -> None:
    """Close the connection without a response, and wait until the server has noticed."""
    transport = transports.get(tuple(request.client) if request.client else None)
    if transport is None:
        raise RuntimeError("This server can't break connections off.")
    transport.abort()
    await gone(request)


async def hold(request: Request, seconds: float) -> None:
    """Let the client wait; come back early when it gave up."""
    try:
        await asyncio.wait_for(gone(request), seconds)
    except TimeoutError:
        return


async def gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def configure(app: Any, log_level: str) -> uvicorn.Config:
    """uvicorn's settings for a server whose connections can be broken off."""
    return uvicorn.Config(
        app,
        http=BreakableProtocol,
        ws="none",
        access_log=False,
        date_header=False,  # the application says the time by its own clock
        log_level=log_level,
        timeout_graceful_shutdown=2,
    )
