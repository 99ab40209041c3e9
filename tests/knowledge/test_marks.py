"""What a mark changes of a fact: struck-out words are not told, raised figures are numbers of their own, a note is said beside its row."""

# Figures of other scripts stand in it.
# ruff: noqa: RUF001

from __future__ import annotations

import io
import time
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl.styles import Font
from pptx.util import Inches

from f.documents.formats import pages
from f.documents.notes import with_notes
from f.documents.page import Page, page
from f.documents.pdf.right_to_left import reordered
from tests.knowledge.real_files import saved
from tests.knowledge.test_office_kinds import open_document, text_of

_STYLES = (
    '<style:style style:name="Old" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="High" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
)


# Struck out


def test_struck_out_cells_and_words_of_a_workbook_are_left_out_and_said() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    old = book.add_format({"font_strikeout": True})
    sheet.write_row(0, 0, ["Wash", "Price"])
    sheet.write(1, 0, "Hand wash")
    sheet.write_rich_string(1, 1, old, "£60", " £49")
    sheet.write_row(2, 0, ["Wax", "£120"])
    sheet.write_row(3, 0, ["Ozone", "£250"], old)
    book.close()
    found = list(pages(target.getvalue(), "a.xlsx"))
    assert found[0]["text"] == "| Wash: Hand wash | Price: £49 |\n| Wash: Wax | Price: £120 |"
    assert found[0]["warning"] == {"code": "page_text_struck", "values": {"page": 1}}


def test_a_struck_out_total_is_no_title_of_a_sheet() -> None:
    book = openpyxl.Workbook()
    for row in [["Old prices"], ["Wash", "Price"], ["Hand wash", 49], ["Wax", 120]]:
        book.active.append(row)
    book.active["A1"].font = Font(strike=True, bold=True)
    assert "Old" not in text_of(saved(book))


def test_struck_out_words_and_cells_of_open_documents_are_left_out() -> None:
    text = open_document(
        "text",
        _STYLES,
        '<office:text><text:p>Kayak: <text:span text:style-name="Old">€55</text:span> €45</text:p></office:text>',
    )
    assert text_of(text) == "Kayak: €45"
    cell = '<table:table-cell><text:p text:style-name="{}">{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell.format('', 'Wine tour')}{cell.format('Old', '€14')}{cell.format('', '€11')}</table:table-row>"
    sheet = open_document(
        "spreadsheet", _STYLES, f"<office:spreadsheet><table:table>{row}</table:table></office:spreadsheet>"
    )
    assert text_of(sheet) == "| Wine tour: €11 |"


def test_words_that_markdown_strikes_out_are_not_told() -> None:
    marked = "- Wash: ~~€60~~ €49\n- ~~Ozone: €250~~\n- <del>Wax: €120</del>\n\nabout ~10 min\n\n~~~\nls ~~old~~\n~~~\n"
    (one,) = pages(marked.encode(), "a.md")
    assert one["text"].split("\n")[0].split() == ["-", "Wash:", "€49"]
    assert not any(gone in one["text"] for gone in ("60", "250", "120", "Ozone"))
    assert "about ~10 min" in one["text"] and "ls ~~old~~" in one["text"]
    assert one["warning"] == {"code": "page_text_struck", "values": {"page": 1}}


BATHS = [["Bath", "Mon", "Sun"], ["Pool", "8", "9"], ["Sauna", "11", "12"], ["Steam", "13", "14"]]


def gone_in_word() -> bytes:
    document = docx.Document()
    table = document.add_table(0, 3)
    for row in BATHS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(text).font.strike = row[0] == "Sauna"
    return saved(document)


def gone_in_excel() -> bytes:
    book = openpyxl.Workbook()
    for row in BATHS:
        book.active.append(row)
    for cell in book.active[3]:
        cell.font = Font(strike=True)
    return saved(book)


