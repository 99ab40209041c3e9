"""A deadline for a request as a whole, which no server outlives. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")


def run_with_deadline(seconds: float, request: Callable[[], Result]) -> Result:
    """What the request returns or raises; TimeoutError after so many seconds in all.

    A client's own time-out is for each piece of a response: a server that sends white space keeps the connection open for ever. An abandoned
    request keeps running in a daemon thread until it ends by itself; nothing waits for it.
    """
    return in_thread(request).result(seconds)


def in_thread(request: Callable[[], Result]) -> Future[Result]:
    """The request under way in a daemon thread of its own, for which nobody need wait."""
    from concurrent.futures import Future
    from threading import Thread

    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()  # whoever waits no more can't cancel it: it ends by itself

    def run() -> None:
        try:
            future.set_result(request())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
