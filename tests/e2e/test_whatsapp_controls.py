"""What a reply carries beside words, from the model's call to the customer's phone and back: over the running product."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.seed import wait_for
from local.shop_window import CATALOG, FIELDS, FORM, SCREEN
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover


def answer_form(message: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """The customer's answers, as Meta words them."""
    token = message["content"]["action"]["parameters"]["flow_token"]
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps({**answers, "flow_token": token})}
    return {
        "type": "interactive",
        "context": message["wamid"],
        "interactive": {"type": "nfm_reply", "nfm_reply": reply},
    }


def logged(phone: Phone, body: str) -> None:
    wait_for(lambda: ("out", body) in phone.log(), 60)


def test_a_button_with_a_link(world: World) -> None:
    phone = Phone(world)
    (shown,) = phone.write("Where can I book a workshop online?")
    assert shown["content"]["type"] == "cta_url"
    assert shown["content"]["action"]["parameters"] == {
        "display_text": "Book a workshop",
        "url": "https://casa-lumen.example/workshops",
    }
    logged(phone, "[link] You find it here.\n\nBook a workshop: https://casa-lumen.example/workshops")


def test_the_customer_sends_where_they_are(world: World) -> None:
    phone = Phone(world)
    (shown,) = phone.write("Which store is the nearest to me?")
    assert shown["content"]["type"] == "location_request_message"
    logged(phone, "[location request] Please send me where you are.")
    place = {"latitude": 39.47, "longitude": -0.376, "name": "Plaza del Ayuntamiento"}
    phone.after({"type": "location", "location": place, "context": shown["wamid"]})
    wait_for(lambda: ("in", "[location] Plaza del Ayuntamiento, 39.47 -0.376") in phone.log(), 60)


def test_products_and_the_order_that_comes_back(world: World) -> None:
    phone = Phone(world)
    (one,) = phone.write("Show me the brass floor lamp")
    assert one["content"]["action"] == {
        "catalog_id": CATALOG,
        "product_retailer_id": "LAMP-FLOOR-BRASS",
    }
    (several,) = phone.write("Show me the brass lamp, the LED bulb and the linen curtain")
    assert several["content"]["type"] == "product_list"
    (section,) = several["content"]["action"]["sections"]
    assert [item["product_retailer_id"] for item in section["product_items"]] == [
        "LAMP-FLOOR-BRASS",
        "BULB-E27-WARM",
        "CURTAIN-LINEN-SAND",
    ]
    item = {
        "product_retailer_id": "BULB-E27-WARM",
        "quantity": 2,
        "item_price": 9.9,
        "currency": "EUR",
    }
    phone.after({"type": "order", "order": {"catalog_id": CATALOG, "product_items": [item]}})
    wait_for(lambda: ("in", "[order] 2 x BULB-E27-WARM at 9.9 EUR") in phone.log(), 60)


def test_a_form_s_six_fields_are_the_contact_s_within_the_turn(world: World) -> None:
    phone = Phone(world)
    (shown,) = phone.write("I want to return an item. Is there a form?")
    parameters = shown["content"]["action"]["parameters"]
    assert (parameters["flow_id"], parameters["flow_cta"]) == (FORM, "Fill in the form")
    assert parameters["flow_action_payload"] == {"screen": SCREEN}
    answers = {name: f"The {name}" for name in FIELDS}
    phone.after(answer_form(shown, answers))
    wait_for(lambda: "item: The item" in str(phone.log()[-2:]), 60)
    (contact,) = world.rows("select lead from contacts where id = %s", phone.contact())
    assert contact["lead"] == {of_contact: f"The {of_form}" for of_form, of_contact in FIELDS.items()}


def test_a_contact_card_and_a_reaction(world: World) -> None:
    phone = Phone(world)
    words, card = phone.write("What is the telephone number of the Valencia store?", replies=2)
    assert words["type"] == "text"
    assert card["content"]["items"][0]["phones"][0]["phone"] == "+34 960 000 101"
    logged(phone, "[contact] Casa Lumen Valencia store, +34 960 000 101, valencia@casa-lumen.example")
    (words, reaction) = phone.write("Thank you so much!", replies=2)
    assert (words["type"], reaction["content"]["emoji"]) == ("text", "🙏")
    logged(phone, "[reaction] 🙏")


ASKS = {
    "Where can I book a workshop online?": "You find it here.\n\nBook a workshop: https://casa-lumen.example/workshops",
    "Which store is the nearest to me?": "Please send me where you are.",
    "Show me the brass floor lamp": "Here you are.\n\n- Lumen floor lamp, brass",
    "I want to return an item. Is there a form?": "Please fill in this form.\n\n"
    + "\n".join(f"- {field}" for field in FIELDS.values()),
}


@pytest.mark.parametrize("code", [131051, 131009])
@pytest.mark.parametrize("question", ASKS)
def test_what_meta_refuses_at_once_goes_out_in_words_once(world: World, question: str, code: int) -> None:
    phone = Phone(world)
    world.control("fail", {"mode": "error", "code": code, "status": 400, "to": phone.number})
    (shown,) = phone.write(question)
    assert (shown["type"], shown["text"]) == ("text", ASKS[question])
    logged(phone, ASKS[question])
    assert [part["content"]["type"] for part in phone.parts()] == ["text"]


def test_what_a_status_refuses_goes_out_in_words_once(world: World) -> None:
    phone, question = Phone(world), "Where can I book a workshop online?"
    world.control("statuses", {"fail_code": 131026, "to": phone.number})
    try:
        phone.deliver({"type": "text", "text": question})
        wait_for(lambda: [p for p in phone.parts() if p["error_code"] == 131026 or p["retry_at"]], 60)
    finally:
        world.control("statuses", {})
    assert phone.trace()
    recover(world)
    button, words = phone.sent(2)
    assert (button["type"], words["text"]) == ("interactive", ASKS[question])
    wait_for(lambda: [p["state"] for p in phone.parts()] in (["delivered"], ["read"]), 60)
    assert len(phone.sent()) == 2
    assert phone.log()[-1] == ("out", ASKS[question])
