"""PDF files."""

from __future__ import annotations

import io
import random
from typing import Any

import pikepdf
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from fpdf import FPDF
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, A5, LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from base import BY, Rows, Truth, chrome, convert, html_table, latex, pages_as_images, run, save
from content import Business

NOTO = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SERIF = "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"
for font, path in (("Noto", NOTO), ("DejaVu", DEJAVU), ("Serif", SERIF)):
    pdfmetrics.registerFont(TTFont(font, path))
pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
D, H = BY["dev"], BY["heldout"]


def platypus(parts: list[Any], size: Any = A4, on_page: Any = None) -> bytes:
    out = io.BytesIO()
    doc = SimpleDocTemplate(out, pagesize=size, leftMargin=50, rightMargin=50, topMargin=60, bottomMargin=60)
    doc.build(parts, onFirstPage=on_page or (lambda *_: None), onLaterPages=on_page or (lambda *_: None))
    return out.getvalue()


def style(font: str = "Noto", size: float = 10, **more: Any) -> ParagraphStyle:
    return ParagraphStyle("s", fontName=font, fontSize=size, leading=size * 1.4, **more)


def drawn(size: Any = A4) -> tuple[io.BytesIO, Canvas]:
    out = io.BytesIO()
    return out, Canvas(out, pagesize=size)


