"""An inbox of one's own, and a stand-in for Windmill."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.ingress.support import Database, FakeWindmill


@pytest.fixture(scope="module")
def database(new_product_database: Callable[[], str]) -> Iterator[Database]:
    """A fresh database with the project's migrations."""
    url = new_product_database()
    inbox = Database(url)
    yield inbox
    inbox.connection.close()


@pytest.fixture
def windmill() -> Iterator[FakeWindmill]:
    """A recording Windmill that is up."""
    fake = FakeWindmill()
    fake.up()
    yield fake
    fake.down()
