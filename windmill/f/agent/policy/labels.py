"""Whether a figure stands in a cell of one name and the reply gives it to another name of the same passage: Casablanca, and Guéliz's hours."""

# ruff: noqa: RUF001 - capitals of three scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.one_language import plain
from f.agent.policy.polarity import GERMAN, asks
from f.agent.policy.quoted import figures_of
from f.common.figures.amounts import Figure, money, same
from f.common.figures.finder import figures
from f.common.figures.segments import (
    LISTED,
    ROW,
    STEM,
    Source,
    folded,
    is_passage,
    kind_of,
    sentences,
)
from f.common.figures.tool_rows import flat
from f.common.figures.words import SIZES, no_names

CAPITAL = r"A-ZÀ-ÞΑ-ΩА-ЯİŞÇ"
INSIDE = re.compile(
    rf"(?<=[\w,;:)(\[‘'’«]\s)[\"'«(]?([{CAPITAL}]\w{{2,}})|(?<=[(\[‘'’«])([{CAPITAL}]\w{{2,}})"
)
ANYWHERE = re.compile(rf"(?<![\w'’-])([{CAPITAL}]\w{{2,}})()")
CELL = re.compile(r";\s|(?<=\w)\.\s")


def mislabelled(draft: Draft, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Sentences with one figure of its kind, whose name another cell of the named passages has, and the figure's own cell has not."""
    if GERMAN.search(draft.text):
        return
    for sentence, marks in draft.sentences:
        for figure in () if asks(sentence) else figures(LISTED.sub("", sentence)):
            kind = kind_of(figure)
            if not (money(figure.unit) or kind in ("clock", "%") or kind in SIZES):
                continue
            quotes = [
                c
                for c in draft.claims
                if figure.text in c.says and any(same(figure, g) for g in figures_of(c.quote))
            ]
            says = " ".join({c.says for c in quotes}) or sentence
            alone = sum(kind_of(f) == kind for f in figures(says)) <= (2 if kind == "clock" else 1)
            keys = {c.source for c in quotes} or {mark for mark in marks if is_passage(mark)}
            named = _names(says, INSIDE) if alone else frozenset()
            found = [
                _other_names(figure, named, sources[key], [folded(c.quote) for c in quotes])
                for key in keys
                if named and key in sources
            ]
            if found and all(found):
                yield Finding("misplaced", sentence, figure.text)
                break


def _other_names(figure: Figure, named: frozenset[str], source: Source, quotes: list[str]) -> frozenset[str]:
    """The names that only other cells of this figure's kind have; none, where its own cell has one of the reply's names, or does not hold it."""
    cells = list(_cells(source.text))
    holding = [(cell, row) for cell, row in cells if any(_equal(figure, g) for g in figures(cell))]
    quoted = [
        (cell, row) for cell, row in holding if any(q in folded(cell) or folded(cell) in q for q in quotes)
    ]
    holding = quoted or holding
    own = frozenset().union(*(_words(f"{cell} {row} {source.context}") for cell, row in holding))
    others = [
        _names(cell, ANYWHERE)
        for cell, row in cells
        if (cell, row) not in holding and any(kind_of(g) == kind_of(figure) for g in figures(cell))
    ]
    return frozenset().union(*others) & named if holding and not named & own else frozenset()


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """The cells of each row, with the label of the row; of plain text its sentences and their parts."""
    for line in flat(text).splitlines():
        parts = ROW.split(line) if ROW.search(line) else [p for s in sentences(line) for p in CELL.split(s)]
        if not parts:
            continue
        stop = min((f.start for f in figures(parts[0])), default=len(parts[0]))
        label = parts[0][:stop] if ROW.search(line) else ""
        yield from ((part, label) for part in parts)


def _equal(one: Figure, other: Figure) -> bool:
    return same(one, other) and kind_of(one) == kind_of(other)


@lru_cache(maxsize=500)
def _names(text: str, pattern: re.Pattern[str]) -> frozenset[str]:
    return frozenset(
        plain(w)[:STEM]
        for found in pattern.findall(text)
        for w in found
        if w and w.casefold() not in no_names()
    )


@lru_cache(maxsize=500)
def _words(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in re.findall(r"\w{3,}", plain(text)))
