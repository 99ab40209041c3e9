"""Answers to unanswered questions that are put into the draft of the Q&A pairs: each becomes a test when it is published, and none before."""

from __future__ import annotations

from typing import Any

import pytest

from f.common.database import Database, as_tenant
from f.portal_api.case_proposals import free_title
from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import A, Portal, talked
from tests.portal.test_cases import CASES, Asked, finish, save
from tests.portal.test_qa_drafts import (  # noqa: F401
    EDITOR,
    act,
    bot,
    endpoint,
    listed,
    publish,
    read,
    revision,
)

BICYCLES, ANSWER = "Do you sell bicycles?", "Yes, from EUR 300."


def correct(portal: Portal, turn: str, answer: str = ANSWER, **fields: Any) -> dict[str, Any]:
    """Puts an answer to an unanswered question into the draft, as the page does."""
    pairs = [{"question": BICYCLES, "answer": answer, "turn_id": turn}]
    return act(portal, "import", pairs=pairs, draft=True, **fields)


def cases_of(portal: Portal) -> list[tuple[str, str, list[str]]]:
    cases = portal.ask(EDITOR, CASES, "list", phone_number_id="1001")["cases"]
    return [(case["question"], case["origin"], case["expected"]["must_say"]) for case in cases]


def test_a_drafted_answer_is_a_test_once_it_is_published(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    conversation: dict[str, str],
    bot: Asked,  # noqa: F811
) -> None:
    assert correct(portal, conversation["turn"])["added"] == 1
    assert correct(portal, conversation["turn"])["added"] == 0, "its answer was lost, and the page asks again"
    pair = listed(portal)[BICYCLES]["id"]
    act(portal, "update", pair_id=pair, question=BICYCLES, answer="Yes, from EUR 250.", draft=True)
    read(portal, endpoint)
    assert cases_of(portal) == []
    assert publish(portal)["version"] == 1
    assert cases_of(portal) == [(BICYCLES, "correction", ["EUR 250"])], "as it was published"
    act(portal, "update", pair_id=pair, question=BICYCLES, answer="Yes, from EUR 200.", draft=True)
    read(portal, endpoint)
    (asked,) = publish(portal)["runs"]
    bot.says = {(BICYCLES, "draft:qa_pairs"): "Yes, from EUR 200.", (BICYCLES, ""): "Yes, from EUR 250."}
    (red,) = finish(portal, asked["run"])["red"]
    assert red["title"] == BICYCLES
    assert publish(portal, "owner@alpha.example", reason="It is cheaper now.")["version"] == 2
    assert len(cases_of(portal)) == 1


def test_a_test_that_can_not_be_made_stops_no_publication(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    conversation: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(portal, "Another one", title=BICYCLES, enabled=False)
    monkeypatch.setattr("f.portal_api.case_proposals.free_title", lambda *_: BICYCLES)
    correct(portal, conversation["turn"])
    read(portal, endpoint)
    assert publish(portal)["version"] == 1
    assert [question for question, *_ in cases_of(portal)] == ["Another one"]


@pytest.mark.parametrize("title", ["İade olur mu?", "STRASSE", "Straße?", "Do you sell bicycles?"])
def test_a_second_test_of_the_same_words_has_a_number(portal: Portal, title: str) -> None:
    with Database.open(portal.db) as database, as_tenant(database.conn, A) as conn:
        assert free_title(conn, "1001", title) == title
    save(portal, "Another one", title=title, enabled=False)
    with Database.open(portal.db) as database, as_tenant(database.conn, A) as conn:
        assert free_title(conn, "1001", title) == f"{title} (2)"


def test_what_is_discarded_makes_no_test(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    conversation: dict[str, str],
) -> None:
    correct(portal, conversation["turn"])
    assert act(portal, "discard", revision=revision(portal), pair_id=listed(portal)[BICYCLES]["id"])["ok"]
    correct(portal, conversation["turn"])
    assert act(portal, "discard", revision=revision(portal))["ok"]
    act(portal, "import", pairs=[{"question": BICYCLES, "answer": ANSWER}], draft=True)
    read(portal, endpoint)
    assert publish(portal)["version"] == 1 and cases_of(portal) == []


def test_a_customer_who_is_erased_leaves_no_test(
    portal: Portal,
    endpoint: Endpoint,  # noqa: F811
    conversation: dict[str, str],
) -> None:
    correct(portal, conversation["turn"])
    read(portal, endpoint)
    with Database.open(portal.db) as database:
        database.of_tenant(A).value("select erase_contact(%s)", conversation["contact"])
    assert publish(portal)["version"] == 1 and cases_of(portal) == []


def test_only_an_unanswered_question_of_the_business_is_one(portal: Portal) -> None:
    other = talked(portal, A, "1001", "34600000002", "Open?", "answered")["turn"]
    assert correct(portal, other)["refused"] == "not_found"
    assert act(portal, "list")["draft"] is None
