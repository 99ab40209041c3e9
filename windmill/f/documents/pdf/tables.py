# requirements: documents
"""The rows of a PDF page's tables as lines of text, each with the header of its cells.

A header is recognised by what it is: bold, shaded, ruled off, another kind of text than what stands below it, or the header of the page before.
"""

# Dashes and signs of many scripts are what this is about.

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from f.documents.clean import clean
from f.documents.pdf.grid import Row, Table, grids
from f.documents.pdf.rulings import Area, Drawn
from f.documents.pdf.unruled.aligned import aligned
from f.documents.pdf.unruled.side_by_side import shape
from f.documents.pdf.unruled.signs_apart import with_signs
from f.documents.pdf.words import Word
from f.documents.tables.headers import looks_like_header
from f.documents.tables.row import Row as SpannedRow
from f.documents.tables.row import named

__all__ = ["TableText", "continues", "find_tables", "row_text", "table_text"]

_FIGURE = re.compile(r"\d")
_SAME_COLUMN = 6.0
_FURTHEST_NAME = 30.0  # points above the first row
_MOST_HEADER_ROWS = 2
_LONGEST_NAME = 60

CellText = Callable[[list[Word]], str]


@dataclass(eq=False)
class TableText:
    """A table's cells as text. `header`: how many of the rows, from the top, name the columns."""

    rows: list[list[str]]
    whole: list[bool]
    columns: list[tuple[float, float]]
    header: int = 0
    names: list[str] = field(default_factory=list)


def find_tables(frames: list[list[Word]], lines: Drawn) -> list[Table]:
    """The tables of the page's frames; each word is in one of them at most."""
    words = [word for frame in frames for word in frame]
    found: list[Table] = []
    used: set[int] = set()
    for table in sorted(grids(words, lines), key=lambda table: len(table.columns) * len(table.rows)):
        mine = {id(word) for word in table.words}
        if not mine & used and sum(sum(map(bool, row.cells)) > 1 for row in table.rows) > 1:
            found.append(table)
            used |= mine
    rules = sorted({round(line.bottom, 1) for line in lines.across if line.right - line.left > 20})
    rest = [[word for word in frame if not word.style.angle and id(word) not in used] for frame in frames]
    free = [table for frame in rest for table in aligned(frame, rules)]
    upright = [word for word in words if word.style.angle % 180 == 90 and id(word) not in used]
    for table in free:
        found.append(_with_upright_names(table, upright))
        mine = {id(word) for word in found[-1].words}
        upright = [word for word in upright if id(word) not in mine]
    return found


def _with_upright_names(table: Table, upright: list[Word]) -> Table:
    """The table with names above its columns that stand on their side."""
    first = table.rows[0]
    cells: list[list[Word]] = [[] for _ in table.columns]
    for _, group in groupby(upright, key=lambda word: word.line):
        name = list(group)
        if not first.bottom <= min(word.bottom for word in name) <= first.top + _FURTHEST_NAME:
            continue
        centre, size = (name[0].left + name[0].right) / 2, name[0].size
        near = [i for i, (left, right) in enumerate(table.columns) if left - size <= centre <= right + size]
        if len(near) == 1:
            cells[near[0]] += name
    if sum(map(bool, cells)) * 2 < len(cells):
        return table
    top = max(word.top for cell in cells for word in cell)
    return Table([Row(cells, top, first.top), *table.rows], table.columns, table.ruled, table.rules)


