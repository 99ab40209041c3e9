"""A migrated database for the module, a tenant of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.sql.conversation import Conversation


@pytest.fixture(scope="module")
def migrated(new_product_database: Callable[[], str]) -> str:
    return new_product_database()


@pytest.fixture
def talk(migrated: str) -> Iterator[Conversation]:
    conversation = Conversation(migrated)
    yield conversation
    conversation.app.close()
    conversation.admin.close()
