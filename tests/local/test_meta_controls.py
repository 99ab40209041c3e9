"""What the Graph API takes and refuses of what a message carries beside text: each limit of Meta's pages, with its code."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from local.meta import voice
from tests.local.meta_support import NUMBER, OTHER_NUMBER, TOKEN, Meta, Recorder, eventually
from tests.local.test_meta_graph import code

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def shown(kind: str, action: dict[str, Any], body: str | None = "Look", **more: Any) -> dict[str, Any]:
    text = {} if body is None else {"body": {"text": body}}
    return {
        "type": "interactive",
        "interactive": {"type": kind, **text, "action": action, **more},
        "text": None,
    }


def link(label: str = "x" * 20, url: str = "https://example.com/a", **more: Any) -> dict[str, Any]:
    parameters = {"display_text": label, "url": url}
    return shown("cta_url", {"name": "cta_url", "parameters": parameters}, **more)


def product(sku: str = "sku-1", catalog: str = "77", **more: Any) -> dict[str, Any]:
    return shown("product", {"catalog_id": catalog, "product_retailer_id": sku}, **more)


HEADER = {"type": "text", "text": "Bikes"}


def products(*counts: int, title: str = "Ours", header: Any = HEADER, **more: Any) -> dict[str, Any]:
    skus = [f"sku-{n}" for n in range(sum(counts))]
    sections = []
    for count in counts:
        items = [{"product_retailer_id": skus.pop(0)} for _ in range(count)]
        sections.append({"product_items": items} | ({"title": title} if title else {}))
    around = {"header": header} if header else {}
    return shown("product_list", {"catalog_id": "77", "sections": sections}, **around, **more)


FLOW = {
    "flow_message_version": "3",
    "flow_token": "t",
    "flow_id": "123",
    "flow_cta": "Book a ride",
    "flow_action": "navigate",
    "flow_action_payload": {"screen": "FIRST"},
}


def form(without: str = "", body: str | None = "Look", **changed: Any) -> dict[str, Any]:
    parameters = {key: value for key, value in {**FLOW, **changed}.items() if key != without}
    return shown("flow", {"name": "flow", "parameters": parameters}, body=body)


def place(body: str | None = "Where?", **more: Any) -> dict[str, Any]:
    return shown("location_request_message", {"name": "send_location"}, body=body, **more)


def cards(*given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "contacts", "contacts": list(given), "text": None}


NAME = {"formatted_name": "Lumen Bikes", "first_name": "Lumen"}
CARD = {"name": NAME, "phones": [{"phone": "+34 960", "type": "WORK", "wa_id": "34960"}]}


def reaction(emoji: str) -> dict[str, Any]:
    return {
        "type": "reaction",
        "text": None,
        "reaction": {"message_id": "wamid.x", "emoji": emoji},
    }


REFUSED: list[tuple[dict[str, Any], int]] = [
    (link("x" * 21), 100),
    (link(url="casa-lumen.example"), 100),
    (link(body="x" * 1025), 131009),
    (link(body=None), 131008),
    (place("x" * 1025), 131009),
    (place(None), 131008),
    (place(header=HEADER), 100),
    (product("sku-99"), 131009),
    (product(catalog="78"), 131009),
    (product(header=HEADER), 100),
    (product(body="x" * 1025), 131009),
    (products(31), 131009),
    (products(20, 11), 131009),
    (products(1, 1, title=""), 131009),
    (products(1, title="x" * 25), 131009),
    (products(2, header=None), 131008),
    (products(2, header={"type": "text", "text": "x" * 61}), 131009),
    (products(2, body=None), 131008),
    (products(), 131009),
    (form(flow_id="124"), 131009),
    (form(flow_action_payload={"screen": "SECOND"}), 131009),
    (form(flow_cta="x" * 21), 131009),
    (form(flow_cta="Book 🚲"), 131009),
    (form(flow_message_version="2"), 100),
    (form("flow_cta"), 131008),
    (form("flow_id"), 100),
    (form("flow_action_payload"), 131009),
    (form(flow_action="data_exchange"), 131009),
    (form(body=None), 131008),
    (cards(), 131009),
    (cards({"phones": [{"phone": "+34 960"}]}), 131008),
    (cards({"name": {"formatted_name": "Lumen Bikes"}}), 131008),
    (cards({"name": NAME, "colour": "red"}), 100),
    (cards(*[CARD] * 258), 131009),
    (reaction("ok"), 100),
    (reaction("👍👍"), 100),
    (reaction("7"), 100),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_what_is_outside_a_limit_is_refused(meta: Meta, change: dict[str, Any], expected: int) -> None:
    assert code(meta.send(**change)) == (400, expected)
    assert meta.sent() == []


ACCEPTED = [
    link(),
    link(header=HEADER, footer={"text": "x" * 60}, body="x" * 1024),
    place("x" * 1024),
    product(),
    product(body=None, footer={"text": "Ours"}),
    products(30),
    products(10, 20),
    products(1, title="x" * 24, header={"type": "text", "text": "x" * 60}, body="x" * 1024),
    form(),
    form("flow_action_payload", flow_action="data_exchange"),
    form(flow_cta="x" * 20, mode="draft"),
    cards(CARD),
    cards(CARD | {"emails": [{"email": "a@b.example", "type": "WORK"}]}, CARD),
    reaction("👍🏽"),
    reaction("👩‍🚀"),
    reaction("🇪🇸"),
    reaction("❤️"),
    reaction(""),
]


@pytest.mark.parametrize("change", ACCEPTED)
def test_what_is_at_a_limit_is_accepted(meta: Meta, change: dict[str, Any]) -> None:
    assert meta.send(**change).status_code == 200


def test_a_number_without_a_catalogue_shows_no_product(meta: Meta) -> None:
    meta.deliver(phone_number_id=OTHER_NUMBER)
    answer = meta.post(
        {"messaging_product": "whatsapp", "to": "+16505551234", **{**product(), "text": None}},
        "token-b",
        OTHER_NUMBER,
    )
    assert answer.json()["error"]["code"] in (100, 131009)


def test_a_reaction_to_no_message_fails_by_a_status(meta: Meta, webhook: Recorder) -> None:
    wrong = meta.send(**reaction("👍")).json()["messages"][0]["id"]
    eventually(lambda: "failed" in webhook.statuses(wrong))
    about = meta.deliver("Thanks")["wamid"]
    right = {"type": "reaction", "text": None, "reaction": {"message_id": about, "emoji": "👍"}}
    wamid = meta.send(**right).json()["messages"][0]["id"]
    eventually(lambda: "delivered" in webhook.statuses(wamid))


@pytest.mark.parametrize(
    ("content", "fails"), [(voice.ogg("Hello"), False), (b"ID3" + b"x" * 100, True)], ids=["opus", "mp3"]
)
def test_a_voice_note_is_opus_in_ogg(meta: Meta, webhook: Recorder, content: bytes, fails: bool) -> None:
    kind = "audio/mpeg" if fails else "audio/ogg; codecs=opus"
    up: httpx.Response = meta.client.post(
        f"/graph/v26.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": kind},
        files={"file": ("a", content, kind)},
        headers=BEARER,
    )
    audio = {"id": up.json()["id"], "voice": True}
    wamid = meta.send(type="audio", text=None, audio=audio).json()["messages"][0]["id"]
    eventually(lambda: ("failed" if fails else "delivered") in webhook.statuses(wamid))