def table_text(table: Table, lines: Drawn, cell_text: CellText, right_to_left: bool) -> TableText:
    """The table with its cells in reading order and its header recognised."""
    texts = [[cell_text(cell) for cell in row.cells] for row in table.rows]
    spans = [row.spans for row in table.rows]
    columns = list(table.columns)
    if right_to_left:
        turned = [_turned(*row) for row in zip(texts, spans, strict=True)]
        texts, spans = [cells for cells, _ in turned], [of_it for _, of_it in turned]
        columns = columns[::-1]
    texts, columns = with_signs(texts, columns)
    if len(columns) < len(table.columns):
        spans = [{} for _ in texts]
    rows: list[list[str]] = [
        SpannedRow(map(_plain, row), spans=spans_of_it) for row, spans_of_it in zip(texts, spans, strict=True)
    ]
    made = TableText(rows, [row.whole for row in table.rows], columns)
    start = _captions(table, made)
    made.header = _header_rows(table, made, lines, start)
    made.names = _names(made.rows[start : made.header]) if made.header else []
    return made


def _turned(cells: list[str], spans: dict[int, int]) -> tuple[list[str], dict[int, int]]:
    """A row from the other side."""
    turned = cells[::-1]
    found = {}
    for place, columns in spans.items():
        first, last = len(cells) - place - columns, len(cells) - 1 - place
        turned[first], turned[last] = turned[last], turned[first]
        found[first] = columns
    return turned, found


def _captions(table: Table, made: TableText) -> int:
    """How many rows of one cell stand above the table's own. Like names of sections between the rows, in bold, they are lines of their own."""
    alone = [sum(map(bool, row)) == 1 for row in made.rows]
    start = next((i for i, one in enumerate(alone) if not one), 0)
    bold = [bool(row.words) and all(word.style.bold for word in row.words) for row in table.rows]
    sections = sum(bold[i] for i in range(len(alone))) * 2 < len(alone)
    for i, one in enumerate(alone):
        made.whole[i] = made.whole[i] or (
            one and (i < start or (sections and bold[i] and bool(made.rows[i][0])))
        )
    return start


def _plain(text: str) -> str:
    return " ".join(clean(text.replace("|", "/")).split())


def _header_rows(table: Table, made: TableText, lines: Drawn, start: int) -> int:
    """How many rows the header ends at; 0 without one. A title over the whole width may stand above it."""
    rows, texts = table.rows[start:], made.rows[start:]
    if len(rows) < 2 or sum(map(bool, texts[0])) < 2 or any(len(cell) > _LONGEST_NAME for cell in texts[0]):
        return 0
    if not _is_header(rows, texts, lines, table.rules if table.ruled else _rules(lines)):
        return 0
    second = (
        len(rows) > _MOST_HEADER_ROWS
        and any(not cell for cell in texts[0][1:])
        and sum(map(bool, texts[1])) > 1
        and _names_figures(rows, texts, lines)
        and any(a == "" and b for a, b in zip(texts[0], texts[1], strict=True))
    )
    return start + 1 + second


def _names_figures(rows: list[Row], texts: list[list[str]], lines: Drawn) -> bool:
    """True if the second row is set off as the first one is, and says words above figures, or is set off from the third one."""
    first, second, third = (_marked(rows, i, lines) for i in range(3))
    if first != second:
        return False
    if first and not third:
        return True
    return not any(map(_FIGURE.search, texts[1])) and any(map(_FIGURE.search, texts[2]))


def _is_header(rows: list[Row], texts: list[list[str]], lines: Drawn, rules: list[float]) -> bool:
    top, below = texts[0], texts[1:]
    marks = [_marked(rows, i, lines) for i in range(min(4, len(rows)))]
    if marks[0] and not all(marks[1:]) and not _is_striped(marks):
        return True
    if (
        not top[0]
        and sum(map(bool, top)) >= len(top) - 1
        and sum(bool(row[0]) for row in below) * 2 > len(below)
    ):
        return True
    if _typed_differently(top, below) or (_ruled_off(rows, rules) and not _alike(top, below)):
        return True
    return len(top) > 2 and looks_like_header(top, below)


def _is_striped(marks: list[tuple[bool, tuple[int, int, int] | None] | None]) -> bool:
    """True if every other row has the first one's colour, and nothing else sets that one off."""
    return len(marks) > 2 and marks[0] == marks[2] != marks[1] and marks[0] is not None and not marks[0][0]


