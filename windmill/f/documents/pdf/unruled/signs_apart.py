"""Puts a currency that stands in a column of its own beside the amounts that it belongs to: accounting formats write it at the cell's other edge."""

from __future__ import annotations

import re
import unicodedata

_AMOUNT = re.compile(r"[-+(]?\d[\d.,' ]*[-)]?")
_LONGEST = 4  # letters: as in "EUR"
_FEWEST = 2


def with_signs(
    texts: list[list[str]], columns: list[tuple[float, float]]
) -> tuple[list[list[str]], list[tuple[float, float]]]:
    """The rows and the columns, in the order in which they are read, with each sign in its amount's cell."""
    places = [place for place in range(len(columns)) if _is_sign(texts, place)]
    if not places:
        return texts, columns
    before = places[0] > 0 and _has_amounts(texts, places[0], places[0] - 1)
    for place in reversed(places):
        other = place - 1 if before else place + 1
        if 0 <= other < len(columns) and _has_amounts(texts, place, other):
            first = min(place, other)
            texts = [
                [*row[:first], " ".join(filter(None, row[first : first + 2])), *row[first + 2 :]]
                for row in texts
            ]
            edges = [*columns[first], *columns[first + 1]]
            columns = [*columns[:first], (min(edges), max(edges)), *columns[first + 2 :]]
    return texts, columns


def _is_sign(texts: list[list[str]], place: int) -> bool:
    """True if a column holds one short sign or word over and over, below a header."""
    cells = [row[place] for row in texts[1:] if row[place]]
    if len(cells) < _FEWEST or len(set(cells[1:])) > 1 or len(cells[-1]) > _LONGEST:
        return False
    letters = sum(map(str.isalpha, cells[-1]))
    return letters > 1 or any(unicodedata.category(letter) == "Sc" for letter in cells[-1])


def _has_amounts(texts: list[list[str]], place: int, other: int) -> bool:
    """True if a column holds an amount, and nothing but that, wherever the sign stands."""
    sign = texts[-1][place] or next((row[place] for row in reversed(texts) if row[place]), "")
    cells = [row[other] for row in texts if row[place] == sign]
    return len(cells) >= _FEWEST and all(_AMOUNT.fullmatch(cell) for cell in cells)
