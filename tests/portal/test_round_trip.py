"""A message there and back: the page follows a person's message with its code, and the doctor says whether answers reach customers."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from f.whatsapp.round_trip import LATE_S
from tests.local.meta_support import NUMBER, OTHER_TOKEN, TOKEN
from tests.portal.conftest import A, B, Portal, talked
from tests.portal.round_trips import (
    DOCTOR,
    answered,
    begin,
    died,
    follow,
    long_ago,
    replied,
    reported,
    why,
    written,
)
from tests.portal.test_doctor import OPERATOR, OWNER, Setup, setup

__all__ = ["setup"]


def test_the_page_follows_a_message_until_its_answer_is_on_the_phone(setup: Setup) -> None:
    test = begin(setup)
    assert follow(setup, test) == {"came": ("waiting", None)}
    done = ("done", None)
    answered(setup, test, "unknown")
    assert follow(setup, test) == {"came": done, "answered": done, "sent": ("waiting", None)}
    turn = answered(setup, test)  # written once more
    assert follow(setup, test) == {
        **{"came": done, "answered": done, "sent": done},
        "delivered": ("waiting", None),
    }
    reported(setup, turn, "read")
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


def ended(reason: str) -> dict[str, Any]:
    """A sentence in which another message stands, and no text that the page could not translate."""
    return {"code": "trip_ended", "values": {"reason": {"code": reason, "values": {}}}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("update chatbots set enabled = false", {"code": "doctor_bot_off", "values": {}}),
        (
            "update contacts set paused_until = now() + interval '1 hour'",
            {"code": "trip_with_human", "values": {}},
        ),
        ("update contacts set opted_out_at = now()", ended("ended_opted_out")),
        ("update contacts set blocked = true", ended("send_person_blocked")),
    ],
)
def test_why_the_bot_does_not_answer_is_named(setup: Setup, change: str, message: dict[str, Any]) -> None:
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
    assert follow(setup, test) == {"came": ("done", None), "answered": ("failed", message["code"])}
    assert why(setup, test) == message


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("a limit is reached: the tenant has given 1 replies within an hour", ended("ended_limit")),
        ("the business is closed: noted for a human", ended("ended_closed")),
        ("the customer has deleted it", ended("ended_deleted")),
        ("an edit of wamid.1", {"code": "trip_not_asked", "values": {}}),
        ("written by the number itself: nobody is to be answered", {"code": "trip_not_asked", "values": {}}),
    ],
)
def test_the_inboxs_own_words_are_not_shown(setup: Setup, reason: str, message: dict[str, Any]) -> None:
    test = begin(setup)
    written(setup, f"Hello! Test {test['code']}")
    setup.portal.rows(
        "select end_message(phone_number_id, message_id, gen_random_uuid(), %s) from inbound_messages where strpos(payload, %s) > 0",
        *(reason, test["code"]),
    )
    assert why(setup, test) == message


def test_a_turn_that_dies_and_words_that_meta_refuses_are_named(setup: Setup) -> None:
    test = begin(setup)
    reported(setup, answered(setup, test), "failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    assert follow(setup, test)["delivered"] == ("failed", "not_sent_code")
    died(setup, test)
    failed = {"code": "turn_failed", "values": {}}
    assert why(setup, test) == {"code": "trip_failed", "values": {"problem": failed}}
    answered(setup, test, "failed", 190)
    assert follow(setup, test)["sent"] == ("failed", "not_sent_code")
    answered(setup, test, "failed")
    stopped = {"code": "send_token_expired", "values": {}}
    assert why(setup, test) == {"code": "trip_stopped", "values": {"problem": stopped}}, "nothing was tried"
    setup.portal.store_whatsapp_token(A, OTHER_TOKEN)
    assert why(setup, test) == {"code": "trip_not_sent", "values": {}}
    reported(setup, answered(setup, test), "delivered")
    assert follow(setup, test)["delivered"] == ("done", None), (
        "what has failed is mended, and the words written again"
    )


def test_an_answer_that_stays_with_meta_is_told_apart_from_reports_that_do_not_come(setup: Setup) -> None:
    test = begin(setup)
    reported(setup, answered(setup, test), "sent")
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
    replied(setup, "34600000020", "Hi", "failed", 131026)
    for phone in ("34600000021", "34600000022"):
        replied(setup, phone, "Hi", "failed", 131042)
    assert found(portal)["state"] == "green", (
        "two in a row may be chance, and whom Meta can't reach is nobody's fault"
    )
    replied(setup, "34600000023", "Hi", "failed", 131042)
    lost = found(portal)
    assert (lost["state"], lost["verdict"]) == ("red", "not_ready")
    problem = {"code": "send_payment", "values": {}}
    assert lost["message"] == {"code": "doctor_trip_lost", "values": {"n": 3, "problem": problem}}
    portal.store_whatsapp_token(A, TOKEN)
    reported(setup, replied(setup, "34600000024", "Hi"), "delivered")
    assert found(portal)["state"] == "green"


def test_a_turn_that_died_is_named_in_words_that_the_page_translates(setup: Setup) -> None:
    setup.portal.rows("update turns set opened_at = now() - interval '80 hours' returning 1")
    died(setup, begin(setup))
    problem = {"code": "turn_failed", "values": {}}
    assert found(setup.portal)["message"] == {
        "code": "doctor_trip_lost",
        "values": {"n": 1, "problem": problem},
    }


def test_without_an_answer_of_the_last_days_it_is_not_known_until_several_are_lost(setup: Setup) -> None:
    portal = setup.portal
    portal.rows("update turns set opened_at = now() - interval '80 hours' returning 1")
    quiet = found(portal)
    assert (quiet["state"], quiet["message"]["code"]) == ("unknown", "doctor_trip_unproven")
    assert quiet["verdict"] == "ready"
    for phone in ("34600000025", "34600000026"):
        replied(setup, phone, "Hi", "failed", 190)
    lost = found(portal)
    assert (lost["state"], lost["verdict"]) == ("unknown", "ready"), "it may be chance, and it is said"
    assert (lost["message"]["code"], lost["message"]["values"]["n"]) == ("doctor_trip_lost", 2)
    replied(setup, "34600000027", "Hi", "failed", 190)
    assert (found(portal)["state"], found(portal)["verdict"]) == ("red", "not_ready")
