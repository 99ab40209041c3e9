"""One product for all tests of faults: each leaves it running, with every message answered."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Storm


@pytest.fixture(scope="session")
def seed_of_storm() -> int:
    """What the storm's choices follow from; FAULTS_SEED replays a run's."""
    return int(os.environ.get("FAULTS_SEED") or random.randrange(10**6))


@pytest.fixture(scope="session")
def storm() -> Iterator[Storm]:
    folder = Path(tempfile.mkdtemp(prefix="chatmill-faults-", dir="/var/tmp"))
    folder.chmod(0o755)
    weather = Storm(folder)
    try:
        weather.start()
        yield weather
    finally:
        weather.stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
