"""A handoff that nobody answers is told again, then to the next person; by e-mail, too; and it ends when a person writes, also from a phone's app."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from f.common.database import Database
from f.common.secrets import seal
from f.common.shapes import Resources
from f.whatsapp.alerts import tell_handoffs
from f.whatsapp.mail import send_mail
from local.mail import Mailbox
from tests.local.meta_support import Recorder
from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import Turn
from tests.whatsapp.test_alerts import MASTER_KEY, handed_off, listen

CUSTOMER = "16505551234"
PLAIN = {"name": "Acme", "product": None, "support": None, "sender_name": None, "sender_address": None}
LOGIN = {"smtp_user": "bot", "smtp_password": "planted-password-123"}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.stop()


@pytest.fixture
def webhook() -> Iterator[Recorder]:
    recorder = Recorder()
    recorder.answers[f"/v26.0/{NUMBER}/messages"] = {"messages": [{"id": "wamid.staff"}]}
    yield recorder
    recorder.stop()


@pytest.fixture
def staffed(bot: Bot, webhook: Recorder, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """A business with a webhook; WhatsApp is the webhook's server, too."""
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    token = seal(MASTER_KEY, bot.tenant, "whatsapp_token", "EAA")
    bot.do("update tenants set whatsapp_token = %s where id = %s", token, bot.tenant)
    listen(bot, webhook)
    return bot


def set_next(bot: Bot, *people: str, minutes: int = 10) -> None:
    bot.do("update chatbots set handoff_next = %s, handoff_again_min = %s", list(people), minutes)


def pass_minutes(bot: Bot, minutes: int) -> None:
    bot.do(
        "update handoffs set tell_at = tell_at - %s * interval '1 minute', again_at = again_at - %s * interval '1 minute'",
        *(minutes, minutes),
    )


def recover(bot: Bot, webhook: Recorder, mailbox: Mailbox | None = None) -> int:
    """What the schedule does each minute about handoffs; how many were told."""
    settings = {
        "allowed_private_hosts": [webhook.url.split("/")[2]],
        **(mailbox.settings | LOGIN if mailbox else {}),
    }
    resources: Resources = {
        "settings": settings,
        "whatsapp": {"graph_url": webhook.url, "api_version": "v26.0"},
        "master_key": MASTER_KEY,
    }
    with bot.conn.transaction():
        bot.conn.execute("set local role chatbot_app")
        bot.conn.execute("select tell_handoffs_again()")
        waiting = bot.conn.execute("select * from claim_handoff_notices(20)").fetchall()
        tell_handoffs(Database(bot.conn), waiting, resources)
    return len(waiting)


def told(webhook: Recorder) -> list[str]:
    """Who was told, in order: the webhook, or a phone."""
    return [body.get("event") or body["to"] for body in webhook.bodies()]


def test_who_is_told_again_and_then_the_next(staffed: Bot, webhook: Recorder, mailbox: Mailbox) -> None:
    set_next(staffed, "34911000001", "boss@alpha.example")
    handed_off(staffed)
    pass_minutes(staffed, 1)
    assert recover(staffed, webhook, mailbox) == 1 and recover(staffed, webhook, mailbox) == 0
    assert (told(webhook), webhook.bodies()[0]["again"]) == (["handoff"], 0)
    pass_minutes(staffed, 8)
    assert recover(staffed, webhook, mailbox) == 0, "not before its time"
    for _ in range(4):
        pass_minutes(staffed, 11)
        recover(staffed, webhook, mailbox)
    assert told(webhook) == ["handoff", "handoff", "handoff", "+34911000001", "handoff"]
    again = webhook.bodies()[1]
    assert (again["again"], again["text"].startswith("Still nobody has written.")) == (1, True)
    ((to, mail),) = mailbox.mails
    assert (to, mail["Subject"]) == ("boss@alpha.example", "Sheena Nelson wants a person")
    assert staffed.rows("select again_at, level from handoffs") == [{"again_at": None, "level": 3}]
    ids = [json.loads(b["biz_opaque_callback_data"])["send_id"] for b in webhook.bodies() if "to" in b]
    (handoff,) = staffed.rows("select id::text from handoffs")
    assert ids != [handoff["id"]], "a status of an earlier message says nothing of this one"


def human(bot: Bot, turn: dict[str, Any]) -> None:
    content = json.dumps({"type": "text", "text": {"body": "I am here."}})
    bot.one(
        "select begin_human_reply(gen_random_uuid(), %s, %s::jsonb, gen_random_uuid())",
        turn["contact_id"],
        content,
    )


def echo(bot: Bot, turn: dict[str, Any]) -> None:
    """The business answers in its own WhatsApp app."""
    message = {"id": "wamid.app", "to": CUSTOMER, "type": "text", "text": {"body": "I am here."}}
    payload = {
        "entry": [{"changes": [{"field": "smb_message_echoes", "value": {"message_echoes": [message]}}]}]
    }
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, 'wamid.app', 'echo', %s)",
        *(NUMBER, json.dumps(payload)),
    )
    bot.do("select apply_events(10)")


def resume(bot: Bot, turn: dict[str, Any]) -> None:
    bot.one("select resume_contact(%s)", turn["contact_id"])


def solve(bot: Bot, turn: dict[str, Any]) -> None:
    bot.one("select set_status(%s, 'solved')", turn["contact_id"])


