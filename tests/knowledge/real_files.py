"""Real files of every kind that can be uploaded, made by the programs' own formats' libraries and, where there is one, by a browser."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import docx
import openpyxl
import pptx
from fpdf import FPDF
from PIL import Image, ImageDraw
from pptx.util import Inches

ARABIC = "يمكن إرجاع المنتجات خلال ثلاثين يوما"
HINDI = "आप तीस दिनों के भीतर उत्पाद वापस कर सकते हैं"
CHINESE = "商品在收到后三十天内可以退货"
EMOJI = "Parcels 📦 arrive 🚚 with 👨‍👩‍👧 care"
SCRIPTS = (ARABIC, HINDI, CHINESE, EMOJI)


def saved(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)  # type: ignore[attr-defined]
    return target.getvalue()


def word(body: str = "Items may be sent back within 30 days.") -> docx.document.Document:
    document = docx.Document()
    document.add_heading("Returns", 1)
    document.add_paragraph(body)
    document.add_heading("How", 2)
    document.add_paragraph("Print the label.", style="List Number")
    document.add_paragraph("Hand in the parcel.", style="List Bullet")
    return document


def word_table() -> bytes:
    document = word()
    table = document.add_table(rows=0, cols=3)
    for row in (("Model", "Height", "Price"), ("LX-300", "162 cm", "99.00"), ("LX-310", "48 cm", "45.50")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return saved(document)


def word_pages() -> bytes:
    document = word()
    document.add_page_break()
    document.add_paragraph("The second page.")
    return saved(document)


def word_scripts() -> bytes:
    document = docx.Document()
    for text in SCRIPTS:
        document.add_paragraph(text)
    return saved(document)


def slides() -> bytes:
    deck = pptx.Presentation()
    for title, body in (
        ("Opening hours", "Monday to Saturday\nClosed on Sundays"),
        ("Parking", "Behind the house"),
    ):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
        slide.notes_slide.notes_text_frame.text = f"Notes on {title}"
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for place, text in {(0, 0): "Room", (0, 1): "Floor", (1, 0): "X-ray", (1, 1): "second"}.items():
        table.cell(*place).text = text
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(io.BytesIO(picture("hidden words")), 0, 0)
    return saved(deck)


def workbook(rows: int = 3) -> openpyxl.Workbook:
    import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["Article", "Price", "Since", "In stock"])
    for n in range(rows):
        sheet.append([f"Lamp {n}", 9.9 + n, datetime.datetime(2026, 3, 1 + n % 28), n % 2 == 0])
    second = book.create_sheet("Lieferländer")
    second.append(["Land", "Tage"])
    second.append(["Österreich", 3])
    book.create_sheet("empty")
    hidden = book.create_sheet("secret")
    hidden.append(["purchase price", "1"])
    hidden.sheet_state = "hidden"
    return book


def merged() -> bytes:
    """A price list as salons make them: names in two rows, groups that span rows, a note below."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("Price list",),
        ("Group", "Service", "Price", None),
        (None, None, "short", "long"),
        ("Ladies", "Cut", 48, 59.5),
        (None, "Colour", 55, 65),
        ("Men", "Cut", 29, None),
        ("Whoever cancels less than 24 hours before the appointment pays half of its price.",),
    ):
        sheet.append(row)
    for area in ("A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5", "A7:D7"):
        sheet.merge_cells(area)
    return saved(book)


def merged_word() -> bytes:
    document = docx.Document()
    table = document.add_table(rows=5, cols=3)
    for place, text in {
        **{(0, 0): "Room", (0, 1): "Price", (1, 1): "high season", (1, 2): "low season"},
        **{(2, 0): "Single", (2, 1): "85", (2, 2): "60", (3, 0): "Suite", (3, 1): "250", (3, 2): "190"},
        (4, 1): "breakfast included",
    }.items():
        table.cell(*place).text = text
    for first, last in (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((3, 0), (4, 0)), ((4, 1), (4, 2))):
        table.cell(*first).merge(table.cell(*last))
    return saved(document)


MERGED = """<!doctype html><table><tr><th rowspan=2>Room<th colspan=2>Price<tr><th>high season<th>low season
<tr><td>Single<td>85<td>60<tr><td rowspan=2>Suite<td>250<td>190<tr><td colspan=2>breakfast included</table>"""


def discounts() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.append(["Voucher", "Discount"])
    for n, (name, share) in enumerate((("Spring", 0.05), ("Member", 0.125)), 2):
        book.active.append([name, share])
        book.active[f"B{n}"].number_format = "0.0%"
    return book


def picture(text: str) -> bytes:
    image = Image.new("L", (600, 200), 255)
    ImageDraw.Draw(image).text((20, 80), text, fill=0)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def pdf(*texts: str) -> bytes:
    document = FPDF()
    document.set_font("helvetica", size=11)
    for text in texts:
        document.add_page()
        if text:
            document.multi_cell(0, 6, text)
        else:
            document.image(io.BytesIO(picture("scanned page")), x=10, y=10, w=180)
    return bytes(document.output())


def prose(chapter: int) -> str:
    """A page of sentences that no other page has."""
    words = ("lamps", "rugs", "parcels", "refunds", "curtains", "vouchers", "shelves")
    return " ".join(
        f"Sentence {n} of chapter {chapter} speaks of {words[(chapter * 3 + n) % 7]} and {words[(chapter + n * 2) % 7]}."
        for n in range(4)
    )


def two_columns() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=10)
    with document.text_columns(ncols=2, gutter=10) as columns:
        for n in range(60):
            columns.write(f"Left and right sentence number {n} goes on for a while. ")
    return bytes(document.output())


def rotated() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_page_background(None)
    document.set_font("helvetica", size=12)
    with document.rotation(90, 100, 150):
        document.text(60, 150, "Turned by ninety degrees")
    return bytes(document.output())


def pdf_table() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=10)
    with document.table() as table:
        for row in (("Country", "Days", "Price"), ("Spain", "2", "4.50"), ("Italy", "5", "9.90")):
            table.row(row)
    return bytes(document.output())


PAGE = """<!doctype html><html lang="en"><head><title>Help: Casa Lumen</title><style>p {color: red}</style></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><main><h1>Help</h1><p>We <b>deliver</b> to <a href="/x">Spain</a>
and Portugal.</p><h2>Delivery</h2><ul><li>Standard: 4.50</li><li>Express: 9.90</li></ul><table><tr><th>Country<th>Days
<tr><td>Spain<td>2<tr><td>Portugal<td>3</table><form><input></form><script>alert("no")</script></main>
<footer>© Casa Lumen, all rights reserved</footer></body></html>"""


def printed(html: str) -> bytes:
    """A page as Chromium prints it: a real PDF with columns, forms and whatever fonts the machine has."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "the caller looks for a browser first"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(html)
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--print-to-pdf={target}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        return target.read_bytes()


def pairs(*items: tuple[str, str]) -> bytes:
    return json.dumps({"pairs": [{"question": q, "answer": a} for q, a in items]}).encode()