def grid(rows: Rows, font: str = "Noto", lines: bool = True, **more: Any) -> Table:
    marks: list[Any] = [("FONT", (0, 0), (-1, -1), font, 9)]
    marks += [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)] if lines else [("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black)]
    return Table(rows, style=TableStyle(marks), **more)


def matrices() -> None:
    b = D["en"]
    save(
        "dev",
        "hours_matrix_grid.pdf",
        platypus([Paragraph(b.labels[0], style(size=16)), Spacer(1, 12), grid(b.hours)]),
        "table with empty cells",
        "reportlab",
        b.lang,
        Truth().table(b.hours),
    )
    b = H["it"]
    save(
        "heldout",
        "orari_senza_linee.pdf",
        platypus(
            [
                Paragraph(b.name, style("Serif", 18)),
                Paragraph(b.labels[0], style("Serif", 13)),
                Spacer(1, 12),
                grid(b.hours, "Serif", lines=False, colWidths=[110] + [60] * 6),
                Spacer(1, 20),
                Paragraph(b.prose[0], style("Serif")),
            ],
            landscape(A5),
        ),
        "table with empty cells",
        "reportlab",
        b.lang,
        Truth().table(b.hours).fact(b.prose[0]),
    )
    b = D["es"]
    pdf = FPDF()
    pdf.add_font("n", "", NOTO)
    pdf.add_page()
    pdf.set_font("n", size=9)
    pdf.cell(0, 10, b.labels[0], new_x="LMARGIN", new_y="NEXT")
    with pdf.table(first_row_as_headings=False) as table:
        for row in b.hours:
            table.row(row)
    save(
        "dev",
        "horario_fpdf.pdf",
        bytes(pdf.output()),
        "table with empty cells",
        "fpdf2",
        b.lang,
        Truth().table(b.hours),
    )
    b = H["nl"]
    pdf = FPDF(orientation="L", format="A5")
    pdf.add_font("d", "", DEJAVU)
    pdf.add_font("d", "B", DEJAVU.replace("Sans.", "Sans-Bold."))
    pdf.add_page()
    pdf.set_font("d", size=8)
    with pdf.table(borders_layout="HORIZONTAL_LINES", text_align="CENTER", cell_fill_color=230, cell_fill_mode="ROWS") as table:
        for row in b.hours:
            table.row(row)
    pdf.ln(8)
    pdf.multi_cell(0, 5, " ".join(b.prose))
    save(
        "heldout",
        "openingstijden_fpdf.pdf",
        bytes(pdf.output()),
        "table with empty cells",
        "fpdf2",
        b.lang,
        Truth().table(b.hours).prose(b),
    )


def tex_table(rows: Rows, spec: str, rule: str) -> str:
    clean = [[c.replace("€", r"\euro{}").replace("£", r"\pounds{}").replace("%", r"\%") for c in r] for r in rows]
    return rf"\begin{{tabular}}{{{spec}}}{rule}" + f" {rule}\n".join(" & ".join(r) + r" \\" for r in clean) + rf"{rule}\end{{tabular}}"


TEX = r"\documentclass[%s]{article}\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\usepackage{textcomp,longtable,multicol}\newcommand{\euro}{\texteuro}\usepackage[margin=2cm]{geometry}%s\begin{document}%s\end{document}"


def by_latex() -> None:
    b = D["de"]
    body = (
        rf"\section*{{{b.name}}}\subsection*{{{b.labels[0]}}}"
        + tex_table(b.hours, "|l|c|c|c|c|c|c|", r"\hline ")
        + rf"\subsection*{{{b.labels[4]}}}"
        + "\n\n".join(rf"\textbf{{{q}}} {a}" for q, a in b.faq)
    )
    save(
        "dev",
        "kletterhalle.pdf",
        latex(TEX % ("11pt,a4paper", "", body)),
        "table with empty cells",
        "pdfTeX",
        b.lang,
        Truth().table(b.hours).questions(b.faq),
    )
    b = H["cs"]
    rates = b.rate_rows("latex", 0), b.rate_rows("latex", 1)
    body = (
        rf"\begin{{center}}\Large {b.name}\end{{center}}"
        + "".join(rf"\paragraph{{{s}}}\mbox{{}}\\[4pt]" + tex_table(r, "lrrr", "") for s, r in zip(b.seasons, rates, strict=True))
        + r"\bigskip\par "
        + " ".join(b.prose)
    )
    save(
        "heldout",
        "doprava_sazba.pdf",
        latex(TEX % ("12pt,a4paper", r"\usepackage{lmodern,cmap}\renewcommand{\familydefault}{\sfdefault}", body)),
        "several tables on a page",
        "pdfTeX",
        b.lang,
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).prose(b),
    )
    b = D["fr"]
    prices = b.price_rows("latex")
    body = rf"\section*{{{b.labels[1]}}}" + "".join(rf"\noindent {n}\dotfill {a.replace('€', chr(92) + 'euro{}')}\par " for n, a in prices)
    save(
        "dev",
        "carte_points.pdf",
        latex(TEX % ("10pt,a5paper", "", body)),
        "dot leaders",
        "pdfTeX",
        b.lang,
        Truth().pairs(prices),
    )
    b = H["pt"]
    prices = b.price_rows("latex")
    body = (
        rf"\begin{{multicols}}{{2}}[\section*{{{b.labels[1]}}}]"
        + "".join(rf"\noindent {n}\dotfill {a.replace('€', chr(92) + 'euro{}')}\par " for n, a in prices)
        + rf"\subsubsection*{{{b.labels[4]}}}"
        + "\n\n".join(rf"\textit{{{q}}} {a}" for q, a in b.faq)
        + r"\end{multicols}"
    )
    save(
        "heldout",
        "aluguer_duas_colunas.pdf",
        latex(TEX % ("10pt,a4paper", "", body)),
        "dot leaders",
        "pdfTeX",
        b.lang,
        Truth().pairs(prices).questions(b.faq),
    )
    b = D["en"]
    rng = random.Random(5)
    rows = [
        [
            f"{n} {s}",
            str(rng.randint(120, 999)),
            f"£{rng.randint(3, 9)}.{rng.randint(10, 99)}",
            f"£{rng.randint(11, 29)}.{rng.randint(10, 99)}",
        ]
        for n in ("Gauze roll", "Splint", "Bandage", "Compress", "Sling", "Ice pack", "Plaster", "Syringe")
        for s in (
            "mini",
            "small",
            "medium",
            "large",
            "extra large",
            "clinic pack",
            "family pack",
            "travel",
            "sterile",
            "blue",
        )
    ]
    head = ["Article", "Order no.", "Single", "Box of ten"]
    spec = (
        r"\begin{longtable}{lrrr}"
        + " & ".join(head)
        + r"\\\hline\endfirsthead "
        + "".join(" & ".join(r).replace("£", r"\pounds{}") + r"\\" for r in rows)
        + r"\end{longtable}"
    )
    save(
        "dev",
        "supplies_longtable_noheader.pdf",
        latex(TEX % ("10pt,a4paper", "", r"\section*{Supplies}" + spec)),
        "table over pages, header once",
        "pdfTeX",
        b.lang,
        Truth().table([head, *rows]),
    )


def long_tables() -> None:
    rng = random.Random(11)
    names = [
        f"{a} {g}"
        for a in ("Abono NPK", "Maceta barro", "Tijera poda", "Manguera", "Semilla tomate", "Guante")
        for g in ("XS", "S", "M", "L", "XL", "XXL", "pro", "eco", "mini", "duo", "kit", "oro")
    ]
    rows = [
        [
            n,
            f"{rng.randint(2, 38)} uds",
            f"{rng.randint(3, 79)},{rng.randint(10, 99)} €",
            f"{rng.randint(2, 9)} días",
        ]
        for n in names
    ]
    head = ["Artículo", "Existencias", "Precio con IVA", "Entrega"]
    save(
        "dev",
        "catalogo_cabecera_repetida.pdf",
        platypus(
            [
                Paragraph("Vivero Las Encinas: catálogo", style(size=15)),
                grid([head, *rows], repeatRows=1, colWidths=[180, 90, 100, 80]),
            ]
        ),
        "table over pages, header repeated",
        "reportlab",
        "es",
        Truth().table([head, *rows]),
    )
    names = [
        f"{a} {g}"
        for a in ("Coprilume", "Lampada da terra", "Applique", "Faretto", "Plafoniera", "Striscia LED")
        for g in (
            "bianco",
            "nero",
            "ottone",
            "rame",
            "verde",
            "avorio",
            "cromo",
            "grigio",
            "rosso",
            "blu",
            "ocra",
        )
    ]
    rows = [
        [
            n,
            f"{rng.randint(5, 60)} W" if rng.random() > 0.25 else "",
            f"€ {rng.randint(12, 240)},{rng.randint(10, 99)}",
            f"{rng.choice([24, 36, 60])} mesi" if rng.random() > 0.3 else "",
        ]
        for n in names
    ]
    head = ["Modello", "Potenza", "Prezzo", "Garanzia"]
    doc = Document()
    doc.add_heading("Luci Brera, listino di primavera", 1)
    table = doc.add_table(1, 4, style="Table Grid")
    for i, c in enumerate(head):
        table.rows[0].cells[i].paragraphs[0].add_run(c).bold = True
    for row in rows:
        cells = table.add_row().cells
        for i, c in enumerate(row):
            cells[i].text = c
    out = io.BytesIO()
    doc.save(out)
    save(
        "heldout",
        "listino_luci_tre_pagine.pdf",
        convert(out.getvalue(), "docx", "pdf"),
        "table over pages, header once",
        "LibreOffice",
        "it",
        Truth().table([head, *rows]),
    )
    names = [
        f"{a} {g}"
        for a in ("Wandern", "Radtour", "Kanufahrt", "Weinprobe", "Stadtgang")
        for g in ("Mosel", "Saar", "Rhein", "Nahe", "Lahn", "Ahr", "Sieg", "Kyll", "Prüm", "Sauer", "Ruwer")
    ]
    rows = [
        [
            n,
            f"{rng.randint(1, 28)}. {rng.choice(['Mai', 'Juni', 'Juli'])}",
            f"{rng.randint(2, 9)} Std.",
            f"{rng.randint(14, 96)} Euro",
        ]
        for n in names
    ]
    head = ["Termin", "Datum", "Dauer", "Kosten"]
    html = (
        "<meta charset=utf-8><style>table{border-collapse:collapse;width:100%}td,th{padding:7px;border-bottom:1px solid #ccc;text-align:left}body{font:13px 'Liberation Sans'}</style><h2>Ausflüge</h2>"
        + html_table([head, *rows])
    )
    save(
        "dev",
        "ausfluege_chrome.pdf",
        chrome(html),
        "table over pages, header repeated",
        "Chromium",
        "de",
        Truth().table([head, *rows]),
    )
    names = [
        f"{a} {g}"
        for a in ("Deska", "Kabel", "Svorka", "Hadice", "Filtr")
        for g in ("A2", "A4", "B1", "B7", "C3", "C9", "D5", "D8", "E2", "F6", "G1", "H4")
    ]
    rows = [
        [
            n,
            f"{rng.randint(10, 99)}-{rng.randint(100, 999)}",
            f"{rng.randint(40, 990)} Kč",
            f"{rng.randint(2, 40)} ks" if rng.random() > 0.3 else "",
        ]
        for n in names
    ]
    head = ["Díl", "Kód", "Cena bez DPH", "Skladem"]
    html = (
        "<meta charset=utf-8><style>@page{size:A5}table{width:100%;border-spacing:0}thead{background:#246;color:#fff}td{padding:5px}td:nth-child(3){text-align:right}tr:nth-child(even) td{background:#eef}body{font:12px 'DejaVu Sans'}</style><h3>Náhradní díly</h3>"
        + html_table([head, *rows])
    )
    save(
        "heldout",
        "nahradni_dily_chrome.pdf",
        chrome(html),
        "table over pages, header repeated",
        "Chromium",
        "cs",
        Truth().table([head, *rows]),
    )


def frames() -> None:
    """Text frames side by side: all names in one text object, all amounts in another."""
    b = D["en2"]
    prices = b.price_rows("frames")
    out, c = drawn()
    c.setFont("Noto", 18)
    c.drawString(60, 770, b.name)
    c.setFont("Noto", 11)
    for x, column in ((60, 0), (330, 1)):
        text = c.beginText(x, 720)
        text.setLeading(24)
        for row in prices:
            text.textLine(row[column])
        c.drawText(text)
    c.save()
    save(
        "dev",
        "workshop_frames.pdf",
        out.getvalue(),
        "text frames side by side",
        "reportlab",
        b.lang,
        Truth().pairs(prices),
    )
    b = H["sv"]
    prices = b.price_rows("frames")
    doc = Document()
    doc.add_heading(b.labels[1], 1)
    table = doc.add_table(1, 2)
    for column in (0, 1):
        cell = table.rows[0].cells[column]
        cell.text = prices[0][column]
        for row in prices[1:]:
            cell.add_paragraph(row[column])
    doc.add_paragraph(b.prose[1])
    out2 = io.BytesIO()
    doc.save(out2)
    save(
        "heldout",
        "prislista_spalter.pdf",
        convert(out2.getvalue(), "docx", "pdf"),
        "text frames side by side",
        "LibreOffice",
        b.lang,
        Truth().pairs(prices).fact(b.prose[1]),
    )
    b = D["pl"]
    prices = b.price_rows("flex")
    html = (
        "<meta charset=utf-8><style>body{font:14px 'Noto Sans'}.r{display:flex;justify-content:space-between;padding:4px}</style>"
        + f"<h1>{b.labels[1]}</h1>"
        + "".join(f"<div class=r><span>{n}</span><span>{a}</span></div>" for n, a in prices)
    )
    save(
        "dev",
        "cennik_chrome.pdf",
        chrome(html),
        "printed by a browser",
        "Chromium",
        b.lang,
        Truth().pairs(prices),
    )
    b = H["el"]
    prices = b.price_rows("grid")
    html = (
        "<meta charset=utf-8><style>body{font:15px 'Noto Serif',serif}.g{display:grid;grid-template-columns:1fr 90px 1fr 90px;gap:12px}.p{font-weight:700}</style>"
        + f"<h2>{b.name}</h2><div class=g>"
        + "".join(f"<div>{n}</div><div class=p>{a}</div>" for n, a in prices)
        + f"</div><p>{b.prose[1]}</p>"
    )
    save(
        "heldout",
        "katalogos_chrome.pdf",
        chrome(html),
        "printed by a browser",
        "Chromium",
        b.lang,
        Truth().pairs(prices).fact(b.prose[1]),
    )


def columns() -> None:
    b = D["es"]
    out = io.BytesIO()
    doc = BaseDocTemplate(out, pagesize=A4)
    doc.addPageTemplates(PageTemplate(frames=[Frame(50, 400, 230, 380), Frame(310, 400, 230, 380)]))
    parts: list[Any] = [Paragraph(b.name, style(size=15))]
    for q, a in b.faq:
        parts += [Paragraph(f"<b>{q}</b>", style(size=12)), Paragraph(a, style(size=12)), Spacer(1, 22)]
    for s in b.prose * 1:
        parts += [Paragraph(s, style(size=12)), Spacer(1, 40)]
    doc.build(parts)
    save(
        "dev",
        "folleto_dos_columnas.pdf",
        out.getvalue(),
        "columns",
        "reportlab",
        b.lang,
        Truth().questions(b.faq).prose(b),
    )
    b = H["nl"]
    html = (
        "<meta charset=utf-8><style>@page{size:A4 landscape}body{font:13px 'Liberation Serif'}.c{columns:3;column-gap:28px;height:300px;column-fill:auto}</style>"
        + f"<h1>{b.name}</h1><div class=c>"
        + "".join(f"<h4>{q}</h4><p>{a}</p>" for q, a in b.faq)
        + "".join(f"<p>{s}</p>" for s in b.prose)
        + "".join(f"<p><b>{k}</b>: {v}</p>" for k, v in b.kv)
        + "</div>"
    )
    save(
        "heldout",
        "folder_drie_kolommen.pdf",
        chrome(html),
        "columns",
        "Chromium",
        b.lang,
        Truth().questions(b.faq).prose(b).pairs(b.kv),
    )


def seasons() -> None:
    b = D["es"]
    rates = b.rate_rows("pdf", 0), b.rate_rows("pdf", 1)
    parts: list[Any] = [Paragraph(b.labels[2], style(size=16))]
    for s, r in zip(b.seasons, rates, strict=True):
        parts += [Spacer(1, 14), Paragraph(s, style(size=12)), Spacer(1, 6), grid(r)]
    save(
        "dev",
        "tarifas_temporadas.pdf",
        platypus(parts),
        "several tables on a page",
        "reportlab",
        b.lang,
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]),
    )
    b = H["en"]
    rates = b.rate_rows("pdf", 0), b.rate_rows("pdf", 1)
    html = (
        "<meta charset=utf-8><style>body{font:13px 'Liberation Sans'}.w{display:flex;gap:40px}td,th{padding:3px 9px;text-align:right}</style>"
        + f"<h1>{b.labels[2]}</h1><div class=w>"
        + "".join(f"<div><h3>{s}</h3>{html_table(r)}</div>" for s, r in zip(b.seasons, rates, strict=True))
        + "</div>"
    )
    save(
        "heldout",
        "term_fees_side_by_side.pdf",
        chrome(html, "--landscape"),
        "several tables on a page",
        "Chromium",
        b.lang,
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]),
    )


