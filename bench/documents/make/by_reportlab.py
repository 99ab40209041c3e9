"""PDF files by reportlab: platypus tables in the styles of its users, frames in columns, and cards and leaders on the canvas."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate, Spacer, Table

from base import Rows, Truth, put, run
from trades import TRADES, Trade

NOTO = "/usr/share/fonts/truetype/noto/NotoSans"
FONTS = {"N": f"{NOTO}-Regular.ttf", "B": f"{NOTO}-Bold.ttf", "W": "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"}
for font, path in FONTS.items():
    pdfmetrics.registerFont(TTFont(font, path))
WHOLE = ((0, 0), (-1, -1))
TEXT = ("FONT", *WHOLE, "N", 9)
BOLD = ("FONT", (0, 0), (-1, 0), "B", 9)
RIGHT = ("ALIGN", (1, 0), (-1, -1), "RIGHT")
ZEBRA = ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, colors.HexColor("#eef2f7")])


def look(size: float = 9, **more: Any) -> ParagraphStyle:
    return ParagraphStyle("p", fontName=more.pop("font", "N"), fontSize=size, leading=size * 1.35, **more)


def built(*parts: Any, size: Any = A4) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=size, topMargin=20 * mm, bottomMargin=20 * mm).build(list(parts))
    return out.getvalue()


def title(t: Trade, size: float = 16) -> list[Any]:
    return [Paragraph(t.name, look(size, font="W" if t.lang in ("zh", "ja") else "B")), Spacer(1, 10)]


def end(name: str, pdf: bytes, kind: str, t: Trade, truth: Truth) -> None:
    put(name, pdf, kind, "reportlab", t.lang, truth)


def wrapped_cells() -> None:
    """Paragraphs in the cells, the header white on dark, a grid of hairlines."""
    for lang, name in (("en", "grooming_menu.pdf"), ("pt", "precario_grafica.pdf")):
        t = TRADES[lang]
        head = [Paragraph(c, look(textColor=colors.white, font="B")) for c in t.header]
        rows = [[Paragraph(c, look()) for c in r] for r in t.rows()]
        dark = [("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#1f2a44")), ("VALIGN", *WHOLE, "MIDDLE")]
        table = Table([head, *rows], [110, 190, 70, 70], style=[*dark, ("GRID", *WHOLE, 0.25, colors.grey), ZEBRA])
        end(name, built(*title(t), table), "wrapped cells, header white on dark", t, Truth().table(t.full()))


def few_lines() -> None:
    """A box with zebra rows; a line below each row; a line below the header only; no lines at all."""
    made: list[tuple[str, str, list[Any]]] = [
        ("es", "robledo_caja.pdf", [("BOX", *WHOLE, 1, colors.black), ZEBRA, RIGHT]),
        ("de", "sonnenhof_linien.pdf", [("LINEBELOW", *WHOLE, 0.4, colors.lightgrey), BOLD, RIGHT]),
        ("tr", "cinar_sade.pdf", [RIGHT]),
        ("el", "myrtia_grammi.pdf", [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black), RIGHT]),
        ("pl", "delfin_pasy.pdf", [ZEBRA, BOLD, RIGHT]),
    ]
    for lang, name, marks in made:
        t = TRADES[lang]
        pdf = built(*title(t), Table(t.plain(), [200, 80, 80], style=[TEXT, *marks]), Spacer(1, 14), Paragraph(" ".join(t.notes), look()))
        end(name, pdf, "table with few lines or none", t, Truth().table(t.plain()).fact(t.notes[1]))


def currency_apart() -> None:
    """The currency in a column of its own, right before the amount, with no header."""
    for lang, name, sign in (("fr", "belle_rive_devise.pdf", "EUR"), ("ru", "rakurs_valyuta.pdf", "руб.")):
        t = TRADES[lang]
        rows = [[r[0], sign, r[2], sign, r[3]] for r in t.rows(money=False)]
        head = [t.header[0], "", t.header[2], "", t.header[3]]
        marks = [
            TEXT,
            BOLD,
            ("ALIGN", (2, 0), (2, -1), "RIGHT"),
            ("ALIGN", (4, 0), (4, -1), "RIGHT"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.black),
        ]
        pdf = built(*title(t), Table([head, *rows], [180, 32, 60, 40, 60], style=marks))
        end(name, pdf, "currency in its own column", t, Truth().table(t.plain(money=False)))


def sections() -> None:
    """Section rows that span all columns, shaded; in the second file centred and without shade."""
    for lang, name, shade in (("fr", "belle_rive_soins.pdf", True), ("en", "brindle_sections.pdf", False), ("zh", "qingzhu_jiage.pdf", True)):
        t = TRADES[lang]
        font = "W" if lang == "zh" else "N"
        rows, marks = [t.plain()[0]], [("FONT", *WHOLE, font, 9), ("GRID", *WHOLE, 0.5, colors.black)]
        for heading, own in t.sections:
            at = len(rows)
            marks += [("SPAN", (0, at), (-1, at))]
            marks += [("BACKGROUND", (0, at), (-1, at), colors.lightgrey)] if shade else [("ALIGN", (0, at), (-1, at), "CENTER")]
            rows += [[heading, "", ""], *([r[0], t.paid(r[2]), t.paid(r[3])] for r in own)]
        truth = Truth().table(t.plain())
        for heading, own in t.sections:
            truth.fact(heading, own[0][0], near=100)
        end(name, built(*title(t), Table(rows, [200, 90, 90], style=marks)), "merged section rows", t, truth)


def over_pages() -> None:
    """repeatRows over pages, with a running title; the second header row groups two columns."""
    t = TRADES["de"]
    rows = [
        [f"{r[0]} Nr. {n}", t.paid(f"{3 + n},{n * 7 % 90 + 10}"), t.paid(f"{60 + n},{n * 13 % 90 + 10}"), str(100 + n)]
        for n, r in enumerate(t.rows() * 14, 1)
    ]
    head = [["Artikel", "Preis", "", "Bestell-Nr."], ["", "Normal", "Express", ""]]
    marks = [TEXT, ("GRID", *WHOLE, 0.4, colors.grey), ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (3, 0), (3, 1))]
    pdf = built(*title(t), Table([*head, *rows], [180, 80, 80, 90], style=marks, repeatRows=2))
    end(
        "sonnenhof_katalog.pdf",
        pdf,
        "table over pages, header of two rows repeated",
        t,
        Truth().table([["Artikel", "Normal", "Express", "Bestell-Nr."], *rows]),
    )


def newspaper() -> None:
    """Two frames in columns: sections with their tables flow from the first into the second."""
    for lang, name in (("pl", "delfin_dwie_szpalty.pdf"), ("ru", "rakurs_kolonki.pdf")):
        t = TRADES[lang]
        out = io.BytesIO()
        frames = [Frame(20 * mm + n * 88 * mm, 20 * mm, 82 * mm, 250 * mm) for n in (0, 1)]
        doc = BaseDocTemplate(out, pagesize=A4, pageTemplates=[PageTemplate(frames=frames)])
        parts: list[Any] = title(t)
        for n, (heading, _) in enumerate(t.sections):
            parts += [Paragraph(heading, look(12, font="B")), Table(t.part(n), [105, 60, 60], style=[TEXT, BOLD, RIGHT]), Spacer(1, 12)]
        parts += [Paragraph(note, look()) for note in t.notes * 6] + [
            Paragraph(t.hours_title, look(12, font="B")),
            Table(t.hours, [110, 100], style=[TEXT]),
        ]
        doc.build([*parts, Spacer(1, 300), *parts[2:]])
        end(name, out.getvalue(), "tables in two columns of text", t, Truth().table(t.plain()).pairs(t.hours))


def beside() -> None:
    """Two tables side by side, as cells of a table without lines."""
    for lang, name, lines in (("es", "robledo_dos_tablas.pdf", True), ("en", "brindle_two_tables.pdf", False)):
        t = TRADES[lang]
        marks = [TEXT, BOLD, RIGHT, *([("GRID", *WHOLE, 0.5, colors.grey)] if lines else [])]
        inner = [Table(t.part(n), [110, 62, 68], style=marks) for n in (0, 1)]
        pdf = built(
            *title(t), Table([[t.sections[0][0], t.sections[1][0]], inner], [260, 260], style=[("FONT", *WHOLE, "B", 11)]), size=landscape(A4)
        )
        end(name, pdf, "two tables side by side", t, Truth().table(t.part(0)).table(t.part(1)))


def footnotes() -> None:
    """Marks raised behind names and amounts, the notes below the table."""
    for lang, name in (("de", "sonnenhof_fussnoten.pdf"), ("fr", "belle_rive_notes.pdf")):
        t = TRADES[lang]
        rows: list[list[Any]] = [[Paragraph(c, look()) for c in r] for r in t.plain()]
        rows[1][0] = Paragraph(f"{t.plain()[1][0]}<super>1</super>", look())
        rows[3][2] = Paragraph(f"{t.plain()[3][2]}<super>2</super>", look(alignment=TA_RIGHT))
        table = Table(rows, [200, 80, 80], style=[("LINEBELOW", *WHOLE, 0.3, colors.grey)])
        small = [Paragraph(f"<super>{n}</super> {note}", look(7.5)) for n, note in enumerate(t.notes, 1)]
        end(name, built(*title(t), table, Spacer(1, 8), *small), "footnote marks in cells", t, Truth().table(t.plain()).fact(t.notes[0]))


def cards() -> None:
    """Six rounded cards in two rows: name, two lines of description, price large at the foot."""
    for lang, name in (("pt", "azulejo_cartoes.pdf"), ("en", "brindle_cards.pdf")):
        t = TRADES[lang]
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=landscape(A4))
        canvas.setFont("B", 20)
        canvas.drawString(40, 550, t.name)
        for n, r in enumerate(t.rows()):
            x, y = 40 + n % 3 * 262, 320 - n // 3 * 230
            canvas.roundRect(x, y, 244, 200, 12)
            box = Paragraph(f"<font name='B' size='14'>{r[0]}</font><br/><br/>{r[1]}", look(10))
            box.wrapOn(canvas, 210, 120)
            box.drawOn(canvas, x + 16, y + 185 - box.height)
            canvas.setFont("B", 18)
            canvas.drawString(x + 16, y + 24, r[2])
        canvas.save()
        truth = Truth().pairs(t.pairs())
        for r in t.rows():
            truth.fact(r[0], r[1], near=60)
        end(name, out.getvalue(), "cards side by side", t, truth)


def menu() -> None:
    """Two columns with dotted leaders, prices right-aligned, descriptions in small letters below the names."""
    for lang, name in (("es", "robledo_carta_puntos.pdf"), ("tr", "cinar_noktali.pdf")):
        t = TRADES[lang]
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4)
        for column, (heading, rows) in enumerate(t.sections):
            x, y = 40 + column * 270, 740
            canvas.setFont("B", 14)
            canvas.drawString(x, y, heading)
            for r in rows:
                y -= 34
                canvas.setFont("N", 10)
                price, left = t.paid(r[2]), canvas.stringWidth(r[0], "N", 10)
                canvas.drawString(x, y, r[0])
                canvas.drawRightString(x + 240, y, price)
                dot = canvas.stringWidth(".", "N", 10)
                count = int((240 - left - canvas.stringWidth(price, "N", 10) - 8) / dot)
                canvas.drawString(x + left + 4, y, "." * count)
                canvas.setFont("N", 6.5)
                canvas.drawString(x, y - 10, r[1])
        canvas.save()
        end(name, out.getvalue(), "menu in two columns with leaders", t, Truth().pairs(t.pairs()))


def invoice() -> None:
    """Sender and receiver side by side, positions, totals below the last column, terms."""
    for lang, name, words in (
        (
            "en",
            "brindle_invoice.pdf",
            ("Invoice 2031", "Bill to", "Item", "Qty", "Unit price", "Amount", "Subtotal", "VAT 20 %", "Total due", "Due date", "14 March 2026"),
        ),
        (
            "es",
            "robledo_factura.pdf",
            (
                "Factura 884",
                "Cliente",
                "Concepto",
                "Uds.",
                "Precio",
                "Importe",
                "Base imponible",
                "IVA 21 %",
                "Total a pagar",
                "Vencimiento",
                "3 de mayo de 2026",
            ),
        ),
    ):
        t = TRADES[lang]
        number, to, *head = words[:6]
        rows = [
            [r[0], str(n + 2), r[2], t.paid(f"{100 + 37 * n},{n}5" if lang == "es" else f"{100 + 37 * n}.{n}5")] for n, r in enumerate(t.rows()[:4])
        ]
        totals: Rows = [[words[6], t.paid("642")], [words[7], t.paid("128")], [words[8], t.paid("770")]]
        sides = Table(
            [
                [
                    Paragraph(f"<b>{t.name}</b><br/>Mill Lane 4<br/>BR2 9QD", look()),
                    Paragraph(f"{to}<br/>A. Lindqvist<br/>Quay 17", look()),
                    Paragraph(f"{words[9]}<br/>{words[10]}", look()),
                ]
            ],
            [190, 150, 120],
        )
        table = Table(
            [head, *rows, *([["", "", a, b] for a, b in totals])],
            [200, 50, 110, 90],
            style=[TEXT, BOLD, RIGHT, ("LINEBELOW", (0, 0), (-1, len(rows)), 0.4, colors.grey)],
        )
        pdf = built(
            Paragraph(number, look(18, font="B")), Spacer(1, 18), sides, Spacer(1, 20), table, Spacer(1, 20), Paragraph(" ".join(t.notes), look(8))
        )
        end(name, pdf, "invoice", t, Truth().table([head, *rows]).pairs(totals).fact(words[9], words[10], near=80).fact(to, "A. Lindqvist", near=60))


if __name__ == "__main__":
    run([wrapped_cells, few_lines, currency_apart, sections, over_pages, newspaper, beside, footnotes, cards, menu, invoice])
