"""Word, spreadsheet, slide, web and text files of kinds that the other modules don't make."""

from __future__ import annotations

import csv
import io
from datetime import date, time
from typing import Any

import openpyxl
from docx.oxml import OxmlElement
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table as ListObject
from pptx import Presentation
from pptx.util import Cm, Pt

from base import Rows, Truth, convert, html_table, put, run
from by_libreoffice import book, letter, saved, styled, tab_menu
from trades import TRADES, Trade


def docx(t: Trade, name: str, kind: str, document: Any, truth: Truth) -> None:
    put(name, saved(document), kind, "python-docx", t.lang, truth)


def word_tables() -> None:
    """Merged section rows, a section that spans rows, cells with two lines, a table in a content control, tab stops."""
    t = TRADES["es"]
    made = letter(t)
    table = styled(made, t.plain()[:1], "Table Grid")
    for title, rows in t.sections:
        cells = table.add_row().cells
        cells[0].merge(cells[2]).text = title
        for r in rows:
            for cell, text in zip(table.add_row().cells, (r[0], t.paid(r[2]), t.paid(r[3])), strict=True):
                cell.text = text
    docx(t, "robledo_secciones.docx", "merged section rows", made, Truth().table(t.plain()))
    t = TRADES["de"]
    made = letter(t)
    table = styled(made, [["Bereich", *t.plain()[0]]], "Table Grid")
    for title, rows in t.sections:
        first = len(table.rows)
        for r in rows:
            for cell, text in zip(table.add_row().cells, ("", r[0], t.paid(r[2]), t.paid(r[3])), strict=True):
                cell.text = text
        table.cell(first, 0).merge(table.cell(len(table.rows) - 1, 0)).text = title
    truth = Truth().table(t.plain())
    for title, rows in t.sections:
        truth.fact(title, rows[2][0], near=120)
    docx(t, "sonnenhof_bereiche.docx", "section that spans rows", made, truth)
    for lang, name in (("pl", "delfin_tabulatory.docx"), ("th", "dokpip_menu.docx")):
        t = TRADES[lang]
        docx(t, name, "tab stops with dots", tab_menu(t), Truth().pairs(t.pairs()).pairs(t.hours))
    t = TRADES["fr"]
    made = letter(t)
    table = styled(made, t.matrix, "Light Grid Accent 1")
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    table._tbl.addprevious(control)
    control.append(content)
    content.append(table._tbl)
    cards = made.add_table(2, 3)
    for n, r in enumerate(t.rows()):
        cell = cards.cell(n // 3, n % 3)
        cell.text = r[0]
        cell.add_paragraph(r[1])
        cell.add_paragraph(r[2])
    truth = Truth().table(t.matrix).pairs(t.pairs())
    docx(t, "belle_rive_cartes.docx", "cards as cells of a table", made, truth)


def workbooks() -> None:
    """A title above the header, a list object with totals, times and dates as numbers, two tables beside each other."""
    for lang, name in (("tr", "cinar_baslik.xlsx"), ("ar", "nakheel.xlsx")):
        t = TRADES[lang]
        put(name, saved(book(t, t.full(), lines=True)), "title above a styled header", "openpyxl", lang, Truth().table(t.full()))
    t = TRADES["en"]
    made = openpyxl.Workbook()
    ws = made.active
    ws.append(["Pet", "Visit", "From", "Deposit", "Discount"])
    shown = [
        ["Biscuit", "2026-03-07", "09:15", "£12.50", "10%"],
        ["Mocha", "2026-04-18", "13:40", "£8.00", "5%"],
        ["Otis", "2026-05-30", "16:05", "£21.75", "15%"],
    ]
    for r, day, at in zip(shown, (date(2026, 3, 7), date(2026, 4, 18), date(2026, 5, 30)), (time(9, 15), time(13, 40), time(16, 5)), strict=True):
        ws.append([r[0], day, at, float(r[3][1:]), int(r[4][:-1]) / 100])
        for column, form in (("B", "yyyy-mm-dd"), ("C", "hh:mm"), ("D", '"£"#,##0.00'), ("E", "0%")):
            ws[f"{column}{ws.max_row}"].number_format = form
    ws.add_table(ListObject(displayName="Visits", ref="A1:E4"))
    for n, row in enumerate(t.part(1), 1):
        for x, text in enumerate(row, 8):
            ws.cell(n, x, text).font = Font(bold=n == 1)
    put(
        "brindle_visits.xlsx",
        saved(made),
        "list object, another table beside it",
        "openpyxl",
        "en",
        Truth().table([["Pet", "Visit", "From", "Deposit", "Discount"], *shown]).table(t.part(1)),
    )
    for lang, name in (("pt", "azulejo_seccoes.xlsx"), ("ru", "rakurs_razdely.ods")):
        t = TRADES[lang]
        made = openpyxl.Workbook()
        ws = made.active
        ws.append(t.plain()[0])
        for n, (title, _) in enumerate(t.sections):
            ws.append([title])
            ws.merge_cells(start_row=ws.max_row, end_row=ws.max_row, start_column=1, end_column=3)
            for r in t.part(n)[1:]:
                ws.append(r)
        content = saved(made)
        put(
            name,
            content if name.endswith("xlsx") else convert(content, "xlsx", "ods"),
            "merged section rows",
            "openpyxl",
            lang,
            Truth().table(t.plain()),
        )


def slides() -> None:
    """A table with a banded style; cards as groups of text boxes side by side, drawn row by row."""
    for lang, name in (("el", "myrtia.pptx"), ("ja", "tsubame.pptx")):
        t = TRADES[lang]
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = t.name
        rows = t.plain()
        table = slide.shapes.add_table(len(rows), 3, Cm(2), Cm(5), Cm(21), Cm(9)).table
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                table.cell(y, x).text = text
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = t.hours_title
        for part in (0, 1):
            for n, row in enumerate(t.hours):
                box = slide.shapes.add_textbox(Cm(2 + n * 5.5), Cm(6 + part * 1.5), Cm(5), Cm(1.2)).text_frame
                box.text = row[part]
                box.paragraphs[0].font.size = Pt(14)
        out = io.BytesIO()
        deck.save(out)
        put(name, out.getvalue(), "table; cards of text boxes", "python-pptx", lang, Truth().table(rows).pairs(t.hours))


def web() -> None:
    """Boxes with roles for a table, a definition list, a list of flex rows, a table with a row header and line breaks."""
    shell = "<!doctype html><html lang={}><meta charset=utf-8><title>{}</title><body><main><h1>{}</h1>{}</main></body></html>"

    def page(t: Trade, name: str, kind: str, truth: Truth, body: str) -> None:
        put(name, shell.format(t.lang, t.name, t.name, body).encode(), kind, "a page builder", t.lang, truth)

    t = TRADES["fr"]
    row = lambda r, role: "<div role=row>" + "".join(f"<div role={role}>{c}</div>" for c in r) + "</div>"  # noqa: E731
    body = f"<div role=table aria-label='{t.name}'>{row(t.header, 'columnheader')}{''.join(row(r, 'cell') for r in t.rows())}</div>"
    page(t, "belle_rive_roles.html", "boxes with the roles of a table", Truth().table(t.full()), body)
    t = TRADES["el"]
    body = f"<h2>{t.hours_title}</h2><dl>{''.join(f'<div><dt>{a}</dt><dd><time>{b}</time></dd></div>' for a, b in t.hours)}</dl>"
    page(t, "myrtia_orario.html", "hours as a definition list", Truth().pairs(t.hours), body)
    t = TRADES["ja"]
    body = "".join(
        f"<section><h2>{s}</h2><ul>{''.join(f'<li><span>{r[0]}</span><i></i><b>{t.paid(r[2])}</b><p>{r[1]}</p></li>' for r in rows)}</ul></section>"
        for s, rows in t.sections
    )
    truth = Truth().pairs(t.pairs())
    page(t, "tsubame_menu.html", "flex rows, price in a box of its own", truth, body)
    t = TRADES["pl"]
    body = (
        html_table(t.matrix).replace("<td>9-12", "<td>9-12<br>")
        + "<table>"
        + "".join(f"<tr><th scope=row>{a}<td>{b}" for a, b in t.hours)
        + "</table>"
    )
    page(t, "delfin_grafik.html", "row headers", Truth().table(t.matrix).pairs(t.hours), body)
    t = TRADES["de"]
    bodies = "".join(
        f"<tbody><tr><th colspan=3>{s}</th></tr>"
        + "".join(f"<tr><td>{r[0]}<br><small>{r[1]}</small><td>{t.paid(r[2])}<td>{t.paid(r[3])}" for r in rows)
        + "</tbody>"
        for s, rows in t.sections
    )
    head = "".join(f"<th>{c}</th>" for c in t.plain()[0])
    page(t, "sonnenhof_gruppen.html", "merged section rows", Truth().table(t.plain()), f"<table><thead><tr>{head}</tr></thead>{bodies}</table>")


def text_files() -> None:
    """A title above the header, cells of several lines, tabs in UTF-16; a spaced table in plain text."""
    for lang, name, sign, code in (
        ("pt", "azulejo_titulo.csv", ";", "utf-8-sig"),
        ("zh", "qingzhu.tsv", "\t", "utf-16"),
        ("en", "brindle_lines.csv", ",", "utf-8"),
    ):
        t = TRADES[lang]
        out = io.StringIO()
        writer = csv.writer(out, delimiter=sign)
        rows: Rows = [[c.replace(",", ",\n") for c in r] for r in t.full()] if lang == "en" else t.full()
        writer.writerows([[t.name, "", "", ""], [], *rows] if lang == "pt" else rows)
        put(name, out.getvalue().encode(code), "list with a title, lines in cells or tabs", "csv", lang, Truth().table(t.full()))
    t = TRADES["tr"]
    wide = [max(len(r[n]) for r in t.plain()) + 3 for n in range(3)]
    body = "\n".join("".join(c.ljust(w) for c, w in zip(r, wide, strict=True)).rstrip() for r in t.plain())
    put(
        "cinar_liste.txt",
        f"{t.name}\n\n{body}\n\n{t.notes[0]}\n".encode(),
        "table by blanks",
        "an editor",
        "tr",
        Truth().table(t.plain()).fact(t.notes[0]),
    )
    t = TRADES["es"]
    made = saved(tab_menu(t))
    put("robledo_tabulador.odt", convert(made, "docx", "odt"), "tab stops with dots", "LibreOffice", "es", Truth().pairs(t.pairs()).pairs(t.hours))
    made_rtf = letter(TRADES["ru"])
    styled(made_rtf, TRADES["ru"].full(), "Medium Shading 1 Accent 2")
    put(
        "rakurs_uslugi.rtf",
        convert(saved(made_rtf), "docx", "rtf"),
        "styled table of a word processor",
        "LibreOffice",
        "ru",
        Truth().table(TRADES["ru"].full()),
    )


if __name__ == "__main__":
    run([word_tables, workbooks, slides, web, text_files])
