"""More PDF files by pdfTeX, Typst and fpdf2 for building: dotted fill, columns, headers of two rows, cells that wrap, lists in columns."""

from __future__ import annotations

from typing import Any

import typst

from base import Truth, latex, run, save
from by_fpdf import sheet
from by_latex import PACKAGES, tex
from more_frames import PROSE, sentences
from shops import ALL
from trades import Trade


def tex_file(t: Trade, name: str, kind: str, truth: Truth, body: str) -> None:
    source = rf"\documentclass[a4paper,10pt]{{article}}{PACKAGES}\setlength{{\parindent}}{{0pt}}\begin{{document}}\section*{{{tex(t.name)}}}{body}\end{{document}}"
    save("dev", name, latex(source), kind, "pdfTeX", t.lang, truth)


def typst_file(t: Trade, name: str, kind: str, truth: Truth, body: str) -> None:
    made = typst.compile(f'#set page("a4", margin: 18mm)\n#set text(size: 10pt)\n= {t.name.replace("&", "and")}\n{body}'.encode())
    save("dev", name, made, kind, "Typst", t.lang, truth)


def content(text: str) -> str:
    for sign in "#$*_@<":
        text = text.replace(sign, "\\" + sign)
    return text


def fpdf_file(pdf: Any, name: str, kind: str, t: Trade, truth: Truth) -> None:
    save("dev", name, bytes(pdf.output()), kind, "fpdf2", t.lang, truth)


def dotted() -> None:
    """\\dotfill to the price, the description in small italics below; in one column or in multicols."""
    for key, name, columns in (
        ("Larkfield", "larkfield_tex_menu.pdf", 1),
        ("Tilleuls", "tilleuls_tex_deux.pdf", 2),
        ("Corsini", "corsini_tex_due.pdf", 2),
    ):
        t = ALL[key]
        lines = "".join(
            rf"\subsection*{{{tex(s)}}}"
            + "".join(rf"{tex(r[0])}\dotfill {tex(t.paid(r[2]))}\\{{\footnotesize\itshape {tex(r[1])}}}\par\smallskip " for r in rows)
            for s, rows in t.sections
        )
        hours = rf"\subsection*{{{tex(t.hours_title)}}}" + "".join(rf"{tex(a)}\hfill {tex(b)}\par " for a, b in t.hours)
        body = rf"\begin{{multicols}}{{2}}{lines}{hours}\end{{multicols}}" if columns > 1 else lines + hours
        truth = Truth().pairs(t.pairs()).pairs(t.hours)
        for r in t.rows():
            truth.fact(r[0], r[1], near=60)
        tex_file(t, name, "dotted fill", truth, body)


def prose_columns() -> None:
    """Prose in two columns with a tabular in each, and a table over both above."""
    for key, name in (("Corsini", "corsini_tex_prosa.pdf"), ("Tilleuls", "tilleuls_tex_texte.pdf")):
        t = ALL[key]
        small = [
            r"\begin{center}\begin{tabular}{lr}" + "".join(rf"{tex(r[0])} & {tex(t.paid(r[2]))}\\" for r in rows) + r"\end{tabular}\end{center}"
            for _, rows in t.sections[:2]
        ]
        words = tex(PROSE[t.lang])
        body = rf"\small\begin{{multicols}}{{2}}{words} {small[0]} {tex(t.notes[0])} {words}\par {tex(t.notes[1])} {small[1]} {words} {words}\end{{multicols}}"
        truth = (
            Truth()
            .pairs([[r[0], t.paid(r[2])] for _, rows in t.sections[:2] for r in rows])
            .fact(t.notes[0])
            .fact(t.notes[1])
            .fact(sentences(t.lang)[1])
        )
        tex_file(t, name, "two columns of prose around tables", truth, body)


def grouped() -> None:
    """A header of two rows with cmidrules; sections at the left of their first rows; blank cells."""
    for key, name in (("Tilleuls", "tilleuls_tex_saisons.pdf"), ("Larkfield", "larkfield_tex_rooms.pdf")):
        t = ALL[key]
        money = [
            [r[0], r[2], r[3], t.paid(f"{150 + n},00" if t.lang == "fr" else f"{150 + n}.00"), "" if n % 2 else t.paid(f"{260 + n}")]
            for n, r in enumerate(t.rows())
        ]
        tops = ("Nuit", "Semaine") if t.lang == "fr" else ("Weekday", "Weekend")
        head = rf"& \multicolumn{{2}}{{c}}{{{tops[0]}}} & \multicolumn{{2}}{{c}}{{{tops[1]}}}\\\cmidrule(lr){{2-3}}\cmidrule(lr){{4-5}} {tex(t.header[0])} & {t.header[2]} & {t.header[3]} & {t.header[2]} & {t.header[3]}\\"
        body = (
            rf"\begin{{tabular}}{{lrrrr}}\toprule {head}\midrule "
            + "".join(" & ".join(tex(c) for c in r) + r"\\ " for r in money)
            + r"\bottomrule\end{tabular}"
        )
        names = [t.header[0], *(f"{top} {h}" for top in tops for h in t.header[2:])]
        tex_file(t, name, "header of two rows, blank cells", Truth().table([names, *money]), body)
    for key, name in (("Corsini", "corsini_tex_gruppi.pdf"), ("Larkfield", "larkfield_tex_groups.pdf")):
        t = ALL[key]
        rows = "".join(
            "".join(rf"{tex(s) if not n else ''} & {tex(r[0])} & {tex(t.paid(r[2]))} & {tex(t.paid(r[3]))}\\ " for n, r in enumerate(own))
            + r"\midrule "
            for s, own in t.sections
        )
        truth = Truth().table(t.plain())
        for s, own in t.sections:
            truth.fact(s, own[0][0], near=120)
        tex_file(
            t,
            name,
            "group names at the left",
            truth,
            rf"\begin{{tabular}}{{llrr}}\toprule & {tex(t.header[0])} & {t.header[2]} & {t.header[3]}\\\midrule {rows}\bottomrule\end{{tabular}}",
        )


