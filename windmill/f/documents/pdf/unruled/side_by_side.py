# requirements: documents
"""Takes tables apart that stand side by side on a PDF page, so that their lines are one row to the eye that looks along them."""

# Dashes and signs of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import itertools
import re

from f.documents.pdf.grid import Row, Table
from f.documents.pdf.words import Word

VALUE = re.compile(r"\d|^[-–—✓✔✗x×]$|^(?:yes|no|free|closed)$", re.IGNORECASE)


def text_of(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def shape(cell: str) -> str:
    """What kind of text a cell holds: "12,50 €" is "9€", "Mon" is "a"."""
    figures = re.sub(r"\d+(?:[.,]\d+)*", "9", cell)
    return re.sub(r"\s", "", re.sub(r"[^\W\d_]+(?:\s+[^\W\d_]+)*", "a", figures))


def row_by_row(rows: list[Row]) -> float:
    """The share of neighbouring cells that the file has one after the other, from the left or from the right."""
    steps = [
        0 < other[0].index - one[-1].last < 40 or 0 < one[0].index - other[-1].last < 40
        for row in rows
        for one, other in itertools.pairwise(cell for cell in row.cells if cell)
    ]
    return sum(steps) / len(steps) if steps else 0.0


def apart(table: Table) -> list[Table]:
    """A table, or the two that stand side by side: names begin again after figures, behind the widest gutter or under the same header."""
    texts = [[text_of(cell) for cell in row.cells] for row in table.rows]
    width = len(table.columns)
    gutters = [other[0] - one[1] for one, other in itertools.pairwise(table.columns)]
    for place in range(2, width - 1):
        others = [gutter for i, gutter in enumerate(gutters) if i != place - 1]
        again = place * 2 == width and any(row[:place] == row[place:] and all(row) for row in texts[:3])
        names, figures = _valued(texts, place), _valued(texts, place - 1)
        bare = all(bool(VALUE.search(row[place - 1])) for row in texts if row[place - 1])  # no header
        if again or (bare and names < 0.3 and figures > 0.6 and gutters[place - 1] >= 1.5 * max(others)):
            return [_part(table, 0, place), *apart(_part(table, place, width))]
    return [table]


def _valued(texts: list[list[str]], place: int) -> float:
    cells = [row[place] for row in texts[1:] if row[place]]
    return sum(bool(VALUE.search(cell)) for cell in cells) / len(cells) if cells else 0.0


def _part(table: Table, start: int, end: int) -> Table:
    rows = [Row(row.cells[start:end], row.top, row.bottom) for row in table.rows]
    return Table([row for row in rows if any(row.cells)], table.columns[start:end], table.ruled, table.rules)
