"""What a reply rests on: a yes needs a source that does not say no, a name a quote that has it, the customer's figure a source that allows it."""

from __future__ import annotations

from typing import Any

import pytest

from f.common.figures.polarity import denies, negates
from tests.agent.policy import harness, shop
from tests.agent.policy.shop import case, restaurant, search, tool

PASSAGES = {
    "dogs": "Dogs are welcome in the veranda, not in the dining room.",
    "fees": "Fasi and Metasalute pay us directly; UniSalute pays you back later.",
    "vouchers": "Vouchers are valid for 5 years, not exchangeable for cash.",
    "groups": "Groups from 15 guests: 10 % off.",
    "lift": "Der Aufzug fährt in alle Etagen, nicht aber in den Keller.",
    "sale": "Cosmetics can be returned within 14 days. Opened cosmetics cannot be returned.",
    "coffee": "Filter coffee: EUR 3.20. Espresso: EUR 2.40.",
}
HOUSE = restaurant(
    PASSAGES,
    languages=["en", "es"],
    tools=[{"name": "get_booking", "description": "", "changes_something": False, "parameters": {"type": "object", "properties": {}}}],
)  # fmt: skip


def passes(
    message: str, text: str, passage: str, quote: str, *more: dict[str, Any], quoted: bool = True
) -> bool:
    """Whether a reply goes out: with the function `reply` and this quote, or as text with a mark."""
    source = passage if passage in PASSAGES else "get_booking"
    calls = more or (search(passage),)
    return shop.passes(HOUSE, message, text, source, quote, calls=calls, structured=quoted)


@pytest.mark.parametrize(
    ("message", "text", "passage", "quote"),
    [
        ("can he come into the dining room?", "Yes, your dog is welcome in the dining room.", "dogs", "Dogs are welcome in the veranda"),
        ("kann ich den Gutschein auszahlen lassen?", "Ja, Gutscheine gelten 5 Jahre und lassen sich auszahlen.", "vouchers", "valid for 5 years"),
        ("エレベーターで地下まで行けますか", "はい、エレベーターで地下まで行けます。", "lift", "Der Aufzug fährt in alle Etagen"),
        ("can i return opened creams?", "Yes, opened cosmetics can be returned within 14 days.", "sale", "can be returned within 14 days"),
    ],
)  # fmt: skip
def test_a_yes_needs_a_source_that_does_not_say_no(message: str, text: str, passage: str, quote: str) -> None:
    assert not passes(message, text, passage, quote)


@pytest.mark.parametrize(
    ("message", "text", "passage", "quote"),
    [
        ("is my dog welcome?", "Yes, your dog is welcome in the veranda.", "dogs", "Dogs are welcome in the veranda"),
        ("geht der Hund in den Speisesaal?", "Nein, im Speisesaal leider nicht.", "dogs", "not in the dining room"),
        ("can i return a cream?", "Yes, you can return it within 14 days.", "sale", "Cosmetics can be returned within 14 days"),
        ("how long is a voucher valid?", "It is valid for 5 years.", "vouchers", "valid for 5 years"),
    ],
)  # fmt: skip
def test_a_no_beside_it_about_something_else_is_no_denial(
    message: str, text: str, passage: str, quote: str
) -> None:
    assert passes(message, text, passage, quote)


def test_a_name_stands_in_what_is_quoted() -> None:
    asked = "do you settle directly with unisalute?"
    assert not passes(asked, "Sure, with UniSalute it is settled for you.", "fees", "pay us directly")
    assert passes(asked, "Sure, with Metasalute it is settled for you.", "fees", "Metasalute pay us directly")


@pytest.mark.field_reply("right-4")
def test_a_customers_figure_is_confirmed_by_the_sources_figure() -> None:
    asked = "we are 12, do we get a discount?"
    quote = "Groups from 15 guests: 10 % off"
    assert not passes(asked, "With 12 guests you get 10 % off.", "groups", quote)
    assert passes(asked, "With 12 guests not yet: it begins with 15 guests.", "groups", quote)


@pytest.mark.field_reply("wrong-1")
def test_a_price_stands_in_what_is_quoted_and_not_only_in_what_was_found() -> None:
    asked = "how much is it?"
    assert not passes(asked, "It is EUR 2.40.", "coffee", "Filter coffee: EUR 3.20")
    assert passes(asked, "It is EUR 2.40.", "coffee", "Espresso: EUR 2.40")


def test_a_booking_of_another_number_is_not_the_customers() -> None:
    other = tool("get_booking", '{"code": "LC7781", "start": "2026-11-28T21:00"}')
    text = "Your booking is for Saturday 28 November at 9 pm."
    assert not passes("when is my booking LC7790?", text, "get_booking", '"start": "2026-11-28T21:00"', other)
    assert passes("when is my booking LC7781?", text, "get_booking", '"start": "2026-11-28T21:00"', other)


def test_a_record_says_what_was_booked() -> None:
    record = tool("get_booking", '{"code": "LC7781", "start": "2026-11-28T21:00", "seats": 2}')
    text = "You've booked Saturday 28 November at 9 pm."
    assert passes("what is LC7781?", text, "get_booking", '"start": "2026-11-28T21:00"', record)
    assert not passes(
        "book LC7781 for 5 December", "I've booked it for 5 December.", "get_booking", "LC7781", record
    )


@pytest.mark.field_reply("wrong-8")
def test_the_customers_question_asked_again_is_no_question_back() -> None:
    reply = "Outdoor seating? Absolutely, we have a lovely terrace. How many are you?"
    given = case("is there outdoor seating now", reply, kind="clarify")
    assert not harness.run(given, HOUSE, True).passed
    back = case("is there outdoor seating now", "Outdoor seating for which day? I'll look.", kind="clarify")
    assert harness.run(back, HOUSE, True).passed


@pytest.mark.parametrize(
    ("text", "denial", "limit"),
    [
        ("We don't ship to Spain", True, True),
        ("only on Sundays", False, True),
        ("nur mit Termin", False, True),
        ("zinsfrei", False, True),
        ("不可进入室内", True, True),
        ("仅限周末", False, True),
        ("لا نوصل", True, True),
        ("نہیں ہے", True, True),
        ("chaton", False, True),  # ends as a Finnish word for "without"
        ("We ship to Spain", False, False),
    ],
)
def test_a_denial_is_more_than_a_limit(text: str, denial: bool, limit: bool) -> None:
    assert denies(text) is denial and negates(text) is limit


def test_a_yes_to_less_than_the_sources_figure_says_that_figure() -> None:
    asked = "we are 14, do we get the group price?"
    quote = "Groups from 15 guests: 10 % off"
    assert not passes(asked, "Yes, you get 10 % off as a group.", "groups", quote)
    assert passes(asked, "Not yet: 10 % off is for groups from 15 guests.", "groups", quote)
    assert passes("we are 16, group price?", "Yes, you get 10 % off as a group.", "groups", quote)
