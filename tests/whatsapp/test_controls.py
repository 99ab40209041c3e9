"""What a reply carries beside words: within Meta's limits, judged by its stand-in as well, and what is sent in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.common.chatbot_settings import ChatbotSettings
from f.whatsapp.control_kinds import KINDS, Control, control_tools, is_emoji
from f.whatsapp.controls import MARKS, in_words, spoken, text_message, with_controls
from local.meta import owned
from local.meta.config import Flow, Number, Product
from local.meta.validate import check_send
from tests.whatsapp.conftest import Bot

ROWS: dict[str, Any] = {
    "links": [{"label": "Book a table", "url": "https://bistro.example/book"}],
    "ask_location": True,
    "reactions": True,
    "catalog_id": "77",
    "products": [{"name": f"Cake {n}", "id": f"sku-{n}"} for n in range(40)],
    "forms": [
        {
            "purpose": "Book a party",
            "id": "123",
            "button": "Fill in",
            "screen": "FIRST",
            "fields": "day = party day, mail = email",
        }
    ],
    "contact_cards": [{"name": "Reception", "phone": "+34 960 000 101", "email": "hi@bistro.example"}],
}
NUMBER = Number(
    "1",
    "+1",
    "2",
    "Bistro",
    catalog_id="77",
    products={f"sku-{n}": Product(f"Cake {n}", "9 EUR") for n in range(40)},
    flows={"123": Flow("FIRST", "Party", {"day": "Day", "mail": "Mail"})},
)


class Known:
    message_id = "wamid.question"

    @property
    def addresses(self) -> set[str]:
        return {"https://bistro.example/menu"}


def settings(**changed: Any) -> ChatbotSettings:
    given: dict[str, Any] = {"name": "Bistro", **ROWS, **changed}
    defaults = {name: None for name in ChatbotSettings.__dataclass_fields__ if name not in given}
    return ChatbotSettings(**{**defaults, "source_links": False, **given})


def control(tool: str, arguments: dict[str, Any], **changed: Any) -> Control:
    kind = next(kind for kind in KINDS.values() if kind.tool == tool)
    return kind.check(arguments, settings(**changed), Known())


CALLS: dict[str, dict[str, Any]] = {
    "send_link": {"label": "book a table"},
    "ask_location": {},
    "show_products": {"products": ["Cake 1"]},
    "send_form": {"form": "Book a party"},
    "send_contact_card": {"name": "Reception"},
    "react": {"emoji": "👍🏽"},
}
EMPTY = {"links": [], "ask_location": False, "reactions": False, "catalog_id": None, "products": []} | {
    "forms": [],
    "contact_cards": [],
}


def sent(text: str, *controls: Control) -> list[dict[str, Any]]:
    """The messages, each of them taken by the stand-in for Meta, and so is what takes its place."""
    contents = with_controls([text_message(text)], list(controls), "turn")
    for content in contents:
        instead = content.get("instead") or content
        taken = {key: value for key, value in content.items() if key != "instead"}
        for one in (taken, instead):
            check_send({"messaging_product": "whatsapp", "to": "+16505551234", **one})
            if one["type"] == "interactive":
                owned.check(NUMBER, one["interactive"])
    return contents


def test_only_what_is_set_is_offered() -> None:
    assert [tool["function"]["name"] for tool in control_tools(settings())] == list(CALLS)
    assert control_tools(settings(**EMPTY)) == []
    assert control_tools(settings(**{**EMPTY, "catalog_id": "77"})) == [], "a catalogue without products"
    assert control_tools(settings(**{**EMPTY, "products": ROWS["products"]})) == []
    (only,) = control_tools(settings(**{**EMPTY, "source_links": True}))
    assert only["function"]["name"] == "send_link"


@pytest.mark.parametrize("tool", CALLS)
def test_each_kind_is_taken_by_meta_and_has_words(tool: str) -> None:
    *_, last = sent("Here it is.", control(tool, CALLS[tool]))
    assert last["instead"]["type"] == "text"
    assert in_words(last).startswith("[")


def test_the_text_is_the_body_and_a_part_of_the_words() -> None:
    (message,) = sent("Book here.", control("send_link", CALLS["send_link"]))
    assert message["interactive"]["body"] == {"text": "Book here."}
    assert message["instead"] == text_message("Book here.\n\nBook a table: https://bistro.example/book")


def test_a_text_that_no_body_holds_comes_before() -> None:
    words = "\n\n".join(["word " * 100] * 5)
    *before, message = sent(words, control("ask_location", {}))
    assert before and all(part["type"] == "text" for part in before)
    assert len(message["interactive"]["body"]["text"]) <= 1024


def test_cards_and_reactions_are_messages_of_their_own() -> None:
    kinds = ["send_link", "send_contact_card", "react"]
    contents = sent("Here.", *(control(kind, CALLS[kind]) for kind in kinds))
    assert [content["type"] for content in contents] == ["interactive", "contacts", "reaction"]


def test_one_product_several_and_too_many() -> None:
    (one,) = sent("Look.", control("show_products", {"products": ["Cake 1", "Cake 1"]}))
    assert one["interactive"]["type"] == "product"
    most = [f"Cake {n}" for n in range(30)]
    (several,) = sent("Look.", control("show_products", {"products": most, "title": "x" * 60}))
    assert several["interactive"]["type"] == "product_list"
    assert several["interactive"]["header"]["text"] == "x" * 60
    assert several["instead"]["text"]["body"].endswith("- Cake 29")


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("send_link", {"label": "Pay now"}, "there is no link 'Pay now'"),
        (
            "send_link",
            {"label": "Book a table", "url": "https://evil.example"},
            "there is no link",
        ),
        ("send_link", {"url": "https://bistro.example/menu", "label": "Menu"}, "there is no link"),
        ("show_products", {"products": []}, "1 to 30"),
        ("show_products", {"products": [f"Cake {n}" for n in range(31)]}, "1 to 30"),
        ("show_products", {"products": ["Pie"]}, "there is no product 'Pie'"),
        ("show_products", {"products": ["Cake 1", "Cake 2"], "title": "x" * 61}, "at most 60"),
        ("send_form", {"form": "Complain"}, "there is no form"),
        ("send_contact_card", {"name": "The boss"}, "there is no contact card"),
        ("send_contact_card", {}, "there is no contact card"),
        ("react", {"emoji": "ok"}, "one emoji"),
        ("react", {"emoji": "👍👍"}, "one emoji"),
        ("react", {}, "one emoji"),
    ],
)
def test_what_does_not_fit_is_a_sentence_for_the_model(
    tool: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        control(tool, arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"label": "Menu", "url": "https://evil.example/menu"}, "none of your sources"),
        ({"label": "x" * 21, "url": "https://bistro.example/menu"}, "1 to 20 characters, not 21"),
        ({"label": "", "url": "https://bistro.example/menu"}, "1 to 20 characters, not 0"),
    ],
)
def test_an_address_stands_in_a_source(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        control("send_link", arguments, source_links=True)
    named = {"label": "Menu", "url": "https://bistro.example/menu"}
    assert control("send_link", named, source_links=True) == {"kind": "link", **named}


@pytest.mark.parametrize("text", ["👍", "👍🏽", "❤️", "👩‍🚀", "🇪🇸", "✅"])
def test_an_emoji(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", "a", "7", "👍👍", "👍 ", "!", "©", "🇪🇸🇪🇸"])
def test_no_emoji(text: str) -> None:
    assert not is_emoji(text)


def test_the_log_has_the_same_marks(bot: Bot) -> None:
    contents = [
        content for tool, call in CALLS.items() for content in sent("Look.", control(tool, call))[-1:]
    ]
    several = control("show_products", {"products": ["Cake 1", "Cake 2"]})
    contents += [*sent("Look.", several), spoken("f" * 8, "Hello.")]
    seen = set()
    for content in contents:
        kind = content.get("interactive", {}).get("type") or content["type"]
        seen.add(kind)
        ((in_log,),) = (row.values() for row in bot.rows("select sent_words(%s::jsonb)", json.dumps(content)))
        assert in_log == in_words(content) == f"[{MARKS[kind]}] {content['instead']['text']['body']}"
    assert seen == MARKS.keys()
