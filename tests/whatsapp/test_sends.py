"""What may be sent now, and what each error of Meta asks for: the whole table, for responses and for failed statuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import PHONE, TEXT, Turn

RETRY, PAIR, NUMBER_RATE = "retry", "throttle_pair", "throttle_number"
# Meta's table, by hand from its documentation: code, action, seconds until each further try
TABLE: list[tuple[int, str, Sequence[float]]] = [
    (131056, PAIR, [1, 4, 16, 64]),
    *((code, NUMBER_RATE, [1, 2, 4, 8]) for code in (130429, 4, 80007)),
    *((code, RETRY, [1, 3, 9]) for code in (1, 2, 131000, 131016, 133004)),
    (131057, RETRY, [60]),
    (131047, "template", []),
    *((code, "contact", []) for code in (131026, 131021, 131030, 131050, 130403, 130472, 131049)),
    (131062, "by_phone", []),
    *((code, "ours", []) for code in (131051, 131008, 131009, 100, 135000, 132000, 132001, 132015, 132999)),
    *((code, "media", [0]) for code in (131052, 131053)),
    *((code, "stop", []) for code in (0, 3, 10, 190, 200, 250, 299, 131005)),
    *((code, "stop", []) for code in (368, 131031, 130497, 131048, 131064)),
    *((code, "stop", []) for code in (131042, 131045, 133010, 33)),
    (987654, "ours", []),
]
CODES = [row[0] for row in TABLE]


@pytest.mark.field_failure(7)
@pytest.mark.parametrize(("code", "action", "waits"), TABLE, ids=CODES)
def test_every_row_of_the_table(bot: Bot, code: int, action: str, waits: list[float]) -> None:
    rule = bot.one("select send_error(%s)", code)
    assert (rule["action"], rule["waits"]) == (action, waits)
    assert rule["meaning"]


@pytest.mark.parametrize("how", ["response", "status"])
@pytest.mark.parametrize(("code", "action", "waits"), TABLE, ids=CODES)
def test_what_follows_from_each_row(bot: Bot, code: int, action: str, waits: list[float], how: str) -> None:
    turn = Turn(bot)
    turn.fails(code, how)
    (part,) = turn.parts()
    assert (part["state"], part["error_code"]) == ("failed", code)
    (contact,) = bot.contacts()
    marked = contact["send_error_code"] == code
    assert marked == (action in ("contact", "template", "by_phone"))
    stopped = bot.rows("select code from send_stops where tenant_id = %s", bot.tenant)
    assert stopped == ([{"code": code}] if action == "stop" else [])
    told = [
        (n["kind"], n["severity"])
        for n in bot.rows("select * from notifications where tenant_id = %s", bot.tenant)
    ]
    alerts = {"stop": [("sends_stopped", "critical")], "ours": [("send_refused", "warning")]}
    assert told == alerts.get(action, [])
    blocked = bot.rows(
        "select name from send_rates where tenant_id = %s and blocked_until > now()", bot.tenant
    )
    names = {PAIR: f"pair {NUMBER} {contact['id']}", NUMBER_RATE: f"number {NUMBER}"}
    assert [row["name"] for row in blocked] == ([names[action]] if action in names else [])


def test_a_stop_holds_the_whole_tenant_and_ends_by_itself(bot: Bot) -> None:
    Turn(bot).fails(190, "response")
    other = Turn(bot, sender="34600111222")
    refused = other.may()
    assert refused["do"] == "stop"
    assert "the access token has expired" in refused["reason"]
    assert other.parts()[0]["state"] == "failed"
    bot.do("update send_stops set until = now() - interval '1 second'")
    probe, waiting = Turn(bot, sender="34600111333"), Turn(bot, sender="34600111444")
    assert probe.may()["do"] == "go"
    assert waiting.may()["do"] == "stop", "one message tries; the others do not"
    probe.claim()
    probe.record("sent")
    assert bot.rows("select from send_stops") == []
    assert Turn(bot, sender="34600111555").may()["do"] == "go"
    kinds = [n["kind"] for n in bot.rows("select kind from notifications order by id")]
    assert kinds == ["sends_stopped", "sends_resumed"]


def test_a_stop_that_goes_on_lasts_longer_each_time(bot: Bot) -> None:
    Turn(bot).fails(190, "response")
    bot.do("update send_stops set until = now() - interval '1 second'")
    Turn(bot, sender="34600111222").fails(190, "response")
    (stop,) = bot.rows("select times, until > now() + interval '9 minutes' as longer from send_stops")
    assert stop == {"times": 2, "longer": True}


def test_a_new_token_ends_the_stop_at_once(bot: Bot) -> None:
    Turn(bot).fails(190, "response")
    bot.do("update tenants set whatsapp_token = 'new' where id = %s", bot.tenant)
    assert Turn(bot, sender="34600111222").may()["do"] == "go"


@pytest.mark.field_failure(7)
def test_one_person_gets_45_at_once_then_one_in_6_s(bot: Bot) -> None:
    turn = Turn(bot, [TEXT] * 47)
    assert [turn.may(part)["do"] for part in range(1, 46)] == ["go"] * 45
    last = turn.may(46)
    assert last["do"] == "wait"
    assert 5 < last["seconds"] <= 6
    assert Turn(bot, sender="34600111222").may()["do"] == "go", "other people do not wait for this one"


def test_a_number_has_its_own_rate(bot: Bot) -> None:
    bot.do("update chatbots set sends_per_s = 2 where phone_number_id = %s", NUMBER)
    turns = [Turn(bot, sender=f"3460011100{n}") for n in range(3)]
    assert [turn.may()["do"] for turn in turns] == ["go", "go", "wait"]


def test_a_throttled_number_holds_everybody(bot: Bot) -> None:
    turn = Turn(bot)
    turn.may(), turn.claim()
    turn.record("pending", 130429)
    assert Turn(bot, sender="34600111222").may()["do"] == "wait"


def test_a_throttled_pair_holds_one_person(bot: Bot) -> None:
    turn = Turn(bot)
    turn.may(), turn.claim()
    turn.record("pending", 131056)
    assert turn.may()["do"] == "wait"
    assert Turn(bot, sender="34600111222").may()["do"] == "go"


def outside(bot: Bot) -> Turn:
    turn = Turn(bot, [TEXT, TEXT])
    bot.do("update contacts set last_message_at = now() - interval '24 hours 1 second'")
    return turn


@pytest.mark.field_failure(5)
def test_after_24_hours_nothing_is_sent_and_it_says_why(bot: Bot) -> None:
    turn = outside(bot)
    assert turn.may()["do"] == "stop"
    states = [(part["state"], part["error_code"]) for part in turn.parts()]
    assert states == [("failed", 131047), ("failed", 131047)]
    assert "24 hours" in turn.parts()[0]["error"]


@pytest.mark.field_failure(5)
def test_after_24_hours_the_template_goes_out_instead(bot: Bot) -> None:
    template = {"name": "we_have_an_answer", "language": "es", "parameters": ["Lucía"]}
    bot.do(
        "update chatbots set window_template = %s where phone_number_id = %s", json.dumps(template), NUMBER
    )
    turn = outside(bot)
    assert turn.may()["do"] == "go"
    content = turn.claim()["content"]
    assert content == {
        "type": "template",
        "template": {
            "name": "we_have_an_answer",
            "language": {"code": "es"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Lucía"}]}],
        },
    }
    assert turn.parts()[1]["state"] == "cancelled"


@pytest.mark.field_failure(5)
def test_a_window_that_meta_sees_closed_is_a_template_too(bot: Bot) -> None:
    bot.do('update chatbots set window_template = \'{"name": "hello"}\' where phone_number_id = %s', NUMBER)
    turn = Turn(bot)
    turn.fails(131047, "response")
    assert bot.one("select use_template(%s, %s, 1)", turn.id, turn.epoch) is True
    assert turn.claim()["content"]["template"] == {"name": "hello", "language": {"code": "en"}}


def test_a_message_of_the_customer_opens_the_window_by_metas_clock(bot: Bot) -> None:
    yesterday = bot.rows("select extract(epoch from now() - interval '23 hours')::bigint as t")[0]["t"]
    bot.arrive(
        {"from": PHONE, "type": "text", "text": {"body": "hi"}, "timestamp": str(yesterday)}, contacts=None
    )
    (contact,) = bot.rows("select last_message_at < now() - interval '22 hours' as old from contacts")
    assert contact["old"]


ACCOUNT_EVENTS = [
    (
        "message_template_status_update",
        {"event": "REJECTED", "message_template_name": "cart", "reason": "INVALID_FORMAT"},
        "warning",
        "Message Template Status Update - cart - REJECTED - INVALID_FORMAT",
    ),
    (
        "phone_number_quality_update",
        {"display_phone_number": "15550783881", "event": "FLAGGED", "current_limit": "TIER_10K"},
        "warning",
        "Phone Number Quality Update - FLAGGED - TIER_10K",
    ),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
        "critical",
        "Account Update - ACCOUNT_VIOLATION - ADULT",
    ),
    ("account_review_update", {"decision": "APPROVED"}, "info", "Account Review Update - APPROVED"),
]


@pytest.mark.parametrize(
    ("field", "value", "severity", "title"), ACCOUNT_EVENTS, ids=[n[0] for n in ACCOUNT_EVENTS]
)
def test_metas_notices_reach_the_tenant(bot: Bot, field: str, value: Any, severity: str, title: str) -> None:
    bot.answered({"from": PHONE, "type": "text", "text": {"body": "hi"}})  # its payload names the account
    payload = {"entry": [{"id": "102290129340398", "changes": [{"field": field, "value": value}]}]}
    for nr in (1, 2):
        bot.do(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('waba:102290129340398', %s, 'other', %s)",
            *(f"event:{nr}", json.dumps(payload)),
        )
    assert bot.one("select apply_account_events(100)") == 2
    (told,) = bot.rows("select * from notifications where tenant_id = %s", bot.tenant)
    assert (told["kind"], told["severity"], told["title"], told["count"]) == (field, severity, title, 2)


def test_a_notice_that_nobody_understands_is_settled(bot: Bot) -> None:
    for nr, payload in enumerate(("{", "[]", '{"entry": [{"changes": [{"field": 5, "value": []}]}]}')):
        bot.do(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('waba:1', %s, 'other', %s)",
            *(f"event:{nr}", payload),
        )
    assert bot.one("select apply_account_events(100)") == 3
    assert bot.one("select apply_account_events(100)") == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT, "Hello"),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "Which?"},
                    "action": {
                        "buttons": [
                            {"reply": {"id": "1", "title": "Red"}},
                            {"reply": {"id": "2", "title": "Blue"}},
                        ]
                    },
                },
            },
            "Which?\n[Red] [Blue]",
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Which?"},
                    "action": {
                        "sections": [{"rows": [{"id": "1", "title": "Red"}, {"id": "2", "title": "Blue"}]}]
                    },
                },
            },
            "Which?\n1. Red\n2. Blue",
        ),
        ({"type": "template", "template": {"name": "hello"}}, "[template] hello"),
        ({"type": "document", "document": {"knowledge": "x"}}, "[document]"),
    ],
)
def test_what_was_sent_is_logged_in_words(bot: Bot, content: dict[str, Any], words: str) -> None:
    turn = Turn(bot, [content])
    turn.claim()
    turn.record("sent")
    bot.one("select close_turn(%s, %s, 'done', 'answered', '{}')", turn.id, turn.epoch)
    assert bot.log()[-1] == ("out", words)
