"""The bot's own words come in the language that the customer writes, also when a single message does not tell it."""

from __future__ import annotations

import json

import pytest

from local.seed import SHOP
from tests.e2e.conftest import World
from tests.e2e.phone import Phone

CLOSED = {"en": "We are closed.", "es": "Estamos cerrados."}
SPANISH = ["Hola, ¿cuánto cuesta el envío exprés?", "¿Y hasta qué día puedo devolver un pedido?"]
ENGLISH = ["Hello, how much is the express delivery?", "And how long do I have to return an item?"]


@pytest.mark.parametrize(("before", "expected"), [(SPANISH, "es"), (ENGLISH, "en")])
def test_a_closed_business_answers_a_short_message_in_the_customers_language(
    world: World, before: list[str], expected: str
) -> None:
    phone = Phone(world, SHOP)
    for text in before:
        phone.write(text)
    shut = "update chatbots set opening_hours = %s, outside_hours = %s, closed_message = %s where phone_number_id = %s"
    (kept,) = world.rows(
        "select opening_hours, outside_hours, closed_message from chatbots where phone_number_id = %s",
        SHOP.phone_number_id,
    )
    try:
        world.rows(
            f"{shut} returning 1", json.dumps({"mon": []}), "close", json.dumps(CLOSED), SHOP.phone_number_id
        )
        (reply,) = phone.write("No")
    finally:
        hours, words = json.dumps(kept["opening_hours"]), json.dumps(kept["closed_message"])
        world.rows(f"{shut} returning 1", hours, kept["outside_hours"], words, SHOP.phone_number_id)
    assert reply["text"] == CLOSED[expected]
    (row,) = world.rows("select language from contacts where phone = %s", phone.number)
    assert row["language"] == expected
