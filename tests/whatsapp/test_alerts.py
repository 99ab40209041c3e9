"""What a tenant must know at once is told to its webhook: each once, again when it could not be delivered, and not for ever."""

from __future__ import annotations

import hmac
import json
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from f.common.database import Database
from f.common.secrets import seal
from f.common.shapes import Resources
from f.common.webhook_signature import shown_secret, webhook_secrets
from f.whatsapp.alerts import post_all, tell_handoffs
from tests.local.meta_support import Recorder
from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import Turn

MASTER_KEY = b64encode(b"a" * 32).decode()


@pytest.fixture
def webhook() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.stop()


def tell(bot: Bot, webhook: Recorder | None) -> int:
    """What the schedule does; returns how many there were to tell."""
    hosts = [webhook.url.split("/")[2]] if webhook else []
    with bot.conn.transaction():
        bot.conn.execute("set local role chatbot_app")
        waiting = bot.conn.execute("select * from claim_notifications(20)").fetchall()
        post_all(Database(bot.conn), waiting, {"allowed_private_hosts": hosts}, MASTER_KEY)
    return len(waiting)


def listen(bot: Bot, webhook: Recorder) -> None:
    bot.do(
        "update chatbots set notify_webhook_url = %s where phone_number_id = %s",
        f"{webhook.url}/hook",
        NUMBER,
    )


