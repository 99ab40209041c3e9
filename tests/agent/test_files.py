"""Files of the knowledge base that a chatbot may send: named in the tool's schema, refused otherwise, only with an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.agent.conftest import Bench
from tests.agent.vendors import UNKNOWN, call

SEND = call("send_document", {"document": "Returns"})


@pytest.fixture
def files(bench: Bench) -> Iterator[Bench]:
    """A shop that sends its documents, as they are after ingestion."""
    bench.rows("update documents set media_type = 'application/pdf', sendable = true")
    bench.set(send_documents=True)
    yield bench
    bench.rows("update documents set media_type = null, sendable = true, size_bytes = 1, state = 'ready'")


def tool(bench: Bench) -> dict[str, Any] | None:
    """What the model was told of the tool."""
    offered = bench.openai.asked[0]["tools"]
    return next((t["function"] for t in offered if t["function"]["name"] == "send_document"), None)


def test_the_schema_names_what_may_be_sent(files: Bench) -> None:
    result = files.ask("Can you send me the returns document?", SEND, "Here it is.")
    offered = tool(files)
    assert offered is not None
    assert offered["parameters"]["properties"]["document"]["enum"] == ["Returns"], (
        "and nothing of another tenant"
    )
    assert (result["reply"], result["answered"], len(result["documents"])) == ("Here it is.", True, 1)


def test_gemini_reads_the_same_schema(files: Bench) -> None:
    files.set(provider="gemini", model="gemini-2.5-flash")
    files.gemini.says(SEND, "Here it is.")
    result = files.ask("Can you send me the returns document?")
    assert len(result["documents"]) == 1
    declared = files.gemini.asked[0]["tools"][0]["functionDeclarations"]
    assert "Returns" in str(next(d for d in declared if d["name"] == "send_document"))


@pytest.mark.parametrize(
    "change",
    [
        "update documents set sendable = false",
        "update documents set media_type = 'application/x-qa+json'",
        "update documents set media_type = 'image/png', size_bytes = 6000000",
        "update documents set state = 'processing'",
        "update chatbots set send_documents = false",
    ],
)
def test_without_a_file_that_may_be_sent_there_is_no_tool(files: Bench, change: str) -> None:
    files.rows(change)
    result = files.ask("Can you send me the returns document?", SEND, "Here it is.")
    assert tool(files) is None
    assert result["documents"] == []
    assert not result["answered"]
    assert "no tool 'send_document'" in result["trace"][0]["outcome"] and "Here it is" not in result["reply"]


def test_another_title_is_refused_in_words(files: Bench) -> None:
    other = call("send_document", {"document": "Guide"})
    result = files.ask("Can you send me the guide?", other, UNKNOWN)
    assert result["documents"] == []
    assert "there is no file 'Guide'; there are: Returns" in result["trace"][0]["outcome"]


def test_a_figure_is_not_believed_because_a_file_goes_along(files: Bench) -> None:
    result = files.ask("Send me the returns document", SEND, "Here it is. Returns cost 99 EUR.")
    assert not result["answered"]
    assert result["documents"] == [], "no file without the words that announce it"


def test_a_picture_is_offered_like_a_document(files: Bench) -> None:
    files.rows("update documents set media_type = 'image/jpeg'")
    assert len(files.ask("Send me the returns picture", SEND, "Here it is.")["documents"]) == 1