def gone_in_calc() -> bytes:
    cell = (
        '<table:table-cell><text:p><text:span text:style-name="{}">{}</text:span></text:p></table:table-cell>'
    )
    rows = "".join(
        f"<table:table-row>{''.join(cell.format('Old' * (row[0] == 'Sauna'), text) for text in row)}</table:table-row>"
        for row in BATHS
    )
    body = f"<office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet>"
    return open_document("spreadsheet", _STYLES, body)


def gone_in_html() -> bytes:
    mark = {"Sauna": ("<s>", "</s>")}
    rows = ("".join(f"<td>{text.join(mark.get(row[0], ('', '')))}</td>" for text in row) for row in BATHS)
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>".encode()


def gone_in_markdown() -> bytes:
    rows = ["| " + " | ".join(f"~~{t}~~" if row[0] == "Sauna" else t for t in row) + " |" for row in BATHS]
    return "\n".join([rows[0], "|---|---|---|", *rows[1:]]).encode()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gone_in_word, "a.docx"),
        (gone_in_excel, "a.xlsx"),
        (gone_in_calc, "a.ods"),
        (gone_in_html, "a.html"),
        (gone_in_markdown, "a.md"),
    ],
)
def test_a_row_that_is_struck_out_does_not_end_its_table(content: Callable[[], bytes], name: str) -> None:
    text = "\n".join(one["text"] for one in pages(content(), name)).strip()
    assert text == "| Bath: Pool | Mon: 8 | Sun: 9 |\n| Bath: Steam | Mon: 13 | Sun: 14 |"


def test_a_struck_out_row_keeps_the_cells_of_others_at_their_places() -> None:
    """A name that spans it is still said beside the rows below; one that is struck out with it, of none."""
    head = "<tr><th>Room<th>Size<th>Price"
    spans = "<tr><td rowspan=3>Room A<td>S<td>10 EUR<tr><td><s>M</s><td><s>12 EUR</s><tr><td>L<td>15 EUR<tr><td>Room B<td>S<td>20 EUR"
    assert text_of(f"<table>{head}{spans}</table>".encode(), "a.html").split("\n") == [
        "| Room: Room A | Size: S | Price: 10 EUR |", "| Room: Room A | Size: L | Price: 15 EUR |", "| Room: Room B | Size: S | Price: 20 EUR |"
    ]  # fmt: skip
    twice = "<tr><td>Bench<td><del><s>90 EUR</s></del><td>80 EUR<tr><td>Chair<td><s>9 EUR</s><td>8 EUR"
    assert "| Room: Bench | Price: 80 EUR |" in text_of(f"<table>{head}{twice}</table>".encode(), "a.html")


# Raised


def raised_in_word(before: str, high: str, after: str) -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph(before)
    paragraph.add_run(high).font.superscript = True
    paragraph.add_run(after)
    return saved(document)


def raised_on_a_slide(before: str, high: str, after: str) -> bytes:
    deck = pptx.Presentation()
    box = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(0, 0, Inches(4), Inches(1))
    paragraph = box.text_frame.paragraphs[0]
    for text in (before, high, after):
        paragraph.add_run().text = text
    paragraph.runs[1].font._element.set("baseline", "30000")
    return saved(deck)


def raised_in_a_sheet(before: str, high: str, after: str) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet().write_rich_string(
        0, 0, before, book.add_format({"font_script": 1}), high, after or " "
    )
    book.close()
    return target.getvalue()


def raised_in_open_text(before: str, high: str, after: str) -> bytes:
    return open_document(
        "text",
        _STYLES,
        f'<office:text><text:p>{before}<text:span text:style-name="High">{high}</text:span>{after}</text:p></office:text>',
    )


def raised_in_rich_text(before: str, high: str, after: str) -> bytes:
    return f"{{\\rtf1\\ansi {before}{{\\super {high}}}{after}\\par}}".encode("cp1252")


def raised_on_a_page(before: str, high: str, after: str) -> bytes:
    return f"<html><body><p>{before}<sup>{high}</sup>{after}</p></body></html>".encode()