def forms_and_notes() -> None:
    b = D["en"]
    out, c = drawn()
    c.setFont("Noto", 14)
    c.drawString(60, 780, "Registration: " + b.name)
    c.setFont("Noto", 10)
    filled = [
        ("Preferred doctor", "Dr Osei"),
        ("Branch", "Quayside annex"),
        ("Reception telephone", "0117 496 0310"),
        ("Next free slot", "12 March, 14:20"),
    ]
    for i, (k, v) in enumerate(filled):
        c.drawString(60, 730 - 36 * i, k)
        c.acroForm.textfield(name=f"f{i}", value=v, x=200, y=722 - 36 * i, width=220, height=22, borderStyle="inset")
    c.save()
    save(
        "dev",
        "registration_form.pdf",
        out.getvalue(),
        "form fields",
        "reportlab",
        "en",
        Truth().pairs(filled),
    )
    b = H["pt"]
    out, c = drawn(LETTER)
    c.setFont("DejaVu", 16)
    c.drawCentredString(300, 740, b.name)
    c.setFont("DejaVu", 9)
    filled = [
        ("Instrutor", "Duarte Nogueira"),
        ("Praia", "Areia Branca norte"),
        ("Próxima vaga", "7 de junho às 9h45"),
        ("Valor final", "132,60 EUR"),
    ]
    for i, (k, v) in enumerate(filled):
        x = 60 + 270 * (i % 2)
        y = 690 - 70 * (i // 2)
        c.drawString(x, y, k)
        c.acroForm.textfield(name=f"campo{i}", value=v, x=x, y=y - 30, width=230, height=22, fontName="Times-Roman")
    c.acroForm.textfield(name="subtotal_interno", value="7731", x=60, y=80, width=80, height=20, annotationFlags="hidden")
    c.save()
    save(
        "heldout",
        "ficha_inscricao.pdf",
        out.getvalue(),
        "form fields",
        "reportlab",
        "pt",
        Truth().pairs(filled).forbid("7731"),
    )
    for half, b, name, note, _kind in (
        ("dev", D["fr"], "carte_annotee.pdf", "Fermé le 14 juillet, livraison le 15 dès 7 h", "fr"),
        ("heldout", H["en"], "class_list_note.pdf", "Raku evening moved to 26 June at 7:45 pm", "en"),
    ):
        prices = b.price_rows("note")[:5]
        if half == "dev":
            pdf = platypus([Paragraph(b.labels[1], style(size=16)), grid([[b.item, b.cost], *prices])])
        else:
            pdf = latex(
                TEX
                % (
                    "11pt,letterpaper",
                    r"\usepackage{lmodern,cmap}",
                    rf"\section*{{{b.labels[1]}}}" + tex_table([[b.item, b.cost], *[[n, a.replace("$", r"\$")] for n, a in prices]], "lr", ""),
                )
            )
        with pikepdf.open(io.BytesIO(pdf)) as doc:
            doc.pages[0].Annots = doc.make_indirect(
                pikepdf.Array(
                    [
                        doc.make_indirect(
                            pikepdf.Dictionary(
                                Type=pikepdf.Name.Annot,
                                Subtype=pikepdf.Name.FreeText,
                                Rect=[60, 120, 420, 160],
                                Contents=pikepdf.String(note),
                                DA=pikepdf.String("/Helv 12 Tf 1 0 0 rg"),
                                F=4,
                            )
                        )
                    ]
                )
            )
            out = io.BytesIO()
            doc.save(out)
        save(
            half,
            name,
            out.getvalue(),
            "FreeText annotation",
            "pikepdf",
            b.lang,
            Truth().table([[b.item, b.cost], *prices], columns=False).fact(note),
        )


def running() -> None:
    b = D["de"]

    def marks(c: Canvas, doc: Any) -> None:
        c.saveState()
        c.setFont("Noto", 8)
        c.drawString(50, 815, f"{b.name} · Stand Februar")
        c.drawRightString(540, 30, f"Seite {doc.page} von 4")
        c.setFont("Noto", 60)
        c.setFillGray(0.85)
        c.translate(300, 420)
        c.rotate(50)
        c.drawCentredString(0, 0, "ENTWURF")
        c.restoreState()

    parts: list[Any] = []
    for i in range(4):
        for q, a in b.faq:
            parts += [
                Paragraph(f"{q}", style(size=12)),
                Paragraph(
                    a if i == 0 else f"Teil {i}: siehe Aushang an der Kasse, Fach {i * 7 + 3}.",
                    style(size=12),
                ),
                Spacer(1, 110),
            ]
    save(
        "dev",
        "wasserzeichen.pdf",
        platypus(parts, on_page=marks),
        "watermark and running lines",
        "reportlab",
        b.lang,
        Truth().questions(b.faq[:3]).fact("Fach 10").fact("Fach 24").forbid("ENTWURF").forbid("Seite 3 von 4"),
    )
    b = H["sv"]
    html = (
        "<meta charset=utf-8><style>body{font:14px 'Liberation Sans'}.h{position:fixed;top:0;right:0;font-size:9px}.f{position:fixed;bottom:0;left:0;font-size:9px}.w{position:fixed;top:45%;left:20%;font-size:70px;color:#ddd;transform:rotate(-35deg);z-index:-1}p{margin:40px 0 120px}</style>"
        + f"<div class=h>{b.name} konfidentiellt arkiv 88</div><div class=f>Utskrift från kontoret</div><div class=w>KOPIA</div>"
        + "".join(f"<p><b>{k}</b>: {v}. {s}</p>" for (k, v), s in zip(b.kv, [*b.prose, "Välkommen åter.", "Hälsningar Ripan."], strict=True))
        + "".join(f"<p>{q} {a}</p>" for q, a in b.faq)
    )
    save(
        "heldout",
        "stuginfo_kopia.pdf",
        chrome(html),
        "watermark and running lines",
        "Chromium",
        b.lang,
        Truth().pairs(b.kv).prose(b).forbid("KOPIA"),
    )


def rotated() -> None:
    b = D["en2"]
    out, c = drawn(A4)
    c.setPageRotation(90)
    c.translate(0, 0)
    c.rotate(90)
    c.translate(0, -A4[0])
    c.setFont("Noto", 15)
    c.drawString(60, 540, b.labels[2])
    rates = b.rate_rows("rot", 0)
    for y, row in enumerate(rates):
        for x, cell in enumerate(row):
            c.setFont("Noto", 11)
            c.drawString(60 + 130 * x, 500 - 26 * y, cell)
    c.save()
    save(
        "dev",
        "hire_rates_rotated_page.pdf",
        out.getvalue(),
        "rotated text",
        "reportlab",
        b.lang,
        Truth().table(rates),
    )
    b = H["it"]
    out, c = drawn(A4)
    c.setFont("DejaVu", 14)
    c.drawString(60, 790, b.labels[2])
    rates = b.rate_rows("rot", 1)
    for x, cell in enumerate(rates[0]):
        c.saveState()
        c.translate(75 + 110 * x, 690)
        c.rotate(90 if x else 0)
        c.setFont("DejaVu", 10)
        c.drawString(0, 0, cell)
        c.restoreState()
    for y, row in enumerate(rates[1:]):
        for x, cell in enumerate(row):
            c.setFont("DejaVu", 10)
            c.drawString(60 + 110 * x, 660 - 24 * y, cell)
    c.rect(50, 580, 460, 190)
    c.saveState()
    c.translate(550, 300)
    c.rotate(90)
    c.drawString(0, 0, b.prose[1])
    c.restoreState()
    c.save()
    save(
        "heldout",
        "alloggi_intestazioni_verticali.pdf",
        out.getvalue(),
        "rotated text",
        "reportlab",
        b.lang,
        Truth().table(rates).fact(b.prose[1]),
    )


def page_html(b: Business, key: str, direction: str = "ltr", font: str = "Noto Sans") -> tuple[str, Truth]:
    prices = b.price_rows(key)
    html = (
        f"<meta charset=utf-8><html dir={direction}><style>body{{font:14px '{font}','Noto Sans','WenQuanYi Micro Hei'}}td,th{{border:1px solid #888;padding:4px 9px}}table{{border-collapse:collapse}}</style><h1>{b.name}</h1><p>{' '.join(b.prose)}</p><h2>{b.labels[0]}</h2>{html_table(b.hours)}<h2>{b.labels[1]}</h2>{html_table([[b.item, b.cost], *prices])}<h2>{b.labels[4]}</h2>"
        + "".join(f"<h3>{q}</h3><p>{a}</p>" for q, a in b.faq)
    )
    return html, Truth().prose(b).table(b.hours).table([[b.item, b.cost], *prices], columns=False).questions(b.faq)


def word_page(b: Business, key: str, font: str) -> bytes:
    """What page_html() shows, as a Word file; from right to left in Hebrew."""
    doc = Document()
    normal = doc.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("ascii", "hAnsi", "cs"):
        normal.set(qn(f"w:{place}"), font)
    for line in (b.name, *b.prose, b.labels[0]):
        doc.add_paragraph(line)
    for rows in (b.hours, [[b.item, b.cost], *b.price_rows(key)]):
        made = doc.add_table(0, len(rows[0]), style="Table Grid")
        for row in rows:
            for cell, value in zip(made.add_row().cells, row, strict=True):
                cell.text = value
        made.autofit = False
        for n, column in enumerate(made.columns):
            column.width = Cm(11.5 / (len(rows[0]) - 1) if n else 4)
            for cell in column.cells:
                cell.width = column.width
        if b.lang == "he":
            made._tbl.tblPr.append(OxmlElement("w:bidiVisual"))
        doc.add_paragraph(b.labels[4] if rows is not b.hours else b.labels[1])
    for q, a in b.faq:
        doc.add_paragraph(q).paragraph_format.keep_with_next = True
        doc.add_paragraph(a)
    if b.lang == "he":
        for paragraph in doc.element.body.iter(qn("w:p")):
            paragraph.get_or_add_pPr().append(OxmlElement("w:bidi"))
            for run in paragraph.iter(qn("w:r")):
                run.get_or_add_rPr().append(OxmlElement("w:rtl"))
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def scripts() -> None:
    for half, b, direction, font in (
        ("dev", D["ar"], "rtl", "Noto Sans Arabic"),
        ("dev", D["hi"], "ltr", "Noto Sans Devanagari"),
        ("heldout", H["th"], "ltr", "Noto Sans Thai"),
        ("heldout", H["zh"], "ltr", "WenQuanYi Micro Hei"),
        ("heldout", H["vi"], "ltr", "Noto Serif"),
    ):
        html, truth = page_html(b, "script", direction, font)
        save(
            half,
            f"info_{b.lang}_chrome.pdf",
            chrome(html),
            "script printed by a browser",
            "Chromium",
            b.lang,
            truth,
        )
    for half, b, font in (
        ("heldout", H["he"], "DejaVu Sans"),
        ("dev", D["hi"], "Noto Serif Devanagari"),
        ("heldout", H["ru"], "DejaVu Serif"),
        ("dev", D["tr"], "Liberation Serif"),
    ):
        _, truth = page_html(b, "lo")
        content = convert(word_page(b, "lo", font), "docx", "pdf")
        save(
            half,
            f"info_{b.lang}_libreoffice.pdf",
            content,
            "script exported by LibreOffice",
            "LibreOffice",
            b.lang,
            truth,
        )
    b = D["ja"]
    prices = b.price_rows("cid")
    st = style("HeiseiKakuGo-W5", 11)
    save(
        "dev",
        "ryokan_cid.pdf",
        platypus(
            [
                Paragraph(b.name, st),
                *[Paragraph(s, st) for s in b.prose],
                Spacer(1, 10),
                grid([[b.item, b.cost], *prices], "HeiseiKakuGo-W5"),
                Spacer(1, 10),
                grid(b.hours, "HeiseiKakuGo-W5"),
                *[Paragraph(f"{q}　{a}", st) for q, a in b.faq],
            ]
        ),
        "CJK",
        "reportlab",
        "ja",
        Truth().prose(b).table([[b.item, b.cost], *prices], columns=False).table(b.hours).questions(b.faq),
    )


def unseen() -> None:
    b = D["es"]
    out, c = drawn()
    c.setFont("Noto", 12)
    c.drawString(60, 700, b.prose[0])
    c.drawString(60, 670, b.prose[1])
    c.drawString(60, 60, b.shut)
    c.drawString(60, 30, "Archivo interno 99-B")
    c.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as doc:
        doc.pages[0].CropBox = [0, 200, 595, 842]
        out = io.BytesIO()
        doc.save(out)
    save(
        "dev",
        "recortado.pdf",
        out.getvalue(),
        "cropped",
        "pikepdf",
        "es",
        Truth().fact(b.prose[0]).fact(b.prose[1]).forbid(b.shut).forbid("Archivo interno 99-B"),
    )
    b = H["cs"]
    html = (
        "<meta charset=utf-8><style>body{font:14px 'Noto Sans'}.o{position:absolute;left:-400px;top:50px;white-space:nowrap;width:390px}.c{height:40px;overflow:hidden}</style>"
        + f"<div class=o>{b.shut}</div>"
        + "".join(f"<p>{s}</p>" for s in b.prose)
    )
    save(
        "heldout",
        "mimo_stranku.pdf",
        chrome(html),
        "cropped",
        "Chromium",
        "cs",
        Truth().prose(b).forbid(b.shut),
    )
    b = D["tr"]
    out, c = drawn()
    c.setFont("Noto", 12)
    c.drawString(60, 760, b.prose[0])
    c.drawString(60, 730, b.prose[1])
    c.setFillColorRGB(1, 1, 1)
    c.drawString(60, 700, b.shut)
    c.setFillColorRGB(0, 0, 0)
    c._code.append("3 Tr")
    c.drawString(60, 670, "görünmez etiket 4471")
    c._code.append("0 Tr")
    c.drawString(60, 640, b.prose[2])
    c.save()
    save(
        "dev",
        "beyaz_yazi.pdf",
        out.getvalue(),
        "white on white",
        "reportlab",
        "tr",
        Truth().prose(b).forbid(b.shut),
    )
    b = H["nl"]
    doc2 = Document()
    for s in b.prose:
        doc2.add_paragraph(s)
    run = doc2.add_paragraph().add_run(b.shut)
    from docx.shared import RGBColor

    run.font.color.rgb = RGBColor(255, 255, 255)
    for k, v in b.kv:
        doc2.add_paragraph(f"{k}: {v}")
    out = io.BytesIO()
    doc2.save(out)
    save(
        "heldout",
        "witte_letters.pdf",
        convert(out.getvalue(), "docx", "pdf"),
        "white on white",
        "LibreOffice",
        "nl",
        Truth().prose(b).pairs(b.kv).forbid(b.shut),
    )
    for half, b, name in (("dev", D["de"], "ebene_aus.pdf"), ("heldout", H["en"], "layer_off.pdf")):
        prices = b.price_rows("layer")[:5]
        out, c = drawn(A4 if half == "dev" else LETTER)
        c.setFont("Noto" if half == "dev" else "Serif", 12)
        c.drawString(60, 740, b.labels[1])
        for i, (n, a) in enumerate(prices):
            if half == "dev":
                c.drawString(60, 700 - 24 * i, f"{n}  {a}")
            else:
                c.drawRightString(540, 690 - 30 * i, a)
                c.drawString(90, 690 - 30 * i, n)
        c._code.append("/OC /MC0 BDC")
        c.drawString(60, 500, b.shut)
        c._code.append("EMC")
        c.save()
        with pikepdf.open(io.BytesIO(out.getvalue())) as doc:
            layer = doc.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("intern")))
            doc.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer]))
            doc.pages[0].Resources.Properties = pikepdf.Dictionary({"/MC0": layer})
            out = io.BytesIO()
            doc.save(out)
        save(
            half,
            name,
            out.getvalue(),
            "optional layer off",
            "reportlab, pikepdf",
            b.lang,
            Truth().pairs(prices).forbid(b.shut),
        )


