"""Files that an ingestion must refuse or report in words: made by tests, never committed."""

import io

from fpdf import FPDF
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

from local.documents.writer import CREATED, render

SCANNED_TEXT = "This page is a picture. A computer sees no letters in it."


def _pdf() -> FPDF:
    pdf = FPDF()
    pdf.set_creation_date(CREATED)
    return pdf


def scanned(pages: int = 2) -> bytes:
    """A PDF whose pages are pictures of text."""
    pdf = _pdf()
    for number in range(1, pages + 1):
        image = Image.new("L", (620, 877), 255)
        ImageDraw.Draw(image).text((60, 80), f"{SCANNED_TEXT}\nPage {number}", fill=0)
        pdf.add_page()
        pdf.image(image, x=0, y=0, w=210)
    return bytes(pdf.output())


def encrypted(password: str = "secret", name: str = "winter-sale") -> bytes:
    """A PDF that can't be opened without its password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render(name))))
    writer.encrypt(password, algorithm="AES-256")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def truncated(name: str = "winter-sale") -> bytes:
    """A PDF whose upload broke off early, before any page was whole."""
    return render(name)[:200]


def cut_in_half(name: str = "returns-and-delivery") -> bytes:
    """A PDF without its second half: some readers still find pages in it."""
    whole = render(name)
    return whole[: len(whole) // 2]


def blank(pages: int = 2) -> bytes:
    """A PDF with pages and nothing on them."""
    pdf = _pdf()
    for _ in range(pages):
        pdf.add_page()
    return bytes(pdf.output())


def not_a_pdf() -> bytes:
    """A Word document of the old kind whose name says .pdf."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
