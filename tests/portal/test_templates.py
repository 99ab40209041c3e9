"""After 24 hours: which templates can be sent, how they are filled in, and words that wait until the customer writes."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import psycopg
import pytest

from f.whatsapp.templates import filled, is_supported, places_of
from tests.portal.conftest import A, Portal
from tests.portal.test_attachments import Meta
from tests.portal.test_work import SENT, UNREACHED, later
from tests.problems import raises_problem

VIEWER, AGENT = "viewer@alpha.example", "agent@alpha.example"
TEMPLATES, CONVERSATIONS = "f.portal_api.templates", "f.portal_api.conversations"
ACCOUNT = "102290129340398"
NEWS: dict[str, Any] = {
    "name": "order_news",
    "language": "es",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["CL-7"]}},
        {"type": "BODY", "text": "Hola {{1}}: {{2}}. {{1}}!", "example": {"body_text": [["Ana", "ya sale"]]}},
        {"type": "FOOTER", "text": "Lucky Shrub"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Bien"},
                {"type": "URL", "text": "Ver", "url": "https://shop.example/{{1}}", "example": ["CL-7"]},
            ],
        },
    ],
}
NAMED: dict[str, Any] = {
    "name": "we_are_back",
    "language": "en",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "NAMED",
    "components": [
        {
            "type": "BODY",
            "text": "Hello {{name}}, {{day}}?",
            "example": {"body_text_named_params": [{"param_name": "day", "example": "Monday"}]},
        }
    ],
}


def keep(portal: Portal, *templates: dict[str, Any]) -> None:
    """As f/chatbot/read_templates does with what Meta lists."""
    portal.rows("update chatbots set waba_id = %s where phone_number_id = '1001'", ACCOUNT)
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        conn.execute(
            "insert into template_readings (tenant_id, waba_id) values (%s, %s) on conflict do nothing",
            [A, ACCOUNT],
        )
        conn.execute("select keep_templates(%s, %s, clock_timestamp())", [ACCOUNT, json.dumps(templates)])


def event(
    portal: Portal, name: str, event: str, reason: str = "NONE", language: str = "es", **more: Any
) -> None:
    """Meta says that a template has changed, and recovery applies it."""
    value = {
        **more,
        "event": event,
        "message_template_id": 1,
        "message_template_name": name,
        "message_template_language": language,
        "reason": reason,
    }
    change = {"field": "message_template_status_update", "value": value}
    payload = json.dumps({"entry": [{"id": ACCOUNT, "changes": [change]}]})
    portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('', %s, 'other', %s)",
        str(uuid.uuid4()),
        payload,
    )
    portal.rows("select apply_account_events(10)")


def day_old(portal: Portal) -> None:
    portal.rows(
        "update conversation_logs set created_at = now() - interval '25 hours' where direction = 'in'"
    )
    portal.rows("update contacts set last_message_at = now() - interval '25 hours'")


def write(portal: Portal, phone: str = "34600000001", body: str = "Yes?", age_s: int = 0) -> dict[str, Any]:
    """The customer writes, and load_context receives it."""
    message = {
        "id": f"wamid.{uuid.uuid4()}",
        "from": phone,
        "type": "text",
        "text": {"body": body},
        "timestamp": str(int(time.time()) - age_s),
    }
    value = {"metadata": {"phone_number_id": "1001"}, "messages": [message]}
    payload = json.dumps({"entry": [{"id": ACCOUNT, "changes": [{"value": value}]}]})
    (row,) = portal.rows("select receive_message('1001', %s) as received", payload)
    return dict(row["received"])


def test_what_can_be_sent_is_listed_with_its_places(portal: Portal, conversation: dict[str, str]) -> None:
    contact = conversation["contact"]
    picture = {"type": "HEADER", "format": "IMAGE"}
    keep(
        portal,
        NEWS,
        NAMED,
        {**NAMED, "name": "paused", "status": "PAUSED"},
        {**NAMED, "name": "pictured", "components": [picture, *NAMED["components"]]},
        {**NAMED, "name": "code", "category": "AUTHENTICATION"},
    )
    answer = portal.ask(VIEWER, TEMPLATES, "list", contact_id=contact)
    assert [t["name"] for t in answer["templates"]] == ["order_news", "we_are_back"]
    assert (
        answer["reading"]["read_at"] and answer["reading"]["error"] is None and answer["window_open"] is False
    )
    news, named = answer["templates"]
    assert news["words"] == "Pedido {{1}}\nHola {{1}}: {{2}}. {{1}}!\nLucky Shrub\n[Bien] [Ver]"
    assert [(p["place"], p["example"]) for p in news["places"]] == [
        *[("header.1", "CL-7"), ("body.1", "Ana"), ("body.2", "ya sale"), ("button1.1", "CL-7")]
    ]
    assert [(p["place"], p["value"], p["example"]) for p in named["places"]] == [
        *[("body.name", "Ana", ""), ("body.day", "", "Monday")]
    ]
    every = portal.ask(VIEWER, TEMPLATES, "list", contact_id=contact, all=True)["templates"]
    assert {t["name"]: t["unusable"] for t in every} == {
        **{"order_news": None, "we_are_back": None, "paused": "PAUSED"},
        **{"pictured": "unsupported", "code": "unsupported"},
    }
    stranger = portal.ask("owner@beta.example", TEMPLATES, "list", contact_id=contact)
    assert stranger["refused"] == "not_found"


def test_what_a_template_costs_is_said_before_it_is_sent(
    portal: Portal, conversation: dict[str, str]
) -> None:
    keep(portal, NEWS, NAMED)
    costs = lambda: {  # noqa: E731
        t["name"]: t["usd"]
        for t in portal.ask(AGENT, TEMPLATES, "list", contact_id=conversation["contact"])["templates"]
    }
    assert costs() == {"order_news": 0.02, "we_are_back": 0.0706}, "Spain, a utility and a marketing message"
    portal.rows(
        "insert into meta_rates values ('Spain', 'marketing', '2020-01-01', true, 0.09, 'x') returning 1"
    )
    try:
        assert costs()["we_are_back"] == 0.09, "the operator's own rate"
    finally:
        portal.rows("delete from meta_rates where own returning 1")


def test_a_template_is_filled_in_and_sent_once(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta, contact = Meta(portal, monkeypatch, SENT), conversation["contact"]
    keep(portal, NEWS)
    day_old(portal)
    values = {"header.1": "CL-7", "body.1": "Ana", "body.2": "ya\nsale", "button1.1": "cl-7"}
    asked = {"contact_id": contact, "name": "order_news", "language": "es", "values": values}
    words = "Pedido CL-7\nHola Ana: ya sale. Ana!\nLucky Shrub\n[Bien] [Ver]"
    assert portal.ask(VIEWER, TEMPLATES, "preview", **asked)["words"] == words
    asked["reply_id"] = str(uuid.uuid4())
    assert portal.ask(AGENT, TEMPLATES, "send", **asked) == {"ok": True, "state": "sent"}
    event(portal, "order_news", "PAUSED")
    assert portal.ask(AGENT, TEMPLATES, "send", **asked) == {"ok": True, "state": "sent"}, "the same click"
    text = {"type": "text"}
    assert [sent["template"] for sent in meta.sent] == [
        {
            "name": "order_news",
            "language": {"code": "es"},
            "components": [
                {"type": "header", "parameters": [{**text, "text": "CL-7"}]},
                {"type": "body", "parameters": [{**text, "text": "Ana"}, {**text, "text": "ya sale"}]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{**text, "text": "cl-7"}]},
            ],
        }
    ]
    last = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact)["messages"][-1]
    assert (last["body"], last["model"], last["status"]) == (f"[template] {words}", "human", "sent")


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), UNREACHED], ids=["its worker dies", "no network"])
def test_a_template_that_could_not_be_sent_at_once_is_sent_once_by_recovery(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    meta = Meta(portal, monkeypatch, trouble, SENT)
    keep(portal, NAMED)
    day_old(portal)
    values = {"body.name": "Ana", "body.day": "Monday"}
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "name": "we_are_back"}
    try:
        portal.ask(AGENT, TEMPLATES, "send", language="en", values=values, **asked)
    except KeyboardInterrupt:
        assert isinstance(trouble, KeyboardInterrupt)
    later(portal)
    later(portal)
    (sent,) = meta.sent
    assert sent["template"]["components"][0]["parameters"][1] == {
        **{"type": "text", "parameter_name": "day", "text": "Monday"}
    }


def test_what_cannot_be_sent_is_refused_in_a_sentence(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = Meta(portal, monkeypatch, SENT)
    statuses = {
        **{"PAUSED": "template_paused", "REJECTED": "template_rejected", "PENDING": "template_pending"},
        **{"DISABLED": "template_disabled", "LIMIT_EXCEEDED": "template_disabled"},
    }
    named = [{**NAMED, "name": status.lower(), "status": status} for status in statuses]
    keep(portal, NAMED, {**NAMED, "name": "code", "category": "AUTHENTICATION"}, *named)

    def send(name: str, language: str = "en", values: Any = None) -> str:
        asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "name": name}
        return str(portal.ask(AGENT, TEMPLATES, "send", language=language, values=values, **asked)["refused"])

    for status, code in statuses.items():
        assert send(status.lower()) == code
    assert send("unknown") == send("we_are_back", "es") == send("", "") == "template_gone"
    assert send("code") == "template_unsupported"
    assert send("we_are_back", values={"body.name": " "}) == "template_incomplete"
    full = {"body.name": "x" * 901, "body.day": "x"}
    assert send("we_are_back", values=full) == "template_value_long"
    assert send("we_are_back", values=["x"]) == "bad_request"
    portal.rows("update contacts set opted_out_at = now()")
    assert send("we_are_back", values={"body.name": "x", "body.day": "x"}) == "opted_out"
    portal.rows("update contacts set opted_out_at = null, blocked = true")
    assert send("we_are_back", values={"body.name": "x", "body.day": "x"}) == "contact_blocked"
    assert meta.sent == []


def test_metas_events_change_a_template_at_once(portal: Portal, conversation: dict[str, str]) -> None:
    def status(name: str = "order_news") -> list[dict[str, Any]]:
        return portal.rows(
            "select status, reason, components is null as unread from templates where name = %s", name
        )

    keep(portal, NEWS)
    event(portal, "order_news", "FLAGGED")
    assert status() == [{"status": "APPROVED", "reason": None, "unread": False}]
    event(portal, "order_news", "PAUSED", "LOW_QUALITY")
    assert status() == [{"status": "PAUSED", "reason": "LOW_QUALITY", "unread": False}]
    (due,) = portal.rows("select due_at <= now() as due from template_readings")
    assert due["due"], "the account is read again soon"
    event(portal, "order_news", "REINSTATED")
    assert status()[0]["status"] == "APPROVED"
    event(portal, "brand_new", "APPROVED", language="en")
    assert status("brand_new") == [{"status": "APPROVED", "reason": None, "unread": True}]
    keep(portal, {**NEWS, "status": "PAUSED"})
    assert (status()[0]["status"], status("brand_new")) == ("PAUSED", []), "Meta's list is the truth"
    event(portal, "order_news", "DELETED")
    assert status() == []


def test_an_event_during_a_reading_knows_better(portal: Portal) -> None:
    keep(portal, NEWS)
    (row,) = portal.rows("select clock_timestamp()::text as begun")
    event(portal, "order_news", "PAUSED")
    with psycopg.connect(portal.url, autocommit=True) as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        conn.execute("select keep_templates(%s, %s, %s)", [ACCOUNT, json.dumps([NEWS]), row["begun"]])
    assert portal.rows("select status from templates") == [{"status": "PAUSED"}]


def test_words_wait_until_the_customer_writes(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta, contact = Meta(portal, monkeypatch, SENT), conversation["contact"]
    day_old(portal)
    asked = {"contact_id": contact, "reply_id": str(uuid.uuid4()), "body": "Your lamp is here."}
    assert portal.ask(AGENT, CONVERSATIONS, "reply", **asked)["refused"] == "window_closed"
    for _ in range(2):
        assert portal.ask(AGENT, TEMPLATES, "wait", **asked) == {"ok": True, "state": "waiting"}
    second = {**asked, "reply_id": str(uuid.uuid4()), "body": "And the shade."}
    portal.ask(AGENT, TEMPLATES, "wait", **second)
    gone = {**asked, "reply_id": str(uuid.uuid4()), "body": "Never mind."}
    portal.ask(AGENT, TEMPLATES, "wait", **gone)
    assert (
        portal.ask("owner@beta.example", TEMPLATES, "withdraw", reply_id=gone["reply_id"])["refused"]
        == "not_found"
    )
    assert portal.ask(AGENT, TEMPLATES, "withdraw", reply_id=gone["reply_id"])["ok"] is True
    assert portal.ask(AGENT, TEMPLATES, "withdraw", reply_id=gone["reply_id"])["refused"] == "not_found"
    later(portal)
    assert meta.sent == []
    assert "released" not in write(portal, age_s=26 * 3600), "what comes a day late opens nothing"
    assert write(portal)["released"] is True
    later(portal)
    later(portal)
    assert [sent["text"]["body"] for sent in meta.sent] == ["Your lamp is here.", "And the shade."]
    assert portal.ask(AGENT, TEMPLATES, "wait", **asked) == {"ok": True, "state": "sent"}
    assert portal.ask(AGENT, TEMPLATES, "withdraw", reply_id=asked["reply_id"])["refused"] == "not_found"
    history = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact)["messages"]
    assert [m["status"] for m in history[-3:]] == ["sent", "sent", "cancelled"]


def test_words_that_wait_go_at_once_within_the_24_hours(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = Meta(portal, monkeypatch, SENT)
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "Here."}
    assert portal.ask(AGENT, TEMPLATES, "wait", **asked)["state"] == "sent"
    assert len(meta.sent) == 1


@pytest.mark.parametrize("how", ["stop", "two weeks later"])
def test_words_are_not_said_to_who_opts_out_nor_weeks_later(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    meta = Meta(portal, monkeypatch, SENT)
    day_old(portal)
    asked = {"contact_id": conversation["contact"], "reply_id": str(uuid.uuid4()), "body": "Here."}
    portal.ask(AGENT, TEMPLATES, "wait", **asked)
    if how == "stop":
        write(portal, body="stop")
    else:
        portal.rows("update turns set opened_at = now() - interval '15 days' where outcome = 'human'")
        assert "released" not in write(portal)
    later(portal)
    assert meta.sent == []
    (part,) = portal.rows("select state from outbound_messages where turn_id = %s", asked["reply_id"])
    assert part["state"] in ("failed", "cancelled")


def test_a_template_is_what_meta_says() -> None:
    template = {
        **NAMED,
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": "Only words."}],
    }
    assert places_of(template) == [] and is_supported(template)
    content, words = filled(template, {"body.1": "ignored"})
    assert (content["template"], words) == (
        {"name": "we_are_back", "language": {"code": "en"}},
        "Only words.",
    )
    for component in (
        {"type": "CAROUSEL", "cards": []},
        {"type": "BUTTONS", "buttons": [{"type": "FLOW"}]},
        {"type": "HEADER", "format": "LOCATION"},
    ):
        with raises_problem("template_unsupported"):
            filled({**NAMED, "components": [component]}, {})
