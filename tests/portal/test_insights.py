"""What a business learns from its conversations: how fast customers hear, how long they wait for a person, what they ask about."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.whatsapp import graph_api
from tests.portal.conftest import A, Portal, talked

OWNER, VIEWER, AGENT = (f"{role}@alpha.example" for role in ("owner", "viewer", "agent"))
SEARCH = ("search_knowledge_base",)


def insights(portal: Portal, action: str, **fields: Any) -> dict[str, Any]:
    return portal.ask(VIEWER, "f.portal_api.insights", action, **fields)


def test_one_slow_reply_does_not_move_the_median_and_shows_in_the_tail(portal: Portal) -> None:
    for n in range(18):
        talked(portal, A, "1001", f"3460000{n:04}", "Open?", "answered", seconds=2)
    for n in range(18, 20):
        talked(portal, A, "1001", f"3460000{n:04}", "Open?", "answered", seconds=300)
    answer = insights(portal, "get", days=14, zone="Europe/Madrid")
    today, now = answer["days"][-1], answer["halves"]["now"]
    for times in (today, now):
        assert times["median_s"] == pytest.approx(2, rel=0.06)
        assert times["p95_s"] == pytest.approx(300, rel=0.06)
    assert today["response_s"] > 20, "a mean hides both"
    assert answer["days"][-2]["median_s"] is None
    assert answer["halves"]["before"]["median_s"] is None


def test_a_handoff_counts_until_a_person_writes(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {"state": "sent", "message_id": "wamid.1", "code": None, "error": None}
    monkeypatch.setattr(graph_api.GraphApi, "send", lambda *_: sent)
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    portal.store_whatsapp_token(A)
    met, alone = (
        talked(portal, A, "1001", f"3460000000{n}", "A person, please", "handed_off") for n in (1, 2)
    )
    portal.rows("update handoffs set created_at = created_at - interval '10 minutes'")
    reply = {"contact_id": met["contact"], "reply_id": str(uuid.uuid4()), "body": "Here I am."}
    assert portal.ask(AGENT, "f.portal_api.conversations", "reply", **reply)["ok"] is True
    now = insights(portal, "get", days=14)["halves"]["now"]
    assert (now["handoffs_begun"], now["handoffs_met"]) == (2, 1)
    assert now["handoff_median_s"] == pytest.approx(600, abs=60)
    assert alone["contact"] != met["contact"]


def test_figures_are_there_for_each_number(portal: Portal) -> None:
    portal.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values ('1003', %s, 'Alpha West')", A
    )
    talked(portal, A, "1001", "34600000001", "Open?", "answered", seconds=2)
    talked(portal, A, "1003", "34600000002", "Open?", "answered", seconds=60)
    talked(portal, A, "1003", "34600000003", "Parking?", "unanswered", seconds=60)
    every = insights(portal, "get", days=2)
    assert [n["name"] for n in every["numbers"]] == ["Alpha", "Alpha West"]
    west = insights(portal, "get", days=2, phone_number_id="1003")
    today = lambda answer: answer["days"][-1]  # noqa: E731
    assert (today(every)["messages_in"], today(west)["messages_in"]) == (3, 2)
    assert (today(every)["answered"], today(west)["answered"], today(west)["unanswered"]) == (2, 1, 1)
    assert today(west)["median_s"] == pytest.approx(60, rel=0.06)
    assert insights(portal, "get", days=2, phone_number_id="1002")["days"][-1]["messages_in"] == 0, "Beta's"


def test_topics_are_of_all_questions_and_talk_is_none(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def embed(texts: list[str], *_: Any) -> list[list[float]]:
        asked.extend(texts)
        return [[1.0, 0.01, 2.0 * ("parking" in t)] + [0.0] * 381 for t in texts]

    monkeypatch.setattr("f.models.embeddings.embed", embed)
    talked(portal, A, "1001", "34600000001", "When do you open?", "answered", tools=SEARCH)
    talked(portal, A, "1001", "34600000002", "What are your hours?", "answered", tools=("(note)", *SEARCH))
    talked(portal, A, "1001", "34600000003", "Are you open on Sunday?", "unanswered", tools=SEARCH)
    talked(portal, A, "1001", "34600000004", "Is there parking?", "answered", tools=("get_parking",))
    talked(portal, A, "1001", "34600000005", "thanks!", "answered", tools=("(note)",))
    talked(portal, A, "1001", "34600000006", "yes please", "handed_off", tools=("hand_off",))
    answer = insights(portal, "list_topics", days=7)
    assert answer["questions"] == 4
    first, second = answer["topics"]
    assert (first["asked"], first["unanswered"], second["question"]) == (3, 1, "Is there parking?")
    assert set(first["examples"]) == {"When do you open?", "What are your hours?", "Are you open on Sunday?"}
    assert insights(portal, "list_topics", days=7)["topics"] == answer["topics"]
    assert len(asked) == 4, "a question is embedded once"
    unanswered = insights(portal, "list_unanswered")["groups"]
    assert [g["question"] for g in unanswered] == ["Are you open on Sunday?"], "a topic is no open question"
    assert insights(portal, "list_topics", days=7, phone_number_id="1002")["topics"] == []
    assert insights(portal, "list_topics", days=0)["refused"] == "whole_number_out_of_range"
