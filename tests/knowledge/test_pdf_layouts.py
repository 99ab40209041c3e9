"""Tables of PDF files as programs and their users lay them out: with few lines, sections, marks of notes, letters placed one by one."""

from __future__ import annotations

import itertools

from f.documents.pdf.marks import marks_in_place
from f.documents.pdf.pieces import pieces_joined
from f.documents.pdf.words import Style, Word
from tests.knowledge.test_pdf_pages import paper, put, text_of


def test_totals_and_hours_below_a_ruled_list_are_rows_of_their_own() -> None:
    document = paper()
    rows = [("Quick bath", "2", "18.50"), ("Full groom", "3", "36.00"), ("Nail trim", "5", "7.50")]
    totals = [("", "Subtotal", "62.00"), ("", "Tax", "12.40"), ("", "Total due", "74.40")]
    put(document, [("Item", "Qty", "Amount"), *rows, *totals], (60, 200, 300))
    for line in range(4):
        document.line(60, 64 + 16 * line, 340, 64 + 16 * line)
    text = text_of(document)
    assert "Subtotal | Amount: 62.00 |" in text and "Total due | Amount: 74.40 |" in text
    document = paper()
    put(document, [("Card", "0.32"), ("Flyer", "0.54"), ("Poster", "4.80")], (60, 300))
    for line in range(3):
        document.line(60, 64 + 16 * line, 340, 64 + 16 * line)
    for line, row in enumerate([("Monday", "9-18"), ("Friday", "9-17"), ("Sunday", "closed")]):
        document.text(60, 120 + 24 * line, row[0])
        document.text(200, 120 + 24 * line, row[1])
    assert "| Monday: 9-18 |\n| Friday: 9-17 |\n| Sunday: closed |" in text_of(document)


def test_a_section_may_be_wider_than_the_name_of_its_column() -> None:
    document = paper()
    prices = [("Suit", "16.50", "22.80"), ("Coat", "24.00", "33.50")]
    put(document, [("Item", "Normal", "Express"), ("Coats and jackets", "", ""), *prices], (60, 200, 300))
    assert "| Item: Suit | Normal: 16.50 | Express: 22.80 |" in text_of(document)


def test_cells_drawn_row_by_row_without_lines_across() -> None:
    document = paper()
    rows = [("Item", "Detail", "Price"), ("Bath", "shampoo", "18.50"), ("Groom", "bath,", "36.00"), ("Trim", "four paws", "7.50")]  # fmt: skip
    tops, edges = (49, 65, 81, 109, 125), (56, 156, 256, 316)
    for row, top in zip(rows, tops, strict=False):
        for edge, cell in zip(edges, row, strict=False):
            document.text(edge + 4, top + 11, cell)
    document.text(160, 104, "scissors")
    for above, below in itertools.pairwise(tops):
        for edge in edges:
            document.line(edge, above, edge, below)
    for y in (tops[0], tops[1], tops[-1]):
        document.line(edges[0], y, edges[-1], y)
    text = text_of(document)
    assert "| Item: Groom | Detail: bath, scissors | Price: 36.00 |" in text
    assert "| Item: Trim | Detail: four paws | Price: 7.50 |" in text


def test_marks_of_notes_are_no_part_of_names_and_amounts() -> None:
    document = paper()
    rows = [("Item", "Normal", "Express"), ("Shirt^1", "2.90", "4.40"), ("Coat", "24.00", "33.50^2")]
    for line, row in enumerate([*rows, ("Curtain", "6.60", "9.30"), ("^1Not for furs.", "", "")]):
        for place, cell in zip((60, 200, 300), row, strict=True):
            text, _, mark = cell.partition("^")
            document.set_xy(place, 60 + 16 * line)
            document.write(text=text)
            document.char_vpos = "SUP"
            document.write(text=mark[:1])
            document.char_vpos = "LINE"
            document.write(text=mark[1:])
    text = text_of(document)
    assert "| Item: Shirt¹ | Normal: 2.90 | Express: 4.40 |" in text
    assert "Express: 33.50²" in text and "¹ Not for furs." in text


def test_a_table_of_other_columns_below_a_gap_keeps_to_itself() -> None:
    document = paper()
    put(
        document,
        [("Shop", "Mon", "Wed", "Fri"), ("Station", "7-18", "", "7-16"), ("Fair", "", "8-13", "")],
        (60, 220, 320, 420),
    )
    put(document, [("Shirt", "2.90"), ("Suit", "16.50"), ("Curtain", "6.60")], (60, 235), top=140)
    text = text_of(document)
    assert "| Shop: Station | Mon: 7-18 | Fri: 7-16 |" in text
    assert "| Shirt: 2.90 |" in text and "Shop: Shirt" not in text


