"""Rich Text as Word, WordPad and TextEdit write it: merged cells, tables in cells, charsets by font, text boxes, numbers."""

from __future__ import annotations

import pytest

from f.documents.formats import pages


def read(body: str, head: str = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}}") -> str:
    content = f"{{\\rtf1{head} {body}}}".encode("ascii")
    return "\n".join(page["text"] for page in pages(content, "letter.rtf"))


def row(*cells: str, marks: tuple[str, ...] = (), edges: tuple[int, ...] = ()) -> str:
    marks = marks or ("",) * len(cells)
    edges = edges or tuple(2000 * (n + 1) for n in range(len(cells)))
    shape = "".join(f"{mark}\\cellx{edge}" for mark, edge in zip(marks, edges, strict=True))
    body = "".join(rf"{cell}\cell " for cell in cells)
    return rf"\trowd{shape}\pard\intbl {body}\row "


def test_what_spans_rows_is_said_in_each_of_them() -> None:
    body = row("Area", "Course", "Fee") + row("School", "Puppies", "95", marks=(r"\clvmgf", "", ""))
    body += row("", "Juniors", "120", marks=(r"\clvmrg", "", ""))
    assert "| Area: School | Course: Juniors | Fee: 120 |" in read(body)


@pytest.mark.parametrize("marked", [True, False])
def test_what_spans_columns_names_each_of_them(marked: bool) -> None:
    """Word marks the cells that go on with their neighbour; other programs write one wide cell."""
    first = ("Room", "Low", "", "High", "") if marked else ("Room", "Low", "High")
    marks = ("", r"\clmgf", r"\clmrg", r"\clmgf", r"\clmrg") if marked else ("", "", "")
    edges = (2000, 4000, 6000, 8000, 10000) if marked else (2000, 6000, 10000)
    body = row(*first, marks=marks, edges=edges) + row("", "Night", "Week", "Night", "Week")
    body += row("Attic", "61", "380", "84", "540") + row("Loft", "72", "450", "99", "640")
    assert "| Room: Loft | Low Night: 72 | Low Week: 450 | High Night: 99 | High Week: 640 |" in read(body)


def test_a_title_over_all_columns_is_no_header() -> None:
    body = row("Fees for a day", "", "", marks=(r"\clmgf", r"\clmrg", r"\clmrg"))
    body += row("Hall", "Morning", "Evening") + row("Patio", "140", "180")
    assert "Hall: Patio | Morning: 140 | Evening: 180 |" in read(body)


def test_bold_cells_and_rows_that_come_again_on_each_page_are_headers() -> None:
    bold = row(r"{\b Day}", r"{\b Ward}", r"{\b Doctor}") + row("Monday", "Eyes", "Ferri")
    marked = row("Day", "Ward", "Doctor").replace(r"\trowd", r"\trowd\trhdr") + row("Monday", "Eyes", "Ferri")
    for body in (bold + row("Friday", "Heart", "Neri"), marked + row("Friday", "Heart", "Neri")):
        assert "| Day: Friday | Ward: Heart | Doctor: Neri |" in read(body)


def test_a_table_in_a_cell_is_read_row_by_row() -> None:
    end = r"{\*\nesttableprops\trowd\cellx1000\cellx2000\nestrow}{\nonesttables\par }"
    inner = rf"Adult\nestcell 26\nestcell {end}Child\nestcell 14\nestcell {end}"
    text = read(row("Tour", "Starts") + row("Walk", "10:15") + row("Fares", inner))
    assert "| Fares | Adult: 26 |" in text and "| Fares | Child: 14 |" in text


def test_the_font_says_the_charset_where_the_file_says_another() -> None:
    head = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset204 Arial Cyr;}}"
    cyrillic = "".join(f"\\'{byte:02x}" for byte in "Люкс".encode("cp1251"))
    assert "Люкс" in read(rf"\pard\plain {cyrillic}\par", head)


@pytest.mark.parametrize("skipped", [0, 2])
def test_letters_may_have_any_number_of_replacements(skipped: int) -> None:
    after = "?" * skipped or " "
    body = rf"\uc{skipped} \u246{after}" + row(rf"\u252{after}a", "5")
    assert read(body) == "ö\n| üa: 5 |"


def test_text_boxes_and_the_numbers_of_old_lists_are_read() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt Closed in August.\par}}{\shprslt Closed in August.}}"
    text = read(rf"Joiner\par {box}{{\pntext\f0 2.\tab}}{{\*\pn\pnlvlbody\pndec}}Bring your card.\par")
    assert text == "Joiner\nClosed in August.\n2. Bring your card."


def test_a_table_that_is_all_bold_has_a_header_if_its_cells_tell() -> None:
    body = row("Show", "Full", "Reduced") + row("Matinee", "6.50", "5.00") + row("Evening", "9.80", "7.40")
    assert "| Show: Evening | Full: 9.80 | Reduced: 7.40 |" in read(rf"\b {body}")


def test_columns_by_tabs_keep_their_gaps() -> None:
    days = ("\tTue\tThu\tSat", "Pool\t7-9\t\t10-12", "Gym\t\t18-21", "Sauna\t\t\t14-19")
    text = read(
        "".join(rf"\pard {line}\par ".replace("\t", r"\tab ") for line in ("Hours", *days, "Bring a towel."))
    )
    assert text.split("\n") == [
        "Hours",
        "| Pool | Tue: 7-9 | Sat: 10-12 |",
        "| Gym | Thu: 18-21 |",
        "| Sauna | Sat: 14-19 |",
        "Bring a towel.",
    ]


def test_a_paragraph_that_begins_with_a_tab_is_no_row() -> None:
    assert read(r"\pard\tab First.\par\tab Second.\par\tab Third.\par") == "First.\nSecond.\nThird."
