"""Tables that stand beside each other on a sheet, with an empty column between them, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from f.documents.tables.headers import kind

_FEWEST_ROWS = 3


def apart(rows: Sequence[list[str]]) -> list[list[list[str]]]:
    """The rows of each table; a single list where they are one table, in which a column happens to be empty.

    They are several where each part has labels of its own and they don't run through the same rows, or say the same names above.
    """
    parts = _groups(rows)
    if len(rows) < _FEWEST_ROWS or len(parts) < 2:
        return [list(rows)]
    cut = [[_part(row, start, end) for row in rows] for start, end in parts]
    if any(end - start < 2 or not _has_labels(one) for (start, end), one in zip(parts, cut, strict=True)):
        return [list(rows)]
    filled = [[bool(any(row)) for row in one] for one in cut]
    first = [next((set(filter(None, row)) for row in one if sum(map(bool, row)) > 1), set()) for one in cut]
    titled = any(sum(map(bool, next(filter(any, one)))) == 1 for one in cut)
    same_names = any(len(a & b) >= 2 for n, a in enumerate(first) for b in first[n + 1 :])
    if titled or same_names or any(one != filled[0] for one in filled[1:]):
        return cut
    return [list(rows)]


def _groups(rows: Sequence[list[str]]) -> list[tuple[int, int]]:
    """From where to where columns are used, between empty ones."""
    width = max((len(row) for row in rows), default=0)
    used = [any(place < len(row) and row[place] for row in rows) for place in range(width)]
    found, start = [], -1
    for place, is_used in enumerate([*used, False]):
        if is_used and start < 0:
            start = place
        elif not is_used and start >= 0:
            found.append((start, place))
            start = -1
    return found


def _part(row: list[str], start: int, end: int) -> list[str]:
    cut = row[start:end]
    if hasattr(row, "mark"):
        return type(row)(cut, row.mark if any(cut) else "")  # type: ignore
    return cut


def _has_labels(rows: list[list[str]]) -> bool:
    """True if the first column holds words, or times, that differ."""
    cells = [row[0] for row in rows if row and row[0] and sum(map(bool, row)) > 1]
    words = sum(kind(cell) in ("text", "mixed", "time", "date") for cell in cells)
    return len(cells) > 1 and words * 2 > len(cells) and len(set(cells)) * 2 > len(cells)
