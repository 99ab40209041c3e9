"""Words that stand alone above groups of rows, without a mark of the document: "Haircuts" above what haircuts cost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from f.documents.tables.headers import kind

LONGEST_CELL = 60


def has_sections(block: Sequence[list[str]], headed: bool, titled: bool) -> bool:
    """True if a word stands alone in the first column above each group of rows.

    Below a header the first row tells; without one, a title above the table and two rows at least below each such word.
    """
    alone = [stands_alone(row) for row in block]
    if not any(alone) or alone[-1] or any(a and b for a, b in pairwise(alone)):
        return False
    groups = "".join("s" if one else "r" for one in alone).split("s")
    return (headed and alone[0]) or (titled and all(len(group) > 1 for group in groups))


def stands_alone(row: list[str]) -> bool:
    """True for a short text in the first column and nothing beside it."""
    return (
        len(row) > 1
        and bool(row[0])
        and not any(row[1:])
        and len(row[0]) <= LONGEST_CELL
        and kind(row[0]) == "text"
    )
