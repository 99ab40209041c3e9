"""What a reader sees on a PDF page is known, and what nobody sees is not: tables, frames, forms, notes, scans."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from typing import cast

import pytest
from fpdf import FPDF
from fpdf.fonts import FontFace
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

from f.common.problems import english
from f.documents.formats import Limits, Page, pages
from f.documents.pdf.frames import frames
from f.documents.pdf.rulings import Area, Drawn
from f.documents.pdf.tables import find_tables
from f.documents.pdf.words import Style, Word
from tests.problems import raises_problem
from tests.windmill.samples import made, scan_image

HOURS = [
    ("Department", "Mon", "Tue", "Wed", "Thu", "Fri"),
    ("Reception", "8-18", "8-18", "8-18", "8-18", "8-16"),
    ("Pharmacy", "", "9-17", "", "9-17", "9-13"),
    ("Blood tests", "7-10", "", "7-10", "", "7-11"),
]


def paper() -> FPDF:
    document = FPDF(unit="pt")
    document.add_page()
    document.set_font("Helvetica", size=10)
    return document


def read(document: FPDF | bytes, limits: Limits | None = None) -> list[Page]:
    content = document if isinstance(document, bytes) else made(document)
    return list(pages(content, "a.pdf", limits or Limits(recognises=False)))


def text_of(document: FPDF | bytes) -> str:
    return "\n".join(page["text"] for page in read(document))


def put(
    document: FPDF,
    rows: Sequence[tuple[str, ...]],
    places: tuple[int, ...],
    top: int = 60,
    ruled: bool = False,
    bold: bool = False,
) -> None:
    """Writes each cell at its place."""
    for number, row in enumerate(rows):
        document.set_font("Helvetica", style="B" if bold and not number else "", size=10)
        for place, cell in zip(places, row, strict=True):
            if cell:
                document.text(place, top + 16 * number, cell)
    if ruled:
        edges = [place - 4 for place in places] + [places[-1] + 60]
        for number in range(len(rows) + 1):
            document.line(edges[0], top - 11 + 16 * number, edges[-1], top - 11 + 16 * number)
        for edge in edges:
            document.line(edge, top - 11, edge, top - 11 + 16 * len(rows))


@pytest.mark.parametrize("ruled", [True, False])
def test_empty_cells_keep_their_columns(ruled: bool) -> None:
    document = paper()
    put(document, HOURS, (60, 160, 220, 280, 340, 400), ruled=ruled)
    text = text_of(document)
    assert "| Department: Pharmacy | Tue: 9-17 | Thu: 9-17 | Fri: 9-13 |" in text
    assert "| Department: Blood tests | Mon: 7-10 | Wed: 7-10 | Fri: 7-11 |" in text


def test_a_header_holds_on_the_pages_that_follow() -> None:
    document = paper()
    rows = [("Article", "Stock", "Price"), *((f"Lamp {n}", f"{n} pcs", f"{n}.50") for n in range(1, 40))]
    put(document, rows, (60, 200, 300))
    document.add_page()
    put(document, [(f"Chair {n}", f"{n} pcs", f"{n}.90") for n in range(1, 10)], (60, 200, 300))
    text = text_of(document)
    assert "| Article: Lamp 39 | Stock: 39 pcs | Price: 39.50 |" in text
    assert "| Article: Chair 9 | Stock: 9 pcs | Price: 9.90 |" in text


def test_two_columns_without_a_header_are_label_and_value() -> None:
    document = paper()
    rows = [("Check-in", "from 15:00"), ("Check-out", "until 11:00"), ("Breakfast", "7:00 to 10:30")]
    put(document, rows, (60, 200))
    assert text_of(document).split("\n") == [
        "| Check-in: from 15:00 |", "| Check-out: until 11:00 |", "| Breakfast: 7:00 to 10:30 |",
    ]  # fmt: skip


def test_a_header_of_years_in_bold_and_one_in_plain_type() -> None:
    rows = [("Members", "2024", "2025", "2026"), ("Adults", "18", "21", "24"), ("Children", "9", "9", "10")]
    document = paper()
    put(document, rows, (60, 160, 220, 280), bold=True)
    assert "| Members: Adults | 2024: 18 | 2025: 21 | 2026: 24 |" in text_of(document)


def test_the_first_row_is_no_header_where_it_is_like_the_others() -> None:
    rows = [("Pool", "8-20", "9-21"), ("Sauna", "10-22", "10-23"), ("Gym", "6-22", "6-23")]
    document = paper()
    put(document, rows, (60, 160, 260))
    assert text_of(document).split("\n")[0] == "| Pool | 8-20 | 9-21 |"


def test_frames_side_by_side_are_paired() -> None:
    document = paper()
    names, prices = ("Puncture repair", "Brake service", "Full overhaul"), ("12.90", "34.50", "189.00")
    for number, name in enumerate(names):
        document.text(60, 80 + 20 * number, name)
    for number, price in enumerate(prices):
        document.text(300, 80 + 20 * number, price)
    assert text_of(document).split("\n") == [f"| {name}: {price} |" for name, price in zip(names, prices, strict=True)]  # fmt: skip


def test_columns_of_prose_stay_columns() -> None:
    document = paper()
    for side, left in (("left", 40), ("right", 310)):
        for line in range(12):
            document.text(left, 60 + 14 * line, f"Line {line} of the {side} column goes on and on.")
    text = text_of(document)
    assert text.index("Line 11 of the left") < text.index("Line 0 of the right") and "|" not in text


def test_two_tables_side_by_side_under_their_names() -> None:
    document = paper()
    document.text(60, 44, "Adults")
    document.text(300, 44, "Children")
    head = ("Course", "Fee", "Term")
    put(
        document, [head, ("Pottery", "90", "1"), ("Drawing", "80", "2"), ("Glass", "70", "3")], (60, 130, 180)
    )
    put(
        document,
        [head, ("Pottery", "50", "1"), ("Drawing", "60", "2"), ("Glass", "20", "3")],
        (300, 370, 420),
    )
    text = text_of(document)
    assert text.index("Adults") < text.index("Course: Pottery | Fee: 90") < text.index("Children")
    assert text.index("Children") < text.index("| Course: Glass | Fee: 20 | Term: 3 |")


def test_names_that_stand_on_their_side_above_the_columns() -> None:
    document = paper()
    for number, name in enumerate(("Single room", "Double", "Suite deluxe")):
        with document.rotation(90, 204 + 57 * number, 164):
            document.text(204 + 57 * number, 164, name)
    rows = [
        ("Breakfast", "12.50", "", "30.00"),
        ("Parking", "5.00", "6.00", ""),
        ("Spa", "", "20.00", "25.00"),
    ]
    put(document, rows, (60, 195, 252, 309), top=180)
    assert "| Parking | Single room: 5.00 | Double: 6.00 |" in text_of(document)


def test_what_nobody_sees_is_left_out_and_said() -> None:
    document = paper()
    document.text(60, 80, "Open until six.")
    document.text(700, 80, "Purchase price 12")
    document.set_text_color(255, 255, 255)
    document.text(60, 110, "Margin 40 percent")
    document.set_text_color(0, 0, 0)
    document.set_font("Helvetica", size=1)
    document.text(60, 130, "Tiny words")
    document.set_font("Helvetica", size=10)
    document.text(60, 150, "Old price 99")
    document.line(58, 147, 130, 147)
    (page,) = read(document)
    assert page["text"] == "Open until six."
    said = english(page["warning"])
    assert all(part in said for part in ("page's edges", "can't be seen", "struck out"))


def test_white_on_a_dark_ground_is_seen() -> None:
    document = paper()
    document.set_fill_color(0, 0, 90)
    document.rect(50, 60, 300, 40, style="F")
    document.set_text_color(255, 255, 255)
    document.text(60, 80, "Closed on Mondays")
    (page,) = read(document)
    assert (page["text"], page["warning"]) == ("Closed on Mondays", None)


def test_a_word_that_is_struck_out_up_to_a_letter() -> None:
    document = paper()
    document.text(60, 80, "90.Now 70")
    document.line(59, 77, 60 + document.get_string_width("90."), 77)
    assert text_of(document) == "Now 70"


def test_the_recognised_text_behind_a_scan_stays() -> None:
    document = paper()
    document.image(scan_image(), x=0, y=0, w=document.w, h=document.h)
    with document.local_context(text_mode="INVISIBLE"):
        document.text(60, 80, "Recognised words of a page that was scanned long ago.")
    assert "Recognised words of a page" in text_of(document)


def test_a_watermark_across_the_page_is_left_out() -> None:
    document = paper()
    for line in range(6):
        document.text(60, 80 + 20 * line, f"Sentence {line} of the page.")
    document.set_font("Helvetica", size=70)
    with document.rotation(45, 200, 400):
        document.text(200, 400, "DRAFT")
    text = text_of(document)
    assert "Sentence 5" in text and "DRAFT" not in text


def test_notes_written_on_the_page_are_read() -> None:
    document = paper()
    document.text(60, 80, "Return period:")
    writer = PdfWriter(PdfReader(io.BytesIO(made(document))))
    writer.add_annotation(0, FreeText(text="45 days", rect=(140, 750, 240, 780)))
    target = io.BytesIO()
    writer.write(target)
    assert "45 days" in text_of(target.getvalue())


def test_a_font_without_a_meaning_is_never_text() -> None:
    document = paper()
    for line in range(10):
        document.text(60, 80 + 20 * line, "6WDFMD%1DUF LDUV#QDEL 6W$RN 1RZ&HJR )czt*WZ b(c)d")
    with raises_problem("pdf_garbled"):
        read(document)
    asked: list[bytes] = []

    def see(picture: bytes) -> str:
        asked.append(picture)
        return "Snow cannons run at night."

    (page,) = read(document, Limits(read_image=see))
    assert (page["text"], len(asked)) == ("Snow cannons run at night.", 1)


def test_a_scan_is_read_without_a_model_that_sees() -> None:
    """As a scanner leaves it: a little tilted, names at the left and prices at the right."""
    picture = Image.new("RGB", (1240, 1000), "white")
    drawing = ImageDraw.Draw(picture)
    font = ImageFont.load_default(40)
    for number, (name, price) in enumerate((("Brake service", "34.70"), ("Full overhaul", "189.20"), ("Wheel truing", "21.80"))):  # fmt: skip
        drawing.text((100, 120 + 90 * number), name, fill="black", font=font)
        drawing.text((800, 120 + 90 * number), price, fill="black", font=font)
    drawing.text((100, 500), "Bikes are ready on the next day.", fill="black", font=font)
    document = paper()
    document.image(picture.rotate(-0.6, fillcolor="white"), x=0, y=0, w=document.w, h=document.h)
    (page,) = read(document, Limits())
    assert "| Full overhaul: 189.20 |" in page["text"] and "Bikes are ready on the next day." in page["text"]


def test_a_scan_is_told_what_to_do() -> None:
    document = paper()
    document.image(scan_image(), x=0, y=0, w=document.w, h=document.h)
    with raises_problem("pdf_scan"):
        read(document)


@pytest.mark.parametrize("seed", range(40))
def test_random_words_and_lines_never_fail_and_no_word_is_in_two_tables(seed: int) -> None:
    chance = random.Random(seed)
    grid = chance.random() < 0.5

    def place(most: float) -> float:
        return chance.choice((20, 80, 140, 200)) + chance.random() if grid else chance.uniform(-50, most)

    words = []
    for number in range(chance.randrange(120)):
        left, base, size = place(600), place(800), chance.choice((0.0, 1.0, 10.0, 400.0))
        style = Style(size, chance.random() < 0.2, chance.choice((0, 0, 0, 90, 37)))
        words.append(
            Word(
                chance.choice(("a", "12", "•", "Word", "…", "€5", "...........")),
                left, base - 2, left + chance.uniform(0, 60), base + 8, base, style, number * 5, number * 5 + 4, number,
            )
        )  # fmt: skip
    lines = Drawn()
    for _ in range(chance.randrange(60)):
        left, bottom = place(600), place(800)
        wide, high = chance.choice(((200.0, 0.5), (0.5, 200.0), (100.0, 30.0), (0.0, 0.0)))
        lines.add(Area(left, bottom, left + wide, bottom + high), chance.random() < 0.5)
    found = [
        word
        for table in find_tables(frames(words), lines)
        for word in {id(word): word for word in table.words}
    ]
    assert len(found) == len(set(found)) and set(found) <= {id(word) for word in words}


@pytest.mark.parametrize("seed", range(12))
def test_every_word_of_a_page_is_read_once(seed: int) -> None:
    chance = random.Random(seed)
    document = paper()
    words = [f"word{number}x" for number in range(40)]
    taken: set[tuple[int, int]] = set()
    for word in words:
        spot = (chance.randrange(6), chance.randrange(30))
        while spot in taken:
            spot = (chance.randrange(6), chance.randrange(30))
        taken.add(spot)
        document.text(40 + 85 * spot[0], 60 + 20 * spot[1], word)
    text = text_of(document)
    assert all(text.count(word) >= 1 for word in words)


def test_a_layer_that_is_off_is_not_told() -> None:
    document = paper()
    document.text(60, 80, "Day ticket 14.90")
    writer = PdfWriter(PdfReader(io.BytesIO(made(document))))
    page = writer.pages[0]
    layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): NameObject("/x")}))  # fmt: skip
    resources = cast(DictionaryObject, page["/Resources"])
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/L"): layer})
    stream = DecodedStreamObject()
    stream.set_data(b"/OC /L BDC BT /F1 10 Tf 60 700 Td (Purchase price 11.80) Tj ET EMC")
    page[NameObject("/Contents")] = ArrayObject(
        [page["/Contents"].indirect_reference, writer._add_object(stream)]
    )
    off = DictionaryObject(
        {NameObject("/OFF"): ArrayObject([layer]), NameObject("/Order"): ArrayObject([layer])}
    )
    layers = {NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): off}
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(layers)
    target = io.BytesIO()
    writer.write(target)
    text = text_of(target.getvalue())
    assert "Day ticket" in text and "Purchase" not in text


@pytest.mark.parametrize("emphasis", ["BOLD", ""])
def test_a_shaded_header_with_a_border_names_the_columns(emphasis: str) -> None:
    document = FPDF()
    document.set_font("Helvetica", size=11)
    document.add_page()
    look = FontFace(emphasis=emphasis, fill_color=(230, 240, 239))
    rows = [["Region", "Days", "Cost"], ["Mainland", "2 to 3", "EUR 4.90"], ["Islands", "3 to 5", "EUR 8.90"]]
    with document.table(rows, headings_style=look):
        pass
    assert text_of(document).splitlines()[-2:] == [
        "| Region: Mainland | Days: 2 to 3 | Cost: EUR 4.90 |",
        "| Region: Islands | Days: 3 to 5 | Cost: EUR 8.90 |",
    ]


def holding(document: FPDF, *names: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(made(document)))
    for name in names:
        writer.add_attachment(name, b"Lamp 49")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_files_that_a_portfolio_holds_are_named() -> None:
    with raises_problem("pdf_files_inside", names="prices.txt, terms.docx"):
        read(holding(paper(), "prices.txt", "terms.docx"))
    cover = paper()
    cover.text(40, 60, "Open this portfolio in Acrobat.")
    (one,) = read(holding(cover, "prices.txt"))
    assert one["warning"] and "prices.txt" in english(one["warning"])


def test_the_data_of_an_invoice_is_no_other_file() -> None:
    document = paper()
    document.text(40, 60, "Invoice 12, to be paid within 14 days.")
    (one,) = read(holding(document, "factur-x.xml"))
    assert one["warning"] is None
