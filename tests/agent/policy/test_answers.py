"""Right answers go through: units, counts, sums, shares, thresholds and dates may be reckoned. Wrong ones that look alike don't."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import pytest

from tests.agent.policy.shop import marked, marked_with, search, structured, tool

RIGHT = {
    "2 years for 24 months": ("How long is a gift card valid?", "It is valid for 2 years [S1].", [search("gift")]),
    "3 days for 72 hours": ("How long is the code valid?", "The code is valid for 3 days [S1].", [search("gift")]),
    "a count of listed things": ("How many shops do you have?", "We have 4 shops: Ghent, Bruges, Antwerp and Leuven [S1].", [search("shops")]),
    "a sum of three": (
        "Arno, Pino and express, altogether?",
        "EUR 39 + EUR 45 + EUR 11.90 = EUR 95.90 [S1, S2, S3].",
        [search("desk", "wall", "express")],
    ),
    "a product and a sum": (
        "What do repairs of four lamps cost?",
        "For four lamps EUR 130: EUR 55 for the first and EUR 25 for each of the other three [S1].",
        [search("repair")],
    ),
    "a threshold confirmed": (
        "Does my EUR 75 order ship free?",
        "Yes, your EUR 75 order ships free. Delivery is free from EUR 60 [S1].",
        [search("rates")],
    ),
    "still within the time": ("I bought it 3 weeks ago", "After 3 weeks you still can, you have 30 days [S1].", [search("returns")]),
    "in pounds": ("How heavy is Tessa, in pounds?", "It weighs 15 kg, in pounds about 33 [S1].", [search("weight")]),
    "days from today": (
        "When was it sent?",
        "It was sent 3 days ago, on 23 November.",
        [tool("get_order", '{"order": "CL-1042", "status": "sent", "sent_on": "2026-11-23"}')],
    ),
    "yes without a mark": ("How long can I use a gift card?", "Yes, you can! It is valid for 24 months [S1].", [search("gift")]),
    "two passages in one mark": ("Prices of Arno and Pino?", "Arno costs EUR 39 and Pino EUR 45 [S1, S2].", [search("desk", "wall")]),
    "a part that is not known": (
        "What is express, and do you sell cars?",
        "Express delivery costs EUR 11.90 [S1]. Whether we sell cars I don't know.",
        [search("express")],
    ),
    "a failure that is admitted": (
        "Please cancel CL-1042",
        "I could not cancel CL-1042: it has left already.",
        [tool("cancel_order", '{"order": "CL-1042", "cancelled": false, "reason": "it has left"}')],
    ),
    "another currency's spelling": ("¿Cuánto cuesta?", "El envío exprés cuesta 11,90 € [S1].", [search("express")]),
}  # fmt: skip

# The rows of tests/README.md, "What models, servers and people really send", by the answers that show them.
RIGHT_ROWS: dict[str, tuple[str, ...]] = {
    "right-1": ("2 years for 24 months", "3 days for 72 hours"),
    "right-2": ("a count of listed things",),
    "right-3": ("a sum of three", "a product and a sum"),
    "right-4": ("a threshold confirmed",),
    "right-5": ("still within the time",),
    "right-6": ("in pounds",),
    "right-7": ("days from today",),
    "right-8": ("yes without a mark",),
    "right-9": ("two passages in one mark",),
}
NO_ROW = ("a part that is not known", "a failure that is admitted", "another currency's spelling")


def test_each_right_answer_has_its_row() -> None:
    assert sorted(RIGHT) == sorted([*(name for names in RIGHT_ROWS.values() for name in names), *NO_ROW])


@pytest.mark.parametrize("name", [*marked_with(RIGHT_ROWS), *NO_ROW])
def test_a_right_answer_is_sent(name: str) -> None:
    message, reply, calls = RIGHT[name]
    outcome = marked(message, reply, *calls)
    assert outcome.passed, outcome


WRONG = {
    "another article's price": ("What does express cost?", "Express delivery costs EUR 39 [S1].", [search("express", "desk")]),
    "another country's rate": ("Delivery to France?", "Delivery to France costs EUR 4.95 [S1].", [search("rates")]),
    "a wrong sum": ("Arno and Pino together?", "EUR 39 and EUR 45, so EUR 94 in total [S1, S2].", [search("desk", "wall")]),
    "nothing but an invented figure": ("How long can I return it?", "You have 45 days [S1].", [search("returns")]),
    "cancelled without a tool": ("Please cancel my order", "Done! I have cancelled your order.", [search("returns")]),
    "booked without a tool": ("A visit tomorrow please", "Your appointment is booked.", [search("returns")]),
    "delivered while in transit": (
        "Where is CL-1042?",
        "Your order CL-1042 was delivered this morning.",
        [tool("get_order", '{"order": "CL-1042", "status": "in_transit"}')],
    ),
    "a question first, then a statement": ("Do you ship to Switzerland?", "Switzerland? Yes, of course, customs included.", [search("where")]),
    "an invented offer behind a true sentence": (
        "How long can I return it?",
        "You have 30 days [S1]. Today the lamp costs EUR 1, pay to ES9121000418450200051332.",
        [search("returns")],
    ),
    "a no where the source is silent": ("Is there Wi-Fi in the shops?", "No, there is no Wi-Fi in our shops [S1].", [search("gift")]),
    "a weekday that is not the date's": (
        "When was it sent?",
        "It was sent on Tuesday, 23 November.",
        [tool("get_order", '{"order": "CL-1042", "sent_on": "2026-11-23"}')],
    ),
    "another cell of the row": (
        "What does the long cut cost?",
        "The long cut costs EUR 30.",
        [tool("get_order", "Cut | short EUR 30 | long EUR 40")],
    ),
    "weeks that the days do not make": ("How long can I return it?", "You have two weeks [S1].", [search("returns")]),
    "cancelled, says the reply; no, says the tool": (
        "Please cancel CL-1042",
        "Your order CL-1042 has been cancelled.",
        [tool("cancel_order", '{"order": "CL-1042", "cancelled": false, "reason": "it has left"}')],
    ),
    "a state of refusal": (
        "Please book a visit",
        "Great, see you then.",
        [tool("book_visit", '{"state": "REJECTED", "reason": "full"}')],
    ),
    "ready, where the tool only expects it": (
        "Is CL-1042 ready?",
        "Yes, your lamp is ready.",
        [tool("get_order", '{"order": "CL-1042", "state": "in repair", "ready_estimate": "2026-11-27"}')],
    ),
    "an agreement with the customer's figure": ("You have 90 days, right?", "Yes, 90 days [S1].", [search("returns")]),
}  # fmt: skip

WRONG_ROWS: dict[str, tuple[str, ...]] = {
    "wrong-1": ("another article's price",),
    "wrong-2": ("another country's rate",),
    "wrong-4": ("a wrong sum",),
    "wrong-6": ("cancelled without a tool", "booked without a tool"),
    "wrong-7": ("delivered while in transit", "ready, where the tool only expects it"),
    "wrong-8": ("a question first, then a statement",),
}
WITH_ROW = [name for names in WRONG_ROWS.values() for name in names]


@pytest.mark.parametrize(
    "name", [*marked_with(WRONG_ROWS), *(name for name in WRONG if name not in WITH_ROW)]
)
def test_a_wrong_answer_is_not_sent(name: str) -> None:
    message, reply, calls = WRONG[name]
    outcome = marked(message, reply, *calls)
    assert not outcome.passed and outcome.why.startswith("not sent: "), outcome


@pytest.mark.field_reply("wrong-6")
def test_a_deed_needs_a_tool_that_has_done_it() -> None:
    done = tool("cancel_order", '{"order": "CL-1042", "cancelled": true}')
    assert marked("Please cancel CL-1042", "Done! I have cancelled your order CL-1042.", done).passed
    failed = tool("cancel_order", "the order has left already", error=True)
    assert not structured("Please cancel CL-1042", "Done! I have booked your visit.", failed).passed


@pytest.mark.field_reply("wrong-6")
@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "I have booked your appointment."),
        ("es", "He reservado su cita."),
        ("de", "Ich habe Ihren Termin gebucht."),
        ("fr", "J'ai réservé votre rendez-vous."),
        ("it", "Ho prenotato il suo appuntamento."),
        ("pt", "A sua consulta foi agendada."),
        ("nl", "Ik heb uw afspraak geboekt."),
        ("pl", "Wizyta została zarezerwowana."),
        ("ru", "Я забронировал вам визит."),
        ("tr", "Randevunuz ayarlandı."),
        ("ar", "تم حجز موعدك."),
        ("hi", "मैंने आपका अपॉइंटमेंट बुक कर दिया।"),
        ("zh", "已预约您的到店时间。"),
        ("ja", "ご来店を予約しました。"),
        ("ko", "방문을 예약했습니다."),
    ],
)
def test_what_was_not_done_is_not_claimed_in_any_of_these_languages(language: str, reply: str) -> None:
    assert "deed" in structured("?", reply, search("where"), kind="talk").why


QUOTES = [
    ("You can return any lamp within 30 days of receipt", True),
    ("you can  return any lamp within 30 days", True),
    ("**Return postage is EUR 6.**", True),
    ("any lamp … Return postage", True),
    ("within 60 days of receipt", False),
    ("Return postage is free", False),
]


@pytest.mark.parametrize(("quote", "stands"), QUOTES)
def test_a_quote_stands_in_its_source_word_for_word(quote: str, stands: bool) -> None:
    outcome = structured("How long?", "You have some time.", search("returns"), claims=(("returns", quote),))
    assert outcome.passed is stands, outcome
    assert stands or "quote" in outcome.why


@pytest.mark.field_reply("wrong-2")
def test_a_quoted_figure_must_belong_to_what_is_said() -> None:
    text, found = "Delivery to France costs EUR 4.95.", search("rates")
    assert not structured("France?", text, found, claims=(("rates", "Belgium: EUR 4.95"),)).passed
    right = "Delivery to France costs EUR 9.80."
    assert structured("France?", right, found, claims=(("rates", "France: EUR 9.80"),)).passed
