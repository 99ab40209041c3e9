"""A handoff reaches the tenant's people: by WhatsApp, by webhook, once, also when a step has failed; what goes wrong is said with it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.agent.turn import Turn
from f.chatbot import on_failure
from f.common.database import Database
from f.whatsapp.outbox import queue_parts
from tests.agent.conftest import SHOP, Bench
from tests.agent.vendors import Raw, call

GRAPH_OK = Raw(body={"messaging_product": "whatsapp", "messages": [{"id": "wamid.staff"}]})
HAND_OFF = call("hand_off", {"reason": "complaint"})


@pytest.fixture
def staffed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A staff number; the vendor's server stands in for the Graph API and for the tenant's webhook."""
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    bench.set(notify_phone="34911222333")
    bench.whatsapp = {"graph_url": bench.gemini.url, "api_version": "v26.0"}
    bench.settings["allowed_private_hosts"].append(bench.gemini.url.removeprefix("http://"))
    bench.gemini.says(GRAPH_OK)
    return bench


def handoff(bench: Bench, result: dict[str, Any]) -> dict[str, Any]:
    (row,) = bench.rows("select * from handoffs where turn_id = %s", result["turn_id"])
    return row


def test_a_staff_number_is_told(staffed: Bench) -> None:
    contact = staffed.contact(name="Ana", phone="34600999001")
    result = staffed.live("I am very angry", HAND_OFF, "Passed on.", contact=contact)
    (sent,) = staffed.gemini.asked
    assert sent["to"] == "+34911222333" and sent["type"] == "text"
    assert sent["text"]["body"] == "Ana (+34600999001) wants a person: I am very angry"
    assert staffed.gemini.headers[0]["authorization"] == "Bearer EAA" + "x" * 30
    row = handoff(staffed, result)
    assert (row["notified"], row["tell_at"]) == ({"webhook": None, "whatsapp": "sent"}, None)
    assert str(row["id"]) in sent["biz_opaque_callback_data"]


def test_by_a_template_where_the_tenant_has_one(staffed: Bench) -> None:
    """Outside the 24 hours after a staff member's own message Meta takes nothing else. A template's words have no line breaks."""
    staffed.set(notify_template={"name": "handoff_notice", "language": "es"})
    staffed.live("first line\nsecond   line", HAND_OFF, "Passed on.")
    template = staffed.gemini.asked[0]["template"]
    assert template["name"] == "handoff_notice" and template["language"] == {"code": "es"}
    assert template["components"][0]["parameters"][0]["text"].endswith("first line second line")


def test_both_ways_and_once_a_turn(staffed: Bench) -> None:
    staffed.set(notify_webhook_url=f"{staffed.gemini.url}/hook")
    result = staffed.live("help me", HAND_OFF, HAND_OFF, "Passed on.")
    again = staffed.ask(
        "help me", HAND_OFF, "Passed on.", epoch=result["epoch"],
        **{key: result[key] for key in ("contact_id", "turn_id", "mode")},
    )  # fmt: skip
    assert again["handed_off"] == "model"
    told = [body.get("event") or body["type"] for body in staffed.gemini.asked]
    assert sorted(told) == ["handoff", "text"]
    event = next(body for body in staffed.gemini.asked if "event" in body)
    assert [h["webhook-signature"][:3] for h in staffed.gemini.headers if "webhook-id" in h] == ["v1,"]
    assert event["source"] == "model" and event["reason"] == "complaint" and event["question"] == "help me"
    assert event["turn_id"] == result["turn_id"] and event["contact"]["phone"]


def test_while_the_business_is_closed_nobody_promises_a_colleague_now(staffed: Bench) -> None:
    staffed.set(opening_hours={"mon": []})
    result = staffed.live("I am very angry", HAND_OFF, "Passed on.")
    assert result["handed_off"] == "model" and result["reply"].startswith("We are closed at the moment.")
    staffed.set(opening_hours={})
    result = staffed.live("I am very angry", HAND_OFF, "Passed on.")
    assert result["reply"].startswith("I've passed your question on")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Raw(401, {"error": {"code": 190, "message": "Invalid OAuth access token"}}), "refused"),
        (Raw(400, {"error": {"code": 131047, "message": "Re-engagement message"}}), "refused"),
        (Raw(500, {"error": {"code": 131000, "message": "Something went wrong"}}), "unknown"),
        (Raw(body={"messages": []}, cut=True), "unknown"),
    ],
    ids=["bad token", "outside the window", "500", "cut"],
)
def test_what_meta_refuses_is_said_and_the_customer_is_passed_on(
    staffed: Bench, answer: Raw, said: str
) -> None:
    staffed.gemini.says(answer)
    result = staffed.live("help me", HAND_OFF, "Passed on.")
    assert result["handed_off"] == "model" and result["reply"].startswith("I've passed your question on")
    row = handoff(staffed, result)
    assert row["notified"]["whatsapp"].startswith(said)
    assert row["tell_at"] is not None, "recovery tells it again"


