"""What people say of answers: the staff's marks, and customers' reactions; in the thread, in the figures, and gone with the person."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from f.common.database import Database
from tests.portal.conftest import A, Portal, talked
from tests.portal.test_attachments import Meta
from tests.portal.test_work import SENT

VIEWER, AGENT, OWNER = "viewer@alpha.example", "agent@alpha.example", "owner@alpha.example"
INBOX, CONVERSATIONS, INSIGHTS = "f.portal_api.inbox", "f.portal_api.conversations", "f.portal_api.insights"
PHONE = "34600000001"


def thread(portal: Portal, contact: str) -> list[dict[str, Any]]:
    return list(portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact)["messages"])


def mark(portal: Portal, answer: str, verdict: str, who: str = AGENT, reason: str = "") -> dict[str, Any]:
    return portal.ask(who, INBOX, "mark_answer", answer_id=answer, verdict=verdict, reason=reason)


def delivered(portal: Portal, turn: str) -> str:
    """Meta says that the answer has arrived; its id there."""
    (part,) = portal.rows("select send_id::text, part from outbound_messages where turn_id = %s", turn)
    status = {
        "id": f"wamid.{turn}",
        "status": "delivered",
        "biz_opaque_callback_data": json.dumps({"send_id": part["send_id"]}),
    }
    portal.rows("select apply_status(%s::jsonb)", json.dumps(status))
    return f"wamid.{turn}"


def react(portal: Portal, on: str, emoji: str | None, age_s: int = 0, phone: str = PHONE) -> dict[str, Any]:
    """The customer reacts: the ingress stores it, and its run ends it."""
    reaction = {"message_id": on, **({"emoji": emoji} if emoji else {})}
    return arrive(portal, {"type": "reaction", "reaction": reaction}, age_s, phone)


def arrive(portal: Portal, content: dict[str, Any], age_s: int = 0, phone: str = PHONE) -> dict[str, Any]:
    message = {
        "id": f"wamid.{uuid.uuid4()}",
        "from": phone,
        "timestamp": str(int(time.time()) - age_s),
        **content,
    }
    value = {"metadata": {"phone_number_id": "1001"}, "messages": [message]}
    payload = json.dumps({"entry": [{"id": "waba", "changes": [{"value": value}]}]})
    portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values ('1001', %s, 'message', %s, %s)",
        *(message["id"], phone, payload),
    )
    return received(portal, message["id"], payload)


def received(portal: Portal, message_id: str, payload: str) -> dict[str, Any]:
    with Database.open(portal.db) as db:
        got = db.value("select receive_message('1001', %s)", payload)
        ids = [message_id, str(uuid.uuid4()), got["contact_id"], got["end"]]
        return {**got, **db.value("select end_received('1001', %s, %s, %s, %s)", *ids)}


def figures(portal: Portal, **fields: Any) -> dict[str, int]:
    now = portal.ask(VIEWER, INSIGHTS, "get", days=14, **fields)["halves"]["now"]
    names = ("marked_good", "marked_wrong", "thumbs_up", "thumbs_down", "other_reactions")
    return {name: now[name] for name in names}


def wrong(portal: Portal, who: str = VIEWER, **fields: Any) -> list[dict[str, Any]]:
    return list(portal.ask(who, INSIGHTS, "list_wrong", days=7, **fields)["answers"])


def test_each_person_has_one_mark_and_changes_it(portal: Portal, conversation: dict[str, str]) -> None:
    asked, answer = thread(portal, conversation["contact"])
    assert (asked["answer_id"], answer["answer_id"]) == (None, conversation["turn"])
    assert answer["marks"] is None
    assert mark(portal, conversation["turn"], "wrong", VIEWER)["refused"] == "role"
    assert mark(portal, conversation["turn"], "fine")["refused"] == "bad_request"
    assert mark(portal, conversation["turn"], "good")["ok"]
    assert mark(portal, conversation["turn"], "wrong", reason=" We do sell them. ")["ok"]
    assert mark(portal, conversation["turn"], "good", OWNER)["ok"]
    marks = {
        m["person"]: (m["verdict"], m["reason"]) for m in thread(portal, conversation["contact"])[-1]["marks"]
    }
    assert marks == {AGENT: ("wrong", "We do sell them."), OWNER: ("good", None)}
    assert figures(portal) == {
        **{"marked_good": 1, "marked_wrong": 1, "thumbs_up": 0, "thumbs_down": 0, "other_reactions": 0}
    }
    assert mark(portal, conversation["turn"], "", OWNER)["ok"]
    assert [m["person"] for m in thread(portal, conversation["contact"])[-1]["marks"]] == [AGENT]
    assert mark(portal, conversation["turn"], "good", "owner@beta.example")["refused"] == "not_found"
    changes = portal.rows("select person, subject from audit_log where action = 'answers.mark' order by id")
    assert [(c["person"], c["subject"]) for c in changes] == [
        *[(AGENT, "good"), (AGENT, "wrong"), (OWNER, "good"), (OWNER, None)]
    ]


def test_only_what_the_bot_has_answered_is_marked(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Meta(portal, monkeypatch, SENT)
    reply = str(uuid.uuid4())
    asked = {"contact_id": conversation["contact"], "reply_id": reply, "body": "We do."}
    portal.ask(AGENT, CONVERSATIONS, "reply", **asked)
    assert thread(portal, conversation["contact"])[-1]["answer_id"] is None
    assert mark(portal, reply, "good")["refused"] == "not_found"


def test_a_customers_reaction_shows_on_the_message(portal: Portal, conversation: dict[str, str]) -> None:
    contact, wamid = conversation["contact"], delivered(portal, conversation["turn"])
    before = len(thread(portal, contact))
    ended = react(portal, wamid, "👎🏽")
    assert ended["reason"] == "a reaction: logged, not answered"
    messages = thread(portal, contact)
    assert (messages[-1]["reaction"], len(messages)) == ("👎🏽", before), "no message of its own"
    assert figures(portal)["thumbs_down"] == 1
    react(portal, wamid, "👍", age_s=60)
    assert thread(portal, contact)[-1]["reaction"] == "👎🏽", "an older one that comes late"
    react(portal, wamid, "👍")
    assert (thread(portal, contact)[-1]["reaction"], figures(portal)["thumbs_up"]) == ("👍", 1)
    react(portal, wamid, None)
    assert thread(portal, contact)[-1]["reaction"] is None
    assert (figures(portal)["thumbs_up"], figures(portal)["thumbs_down"]) == (0, 0)
    react(portal, wamid, "❤️")
    assert figures(portal)["other_reactions"] == 1
    assert figures(portal, phone_number_id="1002")["other_reactions"] == 0


def test_the_inbox_hears_of_a_reaction_at_once(portal: Portal, conversation: dict[str, str]) -> None:
    wamid = delivered(portal, conversation["turn"])
    since = portal.ask(AGENT, INBOX, "watch")["since"]
    assert not portal.ask(AGENT, INBOX, "watch", since=since)["changed"]
    react(portal, wamid, "👍")
    seen = portal.ask(AGENT, INBOX, "watch", since=since)
    assert seen["changed"]
    assert not portal.ask(AGENT, INBOX, "watch", since=seen["since"])["changed"]
    assert not portal.ask("owner@beta.example", INBOX, "watch", since=since)["changed"]


def test_a_run_that_repeats_a_reaction_brings_nothing_back(
    portal: Portal, conversation: dict[str, str]
) -> None:
    wamid = delivered(portal, conversation["turn"])
    react(portal, wamid, "👍")
    (first,) = portal.rows("select message_id, payload from inbound_messages where payload like '%%emoji%%'")
    react(portal, wamid, None)
    received(portal, first["message_id"], first["payload"])
    assert thread(portal, conversation["contact"])[-1]["reaction"] is None


def test_a_reaction_to_something_else_stays_a_message(portal: Portal, conversation: dict[str, str]) -> None:
    react(portal, "wamid.unknown", "👍")
    assert thread(portal, conversation["contact"])[-1]["body"] == "[reaction] 👍"
    other = talked(portal, A, "1001", "34600000009", "Anyone?")
    wamid = delivered(portal, other["turn"])
    react(portal, wamid, "👎", phone=PHONE)
    assert thread(portal, other["contact"])[-1]["reaction"] is None, "another person's message"
    assert thread(portal, conversation["contact"])[-1]["body"] == "[reaction] 👎"


def test_insights_lead_to_the_wrong_answers(portal: Portal, conversation: dict[str, str]) -> None:
    fine = talked(portal, A, "1001", "34600000002", "Do you open on Sunday?", "answered")
    mark(portal, fine["turn"], "good")
    mark(portal, conversation["turn"], "wrong", reason="We do.")
    (one,) = wrong(portal)
    assert (one["contact_id"], one["name"]) == (conversation["contact"], "Ana")
    assert (one["question"], one["answer"]) == ("Do you sell bicycles?", "I don't know.")
    assert [(m["person"], m["reason"]) for m in one["marks"]] == [(AGENT, "We do.")]
    assert one["thumb_down"] is False
    react(portal, delivered(portal, fine["turn"]), "👎", phone="34600000002")
    assert {a["turn_id"]: a["thumb_down"] for a in wrong(portal)} == {
        **{conversation["turn"]: False, fine["turn"]: True}
    }
    assert wrong(portal, phone_number_id="1002") == [] and wrong(portal, "owner@beta.example") == []
    mark(portal, conversation["turn"], "good")
    assert [a["turn_id"] for a in wrong(portal)] == [fine["turn"]]


def test_it_goes_with_the_person_and_with_their_words(portal: Portal, conversation: dict[str, str]) -> None:
    other = talked(portal, A, "1001", "34600000002", "Do you open on Sunday?")
    for one, phone in ((conversation, PHONE), (other, "34600000002")):
        mark(portal, one["turn"], "wrong", reason="We do.")
        react(portal, delivered(portal, one["turn"]), "👎", phone=phone)
    data = portal.rows(
        "select set_config('app.tenant_id', %s, false), person_data(%s) as d", A, conversation["contact"]
    )
    assert data[0]["d"]["reactions"][0]["emoji"] == "👎" and data[0]["d"]["marks"][0]["reason"] == "We do."
    portal.rows("select erase_contact(%s)", conversation["contact"])
    left = (
        "select (select count(*) from answer_marks) as marks, (select count(*) from reactions) as reactions"
    )
    assert portal.rows(left) == [{"marks": 1, "reactions": 1}]
    portal.rows("update tenants set limits = '{\"keep_words_days\": 10}' where id = %s", A)
    portal.rows("select expire_data(%s)", A)
    assert portal.rows(left) == [{"marks": 1, "reactions": 1}], "not old yet"
    portal.rows("update turns set closed_at = closed_at - interval '11 days'")
    portal.rows("update reactions set reacted_at = reacted_at - interval '11 days'")
    portal.rows("select expire_data(%s)", A)
    assert portal.rows(left) == [{"marks": 0, "reactions": 0}]
