"""A table's row, with the cells that span columns, and what its cells say behind the columns' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from f.documents.tables.headers import says_price
from f.documents.tables.sections import LONGEST_CELL


class Row(list[str]):
    """A row's cells.

    `mark`: "header" or "title" (of what follows) where the document marks it as such; "gone" where all of its words are left out, struck out as they
    are: it is no blank row, which would end the table. `spans`: how many columns a cell takes, by its place; the others of them are empty.
    """

    def __init__(
        self, cells: Iterable[str] = (), mark: str = "", spans: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        super().__init__(cells)
        self.mark = mark
        self.spans = {place: columns for place, columns in spans.items() if columns > 1}

    def without(self, hidden: set[int]) -> Row:
        """The row without some columns. What spans columns is seen in those that are left."""
        cells, spans = list(self), {}
        for place, columns in self.spans.items():
            left = [n for n in range(place, min(place + columns, len(cells))) if n not in hidden]
            if left and place < len(cells):
                cells[place], cells[left[0]] = cells[left[0]], cells[place]
                spans[left[0] - sum(n < left[0] for n in hidden)] = len(left)
        return Row((cell for n, cell in enumerate(cells) if n not in hidden), self.mark, spans)


def named(header: list[str], row: list[str]) -> Iterator[str]:
    """Each cell behind its column's name. What spans columns is said of each of them; an amount once, behind all their names: it may be a total."""
    spans = row.spans if isinstance(row, Row) else {}
    for index, cell in enumerate(row):
        if not cell:
            continue
        names = header[index : index + 1]
        if index and index in spans and len(cell) <= LONGEST_CELL:
            names = [*dict.fromkeys(filter(None, header[index : index + spans[index]]))]
            names = [", ".join(names)] if _is_amount(cell) else names
        yield from (f"{name}: {cell}" if name else cell for name in names or [""])


def _is_amount(text: str) -> bool:
    return says_price(text) or text.translate({ord(sign): None for sign in ",.'% "}).isdecimal()