def scanned(images: list[Any], quality: int, tilt: float, seed: int, dpi: int) -> list[bytes]:
    rng = random.Random(seed)
    out = []
    for image in images:
        image = image.rotate(tilt, fillcolor=250, expand=False)
        spots = image.load()
        for _ in range(image.width * image.height // 900):
            spots[rng.randrange(image.width), rng.randrange(image.height)] = rng.randint(90, 190)
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality, dpi=(dpi, dpi))
        out.append(data.getvalue())
    return out


def scans() -> None:
    import img2pdf

    for half, b, font, tilt, dpi in (
        ("dev", D["en2"], "Liberation Serif", 0.7, 110),
        ("dev", D["ar"], "Noto Naskh Arabic", 0, 120),
        ("dev", D["hi"], "Noto Sans Devanagari", 0, 120),
        ("heldout", H["sv"], "Noto Sans", -0.9, 120),
        ("heldout", H["el"], "Noto Serif", 0.4, 130),
        ("heldout", H["ru"], "Liberation Sans", 0, 115),
        ("heldout", H["zh"], "WenQuanYi Micro Hei", 0.3, 120),
    ):
        prices = b.price_rows("scan")
        html = (
            f"<meta charset=utf-8><html dir={'rtl' if b.lang == 'ar' else 'ltr'}><style>body{{font:17px '{font}'}}.r{{display:flex;justify-content:space-between;width:420px;margin:6px 0}}</style><h2>{b.name}</h2>"
            + "".join(f"<div class=r><span>{n}</span><span>{a}</span></div>" for n, a in prices)
            + "".join(f"<p>{s}</p>" for s in b.prose)
        )
        jpegs = scanned(pages_as_images(chrome(html), dpi, "-H", str(int(7.2 * dpi))), 45, tilt, 3, dpi)
        save(
            half,
            f"scan_{b.lang}.pdf",
            img2pdf.convert(jpegs),
            "scanned page",
            "Chromium, Pillow, img2pdf",
            b.lang,
            Truth().pairs(prices).prose(b),
        )


