"""More PDF files by Chromium, WeasyPrint and LibreOffice for building: columns of text around tables, prices beside wrapped words, timetables, forms."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import weasyprint
from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Font

from base import Rows, Truth, chrome, convert, html_table, run, save
from by_web_printers import page
from more_frames import PROSE, sentences
from shops import ALL
from trades import Trade


def weasy(t: Trade, name: str, kind: str, truth: Truth, body: str, css: str) -> None:
    save("dev", name, weasyprint.HTML(string=page(t, body, css)).write_pdf(), kind, "WeasyPrint", t.lang, truth)


def chromium(t: Trade, name: str, kind: str, truth: Truth, body: str, css: str = "") -> None:
    save("dev", name, chrome(page(t, body, css)), kind, "Chromium", t.lang, truth)


def writer(t: Trade, name: str, kind: str, truth: Truth, document: Any) -> None:
    out = io.BytesIO()
    document.save(out)
    save("dev", name, convert(out.getvalue(), "docx", "pdf"), kind, "python-docx, LibreOffice", t.lang, truth)


def rows_of(t: Trade, line: str) -> str:
    return "".join(f"<h2>{s}</h2>" + "".join(line.format(r[0], r[1], t.paid(r[2]), t.paid(r[3])) for r in rows) for s, rows in t.sections)


def described(t: Trade) -> Truth:
    truth = Truth().pairs(t.pairs())
    for r in t.rows():
        truth.fact(r[0], r[1], near=90)
    return truth


def thai_and_others() -> None:
    """Price lists and timetables in Thai, Arabic, Hebrew and Hindi, by both printers, with lines and without."""
    css = "@page{size:A4;margin:16mm}table{width:100%;border-spacing:0}td,th{padding:4pt;text-align:start;vertical-align:top}.l td,.l th{border:.5pt solid #777}"
    for key, name, lined in (
        ("th", "dokpip_tarang.pdf", True),
        ("th", "dokpip_menu.pdf", False),
        ("ar", "nakheel_jadwal.pdf", False),
        ("he", "gefen_luach.pdf", False),
        ("hi", "sargam_suchi.pdf", False),
    ):
        t = ALL[key]
        tables = html_table(t.plain(), attributes="class=l" if lined else "")
        tables += f"<h2>{t.hours_title}</h2>" + html_table(t.matrix, attributes="class=l" if lined else "")
        weasy(t, name, "tables in another script", Truth().table(t.plain()).table(t.matrix).fact(t.notes[0]), f"{tables}<p>{t.notes[0]}", css)
    flex = ".r{display:flex;justify-content:space-between;padding:3px 0}h2{font-size:13pt}.c{columns:2;column-gap:14mm}.c>div{break-inside:avoid}"
    for key, name, columns in (
        ("th", "dokpip_raikan.pdf", True),
        ("ar", "nakheel_qaima.pdf", True),
        ("he", "gefen_tafrit.pdf", False),
        ("ar", "nakheel_awqat.pdf", False),
        ("hi", "sargam_daam.pdf", True),
    ):
        t = ALL[key]
        body = "".join(
            "<div>" + f"<h2>{s}</h2>" + "".join(f"<div class=r><span>{r[0]}</span><span>{t.paid(r[2])}</span></div>" for r in rows) + "</div>"
            for s, rows in t.sections
        )
        hours = f"<h2>{t.hours_title}</h2>" + "".join(f"<div class=r><span>{a}</span><span>{b}</span></div>" for a, b in t.hours)
        chromium(
            t,
            name,
            "price list in another script",
            Truth().pairs(t.pairs()).pairs(t.hours),
            f"<div class='{'c' if columns else ''}'>{body}</div>{hours}",
            flex,
        )


def beside_descriptions() -> None:
    """The price at the right of a name with its description wrapped below: on the first line, in the middle, or at the foot."""
    made = [
        ("Larkfield", "larkfield_menu_top.pdf", "flex-start", 1),
        ("Corsini", "corsini_listino_mezzo.pdf", "center", 1),
        ("Tilleuls", "tilleuls_chambres_bas.pdf", "flex-end", 1),
        ("Kometa", "kometa_sloupce.pdf", "flex-start", 2),
        ("Kadewiel", "kadewiel_twee.pdf", "center", 2),
    ]
    for key, name, where, columns in made:
        t = ALL[key]
        css = f".r{{display:flex;justify-content:space-between;gap:24px;align-items:{where};margin:8px 0;break-inside:avoid}}.d{{font-size:9pt;color:#555}}.c{{columns:{columns};column-gap:12mm}}.b{{white-space:nowrap}}"
        body = rows_of(t, "<div class=r><div><div>{0}</div><div class=d>{1}</div></div><div class=b>{2}</div></div>")
        chromium(
            t,
            name,
            "price beside a wrapped description",
            described(t),
            f"<div class=c style='max-width:{430 if columns == 1 else 700}px'>{body}</div>",
            css,
        )


def prose_around() -> None:
    """A table floated into prose; prose in two columns with a table inside one of them."""
    for key, name, side in (
        ("Larkfield", "larkfield_float.pdf", "right"),
        ("Corsini", "corsini_float.pdf", "left"),
        ("es", "robledo_flotante.pdf", "right"),
    ):
        t = ALL[key]
        css = f"table{{float:{side};margin:0 14px 8px;border-collapse:collapse;font-size:10pt}}td{{padding:3px 8px}}td+td{{text-align:right}}"
        prose = f"<p>{PROSE[t.lang]}<p>{t.notes[0]}<p>{PROSE[t.lang]}<p>{t.notes[1]}"
        truth = Truth().pairs(t.pairs()).fact(t.notes[0]).fact(sentences(t.lang)[1])
        chromium(t, name, "table floated into prose", truth, html_table(t.pairs(), head=False) + prose, css)
    for key, name, lined in (
        ("Tilleuls", "tilleuls_revue.pdf", False),
        ("Kadewiel", "kadewiel_krant.pdf", True),
        ("de", "sonnenhof_blatt.pdf", False),
    ):
        t = ALL[key]
        css = f"@page{{size:A4;margin:16mm}}.c{{columns:2;column-gap:10mm}}table{{width:100%;border-collapse:collapse;font-size:9pt}}td,th{{padding:3pt;text-align:left;{'border:.5pt solid #999' if lined else ''}}}h2{{margin:6pt 0}}"
        body = f"<div class=c><p>{PROSE[t.lang]}</p><h2>{t.sections[0][0]}</h2>{html_table(t.part(0))}<p>{t.notes[0]}</p><p>{PROSE[t.lang]}</p><h2>{t.sections[1][0]}</h2>{html_table(t.part(1))}<p>{t.notes[1]}</p></div>"
        weasy(
            t,
            name,
            "tables inside columns of prose",
            Truth().table(t.part(0)).table(t.part(1)).fact(t.notes[0]).fact(t.notes[1]).fact(sentences(t.lang)[2]),
            body,
            css,
        )


LESSONS = {
    "de": ("Kranich Tanzschule", ["Zeit", "Montag", "Mittwoch", "Freitag"], [["17:00", "Kinder ab sechs", "", "Hip-Hop"], ["18:15", "Salsa für Anfänger", "Tango", ""], ["19:30", "", "Walzer und Foxtrott", "Swing"], ["20:45", "Tango für Geübte", "Lindy Hop", "Tanzabend"]]),
    "en": ("Pennywhistle Leisure Centre", ["Class", "Mon", "Tue", "Thu", "Sat"], [["Aqua fit", "7:15", "", "7:15", "9:30"], ["Pilates for backs", "", "18:00", "12:10", ""], ["Spin", "6:30", "19:45", "", "8:20"], ["Toddler gym", "", "10:05", "10:05", ""]]),
    "pt": ("Maré Cheia Estúdio", ["Aula", "segunda", "terça", "quinta", "sábado"], [["Pilates suave", "9:15", "", "9:15", ""], ["Ioga da manhã", "", "7:40", "7:45", "10:20"], ["Dança do ventre", "19:10", "20:30", "", ""]]),
}  # fmt: skip


def timetables() -> None:
    """Days over the columns, classes down the side, or hours down the side and classes in the cells; by boxes, with tall cells and without lines."""
    for lang, name, css in (
        (
            "en",
            "pennywhistle_classes.pdf",
            "td,th{padding:10px 14px;text-align:center;border:0}table{border-collapse:collapse}th{font-weight:400;color:#666}",
        ),
        (
            "pt",
            "mare_aulas.pdf",
            "td,th{padding:6px 12px;text-align:left;border-bottom:1px dotted #aaa}table{border-collapse:collapse}th{font-weight:400}",
        ),
        ("de", "kranich_stundenplan.pdf", "td,th{padding:8px;width:110px;vertical-align:top;text-align:left;border:0}th{font-weight:600}"),
    ):
        title, header, rows = LESSONS[lang]
        t = ALL[lang]
        body = f"<h1>{title}</h1>{html_table([header, *rows])}<p>{PROSE.get(lang, t.notes[0])}"
        chromium(t, name, "timetable without lines", Truth().table([header, *rows]), body, f"h1:first-of-type{{display:none}}{css}")
    for lang, name in (("en", "pennywhistle_grid.pdf"), ("de", "kranich_raster.pdf"), ("pt", "mare_grelha.pdf")):
        title, header, rows = LESSONS[lang]
        t = ALL[lang]
        cells = "".join(f"<div class=h>{h}</div>" for h in header) + "".join(f"<div>{c}</div>" for r in rows for c in r)
        css = f".g{{display:grid;grid-template-columns:repeat({len(header)},1fr);font-size:10pt}}.g div{{padding:9px 6px;min-height:14px}}.h{{background:#333;color:#fff}}"
        chromium(t, name, "timetable of boxes", Truth().table([header, *rows]), f"<h2>{title}</h2><div class=g>{cells}</div>", css)


def tabbed() -> None:
    """Word documents with tab stops, exported: leaders, two amounts, headings that stand beside hours, in one column or two."""
    for key, name, columns, leader in (
        ("Larkfield", "larkfield_tabs.pdf", 1, True),
        ("Corsini", "corsini_tabulazioni.pdf", 2, True),
        ("Kometa", "kometa_tabulatory.pdf", 2, False),
        ("Björkens", "bjorken_tabbar.pdf", 1, False),
    ):
        t = ALL[key]
        document = Document()
        document.styles["Normal"].font.size = Pt(9.5)
        document.add_heading(t.name, 1)
        document.add_paragraph(t.notes[1])
        if columns > 1:
            section = document.add_section(WD_SECTION.CONTINUOUS)
            made = OxmlElement("w:cols")
            made.set(qn("w:num"), str(columns))
            made.set(qn("w:space"), "500")
            for old in section._sectPr.findall(qn("w:cols")):
                section._sectPr.remove(old)
            section._sectPr.append(made)
        edge = 7.0 if columns > 1 else 14.0

        def line(text: str, at: float = edge, dots: bool = leader, document: Any = document) -> None:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(at), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS if dots else WD_TAB_LEADER.SPACES)
            paragraph.add_run(text)

        for heading, rows in t.sections:
            document.add_heading(heading, 2)
            for r in rows:
                line(f"{r[0]}\t{t.paid(r[2])}")
                document.add_paragraph(r[1]).paragraph_format.space_after = Pt(3)
        document.add_heading(t.hours_title, 2)
        for a, b in t.hours:
            line(f"{a}\t{b}")
        writer(t, name, "tab stops", described(t).pairs(t.hours), document)


def borderless() -> None:
    """Tables of Word without borders: cells of two lines, blank ones, a heading in the left column for several rows, text in two columns around."""
    for key, name, kind in (
        ("Tilleuls", "tilleuls_sans_bords.pdf", "full"),
        ("Björkens", "bjorken_utan_linjer.pdf", "full"),
        ("Kadewiel", "kadewiel_zonder.pdf", "matrix"),
        ("Corsini", "corsini_intestazioni.pdf", "left"),
    ):
        t = ALL[key]
        document = Document()
        document.add_heading(t.name, 1)
        document.add_paragraph(PROSE.get(t.lang, t.notes[0]))
        rows = {"full": t.full(), "matrix": t.matrix}.get(kind) or [
            [s if not n else "", r[0], t.paid(r[2])] for s, own in t.sections for n, r in enumerate(own)
        ]
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(rows, table.rows, strict=True):
            for text, cell in zip(row, cells.cells, strict=True):
                cell.text = text
        document.add_paragraph(t.notes[1])
        truth = Truth().table(rows) if kind != "left" else Truth().pairs(t.pairs())
        if kind == "left":
            for s, own in t.sections:
                truth.fact(s, own[0][0], near=120)
        writer(t, name, "Word table without borders", truth.fact(t.notes[1]), document)


def accounts() -> None:
    """Sheets with the accounting format (the sign at the cell's left edge) and a title over two columns, exported without lines."""
    for key, name, form in (
        ("Corsini", "corsini_contabile.pdf", "_-[$€-410] * #,##0.00_-;-[$€-410] * #,##0.00_-"),
        ("Larkfield", "larkfield_accounting.pdf", "_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-"),
    ):
        t = ALL[key]
        book = openpyxl.Workbook()
        ws = book.active
        ws.append([t.name])
        ws.append([])
        ws.append(t.plain()[0])
        for r in t.rows(money=False):
            ws.append([r[0], float(r[2].replace(",", ".")), float(r[3].replace(",", "."))])
        for row in ws.iter_rows(min_row=4, min_col=2):
            for cell in row:
                cell.number_format = form
        for cell in ws[3]:
            cell.alignment, cell.font = Alignment(horizontal="center"), Font(italic=True)
        ws.column_dimensions["A"].width = 34
        ws.column_dimensions["B"].width = ws.column_dimensions["C"].width = 18
        out = io.BytesIO()
        book.save(out)
        decimal = [[c.replace(",", ".") + "||" + c.replace(".", ",") if n else c for n, c in enumerate(r)] for r in t.plain(money=False)[1:]]
        rows: Rows = [t.plain()[0], *decimal]
        save(
            "dev", name, convert(out.getvalue(), "xlsx", "pdf"), "sheet with accounting format", "openpyxl, LibreOffice", t.lang, Truth().table(rows)
        )


FORMS = {
    "en": ("Membership form", [["Name", "Ottoline Pryce"], ["Membership", "Off-peak, 12 months"], ["Monthly fee", "£31.40"], ["Starts on", "3 June 2026"]]),
    "fr": ("Fiche de réservation", [["Nom", "Basile Quentin"], ["Chambre", "du tilleul, deux nuits"], ["Acompte", "67,20 €"], ["Arrivée", "9 octobre 2026"]]),
}  # fmt: skip


def printed_forms() -> None:
    """Forms as they are printed: labels with their values on a ruled line, two pairs to a line, or the label small above its box."""
    for lang, name, above in (
        ("en", "pennywhistle_form.pdf", False),
        ("fr", "tilleuls_fiche.pdf", False),
        ("en", "pennywhistle_boxes.pdf", True),
        ("fr", "tilleuls_cases.pdf", True),
    ):
        title, rows = FORMS[lang]
        t = ALL[lang]
        if above:
            css = ".g{display:grid;grid-template-columns:1fr 1fr;gap:14px}.b{border:1px solid #888;padding:4px 8px}.b small{display:block;font-size:7pt;color:#666}"
            body = "<div class=g>" + "".join(f"<div class=b><small>{a}</small>{b}</div>" for a, b in rows) + "</div>"
        else:
            css = ".g{display:grid;grid-template-columns:90px 1fr 90px 1fr;gap:12px}.v{border-bottom:1px solid #444}"
            body = "<div class=g>" + "".join(f"<div>{a}:</div><div class=v>{b}</div>" for a, b in rows) + "</div>"
        chromium(t, name, "printed form", Truth().pairs(rows), f"<h2>{title}</h2>{body}", css)


if __name__ == "__main__":
    run([thai_and_others, beside_descriptions, prose_around, timetables, tabbed, borderless, accounts, printed_forms])
