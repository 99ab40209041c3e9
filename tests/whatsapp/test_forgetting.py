"""Who was forgotten stays forgotten, and what a plan does not keep goes, while counts stay."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import PHONE, Turn
from tests.whatsapp.payloads import envelope

WORDS = "is anybody there?"


def queued(bot: Bot, name: str) -> str:
    """A message that is stored and dispatched, and whose run has not begun; its payload."""
    payload = json.dumps(envelope({"id": name, "from": PHONE, "type": "text", "text": {"body": WORDS}}))
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values (%s, %s, 'message', %s, %s)",
        *(NUMBER, name, PHONE, payload),
    )
    bot.one("select count(*) from claim_dispatches(5, '1 minute')")
    bot.do("select settle_dispatch(%s, %s, 0, true)", NUMBER, name)
    return payload


def begin(bot: Bot, name: str, payload: str, run: str) -> dict[str, Any]:
    """What load_context does with it."""
    noted = bot.one("select receive_message(%s, %s)", NUMBER, payload)
    if noted.get("end"):
        query = "select end_received(%s, %s, %s, %s, %s)"
        return dict(bot.one(query, NUMBER, name, run, noted["contact_id"], noted["end"]))
    return open_turn(bot, name, payload, run)


def open_turn(bot: Bot, name: str, payload: str, run: str) -> dict[str, Any]:
    query = "select open_turn(%s, %s, %s, %s, null, 'Ana', %s)"
    return dict(bot.one(query, NUMBER, name, run, PHONE, payload))


def forgotten(bot: Bot) -> str:
    (contact,) = bot.contacts()
    bot.one("select erase_contact(%s)", contact["id"])
    return str(contact["id"])


def test_a_run_that_had_not_begun_brings_nobody_back(bot: Bot) -> None:
    bot.answered({"from": PHONE, "type": "text", "text": {"body": "hello"}})
    for number, start in enumerate(
        (begin, open_turn)
    ):  # it may also be between the two when the person is forgotten
        if number:
            bot.answered({"from": PHONE, "type": "text", "text": {"body": "hello again"}})
        name, run = f"wamid.queued{number}", str(uuid.uuid4())
        payload = queued(bot, name)
        forgotten(bot)
        assert start(bot, name, payload, run)["reason"] == "this person was forgotten"
        assert (bot.contacts(), bot.log(), bot.rows("select 1 as one from inbound_messages")) == ([], [], [])
        assert bot.one("select %s = any(array(select claim_jobs(50)))", uuid.UUID(run)), "its data goes, too"
    assert bot.answered({"id": "wamid.new", "from": PHONE, "type": "text", "text": {"body": "me again"}})


def test_a_message_that_meta_delivers_again_brings_nobody_back(bot: Bot) -> None:
    turn = bot.answered({"from": PHONE, "type": "text", "text": {"body": WORDS}})
    forgotten(bot)
    payload = queued(bot, turn["id"])
    begin(bot, turn["id"], payload, str(uuid.uuid4()))
    assert (bot.contacts(), bot.rows("select 1 as one from inbound_messages")) == ([], [])


def test_a_late_status_of_a_forgotten_persons_reply_is_not_kept(bot: Bot) -> None:
    turn = Turn(bot)
    turn.sent()
    turn.close()
    (part,) = turn.parts()
    forgotten(bot)
    status = {"id": part["message_id"], "status": "read", "recipient_id": PHONE}
    payload = json.dumps({"entry": [{"changes": [{"value": {"statuses": [status]}}]}]})
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, 'status:x', 'status', %s)",
        *(NUMBER, payload),
    )
    assert bot.one("select apply_events(10)") == 1
    assert bot.rows("select 1 as one from inbound_messages") == []


def test_throttles_former_numbers_and_notifications_go_with_the_person(bot: Bot) -> None:
    Turn(bot).fails(131009, "response")
    turn = bot.rows("select id, contact_id from turns")[0]
    bot.do("update turns set state = 'done', closed_at = now()")
    bot.do(
        "insert into contact_aliases (tenant_id, alias, contact_id) values (%s, '16505550000', %s)",
        *(bot.tenant, turn["contact_id"]),
    )
    bot.do("select notify(%s, 'outside_hours', 'info', 'x', %s)", bot.tenant, str(turn["contact_id"]))
    echo = json.dumps({"entry": [{"changes": [{"value": {"message_echoes": [{"to": "16505550000"}]}}]}]})
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state)"
        " values (%s, 'echo', 'echo', %s, 'answered')",
        *(NUMBER, echo),
    )
    assert bot.rows("select 1 as one from notifications where kind = 'send_refused'")
    contact = forgotten(bot)
    for table in ("notifications", "contact_aliases", "inbound_messages", "turns"):
        assert bot.rows(f"select 1 as one from {table}") == [], table
    assert bot.rows("select name from send_rates where name like %s", f"%{contact}%") == []


def test_nobody_forgets_another_tenants_person(bot: Bot) -> None:
    bot.answered({"from": PHONE, "type": "text", "text": {"body": WORDS}})
    (contact,) = bot.contacts()
    (other,) = bot.rows("insert into tenants (name) values ('Other') returning id::text")
    mine, bot.tenant = bot.tenant, other["id"]
    assert bot.one("select person_data(%s)", contact["id"]) is None
    try:
        bot.one("select erase_contact(%s)", contact["id"])
    except Exception as refusal:
        assert "no contact" in str(refusal)
    bot.tenant = mine
    assert bot.contacts()


def aged(bot: Bot, days: int) -> None:
    """So many days pass."""
    for table, column in (
        ("conversation_logs", "created_at"), ("turns", "closed_at"), ("inbound_messages", "received_at"),
        ("media", "created_at"),
    ):  # fmt: skip
        bot.do(f"update {table} set {column} = {column} - make_interval(days => %s)", days)


def test_what_a_plan_does_not_keep_goes_and_the_counts_stay(bot: Bot) -> None:
    turn = bot.arrive({"from": PHONE, "type": "text", "text": {"body": WORDS}})
    epoch = bot.one("select begin_step(%s, %s, 4)", turn["turn_id"], turn["run"])
    reply = json.dumps([{"type": "text", "text": {"body": "the reply's words"}}])
    bot.one("select queue_parts(%s, %s, %s::jsonb)", turn["turn_id"], epoch, reply)
    summary = {"question": WORDS, "trace": [{"tool": "x"}], "usage": {"input_tokens": 7}}
    bot.one(
        "select close_turn(%s, %s, 'done', 'answered', %s::jsonb)",
        turn["turn_id"],
        epoch,
        json.dumps(summary),
    )
    bot.do(
        "insert into media (phone_number_id, message_id, tenant_id, kind, words) values (%s, 'm', %s, 'audio', 'spoken')",
        *(NUMBER, bot.tenant),
    )
    assert bot.one("select claim_expiry()") is None, "without a limit everything is kept"
    limits = {"keep_words_days": 10, "keep_media_days": 5, "keep_traces_days": 3, "keep_jobs_days": 2}
    bot.do("update tenants set limits = %s::jsonb where id = %s", json.dumps(limits), bot.tenant)
    expire = lambda: bot.one("select expire_data(%s)", bot.tenant)  # noqa: E731
    aged(bot, 1)
    assert bot.one("select claim_expiry()")["messages"] == []
    assert expire() == 0
    assert bot.one("select claim_expiry()") is None, "once an hour"
    bot.do("update tenants set expired_at = expired_at - interval '3 days'")
    aged(bot, 3)
    due = bot.one("select claim_expiry()")
    assert ([m["message_id"] for m in due["messages"]], due["runs"]) == ([turn["id"]], [turn["run"]])
    expire()
    (row,) = bot.rows("select trace, question from turns")
    assert row == {"trace": None, "question": WORDS}
    aged(bot, 2)
    expire()
    assert bot.rows("select words from media") == [{"words": None}]
    assert len(bot.log()) == 2
    aged(bot, 5)
    expire()
    assert bot.log() == []
    kept = bot.rows(
        "select t.question, o.content::text, i.payload from turns t, outbound_messages o, inbound_messages i"
    )
    assert kept == [{"question": None, "content": '{"type": "expired"}', "payload": "{}"}]
    assert bot.rows("select turns, input_tokens from usage_months") == [{"turns": 1, "input_tokens": 7}]
    (counts,) = bot.rows(
        "select sum(messages_in) as i, sum(messages_out) as o, sum(answered) as a from insight_hours"
    )
    assert (counts["i"], counts["o"], counts["a"]) == (1, 1, 1)
