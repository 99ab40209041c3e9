# requirements: statements
"""A service statement as a PDF of a page or two, in a font that every reader has."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF, XPos, YPos

from f.portal_api.statement_words import Words

GREEN, RED, GREY, BLACK = (25, 110, 60), (180, 30, 30), (110, 110, 110), (0, 0, 0)
LABEL_MM = 130


def pdf_of(statement: dict[str, Any], tenant: dict[str, Any], words: Words) -> bytes:
    """`statement`: as statement_figures.of makes it. `tenant`: its id and name, and the name that the portal goes by, as `heading`."""
    pdf = FPDF(format="A4")
    pdf.set_title(writable(f"{words['title']} {statement['month']}"))
    pdf.set_auto_page_break(True, margin=18)
    pdf.add_page()
    pdf.set_author(writable(tenant["heading"]))
    line(pdf, tenant["heading"], 11, color=GREY)
    line(pdf, words["title"], 18, bold=True)
    for name, value in (
        ("business", f"{tenant['name']} ({tenant['id']})"),
        ("number", f"{statement['name']} ({statement['phone_number_id']})"),
        ("month", statement["month"]),
        ("made", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
    ):
        line(pdf, f"{words[name]}: {value}", 10)
    if statement["note"]:
        line(pdf, statement["note"], 11, color=RED, bold=True)
    for section in statement["sections"]:
        pdf.ln(3)
        line(pdf, section["title"], 12, bold=True)
        for figure in section["figures"]:
            row(pdf, figure["label"], shown(figure))
    verdict(pdf, statement, words)
    return bytes(pdf.output())


def verdict(pdf: FPDF, statement: dict[str, Any], words: Words) -> None:
    """Whether anything contradicts the statement, and the end of its chain, by which it can be known again."""
    pdf.ln(4)
    faults = statement["faults"]
    line(pdf, statement["verdict"], 11, color=RED if faults else GREEN, bold=True)
    for fault in faults:
        line(pdf, fault["words"], 9)
    if statement["more_faults"]:
        line(pdf, words["and_more"], 9)
    chain = statement["chain"]
    if chain:
        of = words["up_to"].format(seq=chain["seq"])
        line(pdf, f"{words['fingerprint']} ({of}):", 9, color=GREY)
        line(pdf, chain["hash"], 8, color=GREY)
        if chain["waiting"]:
            line(pdf, words["not_in_it"].format(n=chain["waiting"]), 9, color=GREY)


def shown(figure: dict[str, Any]) -> str:
    value = figure["value"]
    match figure["unit"]:
        case "usd":
            return f"{value:,.4f} USD"
        case "seconds":
            return f"{value:,.1f} s"
    return f"{value:,}"


def line(pdf: FPDF, text: str, size: float, bold: bool = False, color: tuple[int, int, int] = BLACK) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.set_text_color(*color)
    pdf.multi_cell(0, size * 0.55, writable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def row(pdf: FPDF, label: str, value: str) -> None:
    pdf.set_font("Helvetica", "", 10)
    pdf.set_text_color(*BLACK)
    pdf.cell(LABEL_MM, 6, writable(label))
    pdf.multi_cell(0, 6, writable(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def writable(text: str) -> str:
    """The text in the letters that the font has: others without their accents, or as a question mark."""
    straight = text.translate({0x201C: '"', 0x201D: '"', 0x2019: "'", 0x2013: "-", 0x2014: "-"})
    letters = (
        letter
        if ord(letter) < 256
        else unicodedata.normalize("NFKD", letter).encode("latin-1", "ignore").decode("latin-1") or "?"
        for letter in straight
    )
    return "".join(letters)
