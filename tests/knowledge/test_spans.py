"""A cell over several columns holds for each of them, whoever made the table; a sum of money stands once, behind the names of them all."""

from __future__ import annotations

from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from fpdf import FPDF
from pptx.util import Inches

from f.documents.chunking import chunks, context
from f.documents.formats import pages
from f.documents.office.word_numbers import Numbers
from f.documents.tables.rows import Row, lines
from tests.knowledge.real_files import saved
from tests.knowledge.test_office_kinds import cell, open_document
from tests.knowledge.test_rich_text import row as rich_row

# Cells with how many columns each one takes.
HOURS: list[list[tuple[str, int]]] = [
    [("", 1), ("Mon", 1), ("Tue", 1), ("Wed", 1)],
    [("Shop", 1), ("closed", 2), ("8-12", 1)],
    [("Garden", 1), ("9-17", 1), ("13-18", 2)],
    [("Entry", 1), ("€5", 2), ("€7", 1)],
]
SAID = [
    "| Shop | Mon: closed | Tue: closed | Wed: 8-12 |",
    "| Garden | Mon: 9-17 | Tue: 13-18 | Wed: 13-18 |",
    "| Entry | Mon, Tue: €5 | Wed: €7 |",
]


def placed() -> list[tuple[int, int, str, int]]:
    """Row, column, text and columns of each cell."""
    return [
        (n, sum(wide for _, wide in row[:place]), text, columns)
        for n, row in enumerate(HOURS)
        for place, (text, columns) in enumerate(row)
    ]


def word() -> bytes:
    document = docx.Document()
    table = document.add_table(rows=4, cols=4)
    for row, column, text, columns in placed():
        table.cell(row, column).merge(table.cell(row, column + columns - 1)).text = text
    return saved(document)


def excel(hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, column, text, columns in placed():
        sheet.cell(row + 1, column + 1, text or None)
        if columns > 1:
            sheet.merge_cells(
                start_row=row + 1, end_row=row + 1, start_column=column + 1, end_column=column + columns
            )
    sheet.column_dimensions["C"].hidden = hidden
    return saved(book)


def slides() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    table = slide.shapes.add_table(4, 4, Inches(1), Inches(1), Inches(6), Inches(3)).table
    for row, column, text, columns in placed():
        table.cell(row, column).text = text
        if columns > 1:
            table.cell(row, column).merge(table.cell(row, column + columns - 1))
    return saved(show)


def rich_text() -> bytes:
    rows = "".join(
        rich_row(
            *(text.replace("€", r"\'80") for text, _ in row),
            edges=tuple(2000 * sum(w for _, w in row[: n + 1]) for n in range(len(row))),
        )
        for row in HOURS
    )
    return f"{{\\rtf1\\ansi\\ansicpg1252 {rows}}}".encode("ascii")


def open_sheet() -> bytes:
    rows = ""
    for row in HOURS:
        cells = [
            cell(text, f'table:number-columns-spanned="{n}"') + "<table:covered-table-cell/>" * (n - 1)
            for text, n in row
        ]
        rows += f"<table:table-row>{''.join(cells)}</table:table-row>"
    body = f"<office:spreadsheet><table:table table:name='Hours'>{rows}</table:table></office:spreadsheet>"
    return open_document("spreadsheet", "", body)


def web() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td colspan={n}>{text}</td>' for text, n in row)}</tr>" for row in HOURS)
    return f"<html><body><table>{rows}</table></body></html>".encode()


def paper() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica")
    document.core_fonts_encoding = "cp1252"
    with document.table(text_align=("LEFT", "CENTER", "CENTER", "CENTER")) as table:
        for one in HOURS:
            row = table.row()
            for text, columns in one:
                row.cell(text, colspan=columns)
    return bytes(document.output())


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.docx", word),
        ("a.xlsx", excel),
        ("a.pptx", slides),
        ("a.rtf", rich_text),
        ("a.ods", open_sheet),
        ("a.html", web),
        ("a.pdf", paper),
    ],
)
def test_what_spans_columns_is_said_of_each_of_them(name: str, made: Callable[[], bytes]) -> None:
    text = "\n".join(context(one, "") for one in chunks(pages(made(), name)))
    assert [line for line in SAID if line not in text] == []


def test_a_hidden_column_is_none_of_those_that_a_cell_spans() -> None:
    text = "\n".join(page["text"] for page in pages(excel(hidden=True), "a.xlsx"))
    assert "| Garden | Mon: 9-17 | Wed: 13-18 |" in text and "Tue" not in text


def test_what_spans_columns_and_rows_is_said_of_each_in_each() -> None:
    body = (
        "<tr><td><td>Mon<td>Tue<td>Wed<tr><td>Shop<td>8-12<td colspan=2 rowspan=2>closed<tr><td>Bar<td>9-15"
    )
    text = "\n".join(page["text"] for page in pages(f"<table>{body}</table>".encode(), "a.html"))
    assert "| Bar | Mon: 9-15 | Tue: closed | Wed: closed |" in text


def test_a_name_or_a_long_note_over_columns_stands_once() -> None:
    note = "All of these rooms look out on the garden and have a bath with a window."
    rows = [
        Row(["Room", "Price", "Bed", "View"], "header"),
        Row(["Attic", "61", "single", "sea"]),
        Row(["Total of two nights", "", "", "122"], spans={0: 3}),
        Row(["Loft", note, "", "yes"], spans={1: 2}),
    ]
    said = list(lines(rows))
    assert said[-2] == "| Room: Total of two nights | View: 122 |"
    assert said[-1].count("garden") == 1


def test_a_name_above_one_column_may_have_another_below_it() -> None:
    """As the merged header of a sheet is left in its export."""
    table = "Class\tWeekdays\t\tSaturday\tFee\n\tfrom\tto\tfrom\ta month\nEnglish\t15:00\t16:30\t10:00\t180\nMaths\t17:00\t19:00\t\t250\n"
    text = "\n".join(page["text"] for page in pages(table.encode(), "a.tsv"))
    assert (
        "| Class: English | Weekdays from: 15:00 | Weekdays to: 16:30 | Saturday from: 10:00 | Fee a month: 180 |"
        in text
    )


def test_the_merged_header_of_a_printed_list_holds_on_each_page() -> None:
    """Also where it counts pieces: it is set off from the rows below it."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=10)
    with document.table(num_heading_rows=2) as table:
        row = table.row()
        row.cell("Part", rowspan=2)
        row.cell("Price of", colspan=2)
        row.cell("Stock", rowspan=2)
        table.row(["100", "500"])
        for n in range(60):
            table.row([f"Bolt {n}", f"{n}.20", f"{n * 7}.50", f"{n} pcs"])
    text = "\n".join(page["text"] for page in pages(bytes(document.output()), "a.pdf"))
    assert "| Part: Bolt 2 | Price of 100: 2.20 | Price of 500: 14.50 | Stock: 2 pcs |" in text
    assert "| Part: Bolt 59 | Price of 100: 59.20 | Price of 500: 413.50 | Stock: 59 pcs |" in text


def test_a_legal_number_is_in_figures_below_a_roman_one() -> None:
    """Sentences of house rules refer to "2.1", which stands below "Article II"."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>'
    )
    numbers = Numbers(
        parse_xml(
            f'<w:numbering {space}><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
        ),
        None,
    )

    def item(level: int) -> str:
        place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        return numbers.before(parse_xml(f"<w:p {space}><w:pPr>{place}</w:pPr></w:p>"), "")

    assert [item(level) for level in (0, 1, 0, 1)] == ["Article I. ", "1.1 ", "Article II. ", "2.1 "]