def no_map() -> None:
    for half, b, name in (("dev", D["pl"], "bez_mapy.pdf"), ("heldout", H["en"], "no_unicode_map.pdf")):
        html = (
            "<meta charset=utf-8><style>body{font:15px '"
            + ("Noto Sans" if half == "dev" else "Liberation Serif")
            + "'}</style>"
            + f"<h2>{b.name}</h2>"
            + "".join(f"<p>{s}</p>" for s in b.prose)
            + "".join(f"<p>{k}: {v}</p>" for k, v in b.kv)
        )
        with pikepdf.open(io.BytesIO(chrome(html))) as doc:
            for o in doc.objects:
                if isinstance(o, pikepdf.Dictionary) and "/ToUnicode" in o:
                    del o["/ToUnicode"]
                if isinstance(o, pikepdf.Dictionary) and "/StructTreeRoot" in o:
                    del o["/StructTreeRoot"]
            out = io.BytesIO()
            doc.save(out)
        save(
            half,
            name,
            out.getvalue(),
            "font without a Unicode map",
            "Chromium, pikepdf",
            b.lang,
            Truth().prose(b).pairs(b.kv),
        )


def office_exports() -> None:
    b = D["fr"]
    doc = Document()
    doc.add_heading(b.name, 1)
    for title, rows in ((b.labels[0], b.hours), (b.labels[1], [[b.item, b.cost], *b.price_rows("lo")])):
        doc.add_heading(title, 2)
        t = doc.add_table(0, len(rows[0]), style="Light Grid Accent 1")
        for row in rows:
            for cell, value in zip(t.add_row().cells, row, strict=True):
                cell.text = value
    for q, a in b.faq:
        doc.add_paragraph(q, style="List Number")
        doc.add_paragraph(a)
    out = io.BytesIO()
    doc.save(out)
    save(
        "dev",
        "boulangerie_export.pdf",
        convert(out.getvalue(), "docx", "pdf"),
        "exported by LibreOffice",
        "LibreOffice",
        "fr",
        Truth().table(b.hours).table([[b.item, b.cost], *b.price_rows("lo")], columns=False).questions(b.faq),
    )
    b = H["pt"]
    doc = Document()
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.header.paragraphs[0].text = "Maré Viva, edição 3"
    rates = b.rate_rows("lo", 0), b.rate_rows("lo", 1)
    for s, r in zip(b.seasons, rates, strict=True):
        doc.add_paragraph(s, style="Heading 3")
        t = doc.add_table(0, 4)
        for row in r:
            for cell, value in zip(t.add_row().cells, row, strict=True):
                cell.text = value
    doc.add_heading(b.labels[3], 2)
    t = doc.add_table(0, 2, style="Medium Shading 1 Accent 3")
    for row in b.kv:
        for cell, value in zip(t.add_row().cells, row, strict=True):
            cell.text = value
    out = io.BytesIO()
    doc.save(out)
    save(
        "heldout",
        "surf_export.pdf",
        convert(out.getvalue(), "docx", "pdf"),
        "exported by LibreOffice",
        "LibreOffice",
        "pt",
        Truth().table(rates[0], b.seasons[0]).table(rates[1], b.seasons[1]).pairs(b.kv),
    )


