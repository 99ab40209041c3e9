"""Contradictions as the owner sees and settles them: found by the ingestion, gone with a document, a correction, or when they are dismissed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from f.ingest import compare
from tests.knowledge.conftest import vector
from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, Portal
from tests.portal.test_passages import EDITOR, PASSAGES, endpoint, put  # noqa: F401

SCRIPT = "f.portal_api.contradictions"


def listed(portal: Portal) -> list[dict[str, Any]]:
    answer = portal.ask("viewer@alpha.example", SCRIPT, "list")
    assert answer["total"] == len(answer["contradictions"])
    return list(answer["contradictions"])


@pytest.fixture
def documents(portal: Portal, endpoint: Endpoint) -> tuple[str, str]:  # noqa: F811
    one = put(portal, "Express delivery: EUR 11.90", "faq.md")
    other = put(portal, "Express delivery costs EUR 12.90.", "shipping.md")
    for document in (one, other):
        assert compare.main(document, A, portal.db) == {"state": "ready", "contradictions": 1, "whole": True}
    return one, other


def test_a_contradiction_names_both_places(portal: Portal, documents: tuple[str, str]) -> None:
    (pair,) = listed(portal)
    places = {place["title"]: place for place in pair["places"]}
    assert places["faq"]["said"] == "Express delivery: EUR 11.90"
    assert places["shipping"]["said"] == "Express delivery costs EUR 12.90."
    assert {place["document_id"] for place in pair["places"]} == set(documents)
    assert portal.ask("owner@beta.example", SCRIPT, "list")["contradictions"] == []


def test_it_goes_with_a_passage_that_is_left_out(portal: Portal, documents: tuple[str, str]) -> None:
    place = listed(portal)[0]["places"][0]
    asked = {"document_id": place["document_id"], "ordinal": place["ordinal"], "was": place["passage"]}
    assert portal.ask(EDITOR, PASSAGES, "edit", **asked, text=place["passage"], left_out=True)["ok"]
    assert listed(portal) == []
    compare.main(documents[0], A, portal.db)
    assert listed(portal) == []


def test_it_goes_with_a_document(portal: Portal, documents: tuple[str, str]) -> None:
    assert portal.ask(EDITOR, "f.portal_api.documents", "delete", document_id=documents[0])["ok"]
    assert listed(portal) == []


def test_it_goes_when_a_new_version_says_the_same(portal: Portal, documents: tuple[str, str]) -> None:
    newer = put(portal, "Express delivery: EUR 12.90", "faq.md", replaces=documents[0])
    compare.main(newer, A, portal.db)
    assert listed(portal) == []


def test_what_is_dismissed_does_not_come_back(portal: Portal, documents: tuple[str, str]) -> None:
    (pair,) = listed(portal)
    assert portal.ask(EDITOR, SCRIPT, "dismiss", contradiction_id=pair["id"])["ok"]
    for document in documents:
        compare.main(document, A, portal.db)
    assert listed(portal) == []
    assert portal.ask(EDITOR, SCRIPT, "dismiss", contradiction_id=pair["id"])["refused"] == "not_found"


def test_a_document_of_600_pages_is_compared_within_its_time(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        compare, "PATIENCE_S", 5
    )  # less than the whole takes: it ends at the time, not at the text's end
    put(portal, "Express delivery: EUR 11.90", "faq.md")
    long = put(portal, "Express delivery costs EUR 12.90.", "long.md")
    portal.rows(
        "with made as (insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading, tokens, text,"
        " language, words) select %s, %s, 1, n, n / 5 + 1, 0, n / 5 + 1, 1, '', 200, string_agg('Article number ' || n || ' of part ' || m ||"
        " ' costs EUR ' || m || '.50 this season.', E'\\n'), 'english', '' from generate_series(1, 3000) n, generate_series(1, 8) m group by n"
        " returning id, tenant_id) insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)"
        " select 1, id, tenant_id, %s::vector from made",
        A,
        long,
        vector(3),
    )
    began = time.monotonic()
    result = compare.main(long, A, portal.db)
    seconds = time.monotonic() - began
    print(f"{seconds:.1f} s", result)
    assert seconds < compare.PATIENCE_S + 15
    assert len(listed(portal)) == 1
