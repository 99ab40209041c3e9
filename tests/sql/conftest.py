"""A migrated database for the module, a tenant of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.sql.conversation import Conversation
from tests.sql.platform import Platform


@pytest.fixture(scope="module")
def migrated(new_product_database: Callable[[], str]) -> str:
    return new_product_database()


@pytest.fixture
def talk(migrated: str) -> Iterator[Conversation]:
    conversation = Conversation(migrated)
    yield conversation
    conversation.app.close()
    conversation.admin.close()


@pytest.fixture
def platform(new_product_database: Callable[[], str]) -> Iterator[Platform]:
    made = Platform(new_product_database())
    yield made
    for talk in made.talks:
        talk.app.close()
        talk.admin.close()
    made.ingress.close()
    made.admin.close()
