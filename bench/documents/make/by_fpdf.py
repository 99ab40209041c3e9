"""PDF files by fpdf2: its tables as they come out by default and in each of its layouts, and price lists set cell by cell."""

from __future__ import annotations

from typing import Any

from fpdf import FPDF, FontFace

from base import Rows, Truth, put, run
from trades import TRADES, Trade

FOLDER = "/usr/share/fonts/truetype/noto/NotoSans"
PIECES = {"ar": "Arabic", "he": "Hebrew", "hi": "Devanagari", "th": "Thai"}


def sheet(t: Trade, size: float = 10, **options: Any) -> FPDF:
    """A page with the business's name and the font of its script."""
    pdf = FPDF(**options)
    piece = PIECES.get(t.lang, "")
    pdf.add_font("n", "", f"{FOLDER}{piece}-Regular.ttf")
    pdf.add_font("n", "B", f"{FOLDER}{piece}-Bold.ttf")
    if piece:
        pdf.add_font("latin", "", f"{FOLDER}-Regular.ttf")
        pdf.set_fallback_fonts(["latin"], exact_match=False)
        pdf.set_text_shaping(True)
    pdf.add_page()
    pdf.set_font("n", "B", size + 5)
    pdf.cell(0, 10, t.name, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("n", size=size)
    return pdf


def end(pdf: FPDF, name: str, kind: str, t: Trade, truth: Truth) -> None:
    put(name, bytes(pdf.output()), kind, "fpdf2", t.lang, truth)


def fill(pdf: FPDF, rows: Rows, **options: Any) -> None:
    with pdf.table(**options) as table:
        for row in rows:
            table.row(row)


def defaults() -> None:
    """`pdf.table()` with nothing said: boxes filled and stroked, a bold header, columns alike."""
    for lang, name in (("es", "tarifas_taller.pdf"), ("de", "preise_waescherei.pdf"), ("ru", "uslugi_fotostudii.pdf")):
        t = TRADES[lang]
        pdf = sheet(t)
        fill(pdf, t.full())
        end(pdf, name, "table with wrapped cells, drawn by default", t, Truth().table(t.full()))
    for lang, name in (("en", "groomers_rota.pdf"), ("pl", "grafik_instruktorow.pdf")):
        t = TRADES[lang]
        pdf = sheet(t)
        fill(pdf, t.matrix)
        pdf.ln(6)
        fill(pdf, t.plain())
        end(pdf, name, "two tables, drawn by default", t, Truth().table(t.matrix).table(t.plain()))


def layouts() -> None:
    """The other borders that fpdf2 offers, some with shaded rows or columns."""
    made = [
        ("fr", "tarifs_institut_minimal.pdf", "MINIMAL", {}),
        ("pt", "precos_grafica_internos.pdf", "INTERNAL", {}),
        ("tr", "hali_fiyatlari_cizgisiz.pdf", "NONE", {"cell_fill_color": 235, "cell_fill_mode": "ROWS"}),
        ("el", "timokatalogos_anthon.pdf", "SINGLE_TOP_LINE", {"cell_fill_color": 240, "cell_fill_mode": "COLUMNS"}),
        ("en", "groomers_price_columns.pdf", "NO_HORIZONTAL_LINES", {}),
        ("he", "mechiron_maafiya.pdf", "HORIZONTAL_LINES", {"align": "RIGHT", "text_align": "RIGHT"}),
    ]
    for lang, name, borders, more in made:
        t = TRADES[lang]
        pdf = sheet(t)
        fill(pdf, t.plain(), borders_layout=borders, **more)
        pdf.ln(5)
        pdf.multi_cell(0, 6, t.notes[0])
        end(pdf, name, f"table with borders {borders}", t, Truth().table(t.plain()).fact(t.notes[0]))


def spans() -> None:
    """Section rows over all columns; a section that spans its rows."""
    t = TRADES["es"]
    pdf = sheet(t)
    with pdf.table(col_widths=(60, 25, 25), text_align=("LEFT", "RIGHT", "RIGHT")) as table:
        table.row(t.plain()[0])
        for title, rows in t.sections:
            table.row().cell(title, colspan=3, style=FontFace(emphasis="BOLD", fill_color=220))
            for r in rows:
                table.row([r[0], t.paid(r[2]), t.paid(r[3])])
    end(pdf, "taller_por_secciones.pdf", "merged section rows", t, Truth().table(t.plain()))
    t = TRADES["de"]
    pdf = sheet(t)
    with pdf.table(first_row_as_headings=True, col_widths=(30, 50, 20, 20)) as table:
        table.row(["Bereich", *t.plain()[0]])
        for title, rows in t.sections:
            for n, r in enumerate(rows):
                row = table.row()
                if not n:
                    row.cell(title, rowspan=len(rows))
                for text in (r[0], t.paid(r[2]), t.paid(r[3])):
                    row.cell(text)
    truth = Truth().table(t.plain())
    for title, rows in t.sections:
        truth.fact(title, rows[1][0], near=120)
    end(pdf, "waescherei_nach_bereich.pdf", "section that spans rows", t, truth)


def dark_header() -> None:
    """White on dark blue, over three pages; the header repeated by the library."""
    t = TRADES["en"]
    sizes = ("toy", "small", "medium", "large", "giant", "senior", "rescue", "show")
    names = [f"{r[0]}, {s}" for r in t.rows() for s in sizes]
    rows = [[name, str(10 + n), f"£{20 + n}.{n * 7 % 90 + 10}", f"£{90 + n}.{n * 11 % 90 + 10}"] for n, name in enumerate(names)]
    head = ["Treatment and size", "Minutes", "Weekday", "Weekend"]
    pdf = sheet(t, 12)
    style = FontFace(emphasis="BOLD", color=255, fill_color=(20, 40, 90))
    fill(pdf, [head, *rows], headings_style=style, line_height=9, cell_fill_color=245, cell_fill_mode="EVEN_ROWS")
    end(pdf, "groomers_full_list.pdf", "table over pages, header repeated, white on dark", t, Truth().table([head, *rows]))


def cell_by_cell() -> None:
    """As most scripts do it: cell() for the name, cell() for the price, a border below or a fill or nothing."""
    for lang, name, border, shade in (
        ("pt", "lista_azulejo.pdf", "B", False),
        ("pl", "cennik_delfin.pdf", 0, True),
        ("th", "raka_nuad.pdf", 0, False),
    ):
        t = TRADES[lang]
        pdf = sheet(t, 11)
        pdf.set_fill_color(238)
        for title, rows in t.sections:
            pdf.set_font("n", "B", 12)
            pdf.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
            pdf.set_font("n", size=11)
            for n, r in enumerate(rows):
                pdf.cell(130, 8, r[0], border=border, fill=shade and n % 2 == 0)
                pdf.cell(40, 8, t.paid(r[2]), border=border, align="R", fill=shade and n % 2 == 0, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(4)
        for row in t.hours:
            pdf.cell(70, 8, row[0])
            pdf.cell(50, 8, row[1], new_x="LMARGIN", new_y="NEXT")
        end(pdf, name, "name left, price right", t, Truth().pairs(t.pairs()).pairs(t.hours))


def from_html() -> None:
    """`write_html()`, as shops do that have their list as a web page."""
    t = TRADES["fr"]
    pdf = sheet(t)
    cells = lambda row, tag: "".join(f"<{tag}>{c}</{tag}>" for c in row)  # noqa: E731
    body = "".join(f"<tr>{cells(r, 'td')}</tr>" for r in t.rows())
    pdf.write_html(
        f"<h2>{t.hours_title}</h2><ul>{''.join(f'<li>{a} : {b}</li>' for a, b in t.hours)}</ul>"
        f'<table border="1"><thead><tr>{cells(t.header, "th")}</tr></thead><tbody>{body}</tbody></table>',
    )
    end(pdf, "institut_de_html.pdf", "web page written by fpdf2", t, Truth().table(t.full()).pairs(t.hours))


if __name__ == "__main__":
    run([defaults, layouts, spans, dark_header, cell_by_cell, from_html])
