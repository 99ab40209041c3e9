"""What all tests share: a real PostgreSQL with pgvector, started once a session, a fresh database for whoever asks."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import postgres


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A folder's tests share one running product, so with several processes (`make test` takes two) they stay in one of them."""
    tests = Path(__file__).parent
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.relative_to(tests).parts[0]))


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Postgres]:
    """A throwaway cluster; as root it must lie where an unprivileged user can reach it."""
    with tempfile.TemporaryDirectory(prefix="chatmill-test-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        server = postgres.start(Path(folder), password=secrets.token_urlsafe(12), durable=False)
        try:
            yield server
        finally:
            server.stop("immediate")


@pytest.fixture(scope="session")
def new_database(cluster: postgres.Postgres) -> Callable[[], str]:
    """Makes a fresh empty database; returns its superuser URL."""
    return lambda: cluster.create_database(f"test_{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def postgres_url(new_database: Callable[[], str]) -> str:
    """A fresh empty database, one for the session."""
    return new_database()
