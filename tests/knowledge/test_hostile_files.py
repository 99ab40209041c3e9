"""Small files that were made to hold up a worker, and damaged ones: each is read, or refused with a sentence, at once."""

from __future__ import annotations

import copy
import io
import itertools
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import docx
import openpyxl
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from f.documents.chunking import Chunk, chunks
from f.documents.clean import clean, join_broken_words
from f.documents.formats import Limits, media_type, pages
from f.documents.office import workbook
from f.documents.pdf.layout import LEADERS
from f.documents.tables.rows import table_pages
from f.ingest import crawler, sitemaps
from tests.knowledge.real_files import saved
from tests.problems import raises_problem

SOON_S = 3.0  # of the processor's time: without a bound each of these files takes several times as long


@contextmanager
def soon() -> Iterator[None]:
    """What is done within ends soon, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SOON_S


def test_comments_at_a_files_start_are_passed_over_at_once() -> None:
    with soon():
        assert media_type(b"<!-- c -->" * 26 + b"<div>a fragment</div>", "a.txt") == "text/plain"
        assert media_type(b"<!-- c --> \n" * 26 + b"<html>", "a.txt") == "text/html"


def text_of(content: bytes, filename: str) -> str:
    return "\n".join(one["text"] for one in pages(content, filename, Limits()))


def test_tables_in_tables_are_read_at_once() -> None:
    with soon():
        text = text_of(b"<html><body>" + b"<table><tr><td>a word <td>" * 300, "a.html")
    assert text.count("a word") == 300


TABLES = st.recursive(
    st.none(),
    lambda inner: st.lists(st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3),
    max_leaves=12,
)


def as_html(cell: Any, numbers: Iterator[int]) -> str:
    """A number, which is never taken for a column's name, or a table of rows of the same."""
    if cell is None:
        return f"{next(numbers)}"
    rows = ("".join(f"<td>{as_html(one, numbers)}" for one in row) for row in cell)
    return f"<table>{''.join(f'<tr>{row}' for row in rows)}</table>"


@given(TABLES)
def test_what_stands_in_tables_in_tables_is_said_once(table: Any) -> None:
    numbers = itertools.count(1)
    text = text_of(f"<html><body>{as_html(table, numbers)}".encode(), "a.html")
    assert [int(said) for said in re.findall(r"\d+", text)] == list(range(1, next(numbers)))


def test_a_page_laid_out_with_tables_keeps_its_headings_and_its_own_tables() -> None:
    prices = "<table><tr><th>Model<th>Price<tr><td>LX<td>9<tr><td>LY<td>10</table>"
    page = f"<html><body><table><tr><td><h1>Shop</h1><td>Call us<tr><td colspan=2>{prices}<p>Bye</table>"
    assert (
        text_of(page.encode(), "a.html")
        == "# Shop\n\nCall us\n\n| Model: LX | Price: 9 |\n| Model: LY | Price: 10 |\n\nBye"
    )


