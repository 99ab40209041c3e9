"""Headers and footers that repeat are removed where that is safe."""

from __future__ import annotations

import pytest
from fpdf import FPDF

from f.documents.chunking import chunks
from f.documents.page import goes_on
from f.documents.sentences import sentences
from f.documents.structure import blocks
from tests.windmill.samples import Manual, made, plain_pdf, read, refusal, scan_image


def test_running_lines_are_removed_and_an_address_stays_once() -> None:
    bodies = [f"Chapter text number {word}. " * 30 for word in ("one", "two", "three", "four", "five")]
    texts = [one["text"] for one in read(made(plain_pdf(bodies, Manual)))]
    assert not any("Manual - Page" in text for text in texts[1:])
    assert [text.count("Main Street 5") for text in texts] == [1, 0, 0, 0, 0]
    assert all(body.split()[3] in text for body, text in zip(bodies, texts, strict=True))


def test_three_pages_are_too_few_to_tell() -> None:
    texts = [one["text"] for one in read(made(plain_pdf(["body text"] * 3, Manual)))]
    assert all("Main Street 5" in text and "Page" in text for text in texts)


STORY = "One sentence follows the other until the page is full of them. " * 8


@pytest.mark.parametrize("count", [2, 3, 6])
def test_a_running_line_is_never_part_of_a_sentence(count: int) -> None:
    bodies = [f"In chapter {n} it ended. {STORY}You may return item {n} of chapter" for n in range(count)]
    found = read(made(plain_pdf(bodies, Manual)))
    said = [
        text[start:end]
        for one in found
        for block in blocks(one)
        if block.kind == "text"
        for text in [one["text"]]
        for start, end in sentences(text, block.start, block.end)
    ]
    assert not any("Acme" in sentence or "Manual" in sentence for sentence in said)
    cut = list(chunks(iter(found)))
    whole = " ".join(word for chunk in cut for word in chunk["text"].split())
    for n in range(1, count):
        assert f"You may return item {n - 1} of chapter In chapter {n} it ended." in whole
    assert "Acme Ltd, Main Street 5" in whole
    assert {chunk["heading"] for chunk in cut} == {""}


def test_a_chapters_name_above_its_pages_stays_and_is_no_heading() -> None:
    class Book(FPDF):
        def header(self) -> None:
            self.set_font("helvetica", size=8)
            self.cell(
                0, 6, f"{'ABCDEFGHI'[self.page_no() // 4]} Chapter On Lamps", new_x="LMARGIN", new_y="NEXT"
            )
            self.ln(8)

    found = read(made(plain_pdf([f"{STORY}Page {n} ends with" for n in range(15)], Book)))
    running = [[one["title"] for one in page["headings"] if one["level"] == 0] for page in found]
    assert running[1:3] == [["A Chapter On Lamps"]] * 2 and running[8:11] == [["C Chapter On Lamps"]] * 3
    assert all("Chapter On Lamps" in page["text"] for page in found)
    assert {chunk["heading"] for chunk in chunks(iter(found))} == {""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("You may return", True), ("in 30", True), ("lamps, rugs,", True), ("आप वापस कर सकते हैं", True)),
        *(
            ("It ends.", False),
            ("It ends (here.)", False),
            ("आप वापस कर सकते हैं।", False),
            ("", False),
            ("三十天内。", False),
        ),
    ],
)
def test_whether_a_sentence_goes_on(text: str, expected: bool) -> None:
    assert goes_on(text) is expected


def test_a_heading_that_counts_with_the_pages_stays() -> None:
    document = FPDF()
    for number in range(1, 7):
        document.add_page()
        document.set_font("helvetica", size=18)
        document.cell(0, 10, f"Product {number}", new_x="LMARGIN", new_y="NEXT")
        document.set_font("helvetica", size=11)
        document.multi_cell(0, 6, f"It is good, kind {'abcdef'[number - 1]}. " * 30)
    assert all(f"Product {one['number']}" in one["text"] for one in read(made(document)))


def test_the_column_names_of_a_long_table_stay() -> None:
    rows = "Item Price Stock\n" + "\n".join(f"Thing {letter} 5 EUR 7" for letter in "abcdefghijkl")
    found = read(made(plain_pdf([rows.replace("Thing", f"Thing {name}") for name in "pqrst"])))
    assert all(one["text"].startswith("Item Price Stock") for one in found)


def test_what_is_a_pages_only_line_stays() -> None:
    texts = [one["text"] for one in read(made(plain_pdf([f"Voucher number {n}" for n in range(1, 9)])))]
    assert texts == [f"Voucher number {n}" for n in range(1, 9)]


@pytest.mark.parametrize("pages", [2, 4])
def test_a_scanners_stamp_makes_no_text(pages: int) -> None:
    document = FPDF()
    for _ in range(pages):
        document.add_page()
        document.set_font("helvetica", size=9)
        document.image(scan_image(), x=0, y=0, w=210, h=297)
        document.text(10, 290, "Scanned by Acme Scan 3")
    assert refusal(made(document)) == "pdf_scan"


def test_a_voucher_with_a_logo_is_no_scan() -> None:
    document = FPDF()
    for number in range(1, 7):
        document.add_page()
        document.set_font("helvetica", size=11)
        document.image(scan_image(), x=10, y=10, w=20, h=28)
        document.text(10, 100, f"Voucher number {number}")
    assert [one["text"] for one in read(made(document))] == [f"Voucher number {n}" for n in range(1, 7)]
