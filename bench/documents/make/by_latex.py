"""PDF files by pdfTeX with the packages that people use for tables: booktabs, tabularx, longtable, colortbl, minipages, description lists."""

from __future__ import annotations

from base import Rows, Truth, latex, put, run
from trades import TRADES, Trade

PACKAGES = r"\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\usepackage{lmodern,textcomp,booktabs,tabularx,longtable,array,multicol}\usepackage[table]{xcolor}\usepackage[margin=22mm]{geometry}\pagestyle{plain}"
SIGNS = {"€": r"\texteuro{}", "£": r"\pounds{}", "%": r"\%", "&": r"\&"}


def tex(text: str) -> str:
    for sign, name in SIGNS.items():
        text = text.replace(sign, name)
    return text


def lines(rows: Rows, end: str = r"\\") -> str:
    return "\n".join(" & ".join(tex(c) for c in r) + end for r in rows)


def write(t: Trade, name: str, kind: str, truth: Truth, body: str, paper: str = "a4paper,10pt") -> None:
    source = rf"\documentclass[{paper}]{{article}}{PACKAGES}\begin{{document}}\section*{{{tex(t.name)}}}{body}\end{{document}}"
    put(name, latex(source), kind, "pdfTeX", t.lang, truth)


def books() -> None:
    """Three rules and no lines between; sections in italics over all columns."""
    for lang, name, sections in (("en", "brindle_booktabs.pdf", False), ("de", "sonnenhof_booktabs.pdf", True)):
        t = TRADES[lang]
        head, *rows = t.plain()
        body = lines(rows)
        if sections:
            body = r"\addlinespace ".join(
                rf"\multicolumn{{3}}{{l}}{{\textit{{{s}}}}}\\" + lines(t.part(n)[1:]) for n, (s, _) in enumerate(t.sections)
            )
        table = rf"\begin{{tabular}}{{lrr}}\toprule {lines([head])}\midrule {body}\bottomrule\end{{tabular}}"
        write(t, name, "booktabs", Truth().table(t.plain()).fact(t.notes[0]), rf"{table}\par\bigskip {tex(t.notes[0])}")


def wrapped() -> None:
    """tabularx: the description takes the rest of the line and wraps; thin lines or shaded rows."""
    for lang, name, rule, colour in (("fr", "belle_rive_tabularx.pdf", r"\hline ", ""),):
        t = TRADES[lang]
        bar = "|" if rule else ""
        spec = f"{bar}l{bar}X{bar}r{bar}r{bar}"
        table = (
            rf"{colour}\begin{{tabularx}}{{.82\linewidth}}{{{spec}}}{rule}"
            + lines([[rf"\textbf{{{c}}}" for c in t.header]])
            + rule
            + lines(t.rows(), rf"\\{rule}")
            + r"\end{tabularx}"
        )
        write(t, name, "tabularx with wrapped cells", Truth().table(t.full()), table)


def long() -> None:
    """longtable: header repeated with "continued" below, sections as rows, a caption above."""
    t = TRADES["pt"]
    rows = [[f"{r[0]} {n}", r[2], r[3].replace("€", "EUR")] for n, r in enumerate(t.rows() * 15, 1)]
    head = lines([[rf"\textbf{{{c}}}" for c in t.plain()[0]]])
    table = rf"\begin{{longtable}}{{lrr}}\caption{{Tabela de preços}}\\\toprule {head}\midrule\endfirsthead\toprule {head}\midrule\endhead\bottomrule\multicolumn{{3}}{{r}}{{continua}}\\\endfoot\bottomrule\endlastfoot {lines(rows)}\end{{longtable}}"
    write(t, "azulejo_longtable.pdf", "table over pages, header repeated", Truth().table([t.plain()[0], *rows]), table)


def beside() -> None:
    """Minipages side by side with a table each; hours as a description list below."""
    for lang, name in (("tr", "cinar_minipage.pdf"),):
        t = TRADES[lang]
        boxes = r"\hfill ".join(
            rf"\begin{{minipage}}[t]{{.47\linewidth}}\subsection*{{{s}}}\begin{{tabular}}{{lrr}}\hline {lines(t.part(n)[:1])}\hline {lines(t.part(n)[1:])}\hline\end{{tabular}}\end{{minipage}}"
            for n, (s, _) in enumerate(t.sections)
        )
        hours = "".join(rf"\item[{a}] {b}" for a, b in t.hours)
        body = rf"{{\footnotesize {boxes}}}\subsection*{{{t.hours_title}}}\begin{{description}}{hours}\end{{description}}"
        write(t, name, "two tables side by side", Truth().table(t.part(0)).table(t.part(1)).pairs(t.hours), body)


def spread() -> None:
    """tabular* over the whole line, the matrix with dashes for nothing, a note mark."""
    for lang, name in (("de", "sonnenhof_plan.pdf"),):
        t = TRADES[lang]
        width = len(t.matrix[0])
        table = rf"\begin{{tabular*}}{{\linewidth}}{{@{{\extracolsep{{\fill}}}}l{'c' * (width - 1)}}}\toprule {lines(t.matrix[:1])}\midrule {lines(t.matrix[1:])}\bottomrule\end{{tabular*}}"
        prices = rf"\begin{{tabular}}{{@{{}}l@{{\hspace{{3cm}}}}r@{{}}}}{lines(t.pairs())}\end{{tabular}}"
        write(
            t,
            name,
            "wide matrix with gaps, prices without lines",
            Truth().table(t.matrix).pairs(t.pairs()),
            rf"{table}\bigskip\par {prices}\footnote{{{tex(t.notes[1])}}}",
        )


if __name__ == "__main__":
    run([books, wrapped, long, beside, spread])