@pytest.mark.parametrize("act", [human, echo, resume, solve])
def test_it_ends_when_a_person_is_there(staffed: Bot, webhook: Recorder, act: Any) -> None:
    set_next(staffed, "34911000001")
    turn = handed_off(staffed)
    staffed.close(turn)
    pass_minutes(staffed, 1)
    recover(staffed, webhook)
    assert staffed.rows(
        "select count(*) as n from notifications where kind = 'handoff' and read_at is null"
    ) == [{"n": 1}]
    act(staffed, turn)
    pass_minutes(staffed, 60)
    assert (recover(staffed, webhook), told(webhook)) == (0, ["handoff"])
    assert staffed.rows("select id from notifications where read_at is null") == [], "the bell is quiet"
    assert staffed.one("select count(*) from waiting_contacts()") == 0


def test_a_snoozed_conversation_is_told_when_it_is_open_again(staffed: Bot, webhook: Recorder) -> None:
    set_next(staffed)
    turn = handed_off(staffed)
    pass_minutes(staffed, 1)
    recover(staffed, webhook)
    staffed.one("select set_status(%s, 'snoozed', now() + interval '1 hour')", turn["contact_id"])
    pass_minutes(staffed, 11)
    assert recover(staffed, webhook) == 0
    staffed.one("select set_status(%s, 'open')", turn["contact_id"])
    pass_minutes(staffed, 11)
    assert recover(staffed, webhook) == 1


def test_without_minutes_nobody_is_told_again(staffed: Bot, webhook: Recorder) -> None:
    set_next(staffed, "34911000001", minutes=0)
    handed_off(staffed)
    pass_minutes(staffed, 1)
    recover(staffed, webhook)
    pass_minutes(staffed, 600)
    assert (recover(staffed, webhook), told(webhook)) == (0, ["handoff"])


def test_where_nobody_could_be_told_the_bell_says_so(staffed: Bot, webhook: Recorder) -> None:
    set_next(staffed, minutes=0)
    webhook.status = 503
    turn = handed_off(staffed)
    staffed.close(turn)
    for _ in range(4):
        staffed.do("update handoffs set tell_at = now() where tell_at is not null")
        recover(staffed, webhook)
    (bell,) = staffed.rows("select detail, read_at from notifications where kind = 'handoff_untold'")
    assert bell["detail"]["notified"] == {"webhook": "HTTP 503"} and bell["read_at"] is None
    human(staffed, turn)
    assert staffed.rows("select id from notifications where read_at is null") == []


def test_a_mail_that_is_not_taken_is_tried_again(staffed: Bot, webhook: Recorder, mailbox: Mailbox) -> None:
    staffed.do("update chatbots set notify_webhook_url = null, notify_email = 'team@alpha.example'")
    mailbox.refuses = "RCPT"
    handed_off(staffed)
    pass_minutes(staffed, 1)
    recover(staffed, webhook, mailbox)
    (row,) = staffed.rows("select notified, tell_at from handoffs")
    assert (
        row["notified"] == {"email": "not delivered: the mail server refuses this address"} and row["tell_at"]
    )
    mailbox.refuses = ""
    pass_minutes(staffed, 5)
    recover(staffed, webhook, mailbox)
    (row,) = staffed.rows("select notified, tell_at from handoffs")
    assert (row, len(mailbox.mails)) == ({"notified": {"email": "sent"}, "tell_at": None}, 1)


def test_without_a_mail_server_the_webhook_does(staffed: Bot, webhook: Recorder) -> None:
    staffed.do("update chatbots set notify_email = 'team@alpha.example'")
    handed_off(staffed)
    pass_minutes(staffed, 1)
    recover(staffed, webhook)
    assert staffed.rows("select notified, tell_at from handoffs") == [
        {"notified": {"webhook": "HTTP 200", "email": None}, "tell_at": None}
    ]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "sent"),
        ({"smtp_password": "none"}, "sent"),
        ({"smtp_port": 9}, "not delivered: ConnectionRefusedError"),
        ({"smtp_security": "starttls"}, "not delivered: SMTPNotSupportedError"),
        ({"smtp_from": "a@b.example\r\nBcc: x@y.example"}, "not delivered: ValueError"),
    ],
)
def test_a_mail_server_that_does_not_do_it_is_said_in_words(
    mailbox: Mailbox, change: dict[str, Any], outcome: str
) -> None:
    told = send_mail(
        mailbox.settings | LOGIN | change, "ana@alpha.example", "Line\r\nBcc: x@y.example", "¿Hola?", PLAIN
    )
    assert told == outcome and "planted" not in told
    assert [mail["Bcc"] for _, mail in mailbox.mails] == ([None] if outcome == "sent" else [])
    mailbox.refuses = "AUTH"
    assert (
        send_mail(mailbox.settings | LOGIN, "ana@alpha.example", "x", "y", PLAIN)
        == "not delivered: the mail server answered 550"
    )


def test_when_messages_go_out_again_the_alert_is_settled(bot: Bot) -> None:
    def open_alerts() -> int:
        query = "select count(*) as n from notifications where kind = 'sends_stopped' and settled_at is null"
        return int(bot.rows(query)[0]["n"])

    Turn(bot).fails(190, "response")
    assert open_alerts() == 1
    bot.do("update send_stops set until = now()")
    turn = Turn(bot, sender="16505559999")
    turn.sent()
    assert open_alerts() == 0
    Turn(bot, sender="16505558888").fails(190, "response")
    assert open_alerts() == 1
    bot.do("update tenants set whatsapp_token = 'new'")
    assert open_alerts() == 0, "a new token may work"
