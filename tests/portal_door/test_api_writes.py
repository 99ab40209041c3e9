"""What a program changes through the API: once for each key, by the rules of the portal, and nothing by halves."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from f.cases import runs
from f.common import ingestion
from f.common.secrets import seal
from f.whatsapp import graph_api
from portal.api_document import PREFIX
from tests.portal_door.house import MASTER_KEY, House
from tests.portal_door.programs import Business, Program
from tests.portal_door.test_room import fill

FILE = b"# Opening hours\n\nFrom nine to five."


class Meta:
    """Takes messages, or does not answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[Any] = []
        self.answer: dict[str, Any] = {"state": "sent"}
        monkeypatch.setattr(graph_api.GraphApi, "send", lambda _, content, *__: self._take(content))

    def _take(self, content: Any) -> dict[str, Any]:
        self.sent.append(content)
        about = {"message_id": f"wamid.{uuid.uuid4()}", "code": None, "error": None}
        return about | self.answer


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Meta:
    return Meta(monkeypatch)


@pytest.fixture(scope="module")
def shop(house: House, door: TestClient) -> Iterator[Business]:
    house.rows("delete from door_counts returning 1")
    business = Business(house, door)
    token = seal(MASTER_KEY, business.talk.tenant, "whatsapp_token", "EAA")
    house.rows(
        "update tenants set whatsapp_token = %s where id = %s returning 1", token, business.talk.tenant
    )
    yield business