def test_a_word_table_in_a_cell_is_said_once_and_rows_in_content_controls_are_rows() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Room", "Price", "Double", "90"), strict=True):
        cell.text = text
    inner = table.cell(1, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "half board", "115"
    row = table.rows[1]._tr
    control = row.makeelement(f"{{{row.nsmap['w']}}}sdt", {})
    row.getparent().replace(row, control)
    control.append(row.makeelement(f"{{{row.nsmap['w']}}}sdtContent", {}))
    control[0].append(row)
    assert text_of(saved(document), "a.docx") == "| Room: Double | Price: 90 half board 115 |"


def test_a_long_header_is_not_said_until_memory_ends() -> None:
    taken = itertools.count()
    header = ["a" * 1_000, "b" * 1_000]
    rows = (["1", "2"] if number else header for number in taken)
    with raises_problem("too_many_characters", most=10_000):
        next(table_pages("", rows, 1, Limits(max_characters=10_000)))
    assert next(taken) < 10


def test_links_are_found_at_once() -> None:
    with soon():
        assert list(crawler._links("<a " * 100_000 + "<a href='/a b#c'>", "https://shop.example/")) == [
            "https://shop.example/a%20b"
        ]


@pytest.mark.parametrize(
    ("piece", "times"), [(" ", 150), ("<loc>", 8_000), ("<loc><![CDATA[", 8_000), ("<loc> a </loc", 8_000)]
)
def test_a_sitemap_is_read_at_once(piece: str, times: int) -> None:
    listed = f"<loc> https://shop.example/a?b=1&amp;c=2\n</loc><loc>{piece * times}"
    with soon():
        assert sitemaps.addresses(listed.encode()) == (False, ["https://shop.example/a?b=1&c=2"])


def passages(content: bytes, filename: str) -> list[Chunk]:
    return list(chunks(pages(content, filename, Limits())))


@pytest.mark.parametrize("mark", [".", "?!", "…", "؟"])
def test_a_page_of_nothing_but_marks_is_cut_at_once(mark: str) -> None:
    said = f"It said {mark * 20_000}x. Then it ended."
    with soon():
        found = passages(f"<html><body><p>{said}".encode(), "a.html")
    assert found[-1]["text"].endswith("Then it ended.")


def test_a_heading_that_closes_with_marks_without_end_is_read_at_once() -> None:
    with soon():
        found = passages(
            f"# First\n\nOne.\n\n## a {'#' * 40_000}b\n\nTwo.\n\n## Third ##\n\nThree.".encode(), "a.md"
        )
    assert found[-1]["heading"] == "First > Third"


def test_spaces_within_a_line_are_passed_over_at_once() -> None:
    with soon():
        assert clean(f"a{' ' * 30_000}b \t\nc ") == f"a{' ' * 30_000}b\nc"
        assert LEADERS.sub(" …", f"Prices{' ' * 30_000}x . . . . . 3") == f"Prices{' ' * 30_000}x … 3"


def test_a_page_of_broken_words_is_joined_at_once() -> None:
    words = (
        f"{a}{b}{c}d-\nx{a}{b}{c}"
        for a in "abcdefghij"
        for b in "abcdefghijklmnop"
        for c in "abcdefghijklmnop"
    )
    text = " ".join(itertools.islice(itertools.cycle(words), 100_000))
    with soon():
        assert join_broken_words(text).startswith("aaadxaaa aabdxaab ")


def sheet(xml: str) -> bytes:
    """A workbook whose only sheet is this."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(openpyxl.Workbook()))) as whole,
        zipfile.ZipFile(target, "w") as made,
    ):
        for name in whole.namelist():
            made.writestr(name, xml if name.endswith("sheet1.xml") else whole.read(name))
    return target.getvalue()


def test_a_stray_cell_at_a_sheets_far_end_is_read_at_once() -> None:
    book = openpyxl.Workbook()
    for row in (("Lamp", "Price"), ("LX", 9), ("LY", 10)):
        book.active.append(row)
    book.active["XFD200000"] = "stray"
    with soon():
        text = text_of(saved(book), "a.xlsx")
    assert text == "| Lamp: LX | Price: 9 |\n| Lamp: LY | Price: 10 |\n| stray |"


def test_a_row_that_no_sheet_can_have_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_SPANNED", 100_000)
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999999"><c r="A2"><v>1</v></c></row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with soon(), raises_problem("workbook_sparse"):
        text_of(sheet(f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'), "a.xlsx")


@pytest.mark.parametrize("piece", ["<div>", "<div></b>", "<x/>", "<table><tr><td></div><div>"])
def test_a_page_that_nests_too_deep_is_a_sentence(piece: str) -> None:
    with soon(), raises_problem("web_page_too_deep"):
        text_of(f"<html><body>{piece * 60_000}".encode(), "a.html")


def test_a_long_page_nests_no_deeper_than_a_short_one() -> None:
    items = "".join(f"<div><ul><li>Lamp {n}<li><p>Price<br>{n}</ul></div>" for n in range(3_000))
    drawing = f"<svg><g>{'<path d=M0/>' * 9_000}</g></svg>"
    assert "Lamp 2999" in text_of(f"<html><body>{drawing}{items}".encode(), "a.html")


def test_a_small_picture_of_many_pixels_is_refused_before_it_is_unpacked() -> None:
    target = io.BytesIO()
    Image.new("1", (64, 64)).save(target, "GIF")
    whole, size = target.getvalue(), (64).to_bytes(2, "little") * 2
    with soon(), raises_problem("image_pixels", most=50):
        text_of(whole.replace(size, (8_000).to_bytes(2, "little") * 2), "a.gif")


def with_part(content: bytes, name: str, write: Callable[[IO[bytes]], object]) -> bytes:
    """An Office file with another part in place of its own."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        with new.open(name, "w") as opened:
            write(opened)
    return target.getvalue()


BODY = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
NAME = "word/document.xml"


def test_a_word_file_of_empty_paragraphs_is_refused_at_once() -> None:
    content = with_part(saved(docx.Document()), NAME, lambda part: part.write(BODY % (b"<w:p/>" * 7_000_000)))
    with soon(), raises_problem("file_unpacks", most=300):
        text_of(content, "a.docx")


def test_what_a_part_says_of_its_size_is_not_believed() -> None:
    content = with_part(saved(docx.Document()), NAME, lambda part: part.write(bytes(30_000_000)))
    small = content.replace((30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert small != content
    with raises_problem("file_unpacks", most=20):
        list(pages(small, "a.docx", Limits(max_unpacked=20_000_000)))


def test_a_merged_cell_is_not_said_until_memory_ends() -> None:
    cell = b"<w:tr><w:tc><w:tcPr><w:vMerge%s/></w:tcPr><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc></w:tr>"
    rows = cell % (b' w:val="restart"', b"a" * 100_000) + cell % (b"", b"") * 2_000
    content = with_part(
        saved(docx.Document()), NAME, lambda part: part.write(BODY % b"<w:tbl>%s</w:tbl>" % rows)
    )
    tracemalloc.start()
    try:
        with raises_problem("too_many_characters", most=20_000_000):
            text_of(content, "a.docx")
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_slide_that_is_shown_without_end_is_refused() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "a" * 1_000
    shown = presentation.part._element.sldIdLst
    for _ in range(100):
        shown.append(copy.deepcopy(shown[0]))
    with raises_problem("too_many_characters", most=50_000):
        list(pages(saved(presentation), "a.pptx", Limits(max_characters=50_000)))


PARTS = b"--b\nContent-Type: text/plain\n\nhi\n"
NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5_000))


@pytest.mark.parametrize(
    "content",
    [
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + PARTS * 200_000,
        NESTED + b"Content-Type: text/plain\n\nhi",
        b"Content-Type: message/rfc822\n\n" * 3_000 + b"Subject: y\n\nhi",
    ],
    ids=["many parts", "nested parts", "nested mails"],
)
def test_a_mail_of_parts_without_end_is_a_sentence(content: bytes) -> None:
    head = b"From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\n"
    with soon(), raises_problem("mail_parts"):
        list(pages(head + content, "a.eml", Limits()))


def test_an_xml_tag_of_attributes_without_end_is_a_sentence() -> None:
    tag = "<a " + " ".join(f'b{n}="1"' for n in range(200_000)) + "/>"
    with soon(), raises_problem("data_too_many"):
        list(pages(tag.encode(), "a.xml", Limits()))
