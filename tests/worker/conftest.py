"""One warm interpreter for all tests here, and jobs run by its client as Windmill would run them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worker.support import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm() as running:
        yield running