def notified(bot: Bot) -> list[dict[str, Any]]:
    return bot.rows("select kind, notified, tell_at from notifications order by id")


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As docs/webhooks.md tells receivers to compute it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_a_receiver_can_tell_who_posted_what_and_when(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    Turn(bot).fails(190, "response")
    tell(bot, webhook)
    ((_, headers, body),) = webhook.requests
    (row,) = bot.rows("select tenant_id::text from chatbots where phone_number_id = %s", NUMBER)
    (secret,) = map(shown_secret, webhook_secrets(MASTER_KEY, row["tenant_id"]))
    assert headers["webhook-signature"] == signature(secret, headers, body)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["webhook-signature"] != signature(secret, headers, body + b" ")
    (another,) = map(shown_secret, webhook_secrets(MASTER_KEY, "00000000-0000-4000-8000-000000000001"))
    assert headers["webhook-signature"] != signature(another, headers, body), "one secret for each tenant"


def test_a_stop_and_its_end_are_told_once(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    Turn(bot).fails(190, "response")
    assert (tell(bot, webhook), tell(bot, webhook)) == (1, 0)
    (body,) = webhook.bodies()
    assert (body["event"], body["kind"], body["severity"]) == ("notification", "sends_stopped", "critical")
    assert body["text"] == "No message goes out: the access token has expired"
    assert body["detail"] == {"code": 190, "error": "x", "meaning": "the access token has expired"}
    bot.do("update send_stops set until = now() - interval '1 second'")
    Turn(bot, sender="34600111222").sent()
    assert tell(bot, webhook) == 1
    assert webhook.bodies()[1]["kind"] == "sends_resumed"
    assert [row["notified"] for row in notified(bot)] == [{"tries": 1, "webhook": "HTTP 200"}] * 2


def test_what_lasts_is_told_once_an_hour_at_most(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    for hour, told in (("0", 1), ("0", 0), ("61 minutes", 1)):
        bot.do("update notifications set updated_at = updated_at - %s::interval", hour)
        bot.do("select notify(%s, 'sends_stopped', 'critical', 'No message goes out', '1')", bot.tenant)
        assert tell(bot, webhook) == told
    assert [body["count"] for body in webhook.bodies()] == [1, 3]


def test_less_than_critical_is_for_the_portal_only(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    Turn(bot).fails(131009, "response")
    assert tell(bot, webhook) == 0
    assert notified(bot) == [{"kind": "send_refused", "notified": None, "tell_at": None}]


def test_a_webhook_that_is_down_is_tried_five_times(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    webhook.status = 503
    bot.do("select notify(%s, 'account_update', 'critical', 'Banned', '1')", bot.tenant)
    for number in range(1, 6):
        assert tell(bot, webhook) == 1
        assert tell(bot, webhook) == 0, "not at once again"
        (row,) = notified(bot)
        assert row["notified"] == {"tries": number, "webhook": "HTTP 503"}
        bot.do("update notifications set tell_at = now() where tell_at is not null")
    assert tell(bot, webhook) == 0
    assert len(webhook.requests) == 5


def handed_off(bot: Bot) -> dict[str, Any]:
    """A turn's step hands its contact off, and dies before it has told anybody."""
    turn = bot.arrive({"from": "16505551234", "type": "text", "text": {"body": "I am angry"}})
    epoch = bot.one("select begin_step(%s, %s, 2)", turn["turn_id"], turn["run"])
    bot.one("select hand_off_contact(%s, %s, 'model', 'complaint')", turn["turn_id"], epoch)
    return turn


def tell_again(bot: Bot, webhook: Recorder) -> int:
    """What the schedule does about handoffs, a minute later; the webhook's server is Meta, too."""
    resources: Resources = {
        "settings": {"allowed_private_hosts": [webhook.url.split("/")[2]]},
        "whatsapp": {"graph_url": webhook.url, "api_version": "v26.0"},
        "master_key": MASTER_KEY,
    }
    with bot.conn.transaction():
        bot.conn.execute("set local role chatbot_app")
        waiting = bot.conn.execute("select * from claim_handoff_notices(20)").fetchall()
        tell_handoffs(Database(bot.conn), waiting, resources)
    return len(waiting)


def test_a_handoff_is_told_as_often_as_an_alert(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    webhook.status = 503
    turn = handed_off(bot)
    assert tell_again(bot, webhook) == 0, "its step has a minute to tell it"
    for tries in range(2, 6):
        bot.do("update handoffs set tell_at = now() where tell_at is not null")
        assert tell_again(bot, webhook) == 1
        assert tell_again(bot, webhook) == 0, "not at once again"
        (row,) = bot.rows("select tries, notified from handoffs")
        assert row == {"tries": tries, "notified": {"webhook": "HTTP 503"}}
    bot.do("update handoffs set tell_at = now() where tell_at is not null")
    assert tell_again(bot, webhook) == 0
    body = webhook.bodies()[-1]
    assert (body["event"], body["question"], body["turn_id"]) == ("handoff", "I am angry", turn["turn_id"])
    assert (body["source"], body["reason"], body["contact"]["phone"]) == ("model", "complaint", "16505551234")


def test_a_handoff_that_was_taken_is_told_no_more(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    handed_off(bot)
    bot.do("update handoffs set tell_at = now()")
    assert tell_again(bot, webhook) == 1
    assert bot.rows("select tell_at from handoffs") == [{"tell_at": None}]


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:9/hook"])
def test_without_an_address_or_with_a_private_one_it_says_so(bot: Bot, address: str | None) -> None:
    bot.do("update chatbots set notify_webhook_url = %s where phone_number_id = %s", address, NUMBER)
    bot.do("select notify(%s, 'account_update', 'critical', 'Banned', '1')", bot.tenant)
    tell(bot, None)
    (row,) = notified(bot)
    words = row["notified"]["webhook"]
    assert ("no chatbot" in words and row["tell_at"] is None) or "not a public address" in words


def test_one_tenant_is_not_told_of_another(bot: Bot, webhook: Recorder) -> None:
    listen(bot, webhook)
    (other,) = bot.rows("insert into tenants (name) values ('Other') returning id")
    bot.do("select notify(%s, 'account_update', 'critical', 'Banned', '1')", other["id"])
    tell(bot, webhook)
    assert webhook.requests == []


def test_what_nobody_needs_any_more_goes(bot: Bot) -> None:
    rows = [("new", "1 day"), ("seen", "3 days"), ("old", "31 days")]
    for name, age in rows:
        bot.do(
            "insert into media (phone_number_id, message_id, tenant_id, kind, content, words, created_at)"
            " values (%s, %s, %s, 'image', 'x', 'w', now() - %s::interval)",
            *(NUMBER, name, bot.tenant, age),
        )
    for name, read in (("unread", None), ("read", "1 day"), ("forgotten", "91 days")):
        bot.do(
            "insert into notifications (tenant_id, kind, severity, title, subject, read_at) values (%s, 'x', 'info', %s, '', now() - %s::interval)",
            *(bot.tenant, name, read),
        )
    bot.do("insert into send_rates (tenant_id, name) values (%s, 'idle')", bot.tenant)
    bot.do("insert into send_rates (tenant_id, name, next_at) values (%s, 'busy', now())", bot.tenant)
    assert bot.one("select clean_whatsapp()") == 3
    left = bot.rows("select message_id, content is not null as whole from media order by created_at desc")
    assert left == [{"message_id": "new", "whole": True}, {"message_id": "seen", "whole": True}]
    assert [n["title"] for n in bot.rows("select title from notifications order by id")] == ["unread", "read"]
    assert [r["name"] for r in bot.rows("select name from send_rates")] == ["busy"]
    assert bot.one("select clean_whatsapp()") == 0


@pytest.fixture
def staff_phone(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    token = seal(MASTER_KEY, bot.tenant, "whatsapp_token", "EAA")
    bot.do("update tenants set whatsapp_token = %s where id = %s", token, bot.tenant)
    bot.do("update chatbots set notify_phone = '34911222333' where phone_number_id = %s", NUMBER)
    return f"/v26.0/{NUMBER}/messages"


def test_a_staff_phone_is_told_as_often_as_a_webhook(bot: Bot, webhook: Recorder, staff_phone: str) -> None:
    webhook.status = 503
    handed_off(bot)
    for _ in range(2, 6):
        bot.do("update handoffs set tell_at = now() where tell_at is not null")
        assert tell_again(bot, webhook) == 1
    bot.do("update handoffs set tell_at = now() where tell_at is not null")
    assert tell_again(bot, webhook) == 0
    assert [path for path, _, _ in webhook.requests] == [staff_phone] * 4
    assert webhook.bodies()[-1]["text"]["body"] == "Sheena Nelson (+16505551234) wants a person: I am angry"


def test_who_knows_of_a_handoff_is_not_told_again(bot: Bot, webhook: Recorder, staff_phone: str) -> None:
    listen(bot, webhook)
    webhook.status = 503
    webhook.answers[staff_phone] = {"messages": [{"id": "wamid.staff"}]}
    handed_off(bot)
    for tell in ("webhook is down", "webhook is up"):
        bot.do("update handoffs set tell_at = now() where tell_at is not null")
        webhook.status = 503 if "down" in tell else 200
        assert tell_again(bot, webhook) == 1
    assert [path for path, _, _ in webhook.requests] == ["/hook", staff_phone, "/hook"]
    (row,) = bot.rows("select notified, tell_at from handoffs")
    assert row == {"notified": {"webhook": "HTTP 200", "whatsapp": "sent"}, "tell_at": None}


def test_a_status_says_that_the_staff_phone_was_told(bot: Bot, webhook: Recorder, staff_phone: str) -> None:
    """The step died after it had sent the message, or its response was lost."""
    handed_off(bot)
    (row,) = bot.rows("select id::text from handoffs")
    status = {
        "id": "wamid.staff",
        "status": "sent",
        "biz_opaque_callback_data": json.dumps({"send_id": row["id"]}),
    }
    envelope = {"entry": [{"changes": [{"value": {"statuses": [status]}}]}]}
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, 'wamid.staff:sent', 'status', %s)",
        NUMBER,
        json.dumps(envelope),
    )
    bot.do("select apply_events(100)")
    bot.do("update handoffs set tell_at = now() where tell_at is not null")
    assert tell_again(bot, webhook) == 1
    assert webhook.requests == []
    (row,) = bot.rows("select notified, tell_at from handoffs")
    assert row == {"notified": {"whatsapp": "sent"}, "tell_at": None}
