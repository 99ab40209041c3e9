"""Tables of every kind of file: a row says its header, its label and what stands above its table, and nothing that nobody sees."""

# Letters of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement

from f.common.problems import english
from f.documents.chunking import chunks, context
from f.documents.formats import Limits, Page, pages
from f.documents.tables.rows import lines
from tests.knowledge.real_files import saved

Rows = list[list[object]]
FACTS: Rows = [
    ["Check-in", "from 15:00"],
    ["Check-out", "until 11:00"],
    ["Pets", "not allowed"],
    ["Wi-Fi", "free"],
]


def read(content: bytes, filename: str) -> list[Page]:
    return list(pages(content, filename, Limits()))


def text_of(content: bytes, filename: str) -> str:
    return "\n".join(one["text"] for one in read(content, filename))


def as_xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def as_csv(rows: Rows) -> bytes:
    return "\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()


def as_html(rows: Rows) -> bytes:
    cells = ("".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in rows)
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></body></html>".encode()


def as_docx(rows: Rows) -> bytes:
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for n, row in enumerate(rows):
        for place, cell in enumerate(row):
            table.cell(n, place).text = "" if cell is None else str(cell)
    return saved(document)


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "a.xlsx": as_xlsx,
    "a.csv": as_csv,
    "a.html": as_html,
    "a.docx": as_docx,
}


@pytest.mark.parametrize("filename", WRITERS)
def test_a_table_of_two_columns_is_labels_and_values(filename: str) -> None:
    text = text_of(WRITERS[filename](FACTS), filename)
    assert (
        "| Check-in: from 15:00 |\n| Check-out: until 11:00 |\n| Pets: not allowed |\n| Wi-Fi: free |" in text
    )


@pytest.mark.parametrize("filename", WRITERS)
@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["Plan", 2025, 2026], ["Basic", 10, 12], ["Pro", 20, 24]], "| Plan: Pro | 2025: 20 | 2026: 24 |"),
        (
            [["Size", 36, 37, 38], ["Boot", 3, 0, 1], ["Clog", 2, 2, 4]],
            "| Size: Clog | 36: 2 | 37: 2 | 38: 4 |",
        ),
        (
            [
                ["Day", "Open", "Close", "Open", "Close"],
                ["Monday", "09:00", "13:00", "16:00", "20:00"],
                ["Sunday", "closed", None, None, None],
            ],
            "| Day: Monday | Open: 09:00 | Close: 13:00 | Open: 16:00 | Close: 20:00 |",
        ),
        (
            [[None, "Mon", "Tue"], ["Pharmacy", None, "9-17"], ["Lab", "7-10", None]],
            "| Pharmacy | Tue: 9-17 |",
        ),
        (
            [["Course", "Teacher", "Room"], ["Yoga", "Ann", "A"], ["Spin", "Bob", "B"]],
            "| Course: Spin | Teacher: Bob | Room: B |",
        ),
    ],
)
def test_a_header_is_known_by_what_it_is(filename: str, rows: Rows, row: str) -> None:
    assert row in text_of(WRITERS[filename](rows), filename)


@pytest.mark.parametrize("filename", WRITERS)
@pytest.mark.parametrize(
    "rows",
    [
        [["Monday", "closed"], ["Tuesday", "12:00 to 22:30"], ["Wednesday", "12:00 to 22:30"]],
        [["Founded", 2019], ["Rooms", 12], ["Beds", 40]],
        [["Mon", "closed", "closed"], ["Tue", "9-12", "14-18"], ["Wed", "9-12", "14-18"]],
    ],
)
def test_a_first_row_of_values_is_no_header(filename: str, rows: Rows) -> None:
    text = text_of(WRITERS[filename](rows), filename)
    assert (
        "closed:" not in text
        and "Founded: R" not in text
        and "Monday: T" not in text
        and "Mon: T" not in text
    )


def test_a_blank_row_or_a_second_header_begins_another_table() -> None:
    two = as_xlsx(
        [
            ["Timetable summer"],
            ["Departs", "Harbour", "Adult fare", "Child fare"],
            ["08:00", "North", "€18", "€9"],
            [],
            ["Timetable winter"],
            ["Departs", "Duration", "Adult fare", "Bike fare"],
            ["09:15", "55 min", "€14", "€5"],
            ["Departs", "Duration", "Adult fare", "Dog fare"],
            ["10:15", "56 min", "€15", "€6"],
        ]
    )
    (summer, winter) = chunks(read(two, "a.xlsx"))
    assert summer["heading"].endswith("Timetable summer") and "Child fare: €9" in summer["text"]
    assert winter["heading"].endswith("Timetable winter") and "Bike fare: €5" in winter["text"]
    assert "| Departs: 10:15 | Duration: 56 min | Adult fare: €15 | Dog fare: €6 |" in winter["text"]


