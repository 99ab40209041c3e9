"""The kinds of `by_*.py` once more for building, with the words of other businesses: each layout in another language, each script in another one's kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import base
from shops import SHOPS
from trades import TRADES

WORDS = {
    "en": replace(SHOPS["Larkfield"], sections=SHOPS["Larkfield"].sections[:2]),  # as many as the layouts hold
    "fr": SHOPS["Corsini"],
    "de": SHOPS["Kadewiel"],
    "es": SHOPS["Tilleuls"],
    "pt": SHOPS["Kometa"],
    "pl": SHOPS["Björkens"],
    "tr": TRADES["pl"],
    "el": TRADES["ru"],
    "ru": TRADES["el"],
    "ar": TRADES["he"],
    "he": TRADES["ar"],
    "hi": TRADES["th"],
    "th": TRADES["hi"],
    "zh": TRADES["ja"],
    "ja": TRADES["zh"],
}
TRADES.update(WORDS)


def put(name: str, content: bytes, kind: str, made_with: str, lang: str, truth: base.Truth) -> None:
    """All of them for building, under a name that tells them from the others."""
    base.save("dev", f"again_{name}", content, kind, made_with, WORDS[lang].lang if lang in WORDS else lang, truth)


base.put = put


def makers() -> list[Any]:
    """Of the other modules, which take `put` and the words when they are imported."""
    import by_fpdf
    import by_latex
    import by_libreoffice
    import by_office_libraries
    import by_reportlab
    import by_web_printers

    found: list[Any] = [by_fpdf.defaults, by_fpdf.layouts, by_fpdf.spans, by_fpdf.dark_header, by_fpdf.cell_by_cell, by_fpdf.from_html]
    found += [by_latex.books, by_latex.wrapped, by_latex.long, by_latex.beside, by_latex.spread]
    found += [by_libreoffice.calc, by_libreoffice.writer, by_libreoffice.merged]
    found += [
        by_office_libraries.word_tables,
        by_office_libraries.workbooks,
        by_office_libraries.slides,
        by_office_libraries.web,
        by_office_libraries.text_files,
    ]
    r, w = by_reportlab, by_web_printers
    found += [
        r.wrapped_cells,
        r.few_lines,
        r.currency_apart,
        r.sections,
        r.over_pages,
        r.newspaper,
        r.beside,
        r.footnotes,
        r.cards,
        r.menu,
        r.invoice,
    ]
    return [*found, w.weasy_tables, w.weasy_menus, w.framework_tables, w.framework_lists, w.framework_cards]


if __name__ == "__main__":
    base.run(makers())