def test_a_table_that_was_written_first_stands_under_its_heading() -> None:
    document = paper()
    put(document, [("Monday", "closed"), ("Friday", "9-17"), ("Saturday", "9-13")], (60, 200), top=120)
    document.text(60, 60, "Flower shop")
    document.text(60, 96, "Opening hours")
    document.text(60, 190, "Weddings by appointment.")
    said = [line for line in text_of(document).split("\n") if line]
    assert said == [
        "Flower shop", "Opening hours", "| Monday: closed |", "| Friday: 9-17 |", "| Saturday: 9-13 |", "Weddings by appointment.",
    ]  # fmt: skip


def test_the_last_row_of_a_table_keeps_its_wrapped_cell() -> None:
    document = paper()
    rows = [
        ("Plant", "About it", "Price"),
        ("Orchid", "in a pot", "24.50"),
        ("Basil", "broad leaves,", "4.50"),
    ]
    put(document, [*rows, ("", "untreated", "")], (60, 160, 300))
    document.text(60, 150, "Delivery is free.")
    text = text_of(document)
    assert "| Plant: Basil | About it: broad leaves, untreated | Price: 4.50 |" in text
    assert "Delivery is free." in text.split("\n")


def test_marks_of_thai_stand_behind_the_letter_that_they_are_above() -> None:
    def word(text: str, boxes: list[tuple[float, float]]) -> Word:
        left, right = min(box[0] for box in boxes), max(box[1] for box in boxes)
        return Word(text, left, 0, right, 10, 0, Style(11.0), 0, len(text) - 1, 0, list(boxes))

    # As PDFium has them: the vowel's sign behind the next letter, the tone as a word of its own.
    shop = word("\u0e1b\u0e1a\u0e35", [(148, 156), (158, 166), (147, 153)])
    bag = word("\u0e1a\u0e32\u0e01", [(200, 208), (210, 214), (216, 224)])
    tone = word("\u0e48", [(203, 206)])
    assert [one.text for one in marks_in_place([shop, bag, tone])] == [
        "\u0e1b\u0e35\u0e1a",
        "\u0e1a\u0e48\u0e32\u0e01",
    ]


def test_a_figure_close_behind_a_long_name_stays_in_its_column() -> None:
    document = paper()
    rows = [
        ("Job", "Car", "Van"),
        ("Oil", "64.90", "82.50"),
        ("Brake pads", "118.00", "143.20"),
        ("Air conditioning", "71.00", "86.40"),
    ]
    for line, row in enumerate(rows):
        document.text(60, 60 + 16 * line, row[0])
        for right, cell in zip((160, 220), row[1:], strict=True):
            document.text(right - document.get_string_width(cell), 60 + 16 * line, cell)
    assert "| Job: Air conditioning | Car: 71.00 | Van: 86.40 |" in text_of(document)


def test_titles_of_tables_side_by_side_are_no_row_of_them() -> None:
    document = paper()
    document.set_font("Helvetica", size=14)
    document.text(60, 60, "Outerwear")
    document.text(320, 60, "Household")
    document.set_font("Helvetica", size=8)
    left = [("Item", "Normal", "Express"), ("Shirt", "2.90", "4.40"), ("Suit", "16.50", "22.80")]
    right = [("Item", "Normal", "Express"), ("Linen", "8.20", "11.70"), ("Duvet", "27.40", "38.90")]
    for line, cells in enumerate(zip(left, right, strict=True)):
        for place, cell in zip((60, 105, 140, 320, 365, 400), [*cells[0], *cells[1]], strict=True):
            document.text(place, 78 + 12 * line, cell)
    text = text_of(document)
    assert "| Item: Suit | Normal: 16.50 | Express: 22.80 |" in text
    assert "| Item: Duvet | Normal: 27.40 | Express: 38.90 |" in text


def test_words_of_hebrew_written_in_pieces_are_whole() -> None:
    def piece(text: str, left: float, line: int) -> Word:
        boxes = [(left + 5.0 * n, left + 5.0 * n + 4.8) for n in range(len(text))][::-1]
        return Word(
            text, left, 0, left + 5.0 * len(text), 8, 0, Style(10.0), 0, len(text) - 1, line, list(boxes)
        )

    shalom, price, bread = "\u05e9\u05dc\u05d5\u05dd", "\u05de\u05d7\u05d9\u05e8", "\u05dc\u05d7\u05dd"
    parts = [
        (bread, 40),
        (price[2:], 60),
        (price[:2], 70),
        (shalom[2:], 85),
        (shalom[1], 95),
        (shalom[0], 100),
    ]
    pieces = [piece(text, left, line) for line, (text, left) in enumerate(parts)]
    whole = pieces_joined(pieces, lambda word: True, lambda word: (word.left, word.right))
    assert [(one.text, one.line) for one in whole] == [(shalom, 0), (price, 0), (bread, 0)]
    two = [piece(bread, 40, 0), piece(price, 60, 0)]
    assert pieces_joined(two, lambda word: False, lambda word: (word.left, word.right)) == two
