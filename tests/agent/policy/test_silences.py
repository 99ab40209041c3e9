"""What a reply keeps silent about or adds: a limit, a record that says no, another name's figure, a promise, another period, the week of a month."""

from __future__ import annotations

import pytest

from tests.agent.policy import shop
from tests.agent.policy.shop import restaurant

PASSAGES = {
    "groups": "Groups from 15 guests get 10 % off every menu.",
    "invoice": "You can pay by invoice only with the yearly plan.",
    "hours": "Oak Street (Leeds): Monday to Friday 9:00-18:00 | Mill Lane (York): Monday to Friday 10:00-17:30",
    "branches": "Oak Street (Leeds): 9:00-18:00\n \nMill Lane (York): 10:00-17:30",
    "violin": "Violin hire: EUR 70 per month, deposit EUR 150.",
    "mask": "Facial: EUR 40. Calming mask: EUR 10.",
    "market": "There is a market on the first Sunday of each month, 9:00-14:00.",
    "parcels": "Express parcels take 2 working days.",
}
HOUSE = restaurant(
    PASSAGES,
    languages=["en", "nl"],
    tools=[
        {
            "name": "stock",
            "description": "",
            "changes_something": False,
            "parameters": {"type": "object", "properties": {}},
        }
    ],
)
EMPTY = '{"item": "oak table", "qty": 0, "fee": 0}'
LEFT = '{"item": "oak table", "qty": 3, "fee": 0}'
STATE = '{"order": "K-3307", "status": "pending_confirmation"}'


def passes(message: str, text: str, source: str, quote: str, answer: str = "") -> bool:
    """Whether a reply with one claim is sent. `answer`: of the tool, where the source is one."""
    asked = {"tool": "stock", "arguments": {}, "result": answer, "error": False}
    return shop.passes(HOUSE, message, text, source, quote, calls=(asked,) if answer else ())


REFUSED = {
    "a limit that the customer's number breaks": ("14 of us, any discount?", "Yes, you get 10 % off every menu.", "groups", "10 % off every menu"),
    "a condition left out": ("can I pay by invoice?", "Yes, you can pay by invoice.", "invoice", "You can pay by invoice"),
    "another branch's hours": ("when does york close", "The shop in York closes at 18:00.", "hours", "Monday to Friday 9:00-18:00"),
    "a price for another period": ("violin hire?", "Violin hire costs EUR 70 per week.", "violin", "Violin hire: EUR 70"),
    "included, where it has a price": ("what's in the facial", "The calming mask is included.", "mask", "Calming mask"),
    "another Sunday than the first": ("next market?", "The next market is on Sunday, 13 December.", "market", "on the first Sunday of each month"),
    "a day that the length does not reach": ("express?", "It takes 2 working days, so it arrives on 27 November.", "parcels", "2 working days"),
    "a guarantee that nobody gives": ("express?", "We guarantee that it arrives within 2 working days.", "parcels", "2 working days"),
}  # fmt: skip
SENT = {
    "a limit that is reached": ("16 of us, any discount?", "Yes, you get 10 % off every menu.", "groups", "Groups from 15 guests get 10 % off"),
    "a condition that is told": ("can I pay by invoice?", "Yes, but only with the yearly plan.", "invoice", "only with the yearly plan"),
    "the branch's own hours": ("when does york close", "The shop in York closes at 17:30.", "hours", "Monday to Friday 10:00-17:30"),
    "a passage with an empty line": ("york?", "The shop in York closes at 17:30.", "branches", "Mill Lane (York): 10:00-17:30"),
    "a price for its period": ("violin hire?", "Violin hire costs EUR 70 a month.", "violin", "EUR 70 per month"),
    "the first Sunday": ("next market?", "The next market is on Sunday, 6 December.", "market", "on the first Sunday of each month"),
    "a day that the length reaches": ("express?", "It takes 2 working days, so it arrives on 30 November.", "parcels", "2 working days"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_source_limits_or_does_not_say_is_not_sent(name: str) -> None:
    assert not passes(*REFUSED[name])


@pytest.mark.parametrize("name", SENT)
def test_what_a_source_says_is_sent(name: str) -> None:
    assert passes(*SENT[name])


def test_a_record_with_nothing_left_is_no_yes_and_one_without_a_fee_is() -> None:
    text = "Yes, the oak table is in stock."
    assert not passes("oak table in stock?", text, "stock", '"qty": 0', EMPTY)
    assert passes("oak table in stock?", text, "stock", '"qty": 3', LEFT)


def test_what_waits_for_a_confirmation_is_not_confirmed() -> None:
    assert not passes("K-3307?", "Your order K-3307 is confirmed.", "stock", '"order": "K-3307"', STATE)
