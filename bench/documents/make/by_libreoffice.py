"""PDF files exported by LibreOffice: styled sheets from Calc, Writer's tables and tab stops; and such files merged, turned and set two on a sheet by pypdf."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from pypdf import PageObject, PdfReader, PdfWriter, Transformation

from base import Rows, Truth, convert, put, run
from by_fpdf import fill, sheet
from trades import TRADES, Trade

DARK, PALE = PatternFill("solid", fgColor="1F3864"), PatternFill("solid", fgColor="DDE6F3")
THIN = Side(style="thin", color="888888")


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def book(t: Trade, rows: Rows, *, lines: bool, wide: bool = True, currency: str = "") -> Any:
    """A sheet with a merged title, a dark header in row 3 and, if asked for, borders; amounts as numbers with a format."""
    made = openpyxl.Workbook()
    ws = made.active
    ws.title = t.hours_title[:20]
    ws["A1"] = t.name
    ws["A1"].font = Font(size=16, bold=True)
    ws.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
    for y, row in enumerate(rows, 3):
        for x, text in enumerate(row, 1):
            cell = ws.cell(y, x, _number(text) if currency and y > 3 and x > 1 else text or None)
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="left" if x == 1 else "center")
            if lines:
                cell.border = Border(THIN, THIN, THIN, THIN)
            if y == 3:
                cell.fill, cell.font = DARK, Font(bold=True, color="FFFFFF")
            elif y % 2:
                cell.fill = PALE
            if len(text) > 38:  # openpyxl doesn't make the row higher
                ws.row_dimensions[y].height = 32
            if currency and y > 3 and x > 1:
                cell.number_format = currency
    for x in range(1, len(rows[0]) + 1):
        ws.column_dimensions[openpyxl.utils.get_column_letter(x)].width = 26 if x == 1 else 40 if any(len(r[x - 1]) > 18 for r in rows) else 17
    ws.page_setup.orientation = "landscape" if wide else "portrait"
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.page_setup.fitToHeight = 0
    return made


def either(rows: Rows) -> Rows:
    """Shekels before or behind the amount: a sheet that runs from left to right shows them the other way round than a page of Hebrew."""
    return [[f"{c}||₪ {c.removesuffix(' ₪')}" if c.endswith(" ₪") else c for c in r] for r in rows]


def _number(text: str) -> float | str:
    plain = text.replace(",", ".")
    return float(plain) if plain.replace(".", "").isdigit() else text


def calc() -> None:
    """Landscape sheets with wrapped cells; with and without borders; amounts by a number format."""
    for lang, name, lines in (("fr", "belle_rive_calc.pdf", True), ("en", "brindle_calc.pdf", False), ("he", "gefen_calc.pdf", True)):
        t = TRADES[lang]
        put(
            name,
            convert(saved(book(t, t.full(), lines=lines)), "xlsx", "pdf"),
            "styled sheet, landscape",
            "LibreOffice",
            lang,
            Truth().table(either(t.full())),
        )
    for lang, name in (("de", "sonnenhof_schichten.pdf"), ("pt", "azulejo_turnos.pdf")):
        t = TRADES[lang]
        put(
            name,
            convert(saved(book(t, t.matrix, lines=False)), "xlsx", "pdf"),
            "sheet with gaps, no borders",
            "LibreOffice",
            lang,
            Truth().table(t.matrix),
        )
    t = TRADES["hi"]
    amounts = book(t, t.plain(money=False), lines=False, wide=False, currency='"₹"#,##0')
    shown = [[r[0], *(f"₹{int(v):,}" if v.isdigit() else v for v in r[1:])] for r in t.plain(money=False)]
    put("sargam_calc.pdf", convert(saved(amounts), "xlsx", "pdf"), "sheet with number formats", "LibreOffice", "hi", Truth().table(shown))


def letter(t: Trade, landscape: bool = False) -> Any:
    made = Document()
    if landscape:
        section = made.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    made.styles["Normal"].font.size = Pt(10)
    made.add_heading(t.name, 1)
    return made


def styled(document: Any, rows: Rows, style: str, width: float = 0.0) -> Any:
    """A table in one of Word's styles; `width` of each column in centimetres where the page's columns are narrow."""
    table = document.add_table(len(rows), len(rows[0]), style=style)
    if width:
        table.autofit = False
        for column in table.columns:
            column.width = Cm(width)
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    return table


def columns(section: Any, count: int) -> None:
    made = OxmlElement("w:cols")
    made.set(qn("w:num"), str(count))
    section._sectPr.append(made)


def tab_menu(t: Trade) -> Any:
    """Names and prices apart by a right tab stop with dots, sections as headings."""
    made = letter(t)
    for title, rows in t.sections:
        made.add_heading(title, 2)
        for r in rows:
            line = made.add_paragraph(f"{r[0]}\t{t.paid(r[2])}")
            line.paragraph_format.tab_stops.add_tab_stop(Cm(13), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    made.add_heading(t.hours_title, 2)
    for day, times in t.hours:
        line = made.add_paragraph(f"{day}:\t{times}")
        line.paragraph_format.tab_stops.add_tab_stop(Cm(6))
    return made


def writer() -> None:
    """Word's built-in table styles and tab stops, exported by Writer."""
    for lang, name, look in (
        ("es", "robledo_writer.pdf", "Light List Accent 1"),
        ("el", "myrtia_writer.pdf", "Medium Shading 1 Accent 2"),
        ("tr", "cinar_writer.pdf", "Colorful List Accent 3"),
        ("ru", "rakurs_writer.pdf", "Light Shading"),
    ):
        t = TRADES[lang]
        made = letter(t, landscape=lang in ("el", "ru"))
        styled(made, t.full(), look)
        made.add_paragraph(" ".join(t.notes))
        put(
            name,
            convert(saved(made), "docx", "pdf"),
            "styled table of a word processor",
            "LibreOffice",
            lang,
            Truth().table(t.full()).fact(t.notes[1]),
        )
    for lang, name in (("de", "sonnenhof_tabulator.pdf"), ("zh", "qingzhu_caidan.pdf")):
        t = TRADES[lang]
        put(name, convert(saved(tab_menu(t)), "docx", "pdf"), "tab stops with dots", "LibreOffice", lang, Truth().pairs(t.pairs()).pairs(t.hours))
    t = TRADES["pl"]
    made = letter(t)
    columns(made.sections[0], 2)
    for n, (title, _) in enumerate(t.sections):
        made.add_heading(title, 2)
        styled(made, t.part(n), "Table Grid", 2.3)
        for note in t.notes * 5:
            made.add_paragraph(note)
    put(
        "delfin_broszura.pdf",
        convert(saved(made), "docx", "pdf"),
        "tables in two columns of text",
        "LibreOffice",
        "pl",
        Truth().table(t.plain()).fact(t.notes[0]),
    )