def by_calc() -> None:
    import openpyxl
    import openpyxl.worksheet.properties

    for half, b, name in (("dev", D["pl"], "godziny_calc.pdf"), ("heldout", H["en"], "studio_calc.pdf")):
        book = openpyxl.Workbook()
        sheet = book.active
        for row in b.hours:
            sheet.append([f" {c}" if c and half == "dev" else c or None for c in row])
        sheet.append([])
        sheet.append([b.labels[3]])
        for row in b.kv:
            sheet.append(list(row))
        for col in "ABCDEFG":
            sheet.column_dimensions[col].width = 16 if half == "heldout" else 13
        if half == "heldout":
            sheet.page_setup.orientation = "landscape"
            sheet.print_options.gridLines = True
        sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0
        out = io.BytesIO()
        book.save(out)
        save(
            half,
            name,
            convert(out.getvalue(), "xlsx", "pdf"),
            "exported by a spreadsheet",
            "LibreOffice",
            b.lang,
            Truth().table(b.hours).pairs(b.kv) if half == "heldout" else Truth().table(b.hours),
        )


ALL = [
    matrices,
    by_latex,
    long_tables,
    frames,
    columns,
    seasons,
    forms_and_notes,
    running,
    rotated,
    scripts,
    unseen,
    scans,
    no_map,
    office_exports,
    by_calc,
]
if __name__ == "__main__":
    run(ALL)
