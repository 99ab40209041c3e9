"""Headers and footers that repeat are removed where that is safe."""

from __future__ import annotations

from fpdf import FPDF

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


def test_a_scanners_stamp_makes_no_text() -> None:
    document = FPDF()
    for _ in range(6):
        document.add_page()
        document.set_font("helvetica", size=9)
        document.image(scan_image(), x=0, y=0, w=210, h=297)
        document.text(10, 290, "Scanned by Acme Scan 3")
    assert "is a scan" in refusal(made(document))


def test_a_voucher_with_a_logo_is_no_scan() -> None:
    document = FPDF()
    for number in range(1, 7):
        document.add_page()
        document.set_font("helvetica", size=11)
        document.image(scan_image(), x=10, y=10, w=20, h=28)
        document.text(10, 100, f"Voucher number {number}")
    assert [one["text"] for one in read(made(document))] == [f"Voucher number {n}" for n in range(1, 7)]