def typst_lists() -> None:
    """Typst: leaders by repeat, columns, tables without strokes, grids of hours beside prices."""
    for key, name, columns in (("Larkfield", "larkfield_typst.pdf", 1), ("Björkens", "bjorken_typst.pdf", 2)):
        t = ALL[key]
        lines = "".join(
            f"== {content(s)}\n"
            + "".join(f"{content(r[0])} #box(width: 1fr, repeat[.]) {content(t.paid(r[2]))} \\\n#text(size: 8pt)[{content(r[1])}]\n\n" for r in rows)
            for s, rows in t.sections
        )
        truth = Truth().pairs(t.pairs())
        for r in t.rows():
            truth.fact(r[0], r[1], near=60)
        typst_file(t, name, "leaders", truth, f"#columns({columns})[\n{lines}]" if columns > 1 else lines)
    for key, name, stroke in (
        ("Kadewiel", "kadewiel_typst.pdf", "none"),
        ("cs", "kometa_typst.pdf", "(x: none, y: 0.4pt)"),
        ("Tilleuls", "tilleuls_typst.pdf", "none"),
    ):
        t = ALL.get(key) or ALL["Kometa"]
        cells = ", ".join(f"[{content(c)}]" for r in t.full() for c in r)
        matrix = ", ".join(f"[{content(c)}]" for r in t.matrix for c in r)
        body = f"#table(columns: (auto, 1fr, auto, auto), stroke: {stroke}, {cells})\n{t.notes[0]}\n\n#table(columns: {len(t.matrix[0])}, stroke: {stroke}, column-gutter: 6pt, {matrix})"
        typst_file(t, name, "tables with few lines or none", Truth().table(t.full()).table(t.matrix).fact(t.notes[0]), body)
    for key, name in (("Corsini", "corsini_typst.pdf"), ("Kometa", "kometa_typst_dve.pdf")):
        t = ALL[key]
        lists = [", ".join(f"[{content(a)}], [{content(b)}]" for a, b in rows) for rows in ([[r[0], r[2]] for r in t.rows()], t.hours)]
        body = f"#grid(columns: (1fr, 1fr), column-gutter: 12mm, [== {t.header[2]}\n#grid(columns: (1fr, auto), row-gutter: 7pt, {lists[0]})], [== {t.hours_title}\n#grid(columns: (auto, 1fr), gutter: 7pt, {lists[1]})\n\n{content(t.notes[0])}])"
        typst_file(t, name, "hours beside prices", Truth().pairs(t.pairs()).pairs(t.hours).fact(t.notes[0]), body)


def fpdf_lists() -> None:
    """fpdf2: cells written one by one, the price on the last line of a wrapped description, two lists at their own heights, shaded names of sections."""
    for key, name, last in (("Tilleuls", "tilleuls_fpdf.pdf", True), ("Björkens", "bjorken_fpdf.pdf", False)):
        t = ALL[key]
        pdf = sheet(t)
        for r in t.rows():
            top = pdf.get_y()
            pdf.multi_cell(105, 5, f"{r[0]}: {r[1]}", align="L", new_x="LMARGIN", new_y="NEXT")
            below = pdf.get_y()
            pdf.set_xy(125, below - 5 if last else top)
            pdf.cell(30, 5, r[2], align="R")
            pdf.set_xy(pdf.l_margin, below + 3)
        truth = Truth().pairs(t.pairs())
        for r in t.rows():
            truth.fact(r[0], r[1], near=60)
        fpdf_file(pdf, name, "price beside a wrapped description", t, truth)
    for key, name in (("Kadewiel", "kadewiel_fpdf.pdf"), ("Larkfield", "larkfield_fpdf.pdf")):
        t = ALL[key]
        pdf = sheet(t, size=9)
        for x, rows, step in ((10, t.pairs(), 6.0), (112, t.hours, 7.5)):
            y = 34.0
            for a, b in rows:
                pdf.set_xy(x, y)
                pdf.cell(62 if x == 10 else 42, 5, a)
                pdf.cell(20 if x == 10 else 48, 5, b, align="R")
                y += step
        fpdf_file(pdf, name, "two lists at their own heights", t, Truth().pairs(t.pairs()).pairs(t.hours))
    for key, name in (("Corsini", "corsini_fpdf.pdf"), ("Kometa", "kometa_fpdf.pdf")):
        t = ALL[key]
        pdf = sheet(t, size=9)
        pdf.set_fill_color(230, 230, 230)
        for heading, rows in t.sections:
            pdf.cell(170, 7, heading, fill=True, new_x="LMARGIN", new_y="NEXT")
            for r in rows:
                for width, text, align in ((90, r[0], "L"), (40, t.paid(r[2]), "R"), (40, t.paid(r[3]), "R")):
                    pdf.cell(width, 6, text, border="B", align=align)
                pdf.ln()
        truth = Truth()
        for heading, rows in t.sections:
            truth.fact(heading, rows[0][0], t.paid(rows[0][2]), t.paid(rows[0][3]), near=90)
        truth.table([["", "", ""], *[[r[0], r[2], r[3]] for r in t.rows()]], columns=False)
        fpdf_file(pdf, name, "sections shaded, no header", t, truth)


if __name__ == "__main__":
    run([dotted, prose_columns, grouped, typst_lists, fpdf_lists])
