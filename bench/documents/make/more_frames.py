"""More PDF files by reportlab for building: prose beside tables, headings paired with hours, rows over columns and pages, leaders, figures apart."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, PageTemplate, Paragraph, Spacer, Table

from base import Rows, Truth, run, save
from by_reportlab import BOLD, RIGHT, TEXT, WHOLE, built, look, title
from shops import ALL
from trades import Trade

PROSE = {
    "en": "We have run this house since the old mill closed. What we sell comes from within thirty miles, and what is left over in the evening goes to the shelter on Quay Street. Children may draw on the large table in the corner while their parents wait, and there is a ramp at the side door.",
    "it": "Lo studio è aperto da ventisei anni nello stesso palazzo di via dei Tintori. Le sale sono due, ognuna con la sua assistente, e l'ascensore arriva fino al piano. Chi ha paura dell'ago può chiederci la sedazione cosciente, che non si paga a parte.",
    "fr": "La maison date de 1768 et nous l'avons reprise à la mort du dernier meunier. Le petit déjeuner se prend dans la cuisine, devant le feu en hiver, et le pain vient du four banal que le village rallume chaque samedi. On peut arriver par le chemin de halage.",
    "de": "Seit vier Generationen waschen wir die Wäsche der Gasthäuser am Fluss. Wer morgens bringt, holt am selben Abend ab, und was klein ist, flicken wir ohne Aufpreis. Im Hof stehen zwei Stellplätze, die Klingel hängt neben dem grünen Tor.",
    "nl": "Ons huisje staat naast het pontje, vlak achter het gele bord. Wie met de trein komt, loopt in zes minuten langs het water. Kaarten met routes liggen klaar, en bij een lekke band komen we u binnen de gemeente ophalen.",
    "es": "El taller lleva abierto desde que el tranvía pasaba por la puerta. Arreglamos lo que otros tiran y guardamos las piezas viejas por si alguien las necesita. Si la avería nos parece demasiado cara, lo decimos antes de empezar.",
}  # fmt: skip


def end(name: str, pdf: bytes, kind: str, t: Trade, truth: Truth) -> None:
    save("dev", name, pdf, kind, "reportlab", t.lang, truth)


def sentences(lang: str) -> list[str]:
    return [f"{s.strip('.')}." for s in PROSE[lang].split(". ")]


def framed(frames: list[Frame], parts: list[Any], size: Any = A4) -> bytes:
    out = io.BytesIO()
    BaseDocTemplate(out, pagesize=size, pageTemplates=[PageTemplate(frames=frames)]).build(parts)
    return out.getvalue()


def prose_beside() -> None:
    """Prose in the left frame, prices without lines in the right one, at heights of their own; then the other way round."""
    for key, name, left in (("Larkfield", "larkfield_beside.pdf", True), ("fr", "belle_rive_marge.pdf", False), ("de", "sonnenhof_neben.pdf", True)):
        t = ALL[key]
        words = [Paragraph(s, look(9.5)) for s in (PROSE[t.lang], *t.notes, PROSE[t.lang])]
        prices = [Paragraph(t.header[0], look(11, font="B")), Table(t.pairs(), [150, 60], style=[TEXT, RIGHT])]
        first, second = ([*title(t), *words], prices) if left else ([*title(t), *prices], words)
        frames = [Frame(18 * mm, 20 * mm, 84 * mm, 255 * mm), Frame(110 * mm, 20 * mm, 84 * mm, 240 * mm)]
        truth = Truth().pairs(t.pairs()).fact(t.notes[0]).fact(sentences(t.lang)[1])
        end(name, framed(frames, [*first, FrameBreak(), *second]), "prose beside a table without lines", t, truth)


def columns_around() -> None:
    """Two columns of prose below a table over both, and a table without lines in the middle of the second column."""
    for key, name in (("Tilleuls", "tilleuls_colonnes.pdf"), ("Corsini", "corsini_colonne.pdf"), ("Kadewiel", "kadewiel_kolommen.pdf")):
        t = ALL[key]
        top = Frame(18 * mm, 205 * mm, 174 * mm, 75 * mm)
        frames = [top, Frame(18 * mm, 15 * mm, 84 * mm, 185 * mm), Frame(108 * mm, 15 * mm, 84 * mm, 185 * mm)]
        wide = Table(t.plain(), [240, 90, 90], style=[TEXT, BOLD, RIGHT])
        prose = Paragraph(PROSE[t.lang], look(10))
        hours = [Paragraph(t.hours_title, look(11, font="B")), Table(t.hours, [95, 130], style=[TEXT])]
        parts = [
            *title(t),
            wide,
            FrameBreak(),
            prose,
            Spacer(1, 8),
            prose,
            Paragraph(t.notes[0], look(10)),
            FrameBreak(),
            Paragraph(t.notes[1], look(10)),
            Spacer(1, 8),
            *hours,
            Spacer(1, 8),
            prose,
        ]
        truth = (
            Truth()
            .table(t.plain())
            .pairs(t.hours)
            .fact(t.notes[0])
            .fact(t.notes[1])
            .fact(sentences(t.lang)[2])
            .fact(t.hours_title, *t.hours[0], near=80)
        )
        end(name, framed(frames, parts), "two columns of prose around tables", t, truth)


def paired_headings() -> None:
    """A heading at the left of each block, its hours or prices at the right of it or indented below."""
    for key, name, below in (
        ("Larkfield", "larkfield_paired.pdf", False),
        ("Corsini", "corsini_orari.pdf", True),
        ("pt", "azulejo_pares.pdf", False),
        ("cs", "kometa_pod.pdf", True),
    ):
        t = ALL.get(key) or ALL["Kometa"]
        blocks = [(s, [[r[0], t.paid(r[2])] for r in rows]) for s, rows in t.sections] + [(t.hours_title, t.hours)]
        parts: list[Any] = title(t)
        truth = Truth()
        for heading, rows in blocks:
            inner = Table(rows, [170, 130], style=[TEXT, ("LEFTPADDING", *WHOLE, 0)])
            if below:
                parts += [Paragraph(heading, look(12, font="B")), Table([["", inner]], [40, 320]), Spacer(1, 8)]
            else:
                parts += [Table([[Paragraph(heading, look(12, font="B")), inner]], [140, 320], style=[("VALIGN", *WHOLE, "TOP")]), Spacer(1, 6)]
            truth.pairs(rows).fact(heading, *rows[0], near=120)
        end(name, built(*parts), "headings paired with rows", t, truth)


def branches() -> None:
    """Three branches side by side: name, street, telephone, then days with their hours; no lines."""
    made: list[tuple[str, str, list[list[str]]]] = [
        ("Kadewiel", "kadewiel_vestigingen.pdf", [["Haven", "Kade 14", "0222 310 774"], ["Duinpan", "Badweg 3", "0222 318 205"], ["Veerhuis", "Veerdam 1", "0222 319 660"]]),
        ("Björkens", "bjorken_adresser.pdf", [["Centrum", "Torggatan 8", "090-12 44 10"], ["Backen", "Backvägen 51", "090-12 44 27"], ["Röbäck", "Ekvägen 2", "090-12 44 93"]]),
    ]  # fmt: skip
    for key, name, places in made:
        t = ALL[key]
        cells, truth = [], Truth()
        for n, place in enumerate(places):
            hours = [[a, b.replace("9:", f"{9 + n}:").replace("17:", f"{17 + n}:")] for a, b in t.hours]
            cells.append(
                [
                    Paragraph(place[0], look(13, font="B")),
                    *[Paragraph(p, look()) for p in place[1:]],
                    Spacer(1, 6),
                    Table(hours, [100, 110], style=[("FONT", *WHOLE, "N", 7), ("LEFTPADDING", *WHOLE, 0)]),
                ]
            )
            others = [p[0] for p in places if p is not place]
            truth.fact(place[0], place[1], place[2], near=120, **{"not": others})
            truth.pairs(hours, under=place[0])
        end(
            name,
            built(*title(t), Table([cells], [240] * 3, style=[("VALIGN", *WHOLE, "TOP")]), size=landscape(A4)),
            "branches side by side",
            t,
            truth,
        )


def broken_rows() -> None:
    """Rows with long cells that break over two pages, or over two columns of a page."""
    for key, name, wide in (
        ("Larkfield", "larkfield_broken.pdf", True),
        ("fr", "belle_rive_coupe.pdf", True),
        ("de", "sonnenhof_umbruch.pdf", False),
    ):
        t = ALL[key]
        rows = [[Paragraph(c, look()) for c in (r[0], f"{r[1]} – {PROSE[t.lang]}" if wide else r[1], r[2])] for r in t.rows()]
        head = [Paragraph(c, look(font="B")) for c in t.header[:3]]
        style = (
            [("GRID", *WHOLE, 0.4, colors.grey), ("VALIGN", *WHOLE, "TOP")]
            if wide
            else [("LINEBELOW", *WHOLE, 0.3, colors.grey), ("VALIGN", *WHOLE, "TOP")]
        )
        table = Table([head, *rows], [110, 250, 70] if wide else [70, 110, 50], style=style, repeatRows=1, splitInRow=1)
        frames = (
            [Frame(25 * mm, 150 * mm, 160 * mm, 128 * mm)] if wide else [Frame(18 * mm + n * 90 * mm, 180 * mm, 84 * mm, 60 * mm) for n in (0, 1)]
        )
        truth = Truth().table([[t.header[0], t.header[2]], *[[r[0], r[2]] for r in t.rows()]])
        for r in t.rows()[:3]:
            truth.fact(r[0], r[1].split(",")[0], near=120)
        end(name, framed(frames, [*title(t), table]), "row broken over a page or column", t, truth)


def blank_cells() -> None:
    """The matrix set with blanks, no lines; header light, aligned to the right or centred."""
    for key, name, mark in (
        ("Larkfield", "larkfield_seasons.pdf", RIGHT),
        ("Corsini", "corsini_turni.pdf", ("ALIGN", (1, 0), (-1, -1), "CENTER")),
        ("Kometa", "kometa_rozvrh.pdf", ("ALIGN", (0, 0), (-1, -1), "LEFT")),
        ("Tilleuls", "tilleuls_services.pdf", RIGHT),
    ):
        t = ALL[key]
        pdf = built(
            *title(t),
            Paragraph(t.notes[0], look()),
            Spacer(1, 8),
            Table(t.matrix, [120] + [75] * 4, style=[TEXT, mark]),
            Spacer(1, 8),
            Paragraph(t.notes[1], look()),
        )
        end(name, pdf, "matrix without lines", t, Truth().table(t.matrix).fact(t.notes[0]).fact(t.notes[1]))


def plain_sections() -> None:
    """Sections as rows of the table in the same type as the others, first cell only; with the descriptions or without."""
    for key, name, lines, full in (
        ("Kadewiel", "kadewiel_groepen.pdf", False, False),
        ("Corsini", "corsini_gruppi.pdf", True, False),
        ("Björkens", "bjorken_grupper.pdf", False, True),
        ("Tilleuls", "tilleuls_groupes.pdf", True, True),
    ):
        t = ALL[key]
        head = t.header if full else t.plain()[0]
        rows: list[list[Any]] = [head]
        for heading, own in t.sections:
            rows.append([heading] + [""] * (len(head) - 1))
            rows += [[r[0], *([Paragraph(r[1], look())] if full else []), t.paid(r[2]), t.paid(r[3])] for r in own]
        style = [
            TEXT,
            ("ALIGN", (-2, 0), (-1, -1), "RIGHT"),
            ("VALIGN", *WHOLE, "TOP"),
            *([("LINEBELOW", *WHOLE, 0.25, colors.grey)] if lines else []),
        ]
        truth = Truth().table(t.full() if full else t.plain())
        for heading, own in t.sections:
            truth.fact(heading, own[-1][0], near=400)
        end(name, built(*title(t), Table(rows, [150, 180, 70, 75] if full else [200, 90, 90], style=style)), "sections without marks", t, truth)


def spanning() -> None:
    """A header of two rows without lines, its upper names centred over two columns each."""
    for key, name, marked in (("Tilleuls", "tilleuls_entete.pdf", True), ("Kometa", "kometa_hlavicka.pdf", False)):
        t = ALL[key]
        tops = ("Semaine", "Week-end") if key == "Tilleuls" else ("Léto", "Zima")
        rows: Rows = []
        for n, r in enumerate(t.rows(money=False)):
            rows.append([r[0], r[2], r[3], f"{131 + 7 * n},00", f"{277 + 9 * n},00"])
        head = [["", tops[0], "", tops[1], ""], [t.header[0], t.header[2], t.header[3], t.header[2], t.header[3]]]
        style = [
            TEXT,
            ("SPAN", (1, 0), (2, 0)),
            ("SPAN", (3, 0), (4, 0)),
            ("ALIGN", (1, 0), (-1, -1), "CENTER"),
            *([("FONT", (0, 0), (-1, 1), "B", 9)] if marked else []),
        ]
        names = [t.header[0], *(f"{top} {h}" for top in tops for h in t.header[2:])]
        end(
            name,
            built(*title(t), Table([*head, *rows], [160, 75, 75, 75, 75], style=style)),
            "header of two rows without lines",
            t,
            Truth().table([names, *rows]),
        )


def leaders() -> None:
    """Dots up to the price in one column or two, descriptions below that wrap; the section between as a line of its own."""
    for key, name, two in (
        ("Larkfield", "larkfield_dots.pdf", False),
        ("Corsini", "corsini_puntini.pdf", True),
        ("Kometa", "kometa_tecky.pdf", True),
    ):
        t = ALL[key]
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4)
        width = 235 if two else 420
        y0, truth = 760, Truth().pairs(t.pairs())
        canvas.setFont("B", 18)
        canvas.drawString(40, 795, t.name)
        y = y0
        for n, (heading, rows) in enumerate(t.sections):
            x, y = (40 + n * 270, y0) if two else (60, y - 34)
            canvas.setFont("B", 12)
            canvas.drawString(x, y, heading)
            for r in rows:
                y -= 24
                canvas.setFont("N", 9.5)
                price = t.paid(r[2])
                left, dot = canvas.stringWidth(r[0], "N", 9.5), canvas.stringWidth(". ", "N", 9.5)
                canvas.drawString(x, y, r[0])
                canvas.drawString(x + left + 3, y, ". " * int((width - left - canvas.stringWidth(price, "N", 9.5) - 6) / dot))
                canvas.drawRightString(x + width, y, price)
                box = Paragraph(r[1], look(7.5))
                _, height = box.wrapOn(canvas, width - 60, 60)
                box.drawOn(canvas, x, y - height - 2)
                y -= height
                truth.fact(r[0], r[1], near=60)
        canvas.save()
        end(name, out.getvalue(), "menu with leaders, descriptions below", t, truth)


def money_apart() -> None:
    """The currency at the left edge of its column, the amount at the right; the header over both."""
    for key, name, sign, grid in (("Björkens", "bjorken_belopp.pdf", "SEK", False), ("Corsini", "corsini_importi.pdf", "€", True)):
        t = ALL[key]
        rows = [[r[0], sign, r[2], sign, r[3]] for r in t.rows(money=False)]
        head = [t.header[0], t.header[2], "", t.header[3], ""]
        style = [
            TEXT,
            BOLD,
            ("SPAN", (1, 0), (2, 0)),
            ("SPAN", (3, 0), (4, 0)),
            ("ALIGN", (2, 0), (2, -1), "RIGHT"),
            ("ALIGN", (4, 0), (4, -1), "RIGHT"),
            *([("LINEBELOW", *WHOLE, 0.3, colors.grey)] if grid else []),
        ]
        end(
            name,
            built(*title(t), Table([head, *rows], [190, 28, 50, 28, 55], style=style)),
            "currency apart from the amount",
            t,
            Truth().table(t.plain(money=False)),
        )


def lists_beside() -> None:
    """Two price lists side by side on a landscape page, no lines, of different length, and hours as a third."""
    for key, name, gap in (("Larkfield", "larkfield_lists.pdf", 40), ("cs", "kometa_vedle.pdf", 22), ("es", "robledo_listas.pdf", 30)):
        t = ALL.get(key) or ALL["Kometa"]
        blocks = [[[r[0], t.paid(r[2])] for r in rows] for _, rows in t.sections[:2]] + [t.hours]
        heads = [*[s for s, _ in t.sections[:2]], t.hours_title]
        cells = [
            [Paragraph(h, look(11, font="B")), Table(b, [130, 100 if n == 2 else 60], style=[TEXT, ("LEFTPADDING", *WHOLE, 0)])]
            for n, (h, b) in enumerate(zip(heads, blocks, strict=True))
        ]
        pdf = built(*title(t), Table([cells], [190 + gap, 190 + gap, 240], style=[("VALIGN", *WHOLE, "TOP")]), size=landscape(A4))
        truth = Truth()
        for h, b in zip(heads, blocks, strict=True):
            truth.pairs(b).fact(h, *b[0], near=60)
        end(name, pdf, "price lists side by side", t, truth)


if __name__ == "__main__":
    run(
        [
            prose_beside,
            columns_around,
            paired_headings,
            branches,
            broken_rows,
            blank_cells,
            plain_sections,
            spanning,
            leaders,
            money_apart,
            lists_beside,
        ]
    )
