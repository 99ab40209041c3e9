"""What an embeddings endpoint may answer with: vectors, or a sentence for the operator comes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from f.models.embeddings import EmbeddingError, embed
from tests.ingress.support import FakeWindmill


@pytest.fixture
def endpoint() -> Iterator[FakeWindmill]:
    """Any server that answers posts as told will do."""
    fake = FakeWindmill()
    fake.up()
    yield fake
    fake.down()


@pytest.mark.parametrize(
    "answer",
    ["", "<html>", "null", "[]", "{}", '{"data": null}', '{"data": [1]}', '{"data": [{"embedding": "AAAA"}]}',
     '{"data": [{"embedding": [null, 1]}]}', '{"data": [{"index": "a", "embedding": []}, {"index": 1, "embedding": []}]}'],
)  # fmt: skip
def test_an_answer_without_vectors_is_a_sentence(endpoint: FakeWindmill, answer: str) -> None:
    endpoint.answer = lambda post: (200, answer)
    with pytest.raises(EmbeddingError, match="something else than vectors"):
        embed(["words"], {"base_url": endpoint.url, "api_key": "k"}, "some-model", 2)


def test_another_number_of_vectors_or_dimensions_is_named(endpoint: FakeWindmill) -> None:
    endpoint.answer = lambda post: (200, '{"data": [{"embedding": [1, 2, 3]}]}')
    resource = {"base_url": endpoint.url, "api_key": "k"}
    assert embed(["words"], resource, "some-model", 3) == [[1.0, 2.0, 3.0]]
    with pytest.raises(EmbeddingError, match="did not return 1 vectors of 2 dimensions"):
        embed(["words"], resource, "some-model", 2)
