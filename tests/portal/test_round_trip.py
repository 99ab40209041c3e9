"""A message there and back: the page follows a person's message with its code, and the doctor says whether answers reach customers."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from f.whatsapp.round_trip import LATE_S
from tests.local.meta_support import NUMBER
from tests.portal.conftest import A, B, Portal, talked
from tests.portal.test_doctor import OPERATOR, OWNER, Setup, brought, setup

__all__ = ["setup"]
DOCTOR = "f.portal_api.doctor"
Steps = dict[str, tuple[str, str | None]]


def begin(setup: Setup) -> dict[str, Any]:
    test = setup.portal.ask(OWNER, DOCTOR, "begin_test", phone_number_id=NUMBER)
    assert test["ok"] is True, test
    return {"code": test["code"], "since": test["since"]}


def follow(setup: Setup, test: dict[str, Any]) -> Steps:
    """Each step with its state and, where something is said of it, the code of the sentence."""
    answer = setup.portal.ask(OWNER, DOCTOR, "follow_test", phone_number_id=NUMBER, **test)
    assert answer["ok"] is True, answer
    for step in answer["steps"]:
        assert (step["at"] is not None) == (step["state"] == "done")
    return {s["step"]: (s["state"], s["message"] and s["message"]["code"]) for s in answer["steps"]}


def written(setup: Setup, words: str, number: str = NUMBER) -> None:
    """A person's message, stored as the ingress stores it."""
    message = {
        "from": "34600000019",
        "id": f"wamid.{uuid.uuid4()}",
        "type": "text",
        "text": {"body": words},
        "timestamp": "1790000000",
    }
    payload = {"entry": [{"changes": [{"field": "messages", "value": {"messages": [message]}}]}]}
    setup.portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)"
        " values (%s, %s, 'message', '34600000019', %s) returning 1",
        *(number, message["id"], json.dumps(payload)),
    )


def answered(setup: Setup, test: dict[str, Any], outcome: str = "answered") -> str:
    words = f"Hello! Test {test['code']}"
    return talked(setup.portal, A, NUMBER, "34600000019", words, outcome)["turn"]


def refused(setup: Setup, turn: str, code: int) -> None:
    """Meta refuses the words of a turn, as send_reply keeps it."""
    setup.portal.rows(
        "update outbound_messages set state = 'failed', error_code = %s, error = 'No.' where turn_id = %s returning 1",
        *(code, turn),
    )


def long_ago(test: dict[str, Any], setup: Setup) -> dict[str, Any]:
    """The same test, begun earlier: so that what does not come is late."""
    (row,) = setup.portal.rows("select now() - interval '10 minutes' as at")
    return {**test, "since": row["at"].isoformat()}


def test_the_page_follows_a_message_until_its_answer_is_on_the_phone(setup: Setup) -> None:
    test = begin(setup)
    assert follow(setup, test) == {"came": ("waiting", None)}
    turn = answered(setup, test)
    done = ("done", None)
    lost = "update outbound_messages set state = 'unknown' where turn_id = %s returning 1"
    setup.portal.rows(lost, turn)
    assert follow(setup, test) == {"came": done, "answered": done, "sent": ("waiting", None)}
    brought(setup.portal, turn, "sent")
    assert follow(setup, test) == {
        **{"came": done, "answered": done, "sent": done},
        "delivered": ("waiting", None),
    }
    brought(setup.portal, turn, "read")
    assert follow(setup, test) == dict.fromkeys(LATE_S, done)


