"""Rich Text's tables: which cells span columns and rows, which rows name the columns, and what stands in a table inside a cell.

The library that reads the text knows nothing of it. So marks that it leaves in the text stand in place of the words for cells and rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from f.documents.tables.cells import cell_text
from f.documents.tables.rows import Row, lines

# A row begins; a cell ends; a row ends, with the number of its shape before the mark; the same of a table inside a cell.
ROW, CELL, ROW_END = "\ue002", "\ue003", "\ue004"
_SHAPE, _INNER_CELL, _INNER_END = "\ue005", "\ue006", "\ue007"
MARKS = f"{ROW}{CELL}{ROW_END}{_SHAPE}{_INNER_CELL}{_INNER_END}"
TABLE = re.compile(f"{ROW}(?:[^{ROW_END}]*{ROW_END}\\s*)+?(?!\\s*{ROW})")
_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'[0-9a-f]{2}|\\[^a-z]|[{}]|[^\\{}]+", re.IGNORECASE)
_INNER_ROW = re.compile(r"\{\\\*\\nesttableprops\b[^{}]{0,20000}\}")
_NEAR = 100  # twips: edges of columns that lie closer are one


class _Cell(NamedTuple):
    """A cell's right edge in twips, and whether it goes on with the cell on its left or the one above it."""

    edge: int
    joins_left: bool
    joins_above: bool


@dataclass
class Shape:
    """A row as its properties describe it."""

    cells: list[_Cell] = field(default_factory=list)
    names_columns: bool = False


def with_marks(source: str) -> tuple[str, list[Shape]]:
    """The source with marks for cells and rows, and the rows' shapes by their numbers."""
    source = _INNER_ROW.sub(lambda _: _mark(_INNER_END), source)
    out: list[str] = []
    shapes: list[Shape] = []
    shape, left, above = Shape(), False, False
    bold, outer = False, [False]
    in_row = any_text = all_bold = False  # of the row so far
    for token in _TOKEN.finditer(source):
        word, number = token[1], token[2]
        if word == "trowd":
            shape = Shape()
            all_bold = all_bold if in_row else True  # Word says a row's shape again behind its cells
            any_text = any_text and in_row
            out.append(_mark(ROW))
        elif word == "cellx":
            shape.cells.append(_Cell(int(number or 0), left, above))
            left = above = False
        elif word in ("clmrg", "clvmrg"):
            left, above = left or word == "clmrg", above or word == "clvmrg"
        elif word == "trhdr":
            shape.names_columns = True
        elif word in ("cell", "nestcell"):
            in_row = True
            out.append(_mark(CELL if word == "cell" else _INNER_CELL))
        elif word == "row":
            shapes.append(Shape(shape.cells, shape.names_columns or (any_text and all_bold)))
            out.append(f"{_mark(_SHAPE)}{len(shapes) - 1}{_mark(ROW_END)}")
            in_row = False
        else:
            out.append(token[0])
            if word in ("b", "plain"):
                bold = word == "b" and number != "0"
            elif token[0] == "{":
                outer.append(bold)
            elif token[0] == "}":
                bold = outer.pop() if outer else False
            elif word is None and token[0].strip():
                any_text, all_bold = True, all_bold and bold
    return "".join(out), shapes


def _mark(character: str) -> str:
    """The character as the library reads it, whatever number of replacements the text around has."""
    return f"{{\\uc1\\u{ord(character) - 65536}?}}"


def table_lines(text: str, shapes: list[Shape]) -> Iterator[str]:
    """The lines of a table between marks, and of the tables in its cells after it."""
    rows: list[tuple[Shape, list[str]]] = []
    inner: list[tuple[str, list[list[str]]]] = []
    for row in text.split(ROW_END)[:-1]:
        body, _, number = row.replace(ROW, "").rpartition(_SHAPE)
        cells: list[str] = []
        for cell in body.split(CELL)[:-1]:
            *within, after = cell.split(_INNER_END)
            if within:
                inner.append((cells[0] if len(cells) == 1 else "", [_inner_cells(one) for one in within]))
            cells.append(cell_text(after))
        rows.append((shapes[int(number)] if number.isdecimal() else Shape(), cells))
    yield from lines(_spread(rows))
    for caption, table in inner:
        yield from lines(table, caption[:80])


def _inner_cells(row: str) -> list[str]:
    return [cell_text(cell) for cell in row.split(_INNER_CELL)[:-1]]


def _spread(rows: list[tuple[Shape, list[str]]]) -> Iterator[Row]:
    """The rows as a plain grid. What spans rows is said in each of them."""
    known = all(len(shape.cells) == len(cells) for shape, cells in rows)
    even = len({len(cells) for _, cells in rows}) == 1
    edges = _columns([one.edge for shape, _ in rows for one in shape.cells]) if known and not even else []
    above: list[str] = []
    for shape, cells in rows:
        row: list[str] = []
        spans: dict[int, int] = {}
        joined = 0  # the cell that those after it are joined to
        for place, text in enumerate(cells):
            cell = shape.cells[place] if known else _Cell(0, False, False)
            if cell.joins_above and not text and len(row) < len(above):
                text = above[len(row)]
            start = joined = joined if cell.joins_left and not edges else len(row)
            row.append(text)
            if edges:
                row += [""] * (_column(edges, cell.edge) + 1 - len(row))
            spans[start] = len(row) - start
        filled = sum(map(bool, row))
        wide = any(columns > 1 and row[place] for place, columns in spans.items())
        title = filled == 1 and (wide or shape.names_columns)
        yield Row(row, "title" if title else "header" if shape.names_columns and filled > 1 else "", spans)
        above = row


def _columns(edges: list[int]) -> list[int]:
    """The right edges of all columns; such as lie near each other are one."""
    found: list[int] = []
    for edge in sorted(set(edges)):
        if not found or edge - found[-1] > _NEAR:
            found.append(edge)
    return found


def _column(columns: list[int], edge: int) -> int:
    return max((n for n, one in enumerate(columns) if one <= edge), default=0)
