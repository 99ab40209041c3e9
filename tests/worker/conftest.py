"""One warm interpreter for all tests here, and jobs run by its client as Windmill would run them."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.worker.support import Warm


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A script that starts the suite in its background has it ignore Ctrl-C, which every process passes on to those it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="package")
def warm() -> Iterator[Warm]:
    with Warm() as running:
        yield running