def sheets(lang: str, table: int, **options: Any) -> PdfReader:
    """A sheet by fpdf2: one section's prices, or the matrix."""
    t = TRADES[lang]
    pdf = sheet(t, **options)
    fill(pdf, t.part(table) if table < 2 else t.matrix)
    return PdfReader(io.BytesIO(bytes(pdf.output())))


def merged() -> None:
    """Sheets of several sizes in one file; all pages turned by a quarter; two pages on one sheet."""
    for lang, name in (("en", "brindle_merged.pdf"), ("fr", "belle_rive_fusion.pdf")):
        t = TRADES[lang]
        out = PdfWriter()
        for n, size in enumerate(("A4", "A5", "letter")):
            out.append(sheets(lang, n, format=size, orientation="L" if n else "P"))
        put(name, written(out), "merged sheets of several sizes", "pypdf", lang, Truth().table(t.plain()).table(t.matrix))
    for lang, name, angle in (("es", "robledo_girado.pdf", 90), ("pt", "azulejo_rodado.pdf", 270)):
        t = TRADES[lang]
        out = PdfWriter()
        for n in range(3):
            out.add_page(sheets(lang, n).pages[0].rotate(angle))
        put(name, written(out), "pages turned by a quarter", "pypdf", lang, Truth().table(t.plain()).table(t.matrix))
    for lang, name in (("de", "sonnenhof_zwei_je_blatt.pdf"), ("pl", "delfin_dwie_strony.pdf")):
        t = TRADES[lang]
        page = PageObject.create_blank_page(width=842, height=595)
        for n in (0, 1):
            page.merge_transformed_page(sheets(lang, n).pages[0], Transformation().scale(0.7).translate(n * 421, 0))
        out = PdfWriter()
        out.add_page(page)
        put(name, written(out), "two pages on one sheet", "pypdf", lang, Truth().table(t.part(0)).table(t.part(1)))


def written(out: PdfWriter) -> bytes:
    stream = io.BytesIO()
    out.compress_identical_objects()
    out.write(stream)
    return stream.getvalue()


if __name__ == "__main__":
    run([calc, writer, merged])
