"""What the portal says of a question that the bot could not answer and a human has answered since."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest

from tests.portal.conftest import A, Portal, talked
from tests.portal.test_work import AGENT, OWNER, SENT, UNREACHED, Meta


@pytest.fixture(autouse=True)
def vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("f.models.embeddings.embed", lambda texts, *_: [[1.0] + [0.0] * 383 for _ in texts])


def answered(portal: Portal, contact: str) -> tuple[bool, list[bool]]:
    """Whether the thread says so of the bot's words, and the list of unanswered questions of each question."""
    thread = portal.ask(OWNER, "f.portal_api.conversations", "get", contact_id=contact)["messages"]
    (bot,) = [m for m in thread if m["body"] == "I don't know."]
    groups = portal.ask(OWNER, "f.portal_api.insights", "list_unanswered")["groups"]
    return bot["answered_by_human"], [q["answered_by_human"] for g in groups for q in g["questions"]]


def reply(portal: Portal, contact: str) -> dict[str, Any]:
    asked = {"contact_id": contact, "reply_id": str(uuid.uuid4()), "body": "We don't, sorry."}
    return portal.ask(AGENT, "f.portal_api.conversations", "reply", **asked)


def unanswered_today(portal: Portal) -> int:
    return portal.ask(OWNER, "f.portal_api.insights", "get", days=1)["days"][0]["unanswered"]


def test_a_colleagues_answer_shows_and_the_bots_figures_stay(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = talked(portal, A, "1001", "34600000002", "Is there parking?")
    Meta(portal, monkeypatch, SENT)
    assert answered(portal, conversation["contact"]) == (False, [False, False])
    assert reply(portal, conversation["contact"])["state"] == "sent"
    said, listed = answered(portal, conversation["contact"])
    assert (said, sorted(listed)) == (True, [False, True]), (
        "the bot still can't: the question stays in the list"
    )
    assert answered(portal, other["contact"])[0] is False
    assert unanswered_today(portal) == 2


def test_words_that_never_went_out_answer_nothing(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Meta(portal, monkeypatch, {"state": "refused", "code": 131026, "error": "can't be reached"}, UNREACHED)
    for _ in range(2):
        reply(portal, conversation["contact"])
        assert answered(portal, conversation["contact"]) == (False, [False])


def test_words_after_another_answer_of_the_bot_may_be_about_that(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        found = conn.execute(
            "select open_turn('1001', gen_random_uuid()::text, gen_random_uuid(), '34600000001', null, 'Ana', %s)",
            [json.dumps({"text": {"body": "Are you open?"}})],
        ).fetchone()
        assert found
        turn = [found[0]["turn_id"], found[0]["epoch"]]
        conn.execute("select close_turn(%s, %s, 'done', 'answered', '{}')", turn)
    Meta(portal, monkeypatch, SENT)
    reply(portal, conversation["contact"])
    assert answered(portal, conversation["contact"]) == (False, [False])


def test_words_from_the_phone_app_are_a_colleagues_too(portal: Portal, conversation: dict[str, str]) -> None:
    echo = {"id": "wamid.echo", "to": "34600000001", "type": "text", "text": {"body": "We don't, sorry."}}
    portal.rows("select apply_echo('1001', %s::jsonb)", json.dumps(echo))
    assert answered(portal, conversation["contact"]) == (True, [True])
    thread = portal.ask(OWNER, "f.portal_api.conversations", "get", contact_id=conversation["contact"])
    assert (thread["messages"][-1]["model"], thread["messages"][-1]["status"]) == ("human", "by a human")
