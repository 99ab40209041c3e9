"""One warm interpreter for all tests here, and jobs run by its client as Windmill would run them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worker.support import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    # Generous with time: the tests run many processes on few cores. What 50 ms means is a test of its own.
    with Warm("--wait", "60") as running:
        yield running