def test_a_token_that_does_not_open(staffed: Bench) -> None:
    before = staffed.rows("select whatsapp_token from tenants where id = %s", staffed.tenants[SHOP])[0]
    staffed.rows("update tenants set whatsapp_token = %s where id = %s", b"0" * 40, staffed.tenants[SHOP])
    contact = staffed.contact()
    turn, epoch = staffed.turn(contact)
    try:
        result = staffed.ask(
            "help me", HAND_OFF, "Passed on.", epoch=epoch, contact_id=contact, turn_id=turn, mode="live"
        )
    finally:
        staffed.rows(
            "update tenants set whatsapp_token = %s where id = %s",
            before["whatsapp_token"],
            staffed.tenants[SHOP],
        )
    assert result["handed_off"] == "model"
    assert handoff(staffed, {"turn_id": turn})["notified"]["whatsapp"].startswith("not delivered: ")


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://169.254.169.254/latest", "ForbiddenHost"), ("http://nowhere.invalid/", "not delivered")],
)
def test_a_webhook_that_cannot_be_told(bench: Bench, url: str, said: str) -> None:
    bench.set(notify_webhook_url=url)
    result = bench.live("help me", HAND_OFF, "Passed on.")
    assert result["handed_off"] == "model" and said in handoff(bench, result)["notified"]["webhook"]


def failed_turn(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str]:
    """A turn whose step has just failed, and what the failure handler makes of it."""
    contact = bench.contact()
    turn, _ = bench.turn(contact)
    return failure(bench, monkeypatch, turn), contact, turn


def failure(bench: Bench, monkeypatch: pytest.MonkeyPatch, turn: str) -> str:
    run = str(bench.rows("select run_id from turns where id = %s", turn)[0]["run_id"])
    monkeypatch.setenv("WM_JOB_ID", run)
    with Database.open(bench.db) as database:
        return on_failure.release(opened(bench, database, run), "agent_loop: the disk is full", "failed")


def opened(bench: Bench, database: Database, run: str) -> Turn:
    return Turn(database, database.value("select find_turn(%s)", run), bench.resources)  # type: ignore[arg-type]


@pytest.mark.field_failure(10)
def test_a_failed_step_is_a_humans_turn_where_it_is_set(
    staffed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed.set(handoff_on_failure=True)
    told, contact, turn = failed_turn(staffed, monkeypatch)
    assert told == "1 of 1 parts are out"
    staff, customer = staffed.gemini.asked
    assert staff["to"] == "+34911222333"
    assert customer["text"]["body"].startswith("I've passed your question on")
    row = handoff(staffed, {"turn_id": turn})
    assert row["source"] == "failure" and row["reason"] == "agent_loop: the disk is full"
    (state,) = staffed.rows(
        "select t.state, c.paused_until > now() as paused from turns t join contacts c on c.id = t.contact_id where t.id = %s",
        turn,
    )
    assert state == {"state": "failed", "paused": True} and contact


def test_a_failed_step_is_told_in_the_chatbots_words(staffed: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    told, contact, turn = failed_turn(staffed, monkeypatch)
    (customer,) = staffed.gemini.asked
    assert told == "1 of 1 parts are out" and customer["text"]["body"].startswith("Something went wrong")
    assert not staffed.rows("select from handoffs where turn_id = %s", turn)
    (state,) = staffed.rows("select paused_until from contacts where id = %s", contact)
    assert state == {"paused_until": None}


def test_a_handoff_that_fails_leaves_the_words_for_the_failure(
    staffed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed.set(handoff_on_failure=True)
    monkeypatch.setattr("f.common.chatbot_settings.read_settings", lambda *_: 1 / 0)
    told, _, turn = failed_turn(staffed, monkeypatch)
    assert told == "1 of 1 parts are out"
    assert staffed.gemini.asked[0]["text"]["body"].startswith("Something went wrong")
    (state,) = staffed.rows("select state from turns where id = %s", turn)
    assert state == {"state": "failed"}


@pytest.mark.parametrize("written", [True, False])
def test_a_step_that_fails_after_the_words_of_a_handoff_were_written_has_handed_off(
    staffed: Bench, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    result = staffed.live("help me", HAND_OFF, "Passed on.")
    if written:
        (row,) = staffed.rows("select run_id from turns where id = %s", result["turn_id"])
        with Database.open(staffed.db) as database:
            turn = opened(staffed, database, str(row["run_id"]))
            turn.epoch = result["epoch"]
            queue_parts(turn, [{"type": "text", "text": {"body": result["reply"]}}])
    failure(staffed, monkeypatch, result["turn_id"])
    (ended,) = staffed.rows("select state, outcome from turns where id = %s", result["turn_id"])
    assert ended == {"state": "failed", "outcome": "handed_off" if written else "failed"}
    assert (result["reply"] == staffed.gemini.asked[-1]["text"]["body"]) == written