def _typed_differently(top: list[str], below: list[list[str]]) -> bool:
    """True if three columns or more hold figures under names: other shapes of text than the columns', each name another."""
    filled = [cell for cell in top if cell]
    if len(top) < 3 or len(below) < 2 or len(set(filled)) < len(filled) or _FIGURE.search(top[0]):
        return False
    usual = [_usual_shape([row[i] for row in below]) for i in range(1, len(top))]
    figures = [(cell, kind) for cell, kind in zip(top[1:], usual, strict=True) if cell and "9" in kind]
    return len(figures) * 2 >= len(top) - 1 and all(shape(cell) != kind for cell, kind in figures)


def _alike(top: list[str], below: list[list[str]]) -> bool:
    """True if the first row holds the same shapes of figures as the rows below it."""
    pairs = [(shape(cell), _usual_shape([row[i] for row in below])) for i, cell in enumerate(top) if cell]
    return any("9" in one and one == other for one, other in pairs)


def _usual_shape(cells: list[str]) -> str:
    """The shape of most of the cells; "" if they have none in common."""
    shapes = Counter(shape(cell) for cell in cells if cell)
    kind, count = shapes.most_common(1)[0] if shapes else ("", 0)
    return kind if count * 2 >= shapes.total() else ""


def _rules(lines: Drawn) -> list[float]:
    return [line.bottom for line in lines.across]


def _ruled_off(rows: list[Row], rules: list[float]) -> bool:
    """A line below the first row and none between the ones that follow."""
    if len(rows) < 3:
        return False

    def between(index: int) -> bool:
        high = min(word.base for word in rows[index].words) + 1
        low = max(word.base for word in rows[index + 1].words) + 1
        return any(low < y < high for y in rules)

    return between(0) and not any(between(i) for i in range(1, min(len(rows) - 1, 6)))


def _marked(rows: list[Row], index: int, lines: Drawn) -> tuple[bool, tuple[int, int, int] | None] | None:
    """How a row is set off: in bold, or on a colour; None if it is not."""
    words = rows[index].words
    if not words:
        return None
    bold = all(word.style.bold for word in words)
    behind = _behind(words[-1], lines.filled)
    return (bold, behind) if bold or behind else None


def _behind(word: Word, filled: list[Area]) -> tuple[int, int, int] | None:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    found = [a.colour for a in filled if a.left <= x <= a.right and a.bottom <= y <= a.top]
    return found[-1] if found and found[-1] != (255, 255, 255) else None


def _names(rows: list[list[str]]) -> list[str]:
    """The columns' names; of two rows, what the upper one says of several columns stands before each of theirs."""
    if len(rows) < 2:
        return list(rows[0])
    above, found = "", []
    for top, own in zip(*rows[:2], strict=True):
        above = top or above
        found.append(f"{above} {own}".strip() if own and own != top else top or above)
        if top and not own:  # it has no parts, so what stands beside it is none
            above = ""
    return found


def continues(before: TableText, made: TableText) -> bool:
    """True if a table goes on from the page before: the same columns, and the same header or none of its own."""
    if len(before.columns) != len(made.columns):
        return False
    if made.header and made.names:
        return [name.casefold() for name in made.names] == [name.casefold() for name in before.names]
    return all(
        one[0] - _SAME_COLUMN <= other[1] and other[0] <= one[1] + _SAME_COLUMN
        for one, other in zip(before.columns, made.columns, strict=True)
    )


def row_text(row: list[str], names: list[str]) -> str:
    """A row as other readers of tables write it."""
    if names:
        cells = list(named(names, row))
    elif len(row) == 2 and all(row):
        label = row[0].removesuffix(":")
        cells = [f"{label}: {row[1]}" if not label.endswith("?") else f"{label} {row[1]}"]
    else:
        cells = row if len(row) > 2 else [cell for cell in row if cell]
    return f"| {' | '.join(cells)} |"
