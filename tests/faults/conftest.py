"""One product for all tests of faults: each leaves it running, with every message answered."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.faults.storm import Storm, brought_up


@pytest.fixture(scope="session")
def seed_of_storm() -> int:
    """What the storm's choices follow from; FAULTS_SEED replays a run's."""
    return int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))


@pytest.fixture(scope="session")
def storm() -> Iterator[Storm]:
    with brought_up("chatmill-faults-") as weather:
        yield weather
