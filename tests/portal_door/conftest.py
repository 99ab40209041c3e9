"""One door for the tests of this folder. Each test signs in people of its own, or ends what it has begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from tests.portal_door.house import SEED, Browser, House


@pytest.fixture(scope="package")
def house(new_product_database: Callable[[], str]) -> Iterator[House]:
    house = House(new_product_database())
    house.rows(SEED + "select 1")
    yield house
    house.stop()


@pytest.fixture(scope="package")
def door(house: House) -> Iterator[TestClient]:
    with house.open() as client:
        yield client


@pytest.fixture
def browser(house: House, door: TestClient) -> Callable[[], Browser]:
    """Makes browsers. Before the test, what other tests were counted for is forgotten."""
    house.rows("delete from door_counts returning 1")
    return lambda: Browser(door)
