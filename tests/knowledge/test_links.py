"""A link's address stands behind its words, in every format that has links: a customer asks how to book, and the bot can answer."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from fpdf import FPDF
from openpyxl.styles import Font
from pptx.util import Inches

from tests.knowledge.real_files import saved
from tests.knowledge.test_office_kinds import linked, open_document, text_of, zipped
from tests.knowledge.test_other_kinds import compound

LINKS = (
    ("reserve a bike", "https://example.com/hire?b=21"),
    ("ring us", "tel:+441174960555"),
    ("write to us", "mailto:desk@example.com"),
)
HTML = "<p>You can " + " or ".join(f'<a href="{address}">{words}</a>' for words, address in LINKS) + ".</p>"


def pdf(in_table: bool = False, turned: bool = False) -> bytes:
    document = FPDF()
    document.set_font("Helvetica", size=11)
    document.add_page()
    for number, (words, address) in enumerate(LINKS):
        document.cell(40, 8, f"Way {number}:")
        if in_table:
            document.cell(40, 8, f"{20 + number}.50", align="R")
        document.cell(60, 8, words, link=address, new_x="LMARGIN", new_y="NEXT")
    if not turned:
        return bytes(document.output())
    from pypdf import PdfReader, PdfWriter

    out = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(document.output()))))
    out.pages[0].rotate(90)
    target = io.BytesIO()
    out.write(target)
    return target.getvalue()


def pdf_over_lines() -> bytes:
    document = FPDF(format=(60, 120))
    document.set_font("Helvetica", size=11)
    document.add_page()
    for words, address in LINKS:
        document.write(7, f"Read on, and then {words}", link=address)
        document.ln(14)
    return bytes(document.output())


def word() -> bytes:
    document = docx.Document()
    for words, address in LINKS:
        linked(document, "You can ", words, address)
    return saved(document)


def word_fields(simple: bool) -> bytes:
    document = docx.Document()
    for words, address in LINKS:
        paragraph = document.add_paragraph("You can ")
        if simple:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), f' HYPERLINK "{address}" ')
            field.append(paragraph.add_run(words)._r)
            paragraph._p.append(field)
            continue
        for kind, said in (("begin", ""), ("", f' HYPERLINK "{address}" '), ("separate", ""), (None, words), ("end", "")):  # fmt: skip
            run = paragraph.add_run(said if kind is None else "")
            made = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                made.set(qn("w:fldCharType"), kind)
            made.text = said
            run._r.extend([made] if kind is not None else [])
    return saved(document)


def word_table() -> bytes:
    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for words, address in LINKS:
        cells = table.add_row().cells
        cells[0].text = "Way"
        linked(document, "", words, address)
        cells[1]._tc.append(document.paragraphs[-1]._p)
    return saved(document)


def sheet(formulas: bool) -> bytes:
    book = openpyxl.Workbook()
    ws = book.active
    for number, (words, address) in enumerate(LINKS, 1):
        ws.append([f"Way {number}", words])
        ws.cell(number, 2).font = Font(underline="single")
        if not formulas:
            ws.cell(number, 2).hyperlink = address
    if not formulas:
        return saved(book)
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    page = made.add_worksheet()
    for number, (words, address) in enumerate(LINKS):
        page.write(number, 0, f"Way {number}")
        page.write_formula(number, 1, f'=HYPERLINK("{address}","{words}")', None, words)
    made.close()
    return out.getvalue()


def sheet_never_calculated() -> bytes:
    book = openpyxl.Workbook()
    for number, (words, address) in enumerate(LINKS):
        book.active.append([f"Way {number}", f'=HYPERLINK("{address}","{words}")'])
    return saved(book)


def slides(shapes: bool, broken: bool = False) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Ways"
    for number, (words, address) in enumerate(LINKS):
        box = slide.shapes.add_textbox(Inches(1), Inches(2 + number), Inches(6), Inches(1))
        paragraph = box.text_frame.paragraphs[0]
        if broken:
            paragraph.add_run().text = "Come by"
            paragraph.add_line_break()
        run = paragraph.add_run()
        run.text = words
        if shapes:
            box.click_action.hyperlink.address = address
        else:
            run.hyperlink.address = address
    return saved(deck)


def slide_table() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for number, (words, address) in enumerate(LINKS):
        table.cell(number, 0).text = f"Way {number}"
        run = table.cell(number, 1).text_frame.paragraphs[0].add_run()
        run.text, run.hyperlink.address = words, address
    return saved(deck)


def open_links(kind: str) -> bytes:
    links = [
        f'<text:p>You can <text:a xlink:href="{address}">{words}</text:a></text:p>'
        for words, address in LINKS
    ]
    if kind == "text":
        return open_document(kind, "", f"<office:text>{''.join(links)}</office:text>")
    if kind == "spreadsheet":
        rows = "".join(
            f"<table:table-row><table:table-cell>{one}</table:table-cell></table:table-row>" for one in links
        )
        return open_document(
            kind,
            "",
            f"<office:spreadsheet><table:table table:name='Ways'>{rows}</table:table></office:spreadsheet>",
        )
    frames = "".join(f"<draw:frame><draw:text-box>{one}</draw:text-box></draw:frame>" for one in links)
    return open_document(
        kind, "", f"<office:presentation><draw:page>{frames}</draw:page></office:presentation>"
    )


def open_formulas() -> bytes:
    rows = "".join(
        f"<table:table-row><table:table-cell table:formula='of:=HYPERLINK(&quot;{address}&quot;;&quot;{words}&quot;)'><text:p>{words}</text:p>"
        "</table:table-cell></table:table-row>"
        for words, address in LINKS
    )
    return open_document(
        "spreadsheet",
        "",
        f"<office:spreadsheet><table:table table:name='Ways'>{rows}</table:table></office:spreadsheet>",
    )


def open_shapes() -> bytes:
    frames = "".join(
        f'<draw:a xlink:href="{address}"><draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame></draw:a>'
        for words, address in LINKS
    )
    return open_document(
        "presentation", "", f"<office:presentation><draw:page>{frames}</draw:page></office:presentation>"
    )


def rich_text() -> bytes:
    links = "".join(
        rf'{{\field{{\*\fldinst HYPERLINK "{address}"}}{{\fldrslt {words}}}}}\par '
        for words, address in LINKS
    )
    return rf"{{\rtf1\ansi You can \par {links}}}".encode()


def book() -> bytes:
    package = '<manifest><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
            "b.opf": f'<package xmlns="http://www.idpf.org/2007/opf">{package}</package>',
            "a.xhtml": f"<html><body><h1>Ways</h1>{HTML}</body></html>",
        }
    )


def mail() -> bytes:
    head = "From: a@example.com\r\nSubject: Ways\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return f"{head}<html><body>{HTML}</body></html>".encode()


def outlook_mail() -> bytes:
    return compound(
        {
            "__properties_version1.0": b"",
            "__substg1.0_0037001F": "Ways".ljust(2_048, "\x00").encode("utf-16-le"),
            "__substg1.0_10130102": f"<html><body>{HTML}{'<p>See you.</p>' * 400}</body></html>".encode(),
        }
    )


def markdown(reference: bool) -> bytes:
    if not reference:
        return "\n\n".join(f"# Ways\n\nYou can [{words}]({address})." for words, address in LINKS).encode()
    used = "\n\n".join(f"# Ways\n\nYou can [{words}][w{n}]." for n, (words, _) in enumerate(LINKS))
    return "\n".join([used, "", *(f"[w{n}]: {address}" for n, (_, address) in enumerate(LINKS))]).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "plain.pdf": pdf,
    "table.pdf": lambda: pdf(in_table=True),
    "turned.pdf": lambda: pdf(turned=True),
    "over-lines.pdf": pdf_over_lines,
    "plain.docx": word,
    "field.docx": lambda: word_fields(False),
    "simple-field.docx": lambda: word_fields(True),
    "table.docx": word_table,
    "cells.xlsx": lambda: sheet(False),
    "formulas.xlsx": lambda: sheet(True),
    "never-calculated.xlsx": sheet_never_calculated,
    "words.pptx": lambda: slides(False),
    "shapes.pptx": lambda: slides(True),
    "broken-lines.pptx": lambda: slides(False, broken=True),
    "table.pptx": slide_table,
    "plain.odt": lambda: open_links("text"),
    "plain.ods": lambda: open_links("spreadsheet"),
    "formulas.ods": open_formulas,
    "plain.odp": lambda: open_links("presentation"),
    "shapes.odp": open_shapes,
    "plain.rtf": rich_text,
    "plain.epub": book,
    "plain.eml": mail,
    "plain.msg": outlook_mail,
    "plain.html": lambda: (
        f"<!doctype html><html><body><main><h1>Ways</h1>{HTML}</main></body></html>".encode()
    ),
    "plain.md": lambda: markdown(False),
    "references.md": lambda: markdown(True),
}


@pytest.mark.parametrize("name", FILES)
def test_a_links_address_stands_behind_its_words(name: str) -> None:
    text = " ".join(text_of(FILES[name](), name).split())
    for words, address in LINKS:
        assert f"{words} ({address})" in text, text
