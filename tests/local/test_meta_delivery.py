"""What the webhook gets: signed bytes, redeliveries, statuses in any order; sends that go wrong."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.meta_support import ANA, NUMBER, SECRET, Meta, Recorder, configuration, eventually


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Meta, Recorder]]:
    recorder = Recorder()
    with Meta(tmp_path_factory.mktemp("meta"), configuration(recorder.url + "/webhook")) as running:
        yield running, recorder
    recorder.stop()


@pytest.fixture
def webhook(process: tuple[Meta, Recorder]) -> Recorder:
    return process[1]


@pytest.fixture
def meta(process: tuple[Meta, Recorder], webhook: Recorder) -> Meta:
    process[0].control("reset")
    webhook.status = 200
    webhook.requests.clear()
    return process[0]


def test_a_message_arrives_signed_and_in_metas_shape(meta: Meta, webhook: Recorder) -> None:
    answer = meta.deliver("Grüße / 🚲")
    assert answer["status"] == 200
    [(path, headers, body)] = webhook.requests
    assert path == "/webhook"
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={expected}"
    assert b"\\/" in body and b"\\u00fc" in body
    payload = json.loads(body)
    assert payload["object"] == "whatsapp_business_account"
    assert payload["entry"][0]["id"] == "102290129340398"
    [change] = payload["entry"][0]["changes"]
    assert change["field"] == "messages"
    value = change["value"]
    assert value["metadata"] == {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    contact = {
        "profile": {"name": "Sheena Nelson"},
        "wa_id": "16505551234",
        "user_id": "US.13491208655302741918",
    }
    assert value["contacts"] == [contact]
    [message] = value["messages"]
    assert message.pop("timestamp").isdigit()
    assert message == {
        "from": "16505551234",
        "from_user_id": "US.13491208655302741918",
        "id": answer["wamid"],
        "type": "text",
        "text": {"body": "Grüße / 🚲"},
    }


def test_a_person_without_a_phone_has_no_from(meta: Meta, webhook: Recorder) -> None:
    meta.deliver(customer="Ana Ruiz")
    value = webhook.bodies()[0]["entry"][0]["changes"][0]["value"]
    profile = {"name": "Ana Ruiz", "username": "@ana.ruiz"}
    assert value["contacts"] == [{"profile": profile, "user_id": ANA["user_id"]}]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == ANA["user_id"]


def test_a_stranger_may_write_by_phone_alone(meta: Meta, webhook: Recorder) -> None:
    meta.deliver(customer=None, **{"from": "+49 155 5000 1122"})
    [message] = webhook.values("messages")
    assert message["from"] == "4915550001122"
    assert "from_user_id" not in message
    assert meta.send(to="+4915550001122").status_code == 200


def test_a_changed_number_comes_without_contacts(meta: Meta, webhook: Recorder) -> None:
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "12195555358"}
    meta.deliver(customer=None, message={"type": "system", "system": system}, **{"from": "15550001111"})
    value = webhook.bodies()[0]["entry"][0]["changes"][0]["value"]
    assert "contacts" not in value
    assert value["messages"][0]["system"]["wa_id"] == "12195555358"


def test_several_messages_come_in_one_post_and_copies_in_several(meta: Meta, webhook: Recorder) -> None:
    messages = [{"type": "text", "text": text} for text in ("one", "two")]
    answer = meta.deliver(message=None, messages=messages, copies=3)
    assert len(answer["wamids"]) == 2
    assert answer["statuses"] == [200, 200, 200]
    assert len({body for _, _, body in webhook.requests}) == 1
    assert [message["id"] for message in webhook.values("messages")] == answer["wamids"] * 3


def test_media_of_a_customer_can_be_fetched(meta: Meta, webhook: Recorder) -> None:
    data = base64.b64encode(b"voice").decode()
    audio = {"data": data, "mime_type": "audio/ogg; codecs=opus", "voice": True}
    meta.deliver(message={"type": "audio", "audio": audio})
    part = webhook.values("messages")[0]["audio"]
    assert part["voice"] is True
    assert base64.b64decode(part["sha256"]) == hashlib.sha256(b"voice").digest()
    assert httpx.get(part["url"], headers={"Authorization": "Bearer token-a"}).content == b"voice"


def test_anything_but_200_is_delivered_again_with_the_same_bytes(meta: Meta, webhook: Recorder) -> None:
    webhook.status = 503
    answer = meta.deliver()
    assert answer["status"] == 503
    eventually(lambda: len(webhook.requests) >= 3)
    webhook.status = 200
    eventually(lambda: not meta.client.get("/control/deliveries").json()["waiting"])
    assert len({body for _, _, body in webhook.requests}) == 1


def test_the_pauses_between_attempts_grow(meta: Meta, webhook: Recorder) -> None:
    meta.control("limits", retry_base_s=100)
    webhook.status = 500
    meta.deliver()

    def waiting() -> dict[str, Any]:
        found: dict[str, Any] = meta.client.get("/control/deliveries").json()["waiting"][0]
        return found

    first = waiting()
    assert meta.control("redeliver")["kicked"] == 1
    second = eventually(lambda: (found := waiting())["attempts"] == 2 and found)
    assert second["next_at"] - first["next_at"] > 90
    assert second["last_status"] == 500


def test_a_webhook_that_is_down_gets_its_message_later(tmp_path: Path) -> None:
    gone = Recorder()
    gone.stop()
    with Meta(tmp_path, configuration(gone.url + "/webhook")) as meta:
        answer = meta.deliver("Is anybody there?")
        assert answer["status"] is None
        query = {"phone_number_id": NUMBER, "customer": "US.13491208655302741918"}
        [shown] = meta.client.get("/api/conversation", params=query).json()["messages"]
        assert shown["state"] == "retrying"
        back = Recorder(gone.port)
        eventually(lambda: back.values("messages"))
        assert back.values("messages")[0]["id"] == answer["wamid"]
        back.stop()


def test_a_restart_keeps_conversations_and_undelivered_messages(tmp_path: Path) -> None:
    webhook = Recorder()
    state = ("--state", str(tmp_path / "state.sqlite"))
    with Meta(tmp_path, configuration(webhook.url + "/webhook"), *state) as meta:
        meta.deliver("first", customer=None, name="Max", **{"from": "4915550001122"})
        meta.send("reply", to="+4915550001122")
        webhook.status = 503
        lost = meta.deliver("second", customer="Max")["wamid"]
    webhook.status = 200
    webhook.requests.clear()
    with Meta(tmp_path, configuration(webhook.url + "/webhook"), *state) as meta:
        eventually(lambda: lost in [message["id"] for message in webhook.values("messages")])
        query = {"phone_number_id": NUMBER, "customer": "4915550001122"}
        shown = meta.client.get("/api/conversation", params=query).json()["messages"]
        assert [message["content"]["body"] for message in shown] == ["first", "reply", "second"]
        assert meta.send("again", to="+4915550001122").status_code == 200
    webhook.stop()


def test_statuses_follow_in_order_and_echo_the_callback_data(meta: Meta, webhook: Recorder) -> None:
    meta.deliver()
    wamid = meta.send(biz_opaque_callback_data="mine").json()["messages"][0]["id"]
    eventually(lambda: webhook.statuses(wamid) == ["sent", "delivered", "read"])
    for status in webhook.values("statuses"):
        assert status["biz_opaque_callback_data"] == "mine"
        assert status["recipient_id"] == "16505551234"
        assert status["recipient_user_id"] == "US.13491208655302741918"
    assert eventually(lambda: (found := meta.sent())[0]["state"] == "read" and found)[0]["wamid"] == wamid


def test_statuses_can_be_skipped_doubled_and_reversed(meta: Meta, webhook: Recorder) -> None:
    meta.deliver()
    meta.control("statuses", skip=["delivered"], double=["sent"], reverse=True)
    wamid = meta.send().json()["messages"][0]["id"]
    eventually(lambda: webhook.statuses(wamid) == ["read", "sent", "sent"])
    assert meta.sent()[0]["state"] == "read"


def test_statuses_can_be_held_and_failed(meta: Meta, webhook: Recorder) -> None:
    meta.deliver()
    meta.control("statuses", hold=True)
    held = meta.send().json()["messages"][0]["id"]
    assert meta.control("status", wamid=held, status="delivered")["status"] == 200
    assert webhook.statuses(held) == ["delivered"]
    meta.control("statuses", fail_code=131026)
    eventually(lambda: webhook.statuses(held) == ["delivered", "failed"])
    assert webhook.values("statuses")[-1]["errors"][0]["code"] == 131026


def test_raw_bodies_go_out_as_they_are(meta: Meta, webhook: Recorder) -> None:
    body = '{"object":"whatsapp_business_account","entry":[]}'
    expected = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
    assert meta.control("deliver_raw", body=body)["status"] == 200
    meta.control("deliver_raw", body=body, signature="bad")
    meta.control("deliver_raw", body=body, signature="none")
    signatures = [headers.get("x-hub-signature-256") for _, headers, _ in webhook.requests]
    assert signatures[0] == expected
    assert signatures[1] not in (expected, None)
    assert signatures[2] is None
    assert {raw for _, _, raw in webhook.requests} == {body.encode()}


def test_an_ordered_error_keeps_the_message_from_being_accepted(meta: Meta) -> None:
    meta.deliver()
    meta.control("fail", next=2, status=500, code=131000, to="16505551234")
    assert [meta.send().status_code for _ in range(3)] == [500, 500, 200]
    assert len(meta.sent()) == 1


@pytest.mark.parametrize(("mode", "accepted"), [("drop_before", 0), ("drop_after_accept", 1)])
def test_a_dropped_connection_leaves_the_sender_in_doubt(meta: Meta, mode: str, accepted: int) -> None:
    meta.deliver()
    meta.control("fail", mode=mode)
    with pytest.raises(httpx.RemoteProtocolError):
        meta.send()
    assert len(meta.sent()) == accepted
    assert meta.send().status_code == 200


@pytest.mark.parametrize(("mode", "accepted"), [("timeout_before", 0), ("timeout_after_accept", 1)])
def test_a_timeout_leaves_the_sender_in_doubt(meta: Meta, mode: str, accepted: int) -> None:
    meta.deliver()
    meta.control("fail", mode=mode, delay_s=20)
    body = {"messaging_product": "whatsapp", "to": "+16505551234", "text": {"body": "x"}}
    headers = {"Authorization": "Bearer token-a"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{meta.url}/graph/v26.0/{NUMBER}/messages", json=body, headers=headers, timeout=0.3)
    eventually(lambda: len(meta.sent()) == accepted)


def test_a_slow_send_is_accepted_all_the_same(meta: Meta) -> None:
    meta.deliver()
    meta.control("fail", mode="slow", delay_s=0.2)
    answer = meta.send()
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_statuses_may_come_before_the_response(meta: Meta, webhook: Recorder) -> None:
    meta.deliver()
    meta.control("statuses", sent_s=0.0)
    meta.control("fail", mode="slow_after_accept", delay_s=2.0)
    wamid = meta.send().json()["messages"][0]["id"]
    (status, *_) = webhook.values("statuses")  # there are some by now
    assert status["id"] == wamid


def test_several_webhooks_get_a_delivery_each_in_its_turn(tmp_path: Path) -> None:
    webhooks = Recorder(), Recorder()
    config = configuration("") | {"webhook_urls": [f"{webhook.url}/webhook" for webhook in webhooks]}
    try:
        with Meta(tmp_path, config) as meta:
            for n in range(4):
                meta.deliver(f"Hello {n}")
            webhooks[0].status = 503
            meta.deliver("Hello again")
            eventually(lambda: len(webhooks[1].values("messages")) == 3)
    finally:
        for webhook in webhooks:
            webhook.stop()
    assert [len(webhook.values("messages")) for webhook in webhooks] == [3, 3]


def test_a_wrong_order_is_refused_in_words(meta: Meta) -> None:
    answer = meta.client.post("/control/fail", json={"mode": "explode"})
    assert answer.status_code == 400
    assert "mode must be one of" in answer.json()["error"]
    answer = meta.client.post("/control/statuses", json={"sent_s": "soon"})
    assert answer.json()["error"] == "statuses.sent_s: input should be a valid number."
    answer = meta.client.post("/control/deliver", json={"phone_number_id": "1", "message": {"type": "text"}})
    assert "configured numbers" in answer.json()["error"]


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.meta", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_mistakes_at_the_start_end_in_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(configuration("http://127.0.0.1:1/webhook")))
    assert "META_APP_SECRET is not set" in start("--config", str(config)).stderr
    missing = start("--config", str(tmp_path / "none.json"), META_APP_SECRET="x")
    assert missing.returncode != 0
    assert missing.stderr.count("\n") == 1
    config.write_text(json.dumps(configuration("http://127.0.0.1:1/webhook", colour="red")))
    assert "does not know colour" in start("--config", str(config), META_APP_SECRET="x").stderr
    busy = Recorder()
    config.write_text(json.dumps(configuration("http://127.0.0.1:1/webhook")))
    taken = start("--config", str(config), "--port", str(busy.port), META_APP_SECRET="x")
    assert taken.returncode != 0
    assert taken.stderr.startswith(f"Port {busy.port} can't be used: ") and taken.stderr.count("\n") == 1
    busy.stop()
