"""A figure belongs to the part of its source whose words stand around it; limits, months and lists mean what the source says."""

from __future__ import annotations

import pytest

from tests.agent.policy import shop
from tests.agent.policy.shop import restaurant, search

PASSAGES = {
    "rooms": "Single room: 70 € | Double room: 95 € | Suite: 160 €",
    "courses": "Judo: Monday and Thursday at 17:00. Fencing: Tuesday and Saturday at 18:30.",
    "tours": "City walk: 25 € per person, 10:00-12:00 | Harbour cruise: 40 € per person, 15:30-17:00",
    "corsi": "Corso di vela: 120 €, lunedì e giovedì alle 9. Corso di surf: 90 €, martedì e venerdì alle 9.",
    "hall": "The hall is for up to 60 guests and costs 300 € an evening.",
    "damage": "Please report damage within 48 hours.",
    "autumn": "Until 31 October 2026: the second bicycle at half price.",
    "spring": "Until 31 May 2027: every helmet at half price.",
    "sauna": "The sauna is open daily and costs 12 €. Under 16s are not admitted.",
    "included": "The room has a desk, a kettle and a balcony.",
}
QUOTES = {
    "corsi": "Corso di surf: 90 €, martedì e venerdì alle 9.",
    "sauna": "The sauna is open daily and costs 12 €.",
}  # of the others the whole passage
HOUSE = restaurant(PASSAGES, languages=["en", "de", "it"])


def passes(message: str, text: str, passage: str) -> bool:
    """Whether a reply goes out whose whole text is claimed with the quote of its passage."""
    quote = QUOTES.get(passage, PASSAGES[passage])
    return shop.passes(HOUSE, message, text, passage, quote, calls=(search(*PASSAGES),))


@pytest.mark.parametrize(
    ("message", "text", "passage"),
    [
        ("price of a double?", "A double room is 70 €.", "rooms"),
        ("when is the harbour cruise", "The harbour cruise is from 10:00 to 12:00.", "tours"),
        ("quando è il surf", "Il corso di surf è il martedì e il giovedì.", "corsi"),
        ("how many fit in the hall", "The hall is for 60 guests or more.", "hall"),
        ("it came broken four days ago, is that a problem", "Yes, just report the damage.", "damage"),
        ("any offers on bicycles?", "Yes, the second bicycle is at half price.", "autumn"),
        ("can my 14 year old use the sauna", "Yes, the sauna is open daily and costs 12 €.", "sauna"),
        ("what is in the room", "The room has a desk, a balcony and a jacuzzi.", "included"),
    ],
)
def test_what_another_part_or_no_part_says_is_not_sent(message: str, text: str, passage: str) -> None:
    assert not passes(message, text, passage)


@pytest.mark.parametrize(
    ("message", "text", "passage"),
    [
        ("price of a double?", "A double room is 95 €.", "rooms"),
        ("when is the harbour cruise", "The harbour cruise is from 15:30 to 17:00.", "tours"),
        ("quando è il surf", "Il corso di surf è il martedì e il venerdì.", "corsi"),
        ("how many fit in the hall", "The hall is for 60 guests at most.", "hall"),
        ("it came broken yesterday, is that a problem", "Yes, just report the damage.", "damage"),
        ("any offers on helmets?", "Yes, every helmet is at half price.", "spring"),
        ("can my 17 year old use the sauna", "Yes, the sauna is open daily and costs 12 €.", "sauna"),
        ("what is in the room", "The room has a desk, a balcony and a kettle.", "included"),
    ],
)
def test_what_its_own_part_says_is_sent(message: str, text: str, passage: str) -> None:
    assert passes(message, text, passage)