def test_where_people_reach_a_new_number_is_asked_of_meta(setup: Setup) -> None:
    fields = {"phone_number_id": NUMBER}
    test = setup.portal.ask(OWNER, DOCTOR, "begin_test", **fields)
    assert test["display"] == "15550783881"
    setup.portal.rows("update chatbots set display_phone_number = '34911111111' returning 1")
    setup.portal.values["whatsapp"] = {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"}
    known = setup.portal.ask(OWNER, DOCTOR, "begin_test", **fields)
    assert known["display"] == "34911111111"
    assert known["code"] != test["code"]
    setup.portal.rows("update chatbots set display_phone_number = null returning 1")
    assert setup.portal.ask(OWNER, DOCTOR, "begin_test", **fields)["display"] is None


def test_that_an_operator_uses_a_businesses_token_for_a_test_is_written_down(setup: Setup) -> None:
    used = "select person from audit_log where action = 'chatbots.try' and subject = %s"
    fields = {"tenant": A, "phone_number_id": NUMBER}
    test = setup.portal.ask(OPERATOR, "f.portal_api.operator", "begin_test", **fields)
    assert test["display"] == "15550783881"
    assert setup.portal.rows(used, NUMBER) == [{"person": OPERATOR}]
    setup.portal.rows("update chatbots set display_phone_number = '34911111111' returning 1")
    setup.portal.ask(OPERATOR, "f.portal_api.operator", "begin_test", **fields)
    assert setup.portal.rows(used, NUMBER) == [{"person": OPERATOR}], "it is known here: nobody is asked"


def test_what_does_not_come_is_said_with_the_address_that_meta_must_know(setup: Setup) -> None:
    test = long_ago(begin(setup), setup)
    written(setup, "Hello! Test WRONG2")
    written(setup, f"Hello! Test {test['code']}", number="1002")  # another business's number
    answer = setup.portal.ask(OWNER, DOCTOR, "follow_test", phone_number_id=NUMBER, **test)
    (step,) = answer["steps"]
    assert (step["state"], step["message"]["code"]) == ("waiting", "trip_not_come")
    assert step["message"]["values"] == {"address": setup.webhook.url + "/webhook"}
    setup.portal.values["settings"] = {}
    assert follow(setup, test) == {"came": ("waiting", "doctor_webhook_unset")}


def test_what_no_worker_takes_is_late_in_the_end(setup: Setup) -> None:
    test = long_ago(begin(setup), setup)
    written(setup, f"Hello! Test {test['code']}")
    assert follow(setup, test)["answered"] == ("waiting", None)
    setup.portal.rows("update inbound_messages set received_at = now() - interval '3 minutes' returning 1")
    assert follow(setup, test)["answered"] == ("waiting", "trip_no_worker")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update chatbots set enabled = false", "doctor_bot_off"),
        ("update contacts set paused_until = now() + interval '1 hour'", "trip_with_human"),
        ("update contacts set opted_out_at = now()", "trip_ended"),
    ],
)
def test_why_the_bot_does_not_answer_is_named(setup: Setup, change: str, code: str) -> None:
    talked(setup.portal, A, NUMBER, "34600000019", "Hi")
    setup.sql(change)
    test = begin(setup)
    written(setup, f"Hello! Test {test['code']}")
    with psycopg.connect(setup.portal.url, row_factory=dict_row) as conn:
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        conn.execute(
            "select open_turn(phone_number_id, message_id, gen_random_uuid(), '34600000019', null, 'Ana', payload)"
            " from inbound_messages where strpos(payload, %s) > 0",
            [test["code"]],
        )
    assert follow(setup, test) == {"came": ("done", None), "answered": ("failed", code)}