def test_tables_beside_each_other_are_read_one_after_the_other() -> None:
    rows: Rows = [
        ["Lamp", "Price", None, "Shop", "Opens"],
        ["LX", "9.50", None, "Centre", "9:00"],
        ["LY", "12.00", None, "Harbour", "10:00"],
        ["LZ", "15.00", None, None, None],
    ]
    text = text_of(as_xlsx(rows), "a.xlsx")
    assert "| Lamp: LX | Price: 9.50 |" in text and "| Shop: Centre | Opens: 9:00 |" in text


def test_a_long_row_is_cut_between_its_cells_and_each_part_says_its_label() -> None:
    words = " ".join(f"word{n}" for n in range(120))
    rows: Rows = [
        ["Service", "Includes", "Price"],
        ["Full care", words, 45],
        ["Wash", "water", 12],
        ["Wax", "wax", 9],
    ]
    found = list(chunks(read(as_xlsx(rows), "a.xlsx")))
    lines = [line for one in found for line in one["text"].splitlines()]
    assert len(found) > 1 and all(line.startswith("| ") and line.endswith(" |") for line in lines)
    assert all("Service: " in line for line in lines) and "Price: 45 |" in " ".join(lines)


def formats() -> bytes:
    book = openpyxl.Workbook()
    cells = {
        "Article": (42, "00000"), "Price": (12.5, '"$"#,##0.00'), "Sale": (99, "#,##0.00 [$€-407]"), "Opens": (datetime.time(9, 5), "hh:mm"),
        "Length": (datetime.timedelta(hours=26, minutes=30), "[h]:mm"), "Share": (0.05, "0%"), "Valid": (datetime.date(2026, 3, 9), "dd.mm.yyyy"),
        "Weight": (1234.5, '#,##0.0" kg"'), "Loss": (-5, "0.00;(0.00)"), "Code": (960111222, "000 000 000"),
        "Flour": (2.5, '# ?/? "cups"'), "Eighths": (0.25, "# ?/8"), "Zeros": (1.5, "# 0/0"), "Sold": (12500, '0.0,"k"'),
    }  # fmt: skip
    book.active.append(list(cells))
    for place, (value, code) in enumerate(cells.values(), 1):
        cell = book.active.cell(2, place, value)
        cell.number_format = code
    return saved(book)


def test_numbers_dates_and_durations_are_as_the_sheet_shows_them() -> None:
    text = text_of(formats(), "a.xlsx")
    for shown in (
        "00042",
        "$12.50",
        "99.00 €",
        "09:05",
        "26:30",
        "5%",
        "09.03.2026",
        "1,234.5 kg",
        "(5.00)",
        "960 111 222",
        "2 1/2 cups",
        "2/8",
        "1 1/2",
        "12.5k",
    ):
        assert f": {shown} |" in text


def test_what_a_sheet_hides_is_left_out_and_named() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Item", "Price", "Purchase price"], ["Lamp", 49, 21], ["Old lamp", 1, 1], ["Chair", 59, 25]):
        sheet.append(row)
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].hidden = True
    secret = book.create_sheet("Margins")
    secret.append(["margin", "30"])
    secret.sheet_state = "hidden"
    (one,) = read(saved(book), "a.xlsx")
    assert one["text"] == "| Item: Lamp | Price: 49 |\n| Item: Chair | Price: 59 |"
    said = english(one["warning"])
    assert all(
        part in said
        for part in (
            "Hidden sheets were left out: Margins",
            "columns of the sheet Sheet were left out: C",
            "left out: 3",
        )
    )


def test_formulas_without_values_are_named() -> None:
    book = openpyxl.Workbook()
    for row in (["Room", "Night", "Two nights"], ["Garden", 90, "=B2*2"], ["Sea", 120, "=B3*2"]):
        book.active.append(row)
    (one,) = read(saved(book), "a.xlsx")
    assert "| Room: Sea | Night: 120 |" in one["text"] and "C2, C3" in english(one["warning"])


def test_a_links_address_stands_behind_its_text() -> None:
    book = openpyxl.Workbook()
    for row in (["Item", "Price"], ["Lamp", 10], ["Chair", 20]):
        book.active.append(row)
    book.active["A2"].hyperlink = "https://example.com/lamp"
    assert "| Item: Lamp (https://example.com/lamp) | Price: 10 |" in text_of(saved(book), "a.xlsx")


def test_turkish_and_czech_tables_are_decoded_by_their_letters() -> None:
    assert "| Ürün: Çiğ köfte | Fiyat: 30 |" in text_of(
        "Ürün;Fiyat\nŞişe;12\nÇiğ köfte;30\nIşıklı lamba;50".encode("cp1254"), "a.csv"
    )
    assert "| Druh: Růže | Cena: 149 Kč |" in text_of(
        "Druh;Cena\nRůže;149 Kč\nŠeřík;210 Kč\nŽlutý květináč;65 Kč".encode("cp1250"), "a.csv"
    )
    assert "| Item: Lamp | Price: 12,50 | Colour: red |" in text_of(
        b"sep=;\nItem;Price;Colour\nLamp;12,50;red\nChair;99,00;blue", "a.csv"
    )


