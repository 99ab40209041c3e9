"""PDF pages on which things stand beside one another: prose beside a list, cells that wrap, names above several columns, forms, amounts apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from fpdf import FPDF

from f.documents.pdf.unmapped import UNMAPPED, mended
from f.documents.pdf.words import Letters, Style, Word
from tests.knowledge.test_pdf_pages import paper, put, text_of

PROSE = (
    "We have run this house since the old mill",
    "closed. What we sell comes from within",
    "thirty miles, and what is left over goes to",
    "the shelter on Quay Street. Children may",
    "draw on the large table while they wait.",
)
PRICES = (("Soup of the day", "4.90"), ("Hake", "13.20"), ("Treacle tart", "4.10"), ("Cheese", "7.70"))


def cells(document: FPDF, left: int, top: float, *lines: str, step: float = 12) -> None:
    """The lines of one cell, one below the other."""
    for number, line in enumerate(lines):
        document.text(left, top + step * number, line)


def test_prose_beside_a_list_and_the_list_keep_apart() -> None:
    document = paper()
    cells(document, 40, 60, *PROSE)
    put(document, PRICES, (320, 450), top=64)
    text = text_of(document)
    assert " ".join(PROSE) in " ".join(text.split())
    assert "| Soup of the day: 4.90 |\n| Hake: 13.20 |\n| Treacle tart: 4.10 |\n| Cheese: 7.70 |" in text


def test_the_same_days_of_two_shops_side_by_side_keep_their_shop() -> None:
    document = paper()
    for left, shop, close in ((40, "Harbour", "18"), (320, "Station", "20")):
        document.text(left, 50, shop)
        put(
            document,
            [("Monday", f"9-{close}"), ("Tuesday", f"8-{close}"), ("Friday", f"7-{close}")],
            (left, left + 110),
            top=70,
        )
    text = text_of(document)
    first, second = text.index("Harbour"), text.index("Station")
    assert first < text.index("| Monday: 9-18 |") < second < text.index("| Monday: 9-20 |")


def test_wrapped_cells_without_lines_are_one_row_wherever_they_stand_in_it() -> None:
    document = paper()
    for number, name in enumerate(("Dish", "With", "Price")):
        document.text((60, 200, 420)[number], 60, name)
    rows = (
        ("Trout pate", ("rye toast, cucumber", "and horseradish", "cream"), "6.80"),
        ("Barley", ("wild mushrooms", "and thyme"), "10.40"),
        ("Tart", ("clotted cream",), "4.10"),
    )
    top = 90.0
    for name, told, price in rows:
        middle = top + 6 * (len(told) - 1)
        document.text(60, middle, name)
        cells(document, 200, top, *told)
        document.text(420, middle, price)
        top += 12 * len(told) + 10
    assert text_of(document).split("\n") == [
        "| Dish: Trout pate | With: rye toast, cucumber and horseradish cream | Price: 6.80 |",
        "| Dish: Barley | With: wild mushrooms and thyme | Price: 10.40 |",
        "| Dish: Tart | With: clotted cream | Price: 4.10 |",
    ]


def test_names_above_several_columns_stand_before_each_ones_own() -> None:
    document = paper()
    document.text(235, 60, "Week")
    document.text(375, 60, "Weekend")
    rows = (
        ("Room", "low", "high", "low", "high"),
        ("Hayloft", "78", "92", "99", "118"),
        ("Dairy", "64", "75", "81", "110"),
        ("Hut", "55", "60", "70", "83"),
    )
    put(document, rows, (60, 220, 260, 370, 410), top=76)
    assert "| Room: Dairy | Week low: 64 | Week high: 75 | Weekend low: 81 | Weekend high: 110 |" in text_of(
        document
    )


def test_labels_in_small_type_belong_to_what_is_below_them() -> None:
    document = paper()
    pairs = (
        (("Name", "Ottoline Pryce"), ("Membership", "Off-peak")),
        (("Monthly fee", "31.40"), ("Starts on", "3 June")),
    )
    for row, sides in enumerate(pairs):
        for left, (label, value) in zip((60, 300), sides, strict=True):
            document.set_font("Helvetica", size=7)
            document.text(left, 60 + 50 * row, label)
            document.set_font("Helvetica", size=11)
            document.text(left, 73 + 50 * row, value)
    text = text_of(document)
    for label, value in (pair for sides in pairs for pair in sides):
        assert f"| {label}: {value} |" in text


def test_a_currency_in_a_column_of_its_own_belongs_to_its_amount() -> None:
    document = paper()
    rows = (
        ("Visit", "Adults", "", "Children", ""),
        ("Check-up", "EUR", "45", "EUR", "30"),
        ("Filling", "EUR", "95", "EUR", "70"),
        ("Cleaning", "EUR", "85", "EUR", "55"),
    )
    put(document, rows, (60, 200, 260, 330, 390), bold=True)
    assert "| Visit: Filling | Adults: EUR 95 | Children: EUR 70 |" in text_of(document)


def test_stripes_make_no_header_and_days_are_none() -> None:
    document = paper()
    document.set_fill_color(230)
    rows = (("Hemming", "12.50"), ("Zip", "9.00"), ("Patch", "4.75"), ("Lining", "39.00"))
    for number in (0, 2):
        document.rect(50, 48 + 16 * number, 300, 16, style="F")
    put(document, rows, (60, 300))
    assert text_of(document).split("\n") == [f"| {name}: {price} |" for name, price in rows]


def test_dots_that_stand_apart_lead_to_a_price() -> None:
    document = paper()
    for number, (name, price) in enumerate(PRICES):
        document.text(60, 60 + 20 * number, name)
        document.text(180, 60 + 20 * number, ". " * 30)
        document.text(380, 60 + 20 * number, price)
    assert text_of(document).split("\n") == [f"{name} … {price}" for name, price in PRICES]


class _Boxes(Letters):
    """Letters at given places: left, bottom, right, top."""

    def __init__(self, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        self._boxes = boxes

    def box(self, index: int) -> tuple[float, float, float, float] | None:
        return self._boxes[index]


def word(text: str) -> Word:
    return Word(text, 0, 0, 30, 9, 0, Style(10.0), 0, len(text) - 1, 0)


def test_a_short_i_without_letters_is_read_by_its_place() -> None:
    ma, aa, sa, ka = "\u092e", "\u093e", "\u0938", "\u0915"
    boxes = [(0.0, 0, 7, 7), (7, 0, 10, 7), (10, 0, 20, 10), (13, 0, 21, 7), (21, 0, 30, 7)]
    (read,) = mended([word(ma + aa + UNMAPPED + sa + ka)], _Boxes(boxes))
    assert read.text == ma + aa + sa + "\u093f" + ka


def test_thai_marks_without_letters_are_read_by_place_and_width() -> None:
    no, aa, am, tho = "\u0e19", "\u0e32", "\u0e33", "\u0e49"
    boxes = [(0.0, 0, 5, 6), (3, 6.8, 5.4, 8.9), (2.8, 9.4, 5.6, 11.4), (6, 0, 9, 6)]
    (read,) = mended([word(no + UNMAPPED * 2 + aa)], _Boxes(boxes))
    assert read.text == no + tho + am


PLANS = (
    ("Basic", "$299 a month", "10 Mbps"),
    ("Home", "$449 a month", "50 Mbps"),
    ("Office", "$890 a month", "200 Mbps"),
)


@pytest.mark.parametrize("style", ["D", "F"])
def test_a_cards_price_stays_with_its_plan(style: Literal["D", "F"]) -> None:
    document = paper()
    document.set_fill_color(235, 235, 235)
    for number in range(len(PLANS)):
        document.rect(40 + 180 * number, 50, 160, 70, style=style)
    for line in range(3):  # row by row, as programs that know no cards write them
        for number, lines in enumerate(PLANS):
            document.text(52 + 180 * number, 70 + 18 * line, lines[line])
    text = " ".join(text_of(document).split())
    assert all(" ".join(lines) in text for lines in PLANS)


def test_columns_of_a_ruled_table_are_no_cards() -> None:
    document = paper()
    for column in range(3):
        document.rect(40 + 120 * column, 50, 120, 70)
    put(
        document,
        [("Room", "Low", "High"), ("Blue", "74", "96"), ("Loft", "88", "121")],
        (50, 170, 290),
        top=70,
    )
    assert "| Room: Loft | Low: 88 | High: 121 |" in text_of(document)
