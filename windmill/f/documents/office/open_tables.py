"""Reads the tables of OpenDocument files, of sheets as of texts: cells that span others or repeat, hidden rows and columns left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from f.documents.office.open_styles import TABLE, TEXT, Styles
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.rows import Row

_LINK = re.compile(r"HYPERLINK\(\s*\"([^\"]{1,2000})\"", re.IGNORECASE)

_MOST_REPEATED = 200  # rows or columns that say the same


class Tables:
    """Reads tables with a document's styles. inside: gives the texts of a cell."""

    def __init__(self, styles: Styles, inside: Callable[[Any], Iterator[str]]) -> None:
        self._styles, self._inside = styles, inside

    def has_hidden(self, table: Any) -> bool:
        return any(
            one.get(f"{TABLE}visibility", "visible") != "visible"
            for one in table.iter(f"{TABLE}table-row", f"{TABLE}table-column")
        )

    def rows(self, table: Any) -> Iterator[list[str]]:
        """A table's rows, as often as each comes; hidden rows and columns left out."""
        hidden = self._hidden_columns(table)
        above: dict[int, tuple[int, int, str]] = {}
        for row in _own(table, f"{TABLE}table-row"):
            again = _count(row, "number-rows-repeated")
            shown = self._row(row, above).without(hidden)
            above = {place: (n - 1, wide, text) for place, (n, wide, text) in above.items() if n > 1}
            if row.get(f"{TABLE}visibility", "visible") != "visible":
                continue
            yield from [shown] * (min(again, _MOST_REPEATED) if any(shown) else 1)

    def _row(self, row: Any, above: dict[int, tuple[int, int, str]]) -> Row:
        """A row; `above` says by its first column what spans rows: how many, how many columns, and its text."""
        cells: list[str] = []
        spans: dict[int, int] = {}
        bold = []
        for cell in row:
            if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                continue
            struck = self._styles.is_struck(cell.get(f"{TABLE}style-name"))
            text = "" if struck else cell_text(" ".join(self._inside(cell)))
            if text and (link := _LINK.search(cell.get(f"{TABLE}formula", ""))):
                text = with_address(text, link[1])
            place = len(cells)
            if cell.tag == f"{TABLE}covered-table-cell":
                if not text and place in above:
                    _, spans[place], text = above[place]
            elif text:
                bold.append(self._is_bold(cell))
                spans[place] = min(_count(cell, "number-columns-spanned"), _MOST_REPEATED)
                span = _count(cell, "number-rows-spanned")
                if span > 1:
                    above[place] = (min(span, _MOST_REPEATED), spans[place], text)
            again = min(_count(cell, "number-columns-repeated"), _MOST_REPEATED)
            cells += [text] * again
        if len(bold) == 1:
            wide = any(_count(cell, "number-columns-spanned") > 1 for cell in row)
            return Row(cells, "title" if bold[0] or wide else "", spans)
        if not any(cells) and "".join(row.itertext()).strip():
            return Row(cells, "gone")
        head = row.getparent().tag == f"{TABLE}table-header-rows"
        return Row(cells, "header" if bold and (head or all(bold)) else "", spans)

    def _is_bold(self, cell: Any) -> bool:
        if self._styles.is_bold(cell.get(f"{TABLE}style-name")):
            return True
        paragraph = cell.find(f"{TEXT}p")
        if paragraph is None:
            return False
        spans = paragraph.findall(f"{TEXT}span")
        whole = len(spans) == 1 and "".join(spans[0].itertext()) == "".join(paragraph.itertext())
        styles = [paragraph.get(f"{TEXT}style-name"), *([spans[0].get(f"{TEXT}style-name")] if whole else [])]
        return any(map(self._styles.is_bold, styles))

    def _hidden_columns(self, table: Any) -> set[int]:
        hidden: set[int] = set()
        place = 0
        for column in islice(_own(table, f"{TABLE}table-column"), 2_000):
            again = min(_count(column, "number-columns-repeated"), 16_384)
            if column.get(f"{TABLE}visibility", "visible") != "visible":
                hidden.update(range(place, place + again))
            place += again
        return hidden


def _own(table: Any, tag: str) -> Iterator[Any]:
    """A table's rows or columns, not those of a table in a cell."""
    for one in table:
        if one.tag == tag:
            yield one
        elif (
            isinstance(one.tag, str)
            and one.tag.startswith(f"{TABLE}table-")
            and one.tag != f"{TABLE}table-row"
        ):
            yield from _own(one, tag)


def _count(one: Any, name: str) -> int:
    value = one.get(f"{TABLE}{name}", "1")
    return int(value[:7]) if value.isdecimal() else 1