def test_a_row_that_is_no_header_says_so() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for cell, text in zip(table._cells, ("Single", "85", "Double", "120", "Suite", "250"), strict=True):
        cell.text = text
    for row in table.rows:  # as some programs write it
        mark = OxmlElement("w:tblHeader")
        mark.set(f"{{{row._tr.nsmap['w']}}}val", "false")
        row._tr.get_or_add_trPr().append(mark)
    assert text_of(saved(document), "a.docx") == "| Single: 85 |\n| Double: 120 |\n| Suite: 250 |"


def test_tables_in_text_and_markdown_say_their_headers() -> None:
    marked = "# Hours\n\n| Place | Mon | Tue |\n|---|---|---|\n| Pool | | 10-20 |\n\n[Book](https://example.com/b)\n\n<!-- dealer price 18 -->\n"
    text = text_of(marked.encode(), "a.md")
    assert (
        "| Place: Pool | Tue: 10-20 |" in text
        and "Book (https://example.com/b)" in text
        and "dealer" not in text
    )
    plain = "Prices\n\nModel       Height   Price\nLamp LX     162 cm   99.00\nLamp LY      48 cm   45.50\nChair        90 cm   12.00\n"
    assert "| Model: Lamp LY | Height: 48 cm | Price: 45.50 |" in text_of(plain.encode(), "a.txt")


@pytest.mark.parametrize(
    "drawn",
    [
        "+------+-------+\n| Item | Price |\n+------+-------+\n| Wash | 5 €   |\n| Iron | 3 €   |\n|      | each  |\n+------+-------+",
        "+------+------+\n| Item | Price|\n+======+======+\n| Wash | 5 €  |\n+------+------+\n| Iron | 3 €  |\n|      | each |\n+------+------+",
        "┌──────┬───────┐\n│ Item │ Price │\n├──────┼───────┤\n│ Wash │ 5 €   │\n│ Iron │ 3 €   │\n│      │ each  │\n└──────┴───────┘",
    ],
    ids=["as databases draw", "as grids", "with lines"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_table_drawn_with_characters_says_its_header(drawn: str, name: str) -> None:
    text = text_of(f"Prices:\n{drawn}\nAll with tax.\n".encode(), name)
    assert text == "Prices:\n| Item: Wash | Price: 5 € |\n| Item: Iron | Price: 3 € each |\nAll with tax."


def test_many_tables_in_one_block_are_read_soon() -> None:
    began = time.process_time()
    text = text_of(b"a|b\n-|-\nc|d\nx\n+--+--+\n|e|f|\n+--+--+\nx\n" * 3_000, "a.md")
    assert text.count("a: c") == 3_000 and time.process_time() - began < 20


def test_a_chunk_says_the_caption_of_its_table() -> None:
    rows = "".join(f"<tr><td>Town {n}<td>EUR {n},90<td>{n} days" for n in range(60))
    page = f"<html><body><table><caption>Express</caption><tr><th>To<th>Price<th>Takes{rows}</table></body></html>"
    for one in chunks(read(page.encode(), "a.html")):
        assert all(
            line.startswith("| Express | To: ")
            for line in context(one, "").splitlines()
            if line.startswith("|")
        )


def row_lines(rows: list[list[str]]) -> list[str]:
    return list(lines(iter(rows)))


def test_units_in_a_row_of_their_own_belong_to_the_columns() -> None:
    rows = [["Wood", "Length", "Price"], ["", "cm", "€/m³"], ["Beech", "33", "145"], ["Spruce", "25", "98"]]
    assert row_lines(rows)[0] == "| Wood: Beech | Length (cm): 33 | Price (€/m³): 145 |"
    answers = [["Plan", "Pool", "Spa"], ["", "yes", "no"], ["Gold", "yes", "yes"]]
    assert "(yes)" not in " ".join(row_lines(answers))


def test_a_group_that_is_named_once_is_said_in_each_of_its_rows() -> None:
    rows = [
        ["Group", "Size", "Price"],
        ["Tyres", "R14", "18 €"],
        ["", "R18", "31 €"],
        ["Storage", "Car", "40 €"],
        ["", "Van", "55 €"],
    ]
    assert row_lines(rows)[1::2] == [
        "| Group: Tyres | Size: R18 | Price: 31 € |",
        "| Group: Storage | Size: Van | Price: 55 € |",
    ]
    flags = [["New", "Item", "Price"], ["x", "Rope", "9 €"], ["", "Bag", "8 €"], ["x", "Cap", "7 €"]]
    assert row_lines(flags)[1] == "| Item: Bag | Price: 8 € |"


def test_numbers_that_are_kept_from_excel_are_read_plainly() -> None:
    content = b'Branch,Phone\nNorth,"=""+49 30 55"""\nSouth,\'+49 30 66\nInn,\'s Hof\n'
    found = next(iter(pages(content, "a.csv")))["text"]
    assert (
        "North: +49 30 55" in found.replace("Branch: North | Phone", "North")
        and "+49 30 66" in found
        and "'s Hof" in found
    )
    assert "=" not in found and "'+" not in found
