"""A figure is that of its own quote: not another one of its kind, and not that of the thing beside it."""

from __future__ import annotations

import pytest

from tests.agent.policy import harness, shop
from tests.agent.policy.shop import case, restaurant, search

PASSAGES = {
    "bread": "Rye bread stays fresh for 3 days, spelt bread for 5 days.",
    "deposit": "Anzahlung 30 %. Bei Absage am selben Tag behalten wir 50 %.",
    "evening": "Ab 17.30 Uhr 30 % auf Brot vom Tag.",
    "yoga": "Yoga: Tuesdays & Thursdays 5-7 pm. Boxing: Mondays 6-7 pm.",
    "answers": "Text messages are answered within 2 business days. Calls are answered within 1 hour.",
    "rent": "Ciaspole 12 € al giorno | slittino 10 € | sci di fondo 18 €",
    "xray": "First picture 58 €, each further one 25 €.",
    "shops": "Shop Leeds: Kirkgate 14 | Tel. 0113 555 0172 || Shop York: Fossgate 3 | Tel. 01904 555 218",
    "wrap": "Gift wrapping is 4.50 € an item and includes a handwritten card.",
    "cancel": "Free cancellation until 21 days before arrival, then 80 %.",
}
HOUSE = restaurant(PASSAGES, languages=["en", "de", "it"], opening_hours="Monday to Friday 9-18")


def passes(message: str, text: str, passage: str, *quotes: str) -> bool:
    """Whether a reply goes out whose whole text is claimed with each of these quotes."""
    return shop.passes(HOUSE, message, text, passage, *quotes, calls=(search(*PASSAGES),))


@pytest.mark.parametrize(
    ("message", "text", "passage", "quote"),
    [
        ("аванс?", "Аванс составляет 50 %.", "deposit", "Anzahlung 30 %"),
        ("ab wann ist es billiger", "Ab 17 Uhr gibt es 30 % auf Brot.", "evening", "Ab 17.30 Uhr 30 % auf Brot vom Tag"),
        ("quando c'è yoga", "Yoga è il lunedì e il giovedì.", "yoga", "Tuesdays & Thursdays 5-7 pm"),
        ("york phone", "Our York shop is on 0113 555 0172.", "shops", "Tel. 0113 555 0172"),
        ("is boxing on friday", "Boxing is on Fridays from 6 to 7 pm.", "yoga", "Boxing: Mondays 6-7 pm"),
        ("when do you answer", "Within 2 hours.", "answers", "answered within 2 business days"),
        ("price of 4 pictures", "Four pictures are 140 €.", "xray", "First picture 58 €, each further one 25 €"),
        ("arrivo l'11 luglio 2027, disdetta?", "Gratis fino al 27 giugno 2027.", "cancel", "Free cancellation until 21 days before arrival"),
    ],
)  # fmt: skip
def test_a_figure_that_its_quote_has_otherwise_is_not_sent(
    message: str, text: str, passage: str, quote: str
) -> None:
    assert not passes(message, text, passage, quote)


@pytest.mark.parametrize(
    ("message", "text", "passage", "quote"),
    [
        ("аванс за 200 €?", "30 % от 200 € — 60 €.", "deposit", "Anzahlung 30 %"),
        ("gibt es um 18 Uhr rabatt?", "Ja, ab 17.30 Uhr gibt es 30 % auf Brot.", "evening", "Ab 17.30 Uhr 30 % auf Brot vom Tag"),
        ("yoga on friday?", "Yoga is on Tuesdays and Thursdays only, so not on Friday.", "yoga", "Tuesdays & Thursdays 5-7 pm"),
        ("york phone", "Our York shop is on 01904 555 218.", "shops", "Tel. 01904 555 218"),
        ("is boxing on friday", "Boxing is on Mondays from 6 to 7 pm, not on Friday.", "yoga", "Boxing: Mondays 6-7 pm"),
        ("in ore?", "Entro 48 ore.", "answers", "within 2 business days"),
        ("price of 4 pictures", "Four pictures are 133 €.", "xray", "First picture 58 €, each further one 25 €"),
        ("arrivo l'11 luglio 2027, disdetta?", "Gratis fino al 20 giugno 2027.", "cancel", "Free cancellation until 21 days before arrival"),
    ],
)  # fmt: skip
def test_what_is_reckoned_from_the_quote_is_sent(message: str, text: str, passage: str, quote: str) -> None:
    assert passes(message, text, passage, quote)


@pytest.mark.parametrize(
    ("text", "passage", "quote"),
    [
        ("Rye bread stays fresh for 5 days, spelt bread for 3 days.", "bread", PASSAGES["bread"]),
        ("Schneeschuhe 18 €, Langlaufski 12 € am Tag.", "rent", PASSAGES["rent"]),
    ],
)
def test_exchanged_figures_are_not_sent(text: str, passage: str, quote: str) -> None:
    assert not passes("and how much is it?", text, passage, quote)


def test_each_quoted_for_itself_their_order_is_free() -> None:
    text = "Langlaufski kosten 18 € am Tag, Schneeschuhe 12 €."
    assert passes(
        "Langlaufski und Schneeschuhe, Preis?", text, "rent", "sci di fondo 18 €", "Ciaspole 12 € al giorno"
    )


@pytest.mark.parametrize(("extra", "sent"), [("in silk paper", False), ("with a handwritten card", True)])
def test_what_is_added_under_another_claims_quote_is_not_sent(extra: str, sent: bool) -> None:
    quote = "Gift wrapping is 4.50 € an item and includes a handwritten card"
    text = f"Wrapping is 4.50 € an item, {extra}."
    claims = [
        {"says": "Wrapping is 4.50 € an item", "source": "wrap", "quote": quote},
        {"says": extra, "source": "wrap", "quote": quote},
    ]
    outcome = harness.run(case("wrapping?", text, search(*PASSAGES), claims=claims), HOUSE, True)
    assert outcome.passed == sent