@pytest.fixture(autouse=True)
def a_new_minute(house: House) -> None:
    house.rows("delete from api_minutes returning 1")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Windmill was asked to run."""
    flows: list[Any] = []

    def start(path: str, arguments: Any, *_: Any, **__: Any) -> str:
        flows.append((path, arguments))
        return str(uuid.uuid4())

    monkeypatch.setattr(ingestion, "start_flow", start)
    monkeypatch.setattr(runs, "start_script", start)
    return flows


def once(key: str = "") -> dict[str, str]:
    return {"idempotency-key": key or str(uuid.uuid4())}


def test_a_text_goes_out_once_for_each_idempotency_key(shop: Business, meta: Meta) -> None:
    contact = shop.write("Is it ready?")
    path, key = f"/conversations/{contact}/messages", once("order 7")
    body = {"text": "It is ready: $20."}
    first = shop.program.ask("POST", path, 202, json=body, headers=key).json()
    again = shop.program.ask("POST", path, 202, json=body, headers=key).json()
    assert first == again and first["state"] == "sent"
    assert [content["text"]["body"] for content in meta.sent] == ["It is ready: $20."]
    message = shop.program.get(path).json()["items"][0]
    assert (message["turn_id"], message["sender"], message["text"]) == (first["id"], "person", body["text"])
    assert shop.program.get(f"/conversations/{contact}").json()["bot_paused"] is True
    told = shop.program.refused("POST", path, 422, json={"text": "Another"}, headers=key)
    assert told == "idempotency_reused" and len(meta.sent) == 1
    changes = shop.browser.call("people", "list_changes").json()["changes"]
    assert next(c for c in changes if c["action"] == "contacts.reply")["person"] == "API: CRM"


def test_the_key_of_another_business_is_another_key(shop: Business, house: House, meta: Meta) -> None:
    contact = shop.write("Hello")
    other = Business(house, shop.client)
    assert (
        other.program.refused(
            "POST", f"/conversations/{contact}/messages", 404, json={"text": "Hi"}, headers=once("same")
        )
        == "not_found"
    )
    shop.program.ask(
        "POST", f"/conversations/{contact}/messages", 202, json={"text": "Hi"}, headers=once("same")
    )
    assert len(meta.sent) == 1


def test_after_24_hours_a_text_is_refused_or_waits_and_a_template_goes(shop: Business, meta: Meta) -> None:
    contact = shop.write("Any news?")
    path = f"/conversations/{contact}/messages"
    for table, column in (("contacts", "last_message_at"), ("conversation_logs", "created_at")):
        which = "id" if table == "contacts" else "contact_id"
        shop.house.rows(
            f"update {table} set {column} = {column} - interval '25 hours' where {which} = %s returning 1",
            contact,
        )
    assert shop.program.refused("POST", path, 422, json={"text": "Yes"}, headers=once()) == "window_closed"
    waits = shop.program.ask("POST", path, 202, json={"text": "Yes", "wait": True}, headers=once()).json()
    assert waits["state"] == "waiting" and meta.sent == []
    template = {"template": {"name": "none", "language": "en"}}
    assert shop.program.refused("POST", path, 422, json=template, headers=once()) == "template_gone"


def test_what_meta_does_not_answer_is_no_error_and_is_sent_later(shop: Business, meta: Meta) -> None:
    contact = shop.write("Anybody there?")
    meta.answer = {"state": "unknown", "error": "no answer"}
    path, key = f"/conversations/{contact}/messages", once()
    sent = shop.program.ask("POST", path, 202, json={"text": "Yes"}, headers=key).json()
    assert sent["state"] in ("unknown", "sending", "pending")
    assert shop.program.ask("POST", path, 202, json={"text": "Yes"}, headers=key).json()["id"] == sent["id"]
    assert len(meta.sent) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "text_or_template"),
        ({"text": " "}, 422, "text_or_template"),
        ({"text": "a", "template": {"name": "a", "language": "en"}}, 422, "text_or_template"),
        ({"text": "x" * 4097}, 400, "bad_value"),
        ({"text": 7}, 400, "bad_value"),
        ({"text": "a", "to": "34600"}, 400, "bad_value"),
        ({"template": {"name": "a"}}, 400, "bad_value"),
        ({"text": "a", "action": "delete_document"}, 400, "bad_value"),
        ([], 400, "bad_json"),
    ],
)
def test_a_message_that_is_none_is_refused(
    shop: Business, meta: Meta, body: Any, status: int, code: str
) -> None:
    contact = shop.write("Hello")
    path = f"/conversations/{contact}/messages"
    assert shop.program.refused("POST", path, status, json=body, headers=once()) == code
    assert meta.sent == []


def test_a_body_that_is_none_is_refused_before_it_is_read(shop: Business) -> None:
    path = f"/conversations/{uuid.uuid4()}/messages"
    json_type = {"content-type": "application/json"}
    for content, headers, status, code in (
        (b"{", json_type, 400, "bad_json"),
        (b"[" * 60_000, json_type, 400, "bad_json"),
        (b"\xff", json_type, 400, "bad_json"),
        (b"{}", {"content-type": "text/plain"}, 415, "not_json"),
        (b"x" * 70_000, json_type, 413, "too_large"),
        (iter([b"{}"]), json_type, 411, "no_length"),
        (b'{"text": "a"}', json_type, 400, "bad_value"),  # no idempotency key
    ):
        assert shop.program.refused("POST", path, status, content=content, headers=headers) == code


def test_a_large_body_that_finds_no_room_is_told_to_come_again(
    shop: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/conversations/{uuid.uuid4()}/messages"
    fill(monkeypatch)
    refused = shop.program.ask("POST", path, 503, json={"text": "a"}, headers=once())
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("no_room", "5")
    large = {"content": b"x" * 70_000, "headers": {"content-type": "application/json"}}
    assert shop.program.refused("POST", path, 413, **large) == "too_large", "that one is not read at all"


def test_a_handoff_is_opened_and_closed(shop: Business) -> None:
    contact = shop.write("I want a person")
    path = f"/conversations/{contact}/handoff"
    for _ in range(2):
        here = shop.program.ask("PUT", path, json={"reason": "A large order"}).json()
        assert (here["waiting"], here["bot_paused"], here["bot_paused_until"]) == (True, True, None)
    open_ones = shop.house.rows(
        "select reason from handoffs where contact_id = %s and resumed_at is null", contact
    )
    assert open_ones == [{"reason": "A large order"}]
    waiting = shop.program.get("/conversations", params={"waiting": "true"}).json()["items"]
    assert contact in [each["id"] for each in waiting]
    bell = shop.browser.call("notifications", "list").json()["notifications"]
    assert "handoff" in [each["kind"] for each in bell]
    back = shop.program.ask("DELETE", path).json()
    assert (back["waiting"], back["bot_paused"]) == (False, False)
    missing = f"/conversations/{uuid.uuid4()}/handoff"
    assert shop.program.refused("PUT", missing, 404, json={}) == "not_found"
    assert shop.program.refused("DELETE", missing, 404) == "not_found"


def test_a_contact_is_changed_as_in_the_portal(shop: Business) -> None:
    contact = shop.write("Hello")
    changes = {"name": "Ana", "tags": ["vip", "b"], "lead": {"email": "ana@x.example"}, "language": "es"}
    changed = shop.program.ask("PATCH", f"/contacts/{contact}", json=changes).json()
    assert {name: changed[name] for name in changes} == changes | {"tags": ["b", "vip"]}
    left = shop.program.ask("PATCH", f"/contacts/{contact}", json={"lead": {"email": None}}).json()
    assert left["lead"] == {} and left["name"] == "Ana"
    assert shop.program.refused("PATCH", f"/contacts/{contact}", 422, json={}) == "nothing_to_save"
    wrong = {"language": "Spanish!"}
    assert shop.program.refused("PATCH", f"/contacts/{contact}", 422, json=wrong) == "languages_invalid"
    assert shop.program.refused("PATCH", f"/contacts/{uuid.uuid4()}", 404, json=changes) == "not_found"


def test_a_document_is_added_listed_and_deleted(shop: Business, started: list[Any]) -> None:
    body = {"filename": "hours.md", "file": b64encode(FILE).decode()}
    document = shop.program.ask("POST", "/documents", 201, json=body).json()
    assert (document["title"], document["state"], document["origin"]) == ("hours", "received", "upload")
    assert started == [
        ("f/ingest/ingest_document", {"document_id": document["id"], "tenant_id": shop.talk.tenant})
    ]
    assert shop.program.ask("POST", "/documents", 201, json=body).json()["id"] == document["id"]
    assert document["id"] in [each["id"] for each in shop.program.get("/documents").json()["items"]]
    assert shop.program.ask("DELETE", f"/documents/{document['id']}", 204).content == b""
    assert shop.program.refused("DELETE", f"/documents/{document['id']}", 404) == "not_found"
    assert shop.program.refused("GET", f"/documents/{document['id']}", 404) == "not_found"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"filename": "a.md", "file": ""}, 422, "file_empty"),
        ({"filename": "a.md", "file": "no base64!"}, 422, "upload_incomplete"),
        ({"filename": "a.md"}, 400, "bad_value"),
        ({"filename": "a.md", "file": "YQ==", "replaces": str(uuid.uuid4())}, 404, "not_found"),
    ],
)
def test_a_file_that_is_none_is_not_kept(
    shop: Business, started: list[Any], body: Any, status: int, code: str
) -> None:
    before = shop.program.get("/documents").json()["items"]
    assert shop.program.refused("POST", "/documents", status, json=body) == code
    assert shop.program.get("/documents").json()["items"] == before and started == []


def test_tests_are_run_and_their_outcome_is_read(shop: Business, started: list[Any]) -> None:
    assert shop.program.refused("POST", "/test-runs", 422, json={}) == "no_cases"
    shop.browser.call(
        *("cases", "create"),
        phone_number_id=shop.talk.bot,
        question="When do you open?",
        expected={"outcome": "answered", "must_say": ["nine"]},
    )
    begun = shop.program.ask("POST", "/test-runs", 202, json={"phone_number_id": shop.talk.bot}).json()
    assert (begun["state"], begun["tests"], begun["done"]) == ("running", 1, 0)
    assert [path for path, _ in started] == ["f/cases/run_slice"]
    assert shop.program.get(f"/test-runs/{begun['id']}").json()["id"] == begun["id"]
    assert shop.program.refused("GET", f"/test-runs/{uuid.uuid4()}", 404) == "not_found"


def test_a_reference_to_a_secret_is_words(shop: Business, meta: Meta) -> None:
    """A worker takes a text that begins so for a reference: what a program writes never reaches it as one."""
    contact = shop.write("Hello")
    words = "$var:f/chatbot/master_key"
    shop.program.ask("POST", f"/conversations/{contact}/messages", 202, json={"text": words}, headers=once())
    assert meta.sent[0]["text"]["body"] == words
    _, arguments = list(shop.house.windmill.jobs.values())[-1]
    assert "$" not in arguments["request"] and json.loads(arguments["request"])["text"] == words


def test_a_read_only_key_writes_nothing(shop: Business, meta: Meta) -> None:
    reader = Program(shop.client, shop.make_key(["conversations:read", "contacts:read"], name="Reader"))
    contact = shop.write("Hello")
    headers = {"authorization": f"Bearer {reader.key}"} | once()
    told = shop.client.post(
        f"{PREFIX}/conversations/{contact}/messages", json={"text": "Hi"}, headers=headers
    )
    assert told.json()["code"] == "scope_missing" and meta.sent == []


def test_a_program_reads_events_and_has_one_delivered_again(shop: Business) -> None:
    made = shop.browser.call(
        "developers", "create_endpoint", url="https://example.com/hook", kinds=["message"]
    )
    try:
        contact = shop.write("Is anybody there?")
        events = shop.program.get("/events", params={"type": "message"}).json()["items"]
        assert [(e["contact_id"], e["data"]["text"]) for e in events] == [
            (contact, "At nine."),
            (contact, "Is anybody there?"),
        ]
        again = shop.program.ask("POST", f"/events/{events[0]['id']}/replay", 202).json()
        assert again == {"id": events[0]["id"], "receivers": 1}
        for unknown in (f"evt_{uuid.uuid4().hex}", "evt_x"):
            assert shop.program.refused("POST", f"/events/{unknown}/replay", 404) == "not_found"
        (listed,) = shop.browser.call("developers", "list").json()["endpoints"]
        assert (listed["waiting"], listed["state"]) == (2, "active")
    finally:
        gone = shop.browser.call("developers", "delete_endpoint", endpoint_id=made.json()["endpoint_id"])
        assert gone.json()["ok"] is True


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/hook", "host_private"),
        ("https://169.254.169.254/", "host_private"),
        ("https://[::1]/", "host_private"),
        ("https://localhost/", "host_private"),
        ("http://example.com/", "webhook_address"),
        ("https://user:secret@example.com/", "webhook_address"),
        ("ftp://example.com/", "webhook_address"),
        ("", "webhook_address"),
    ],
)
def test_an_address_that_must_not_be_told_is_refused(shop: Business, url: str, code: str) -> None:
    told = shop.browser.call("developers", "create_endpoint", url=url, kinds=["message"]).json()
    assert told["refused"] == code
    assert shop.browser.call("developers", "list").json()["endpoints"] == []


def test_the_secret_of_webhooks_is_shown_to_the_owners_page_alone(shop: Business) -> None:
    from f.common.webhook_signature import shown_secret, webhook_secrets

    secret = shown_secret(webhook_secrets(MASTER_KEY, shop.talk.tenant)[0])
    assert shop.unsealed("show_secret", "webhook secret") == secret
    assert secret not in str(shop.house.windmill.results)
