"""A rating that is asked when a person has solved a conversation: when, in which words, and what becomes of the tap."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.portal.conftest import A, Portal, talked
from tests.portal.test_attachments import Meta
from tests.portal.test_feedback import arrive, thread
from tests.portal.test_templates import day_old, write
from tests.portal.test_work import SENT, later

VIEWER, AGENT, EDITOR = "viewer@alpha.example", "agent@alpha.example", "editor@alpha.example"
INBOX, CONVERSATIONS, INSIGHTS = "f.portal_api.inbox", "f.portal_api.conversations", "f.portal_api.insights"
PHONE = "34600000001"


@pytest.fixture
def meta(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Meta:
    return Meta(portal, monkeypatch, SENT)


@pytest.fixture
def helped(portal: Portal, meta: Meta, conversation: dict[str, str]) -> str:
    """A contact to whom a person has written, of a chatbot that asks for ratings; what was sent so far is out of the way."""
    change(portal, ask_rating="three")
    write(portal, PHONE)
    reply(portal, conversation["contact"])
    meta.sent.clear()
    return conversation["contact"]


def change(portal: Portal, **settings: Any) -> dict[str, Any]:
    return portal.change(EDITOR, **settings)


def reply(portal: Portal, contact: str, body: str = "Here you are.") -> dict[str, Any]:
    asked = {"contact_id": contact, "reply_id": str(uuid.uuid4()), "body": body}
    return portal.ask(AGENT, CONVERSATIONS, "reply", **asked)


def set_status(portal: Portal, contact: str, status: str = "solved") -> None:
    assert portal.ask(AGENT, INBOX, "set_status", contact_id=contact, status=status)["ok"]


def titles(content: dict[str, Any]) -> list[str]:
    action = content["interactive"]["action"]
    if "buttons" in action:
        return [button["reply"]["title"] for button in action["buttons"]]
    return [row["title"] for row in action["sections"][0]["rows"]]


def tap(content: dict[str, Any], number: int) -> dict[str, Any]:
    """The customer's tap on the question, as Meta words it."""
    action = content["interactive"]["action"]
    if "buttons" in action:
        chosen, kind = action["buttons"][number]["reply"], "button_reply"
    else:
        chosen, kind = action["sections"][0]["rows"][number], "list_reply"
    return {"type": "interactive", "interactive": {"type": kind, kind: chosen}}


def card(portal: Portal, contact: str) -> list[int]:
    got = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact)
    return [rating["score"] for rating in got["ratings"]]


def figures(portal: Portal) -> tuple[int, int, float | None]:
    now = portal.ask(VIEWER, INSIGHTS, "get", days=14)["halves"]["now"]
    return now["ratings_asked"], now["ratings"], now["rating"]


def unread(portal: Portal) -> int:
    (row,) = portal.ask(VIEWER, CONVERSATIONS, "list")["contacts"]
    return int(row["unread"])


def test_nobody_is_asked_by_default(portal: Portal, meta: Meta, conversation: dict[str, str]) -> None:
    write(portal, PHONE)
    reply(portal, conversation["contact"])
    set_status(portal, conversation["contact"])
    later(portal)
    assert len(meta.sent) == 1 and portal.rows("select id from ratings") == []


def test_who_was_helped_by_a_person_is_asked_once(portal: Portal, meta: Meta, helped: str) -> None:
    set_status(portal, helped)
    set_status(portal, helped)
    later(portal)
    later(portal)
    (question,) = meta.sent
    assert question["interactive"]["body"]["text"] == "How did we do? Your answer helps us."
    assert titles(question) == ["😀 Good", "😐 So-so", "🙁 Not good"]
    last = thread(portal, helped)[-1]
    assert (last["direction"], last["status"], last["answer_id"]) == ("out", "sent", None)
    set_status(portal, helped, "open")
    set_status(portal, helped)
    later(portal)
    assert len(meta.sent) == 1, "nobody has written to the customer since"
    reply(portal, helped)
    set_status(portal, helped, "open")
    set_status(portal, helped)
    later(portal)
    assert len(meta.sent) == 3, "another answer of a person, another question"


def test_stars_and_the_business_s_words_in_the_customer_s_language(
    portal: Portal, meta: Meta, helped: str
) -> None:
    words = {"rating_question": {"es": "¿Le hemos ayudado?"}, "rating_thanks": {"es": "¡Mil gracias!"}}
    assert change(portal, ask_rating="five", canned_replies=words, languages=["en", "es"])["ok"]
    portal.ask(AGENT, INBOX, "update_contact", contact_id=helped, language="es")
    set_status(portal, helped)
    later(portal)
    (question,) = meta.sent
    assert question["interactive"]["body"]["text"] == "¿Le hemos ayudado?"
    assert titles(question) == ["★★★★★", "★★★★☆", "★★★☆☆", "★★☆☆☆", "★☆☆☆☆"]
    assert question["interactive"]["action"]["button"] == "Elegir"
    arrive(portal, tap(question, 1))
    later(portal)
    assert meta.sent[-1]["text"]["body"] == "¡Mil gracias!"
    assert card(portal, helped) == [4]


