"""Buttons, products, forms, cards and reactions as tools of the model: offered where they are set, refused in words, nothing invented."""

from __future__ import annotations

from typing import Any

import pytest

from local.shop_window import SETTINGS
from tests.agent.conftest import CLINIC, Bench
from tests.agent.vendors import call

LINK = call("send_link", {"label": "Book a workshop"})
CARD = call("send_contact_card", {"name": "Casa Lumen Valencia store"})
NAMES = {"send_link", "ask_location", "show_products", "send_form", "send_contact_card", "react"}


@pytest.fixture
def shop(bench: Bench) -> Bench:
    bench.set(**SETTINGS)
    return bench


def offered(bench: Bench) -> set[str]:
    return {tool["function"]["name"] for tool in bench.openai.asked[0]["tools"]} & NAMES


def controls(result: dict[str, Any]) -> list[str]:
    return [control["kind"] for control in result["controls"]]


def test_each_tenant_s_model_has_the_tools_that_it_has_set(shop: Bench) -> None:
    shop.ask("Hello", "Hello!")
    assert offered(shop) == NAMES
    shop.openai.asked.clear()
    shop.ask("Hello", "Hello!", bot=CLINIC)
    assert offered(shop) == set()


def test_a_link_goes_out_with_words_and_without_a_search(shop: Bench) -> None:
    result = shop.ask("Where do I book?", LINK, "You book it here.")
    assert result["controls"] == [{"kind": "link", **SETTINGS["links"][0]}]
    assert (result["reply"], result["answered"]) == ("You book it here.", True)


def test_what_is_not_set_is_no_tool(bench: Bench) -> None:
    result = bench.ask("Where do I book?", LINK, "You book it here.")
    assert "there is no tool 'send_link'" in result["trace"][0]["outcome"]
    assert result["controls"] == []


@pytest.mark.parametrize("allowed", [True, False])
def test_an_address_of_a_source_where_the_tenant_allows_it(shop: Bench, allowed: bool) -> None:
    shop.set(source_links=allowed)
    url = "https://casa-lumen.example/lamps?id=7"
    shop.rows("update chunks set text = text || %s where text like 'You can return%%'", f" See {url}.")
    search = call("search_knowledge_base", {"question": "How long can I return a lamp?"})
    wanted = call("send_link", {"label": "Returns", "url": url})
    invented = call("send_link", {"label": "Returns", "url": "https://casa-lumen.example.evil.example/"})
    reply = "You can return it within 30 days [S1]."
    try:
        made = shop.ask("How long can I return a lamp?", search, wanted, reply)
        refused = shop.ask("How long can I return a lamp?", search, invented, reply)
    finally:
        shop.rows("update chunks set text = replace(text, %s, '')", f" See {url}.")
    expected = [{"kind": "link", "label": "Returns", "url": url}] if allowed else []
    assert (made["controls"], refused["controls"]) == (expected, [])
    assert "error" in refused["trace"][1]["outcome"]


def test_one_thing_stands_on_the_text_and_the_others_behind_it(shop: Bench) -> None:
    choices = call("offer_choices", {"choices": ["Yes", "No"]})
    place = call("ask_location", {})
    result = shop.ask("Where do I book?", LINK, choices, place, CARD, "Here.")
    assert controls(result) == ["link", "card"]
    assert result["choices"] is None
    assert [step["error"] for step in result["trace"][:4]] == [False, True, True, False]
    assert "send_link stands there" in result["trace"][1]["outcome"]


def test_a_reaction_is_on_the_customer_s_newest_message(shop: Bench) -> None:
    ids = ["wamid.first", "wamid.second"]
    result = shop.live("Thank you!", call("react", {"emoji": "🙏"}), "You're welcome!", message_ids=ids)
    assert result["controls"] == [{"kind": "reaction", "emoji": "🙏", "message_id": "wamid.second"}]


def test_nothing_goes_out_with_words_that_replace_the_answer(shop: Bench) -> None:
    result = shop.ask("What is the price of a sofa?", CARD, "A sofa costs EUR 1234.")
    assert not result["answered"]
    assert result["controls"] == []


def test_a_key_in_a_label_is_not_sent(shop: Bench) -> None:
    title = call(
        "show_products", {"products": ["LED bulb E27, warm white"], "title": "sk-abcdef0123456789abcdef"}
    )
    result = shop.ask("Show me bulbs", title, "Here you are.")
    assert result["controls"] == [] and "sk-abcdef" not in result["reply"]
