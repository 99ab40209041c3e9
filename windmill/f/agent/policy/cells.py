"""The words around a figure: in a sentence of a reply, and in the cell or the row of its source."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Sequence

from f.common.figures.amounts import Figure, alike, money, same, span_around
from f.common.figures.finder import figures
from f.common.figures.segments import ROW, Segment, spoken, terms

CELL_END = re.compile(r"\s\|\s|[,;(]\s|\s/\s")


def open_then(told: Sequence[Figure], holding: Sequence[Segment]) -> bool:
    """Whether a sentence with one weekday names times, and one row of that day has all of them: "closed in the afternoon: we open from 8 to 14"."""
    times = [f for f in told if f.unit == "clock"]
    alone = sum(f.unit == "weekday" for f in told) == 1
    return (
        alone
        and len(times) > 1
        and any(all(any(same(f, g) for g in s.figures) for f in times) for s in holding)
    )


def words_beside(text: str, found: Sequence[Figure], figure: Figure) -> list[frozenset[str]]:
    """The words between a figure and the one before it, and between it and the next one."""
    ends = [f.end for f in found if f.end <= figure.start and f.start < f.end]
    starts = [f.start for f in found if f.start >= figure.end and f.start < f.end]
    return [
        terms(text[max(ends, default=0) : figure.start]),
        terms(text[figure.end : min(starts, default=len(text))]),
    ]


def words_beside_in_row(segment: Segment, figure: Figure) -> list[frozenset[str]]:
    """The words on both sides of a figure; in a row of a table those of its cell, for a cell's label may stand on either side."""
    if not ROW.search(segment.text):
        return words_beside(segment.text, segment.figures, figure)
    start, end = span_around(segment.text, figure, ROW)
    return [terms(segment.text[start:end])] * 2


def cell_of(text: str, figure: Figure) -> str:
    """The cell of a row, or the part of a list, that a figure stands in."""
    start, end = span_around(text, figure, CELL_END)
    row, _ = span_around(text, figure, ROW)
    label = re.match(r"[^:：]{2,60}[:：]\s", text[row:start])  # Borobudur: locals 50, guests 400
    return f"{label[0] if label else ''}{text[start:end]}"


def days_of_others(text: str, told: Sequence[Figure], figure: Figure) -> frozenset[str]:
    """The weekdays of a sentence that belong to other figures of it: of two times the first one's days, of two weekdays the other."""
    days = [f for f in told if f.unit == "weekday" and f is not figure]
    if figure.unit != "weekday":
        last = max((f.end for f in told if f.end <= figure.start and alike(f, figure)), default=0)
        near = [f for f in days if last <= f.start < figure.start]
        days = [f for f in days if f.start < last] if near else []
        near_keys = frozenset().union(*(f.keys for f in near))
    else:
        near_keys = figure.keys
    return frozenset().union(*(f.keys for f in days)) - near_keys


def words_of_cell(text: str, figure: Figure) -> frozenset[str]:
    """The words of a cell, and its numbers of other kinds than the figure in question: 12 persons, 6 kg."""
    return terms(text) | {
        f"number {key}"
        for f in figures(text)
        if not alike(f, figure) and not money(f.unit)
        for key in f.keys
        if key.isdigit()
    }


def words_of_piece(text: str, told: Sequence[Figure], figure: Figure, start: int, end: int) -> frozenset[str]:
    """The words of a piece of a sentence, weekdays among them; but not the figure in question."""
    inside = [
        f._replace(start=f.start - start, end=f.end - start)
        for f in told
        if start <= f.start and f.end <= end
    ]
    return spoken(text[start:end], inside) - figure.keys