def test_words_on_a_button_are_short(portal: Portal) -> None:
    long = {"rating_bad": {"en": "x" * 21}}
    answer = change(portal, canned_replies=long)
    assert (answer["refused"], answer["values"]) == ("title_long", {"field": "canned_replies", "most": 20})
    assert change(portal, canned_replies={"rating_bad": {"en": "x" * 20}})["ok"]
    assert change(portal, ask_rating="seven")["refused"] == "choice_invalid"


@pytest.mark.parametrize("why", ["bot", "yesterday", "opted out", "blocked", "unsent"])
def test_nobody_else_is_asked(
    portal: Portal, meta: Meta, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    contact = conversation["contact"]
    change(portal, ask_rating="three")
    write(portal, PHONE)
    if why == "unsent":
        meta.outcomes = [{"state": "refused", "code": 131026, "error": "x"}]
    if why != "bot":
        reply(portal, contact)
    if why == "yesterday":
        day_old(portal)
    if why in ("opted out", "blocked"):
        portal.ask(AGENT, INBOX, "update_contact", contact_id=contact, **{why.replace(" ", "_"): True})
    set_status(portal, contact)
    assert portal.rows("select id from ratings") == []


@pytest.mark.parametrize("how", ["reopened", "the customer writes", "a person writes"])
def test_a_conversation_that_goes_on_within_the_minute_is_not_rated(
    portal: Portal, meta: Meta, helped: str, how: str
) -> None:
    set_status(portal, helped)
    if how == "reopened":
        set_status(portal, helped, "open")
    elif how == "the customer writes":
        write(portal, PHONE, "One more thing", age_s=-1)
    else:
        assert reply(portal, helped, "By the way")["state"] == "sent", "it does not wait behind the question"
    later(portal)
    assert [content["type"] for content in meta.sent] == (["text"] if how == "a person writes" else [])
    assert "cancelled" in [message["status"] for message in thread(portal, helped)]
    if how == "reopened":
        set_status(portal, helped)
        later(portal)
        assert [content["type"] for content in meta.sent] == ["interactive"], "solved after all"


def test_a_tap_is_kept_and_thanked_and_asks_nothing(portal: Portal, meta: Meta, helped: str) -> None:
    set_status(portal, helped)
    later(portal)
    (question,) = meta.sent
    before = unread(portal)
    ended = arrive(portal, tap(question, 2))
    assert (ended["status"], ended["reason"]) == ("ended", "a rating of the conversation")
    assert ended["released"] is True, "its run sends the thanks"
    later(portal)
    assert [content["text"]["body"] for content in meta.sent[1:]] == ["Thank you for your answer!"]
    (contact,) = portal.rows("select status, paused_until from contacts where id = %s", helped)
    assert contact["status"] == "solved"
    assert unread(portal) == before
    tapped = [m for m in thread(portal, helped) if m["direction"] == "in"][-1]
    assert (tapped["body"], tapped["status"]) == ("[rating] 🙁 Not good", "rating")
    assert figures(portal) == (1, 1, 1.0) and card(portal, helped) == [1]
    again = arrive(portal, tap(question, 0))
    assert again["released"] is False
    later(portal)
    assert len(meta.sent) == 2, "thanked once"
    assert figures(portal) == (1, 1, 5.0) and card(portal, helped) == [5]
    unanswered = portal.rows("select count(*) as n from turns where outcome = 'unanswered'")
    assert unanswered == [{"n": 1}], "the customer's first question alone"


def test_a_rating_is_of_who_was_asked(portal: Portal, meta: Meta, helped: str) -> None:
    set_status(portal, helped)
    later(portal)
    (question,) = meta.sent
    talked(portal, A, "1001", "34600000009", "Anyone?")
    ended = arrive(portal, tap(question, 0), phone="34600000009")
    assert (ended["reason"], ended["released"]) == ("a rating of the conversation", False)
    assert card(portal, helped) == []
    forged = tap(question, 0)
    forged["interactive"]["button_reply"]["id"] = "rating:x:9"
    with pytest.raises(KeyError):  # nothing ends it: it is a question like any other
        arrive(portal, forged)


def test_a_question_that_comes_too_late_is_not_sent_as_a_template(
    portal: Portal, meta: Meta, helped: str
) -> None:
    change(portal, window_template={"name": "we_are_back", "language": "en"})
    set_status(portal, helped)
    day_old(portal)
    later(portal)
    assert meta.sent == []
    (part,) = portal.rows("select state from outbound_messages o join ratings r using (turn_id)")
    assert part["state"] == "failed"


def test_ratings_go_with_the_person(portal: Portal, meta: Meta, helped: str) -> None:
    set_status(portal, helped)
    later(portal)
    arrive(portal, tap(meta.sent[0], 0))
    (row,) = portal.rows("select set_config('app.tenant_id', %s, false), person_data(%s) as data", A, helped)
    assert [rating["score"] for rating in row["data"]["ratings"]] == [5]
    assert json.dumps(row["data"], default=str).count("rating") >= 2
    portal.rows("select erase_contact(%s)", helped)
    assert portal.rows("select id from ratings") == []
