"""PDFs made for the tests, and short ways to read a file or its refusal."""

from __future__ import annotations

import pytest
from fpdf import FPDF
from PIL import Image

from f.documents.formats import Limits, Page, Unreadable, pages


class Manual(FPDF):
    """Pages with a running header and footer."""

    def header(self) -> None:
        self.set_font("helvetica", size=9)
        self.cell(0, 6, "Acme Ltd, Main Street 5, Springfield", new_x="LMARGIN", new_y="NEXT")
        self.ln(8)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=9)
        self.cell(0, 6, f"Manual - Page {self.page_no()} of 99", align="C")


def plain_pdf(texts: list[str], kind: type[FPDF] = FPDF) -> FPDF:
    document = kind()
    document.set_font("helvetica", size=11)
    for text in texts:
        document.add_page()
        document.set_font("helvetica", size=11)
        if text:
            document.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    return document


def made(document: FPDF) -> bytes:
    return bytes(document.output())


def read(content: bytes, filename: str = "a.pdf", limits: Limits | None = None) -> list[Page]:
    return list(pages(content, filename, limits or Limits()))


def refusal(content: bytes, filename: str = "a.pdf", limits: Limits | None = None) -> str:
    """The code of why the file is refused."""
    with pytest.raises(Unreadable) as caught:
        read(content, filename, limits)
    return caught.value.code


def scan_image() -> Image.Image:
    return Image.new("L", (200, 280), 240)