def test_a_turn_that_dies_and_words_that_meta_refuses_are_named(setup: Setup) -> None:
    test = begin(setup)
    turn = answered(setup, test)
    refused(setup, turn, 131042)
    assert follow(setup, test)["sent"] == ("failed", "not_sent_code")
    brought(setup.portal, turn, "sent")
    brought(setup.portal, turn, "failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    assert follow(setup, test)["delivered"] == ("failed", "not_sent_code")
    other = begin(setup)
    dead = answered(setup, other)
    setup.portal.rows("update turns set state = 'failed', outcome = 'failed' where id = %s returning 1", dead)
    assert follow(setup, other)["answered"] == ("failed", "trip_failed")
    stop = "insert into send_stops values (%s, 190, 'send_token_expired', now(), now() + interval '1 hour', 1) returning 1"
    setup.portal.rows(stop, A)
    assert follow(setup, other)["answered"] == ("failed", "trip_stopped")


def test_an_answer_that_stays_with_meta_is_told_apart_from_reports_that_do_not_come(setup: Setup) -> None:
    test = begin(setup)
    turn = answered(setup, test)
    brought(setup.portal, turn, "sent")
    setup.portal.rows("update outbound_messages set sent_at = now() - interval '1 minute' returning 1")
    assert follow(setup, test)["delivered"] == ("waiting", "trip_phone_silent")
    setup.portal.rows("delete from inbound_messages where kind = 'status' returning 1")
    assert follow(setup, test)["delivered"] == ("waiting", "doctor_unreported")


def test_only_whoever_may_sees_a_test_and_only_by_a_code(setup: Setup) -> None:
    test = begin(setup)
    names = {"phone_number_id": NUMBER, **test}
    ask = setup.portal.ask
    assert ask("owner@beta.example", DOCTOR, "follow_test", **names)["refused"] == "not_found"
    assert ask("owner@beta.example", DOCTOR, "begin_test", phone_number_id=NUMBER)["refused"] == "not_found"
    for odd in ({"code": "%"}, {"code": "the"}, {"since": "soon"}, {"since": "2026-11-30T10:00:00"}):
        assert ask(OWNER, DOCTOR, "follow_test", **{**names, **odd})["refused"] == "bad_request"
    answered(setup, test)
    for action in ("begin_test", "follow_test"):
        assert ask(OPERATOR, "f.portal_api.operator", action, tenant=A, **names)["ok"] is True
        assert ask(OPERATOR, "f.portal_api.operator", action, tenant=B, **names)["refused"] == "not_found"


def test_nobodys_message_of_long_ago_is_looked_for(setup: Setup) -> None:
    test = begin(setup)
    answered(setup, test)
    setup.portal.rows("update inbound_messages set received_at = now() - interval '2 hours' returning 1")
    assert "answered" not in follow(setup, {**test, "since": "2020-01-01T00:00:00+00:00"})


def found(portal: Portal) -> dict[str, Any]:
    answer = portal.ask(OWNER, DOCTOR, "examine", phone_number_id=NUMBER)
    (finding,) = [f for f in answer["findings"] if f["check"] == "round_trip"]
    return {**finding, "verdict": answer["verdict"]}


def test_the_doctor_says_when_an_answer_last_arrived_and_when_none_does(setup: Setup) -> None:
    portal = setup.portal
    proven = found(portal)
    assert (proven["state"], proven["message"], proven["verdict"]) == ("green", None, "ready")
    assert proven["at"] == portal.rows("select to_jsonb(max(opened_at)) #>> '{}' as at from turns")[0]["at"]
    blocked = talked(portal, A, NUMBER, "34600000020", "Hi")["turn"]
    refused(setup, blocked, 131026)
    for phone in ("34600000021", "34600000022"):
        refused(setup, talked(portal, A, NUMBER, phone, "Hi")["turn"], 131042)
    assert found(portal)["state"] == "green", (
        "two in a row may be chance, and whom Meta can't reach is nobody's fault"
    )
    refused(setup, talked(portal, A, NUMBER, "34600000023", "Hi")["turn"], 131042)
    lost = found(portal)
    assert (lost["state"], lost["verdict"]) == ("red", "not_ready")
    problem = {"code": "send_payment", "values": {}}
    assert lost["message"] == {"code": "doctor_trip_lost", "values": {"n": 3, "problem": problem}}
    brought(portal, talked(portal, A, NUMBER, "34600000024", "Hi")["turn"], "delivered")
    assert found(portal)["state"] == "green"


def test_without_an_answer_of_the_last_days_it_is_not_known_until_several_are_lost(setup: Setup) -> None:
    portal = setup.portal
    portal.rows("update turns set opened_at = now() - interval '80 hours' returning 1")
    quiet = found(portal)
    assert (quiet["state"], quiet["message"]["code"]) == ("unknown", "doctor_trip_unproven")
    assert quiet["verdict"] == "ready"
    for phone in ("34600000025", "34600000026"):
        refused(setup, talked(portal, A, NUMBER, phone, "Hi")["turn"], 190)
    lost = found(portal)
    assert (lost["state"], lost["verdict"]) == ("unknown", "ready"), "it may be chance, and it is said"
    assert (lost["message"]["code"], lost["message"]["values"]["n"]) == ("doctor_trip_lost", 2)
    refused(setup, talked(portal, A, NUMBER, "34600000027", "Hi")["turn"], 190)
    assert (found(portal)["state"], found(portal)["verdict"]) == ("red", "not_ready")
