"""More Rich Text documents for building: Word's tables as LibreOffice saves them (merged rows, cells that span rows, two lines in a cell), tab stops, pandoc's tables and lists."""

from __future__ import annotations

from typing import Any

from base import Truth, convert, pandoc, run, save
from by_libreoffice import letter, saved, styled, tab_menu
from shops import ALL
from trades import Trade


def rtf(t: Trade, name: str, kind: str, truth: Truth, document: Any) -> None:
    save("dev", name, convert(saved(document), "docx", "rtf"), kind, "python-docx, LibreOffice", t.lang, truth)


def tables() -> None:
    """Merged section rows; a section that spans rows; names with a second line; the matrix with gaps."""
    for key, name in (("Kometa", "kometa_sekce.rtf"), ("Corsini", "corsini_sezioni.rtf")):
        t = ALL[key]
        made = letter(t)
        table = styled(made, t.plain()[:1], "Table Grid")
        for title, rows in t.sections:
            cells = table.add_row().cells
            cells[0].merge(cells[2]).text = title
            for r in rows:
                for cell, text in zip(table.add_row().cells, (r[0], t.paid(r[2]), t.paid(r[3])), strict=True):
                    cell.text = text
        rtf(t, name, "merged section rows", Truth().table(t.plain()), made)
    t = ALL["Björkens"]
    made = letter(t)
    table = styled(made, [["", *t.plain()[0]]], "Table Grid")
    for title, rows in t.sections:
        first = len(table.rows)
        for r in rows:
            for cell, text in zip(table.add_row().cells, ("", r[0], t.paid(r[2]), t.paid(r[3])), strict=True):
                cell.text = text
        table.cell(first, 0).merge(table.cell(len(table.rows) - 1, 0)).text = title
    truth = Truth().table(t.plain())
    for title, rows in t.sections:
        truth.fact(title, rows[2][0], near=120)
    rtf(t, "bjorken_spann.rtf", "section that spans rows", truth, made)
    for key, name in (
        ("ru", "rakurs_setka.rtf"),
        ("el", "myrtia_pinakas.rtf"),
        ("tr", "cinar_cizelge.rtf"),
        ("he", "gefen_tavla.rtf"),
        ("ja", "tsubame_hyo.rtf"),
    ):
        t = ALL[key]
        made = letter(t)
        styled(made, t.matrix, "Light Grid Accent 1")
        made.add_paragraph(t.notes[0])
        table = made.add_table(0, 2)
        for r in t.rows():
            cells = table.add_row().cells
            cells[0].text = r[0]
            cells[0].add_paragraph(r[1])
            cells[1].text = r[2]
        truth = Truth().table(t.matrix).pairs(t.pairs()).fact(t.notes[0])
        rtf(t, name, "matrix, cells of two lines", truth, made)


def lists() -> None:
    """Tab stops with dots, hours below; pandoc's own table and list."""
    for key, name in (
        ("Larkfield", "larkfield_tabs.rtf"),
        ("Tilleuls", "tilleuls_points.rtf"),
        ("pl", "delfin_kropki.rtf"),
        ("th", "dokpip_jud.rtf"),
    ):
        t = ALL[key]
        rtf(t, name, "tab stops with dots", Truth().pairs(t.pairs()).pairs(t.hours), tab_menu(t))
    for key, name in (("Kadewiel", "kadewiel_pandoc.rtf"), ("ru", "rakurs_pandoc.rtf")):
        t = ALL[key]
        line = lambda cells: f"| {' | '.join(cells)} |\n"  # noqa: E731
        rows = t.plain()
        text = f"# {t.name}\n\n{line(rows[0])}|---|---|---|\n{''.join(map(line, rows[1:]))}\n## {t.hours_title}\n\n" + "".join(
            f"- {a}: {b}\n" for a, b in t.hours
        )
        save("dev", name, pandoc(text, "markdown", "rtf", "-s"), "table and list", "pandoc", t.lang, Truth().table(rows).pairs(t.hours))


if __name__ == "__main__":
    run([tables, lists])
