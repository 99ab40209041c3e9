"""One product for all tests of faults: each leaves it running, with every message answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.storm import Storm, brought_up, seed_of_run


@pytest.fixture(scope="session")
def seed_of_storm() -> int:
    return seed_of_run()


@pytest.fixture(scope="package")
def storm() -> Iterator[Storm]:
    with brought_up("chatmill-faults-") as weather:
        yield weather
