"""The Graph API's side: who may send, what may be sent, what the answers look like."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.local.meta_support import (
    ANA,
    NUMBER,
    OTHER_NUMBER,
    OTHER_TOKEN,
    TOKEN,
    Meta,
    Recorder,
    eventually,
)

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def code(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def button(title: str, button_id: str = "b") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": button_id, "title": title}}


def buttons(*given: dict[str, Any], body: str = "Pick") -> dict[str, Any]:
    interactive = {"type": "button", "body": {"text": body}, "action": {"buttons": list(given)}}
    return {"type": "interactive", "interactive": interactive, "text": None}


def rows(count: int, **more: Any) -> dict[str, Any]:
    listed = [{"id": f"r{n}", "title": f"Row {n}", **more} for n in range(count)]
    action = {"button": "Choose", "sections": [{"rows": listed}]}
    interactive = {"type": "list", "body": {"text": "Pick"}, "action": action}
    return {"type": "interactive", "interactive": interactive, "text": None}


def test_a_send_is_accepted_with_the_documented_body(meta: Meta) -> None:
    answer = meta.send("Hi *there*", biz_opaque_callback_data='{"send_id":"1"}')
    assert answer.status_code == 200
    body = answer.json()
    wamid = body["messages"][0]["id"]
    assert wamid.startswith("wamid.")
    assert body["messaging_product"] == "whatsapp"
    contact = {"input": "+16505551234", "wa_id": "16505551234", "user_id": "US.13491208655302741918"}
    assert body["contacts"] == [contact]
    [kept] = meta.sent(to="+16505551234", phone_number_id=NUMBER)
    assert (kept["wamid"], kept["text"], kept["biz_data"]) == (wamid, "Hi *there*", {"send_id": "1"})


def test_a_person_without_a_phone_is_reached_by_user_id(meta: Meta) -> None:
    meta.deliver(customer="Ana Ruiz")
    answer = meta.send(to=None, recipient=ANA["user_id"])
    assert answer.json()["contacts"] == [{"input": ANA["user_id"], "user_id": ANA["user_id"]}]


def test_a_user_id_in_to_is_accepted_and_lost(meta: Meta, webhook: Recorder) -> None:
    meta.deliver(customer="Ana Ruiz")
    wamid = meta.send(to=ANA["user_id"]).json()["messages"][0]["id"]
    later = meta.send().json()["messages"][0]["id"]
    eventually(lambda: webhook.statuses(later) == ["sent", "delivered", "read"])
    assert webhook.statuses(wamid) == []
    query = {"phone_number_id": NUMBER, "customer": ANA["user_id"]}
    shown = meta.client.get("/api/conversation", params=query).json()
    assert [message["direction"] for message in shown["messages"]] == ["in"]


def test_tokens_belong_to_numbers(meta: Meta) -> None:
    body = {"messaging_product": "whatsapp", "to": "+16505551234", "text": {"body": "x"}}
    assert code(meta.post(body, token="wrong")) == (401, 190)
    assert code(meta.client.post(f"/graph/v26.0/{NUMBER}/messages", json=body)) == (401, 190)
    answer = meta.post(body, token=OTHER_TOKEN)
    assert code(answer) == (400, 100)
    assert answer.json()["error"]["error_subcode"] == 33
    assert code(meta.post(body, number="999")) == (400, 100)


def test_an_error_has_the_documented_shape(meta: Meta) -> None:
    error = meta.send(nonsense=1).json()["error"]
    assert error["message"] == "(#100) Invalid parameter"
    assert error["type"] == "OAuthException"
    assert error["error_data"] == {
        "messaging_product": "whatsapp",
        "details": 'Unexpected key "nonsense" on the request.',
    }
    assert error["fbtrace_id"]


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"messaging_product": "sms"}, 100),
    ({"messaging_product": None}, 100),
    ({"recipient": "US.1349"}, 100),
    ({"to": None}, 100),
    ({"to": "hello"}, 100),
    ({"type": "hologram"}, 100),
    ({"text": {"body": "x", "color": "red"}}, 100),
    ({"text": {"body": ""}}, 100),
    ({"text": {"body": "x" * 4097}}, 100),
    ({"text": {}}, 131008),
    ({"text": "x"}, 100),
    ({"image": {"link": "https://example.com/a.png"}}, 100),
    ({"biz_opaque_callback_data": "x" * 513}, 100),
    ({"context": {"id": "x"}}, 100),
    (buttons(*(button(str(n), str(n)) for n in range(4))), 131009),
    (buttons(button("x" * 21)), 131009),
    (buttons(button("A", "same"), button("B", "same")), 131009),
    (buttons(button("A", "x" * 257)), 131009),
    (buttons(button("A"), body="x" * 1025), 131009),
    (rows(11), 131009),
    (rows(1, title="x" * 25), 131009),
    (rows(1, description="x" * 73), 131009),
    ({"type": "image", "text": None, "image": {"id": "1", "link": "https://example.com/a.png"}}, 100),
    ({"type": "document", "text": None, "document": {"link": "ftp://example.com/a"}}, 100),
    ({"type": "template", "text": None, "template": {"name": "hello"}}, 131008),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_a_send_outside_the_contract_is_refused(meta: Meta, change: dict[str, Any], expected: int) -> None:
    answer = meta.send(**change)
    assert code(answer) == (400, expected)
    assert meta.sent() == []


ACCEPTED: list[dict[str, Any]] = [
    {"text": {"body": "x" * 4096, "preview_url": False}, "recipient_type": "individual"},
    {"type": None},
    {"biz_opaque_callback_data": "x" * 512, "context": {"message_id": "wamid.x"}},
    buttons(button("x" * 20, "1"), button("B", "2"), button("C", "3"), body="x" * 1024),
    rows(10, description="x" * 72),
    {"type": "image", "text": None, "image": {"link": "https://example.com/a.png", "caption": "A"}},
    {"type": "document", "text": None, "document": {"link": "https://example.com/a", "filename": "a.pdf"}},
    {"type": "reaction", "text": None, "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    {"type": "template", "text": None, "template": {"name": "hello", "language": {"code": "en"}}},
    {"type": "location", "text": None, "location": {"latitude": 52.5, "longitude": 13.4}},
]


@pytest.mark.parametrize("change", ACCEPTED)
def test_a_send_at_the_limits_is_accepted(meta: Meta, change: dict[str, Any]) -> None:
    assert meta.send(**change).status_code == 200


def test_not_json_is_a_parameter_error(meta: Meta) -> None:
    answer = meta.client.post(f"/graph/v26.0/{NUMBER}/messages", content=b"{", headers=BEARER)
    assert code(answer) == (400, 100)


def test_outside_the_24_hours_only_a_template_goes(meta: Meta) -> None:
    meta.control("clock", advance_s=86401)
    assert code(meta.send()) == (400, 131047)
    template = {"type": "template", "text": None, "template": {"name": "back", "language": {"code": "en"}}}
    assert meta.send(**template).status_code == 200
    meta.deliver("I am back")
    assert meta.send().status_code == 200


def test_outside_the_24_hours_a_status_may_say_so_instead(meta: Meta, webhook: Recorder) -> None:
    meta.control("limits", outside_window="status")
    meta.control("clock", advance_s=86401)
    wamid = meta.send().json()["messages"][0]["id"]
    eventually(lambda: webhook.statuses(wamid) == ["failed"])
    [status] = [status for status in webhook.values("statuses") if status["id"] == wamid]
    assert status["errors"][0]["code"] == 131047


def test_one_person_gets_a_burst_and_then_one_message_every_six_seconds(meta: Meta) -> None:
    meta.control("statuses", hold=True)
    answers = [meta.send() for _ in range(46)]
    assert [a.status_code for a in answers[:45]] == [200] * 45
    assert code(answers[45]) == (429, 131056)
    meta.control("clock", advance_s=7)
    assert meta.send().status_code == 200
    assert code(meta.send()) == (429, 131056)
    meta.deliver(customer="Ana Ruiz")
    assert meta.send(to=None, recipient=ANA["user_id"]).status_code == 200


def test_a_number_has_a_rate(meta: Meta) -> None:
    meta.control("limits", number_per_second=2)
    answers = [meta.send().status_code for _ in range(6)]
    assert answers[:2] == [200, 200]
    assert 429 in answers
    meta.control("clock", advance_s=2)
    assert meta.send().status_code == 200


def test_a_read_receipt_turns_the_ticks_blue_and_shows_typing(meta: Meta) -> None:
    wamid = meta.deliver("Are you there?")["wamid"]
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    answer = meta.post(receipt | {"typing_indicator": {"type": "text"}})
    assert answer.json() == {"success": True}
    query = {"phone_number_id": NUMBER, "customer": "US.13491208655302741918"}
    shown = meta.client.get("/api/conversation", params=query).json()["messages"]
    assert {message["state"] for message in shown} == {"read"}
    assert meta.client.get("/control/receipts").json()["receipts"][0]["typing"] is True
    assert code(meta.post(receipt | {"message_id": "wamid.unknown"})) == (400, 131009)
    assert code(meta.post(receipt | {"typing_indicator": {"type": "voice"}})) == (400, 100)


def test_media_goes_up_and_comes_down_for_five_minutes(meta: Meta) -> None:
    form = {"messaging_product": "whatsapp", "type": "application/pdf"}
    files = {"file": ("a.pdf", b"%PDF-1.7 hello", "application/pdf")}
    up = meta.client.post(f"/graph/v26.0/{NUMBER}/media", data=form, files=files, headers=BEARER)
    media_id = up.json()["id"]
    found = meta.client.get(f"/graph/v26.0/{media_id}", headers=BEARER).json()
    assert found["mime_type"] == "application/pdf"
    assert found["file_size"] == 14
    assert found["sha256"] == hashlib.sha256(b"%PDF-1.7 hello").hexdigest()
    assert meta.client.get(found["url"], headers=BEARER).content == b"%PDF-1.7 hello"
    assert meta.client.get(found["url"]).status_code == 401
    forged = found["url"].replace("ext=", "ext=9")
    assert meta.client.get(forged, headers=BEARER).status_code == 404
    other = {"Authorization": f"Bearer {OTHER_TOKEN}"}
    assert meta.client.get(f"/graph/v26.0/{media_id}", headers=other).json()["error"]["code"] == 100
    meta.control("clock", advance_s=301)
    assert meta.client.get(found["url"], headers=BEARER).status_code == 404
    again = meta.client.get(f"/graph/v26.0/{media_id}", headers=BEARER).json()["url"]
    assert meta.client.get(again, headers=BEARER).status_code == 200
    assert meta.client.delete(f"/graph/v26.0/{media_id}", headers=BEARER).json() == {"success": True}
    assert meta.client.get(f"/graph/v26.0/{media_id}", headers=BEARER).status_code == 400


def test_media_that_meta_would_not_take_is_refused(meta: Meta) -> None:
    form = {"messaging_product": "whatsapp"}
    for content, kind in (
        (b"MZ", "application/x-msdownload"),
        (b"", "image/png"),
        (b"x" * 5_242_881, "image/png"),
    ):
        answer = meta.client.post(
            f"/graph/v26.0/{NUMBER}/media", data=form, files={"file": ("a", content, kind)}, headers=BEARER
        )
        assert code(answer) == (400, 100)


def test_a_number_can_be_looked_up_by_its_own_token_only(meta: Meta) -> None:
    found = meta.client.get(f"/graph/v26.0/{NUMBER}", headers=BEARER).json()
    assert (found["id"], found["verified_name"]) == (NUMBER, "Lumen Bikes")
    assert meta.client.get(f"/graph/v26.0/{OTHER_NUMBER}", headers=BEARER).status_code == 400
    assert meta.client.get(f"/graph/latest/{NUMBER}", headers=BEARER).status_code == 400