Made = Callable[[str, str, str], bytes]
KINDS: list[Made] = [
    raised_in_word,
    raised_on_a_slide,
    raised_in_a_sheet,
    raised_in_open_text,
    raised_in_rich_text,
    raised_on_a_page,
]


@pytest.mark.parametrize("made", KINDS)
@pytest.mark.parametrize(
    ("parts", "read"),
    [
        (("Wash: 12", "90", " EUR"), "Wash: 12,90 EUR"),
        (("Polish: 85", "2", ""), "Polish: 85²"),
        (("Open from the 1", "st", " of May"), "Open from the 1st of May"),
    ],
)
def test_raised_figures_are_no_part_of_the_number_before_them(
    made: Made, parts: tuple[str, str, str], read: str
) -> None:
    assert read in text_of(made(*parts))


def test_raised_cents_are_decimals_where_a_currency_is_beside_them() -> None:
    found = text_of(
        "<html><body><p>€12<sup>90</sup> or 8<sup>,50</sup> €, 14 €<sup>1</sup>, 20 m<sup>2</sup></p></body></html>".encode()
    )
    assert found == "€12.90 or 8,50 €, 14 €¹, 20 m²"


# Notes


def lines(*texts: str) -> Page:
    return page(1, "\n".join(texts))


ROWS = [f"| Act: number {n} | Price: {n} € |" for n in range(30)]


def test_a_row_says_the_note_that_stands_far_below_it() -> None:
    marked = ["| Act: Chip* | Price: 52 € |", "| Act: Visit | Price: 90 €² |"]
    [found] = with_notes([lines(*marked, *ROWS, "* only with a vaccination", "2) plus travel")])
    assert found["text"].split("\n")[:2] == [
        "| Act: Chip* | Price: 52 € | * only with a vaccination |",
        "| Act: Visit | Price: 90 €² | ² plus travel |",
    ]


def test_a_note_on_a_later_page_is_said_on_this_one_but_not_that_of_another_sheet() -> None:
    other = page(2, "* from ten people", label="Winter")
    sheets = list(with_notes([page(1, "| Tour* | 9 € |", label="Summer"), other]))
    assert sheets[0]["text"] == "| Tour* | 9 € |"
    found = list(with_notes([lines("| Tour* | 9 € |"), lines(*ROWS), lines("* from ten people")]))
    assert found[0]["text"] == "| Tour* | 9 € | * from ten people |"
    assert len(found) == 3


@pytest.mark.parametrize("below", [["* towels", "* soap"], ["**Good to know**"], ["* " + "long " * 60]])
def test_a_list_or_a_heading_below_a_table_is_no_note(below: list[str]) -> None:
    [found] = with_notes([lines("| Room* | 90 € |", *ROWS, *below)])
    assert found["text"].startswith("| Room* | 90 € |\n")


def test_a_note_close_to_its_row_is_said_once() -> None:
    [found] = with_notes([lines("| Room* | 90 € |", "| Suite | 120 € |", "* with breakfast")])
    assert found["text"].count("breakfast") == 1


def test_a_line_of_blanks_without_end_is_read_soon() -> None:
    started = time.process_time()
    [found] = with_notes([lines("| Room* | 90 € |", *ROWS, "* a" + " " * 300_000 + "b")])
    assert time.process_time() - started < 2 and found["text"].endswith("b")


# Figures of other scripts


def test_arabic_figures_are_read_from_left_to_right_and_numbers_from_right_to_left() -> None:
    """A line as a browser prints it: each word's letters from left to right on the page, words from right to left."""
    line = "للطالب ١٢–٨ ١٢٠ ريال"
    places = {}
    for word, start in (("للطالب", 60.0), ("١٢–٨", 40.0), ("١٢٠", 20.0), ("ريال", 0.0)):
        at = line.index(word)
        for offset in range(len(word)):
            letters = word[0] not in "١٢٠"
            places[at + offset] = start + (len(word) - offset if letters else offset)
    found = reordered(line, lambda place: (places[place], places[place] + 1) if place in places else None)
    assert found == "للطالب ٨–١٢ ١٢٠ ريال"
