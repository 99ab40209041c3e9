"""Finds sentences and rows of two passages that give different figures for the same subject.

No list of words, no language needs to be known. The subject is what stands around the figures. Two subjects are the same if neither has a word
that the other lacks, but for the word that joins a sentence's subject to its figure ("costs"). A label ("Express delivery: 11.90") or a row is
compared word by word. All other figures of the two must agree: a size, a year or an age makes another subject. Misses are better than false
alarms.
"""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from f.common.figures.amounts import Figure, amount, fits, money, same
from f.common.figures.finder import figures, latin
from f.common.figures.segments import ROW, clauses, ranged, sentences
from f.common.figures.words import SIZES

SIMILAR = 0.7  # how much of the longer word's beginning two forms of one word share
LONGEST = 400  # characters of a sentence
MEASURES = frozenset(SIZES) | {"%"}
DENSE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CELL = re.compile(r"([^:|]{1,60}):\s(.*)", re.DOTALL)


class Statement(NamedTuple):
    """A sentence or row with figures. `subject`: its words but figures; `is_label`: it is `label: value` or a row.

    `optional`: the name of the figure's column. `context`, `title`: the words of the heading and of the document's title.
    `values`: the figures that are compared, all of one kind; `qualifiers`: the others, and years.
    """

    text: str
    subject: tuple[str, ...]
    is_label: bool
    optional: frozenset[str]
    context: frozenset[str]
    title: frozenset[str]
    values: tuple[Figure, ...]
    kind: str
    qualifiers: tuple[Figure, ...]
    years: frozenset[str]


class Source(NamedTuple):
    """A passage of a document."""

    title: str
    heading: str
    text: str


def statements(passage: Source) -> list[Statement]:
    """What a passage says with figures."""
    found = []
    for line in passage.text.splitlines():
        pieces = [line] if ROW.search(line) else [c for s in sentences(line) for c in clauses(s)]
        for piece in pieces:
            if len(piece) <= LONGEST and any(c.isdigit() for c in latin(piece)):
                found += _statements(piece.strip(), passage)
    return found


def contradictions(one: Iterable[Statement], other: Iterable[Statement]) -> list[tuple[Statement, Statement]]:
    """Pairs that contradict each other.

    Where one side says the other's figure, too, of a subject that shares a word, both values are right there, and it is no contradiction.
    """
    mine, theirs = list(one), list(other)
    found: dict[tuple[str, str], tuple[Statement, Statement]] = {}
    for statement in mine:
        alike = [s for s in theirs if s.kind == statement.kind and _related(statement, s)]
        if any(_agree(statement, s) for s in alike):
            continue
        rival = next((s for s in alike if _same_subject(statement, s)), None)
        if rival and not any(s.kind == rival.kind and _related(rival, s) and _agree(rival, s) for s in mine):
            found.setdefault((statement.text, rival.text), (statement, rival))
    return list(found.values())


def _statements(text: str, passage: Source) -> list[Statement]:
    """The statement of a sentence; of a row, one for each cell with figures of a kind."""
    if not ROW.search(text):
        label, colon, value = re.sub(r"\s*[:：]\s+|：", ": ", text, count=1).partition(": ")
        is_label = bool(colon) and not figures(label) and len(_words(value)) <= 5
        return _made(text, text, is_label, frozenset(), passage, ())
    cells = [cell.strip() for cell in ROW.split(text)]
    found: list[Statement] = []
    for place, cell in enumerate(cells):
        named = CELL.fullmatch(cell)
        if not figures(named[2] if named else cell) or _kind(figures(named[2] if named else cell)) is None:
            continue
        # What has figures of its own in other cells qualifies, unless it is another price of the same row.
        others = [c for n, c in enumerate(cells) if n != place]
        rest = [c for c in others if _kind(figures(c)) is None]
        alone = len(rest) == len(others)
        column = _words(named[1]) if named else ()
        body = " | ".join((CELL.fullmatch(c) or [c, c, c])[2] for c in rest)
        value = named[2] if named and alone else cell
        extra = tuple(f for c in rest for f in figures(c))
        found += _made(text, f"{body} | {value}", True, frozenset(column), passage, extra)
    return found


def _made(
    text: str, said: str, is_label: bool, optional: frozenset[str], passage: Source, extra: tuple[Figure, ...]
) -> list[Statement]:
    all_figures = ranged(figures(said), said)
    kind = _kind(all_figures)
    if kind is None:
        return []
    values = tuple(f for f in all_figures if kind_of(f) == kind)
    qualifiers = tuple(f for f in all_figures if kind_of(f) != kind) + extra
    letters = list(latin(said))
    for figure in all_figures:
        if figure.unit != "code":
            letters[figure.start : figure.end] = " " * (figure.end - figure.start)
    subject = _words("".join(letters))
    if not subject and not any(f.unit == "weekday" for f in qualifiers):
        return []
    context = frozenset(_words(passage.heading))
    title = frozenset(w for w in _words(passage.title) if not w.isdigit())
    years = frozenset(YEAR.findall(f"{text} {passage.heading}"))
    return [Statement(text, subject, is_label, optional, context, title, values, kind, qualifiers, years)]


def kind_of(figure: Figure) -> str:
    return "money" if money(figure.unit) else figure.unit


def _kind(found: Iterable[Figure]) -> str | None:
    """What these figures are about: money before times before shares before measures. None: nothing that can be compared."""
    kinds = {kind_of(f) for f in found}
    if "money" in kinds:
        return "money"
    if "clock" in kinds:
        return "clock"
    measures = [k for k in kinds if k in MEASURES]
    return measures[0] if len(measures) == 1 else None


def _agree(one: Statement, other: Statement) -> bool:
    """Whether the figures can be the same fact: one is in the other's range, or one side's figures are all the other's, too."""
    if one.kind != "clock":
        if any(not any(fits(a.unit, b.unit) for b in other.values) for a in one.values):
            return True  # another currency says nothing
        spans = [_span(one.values), _span(other.values)]
        if None not in spans:
            (low, high), (least, most) = spans  # type: ignore[misc]
            if len(one.values) + len(other.values) > 2 and low <= most and least <= high:
                return True
    few, many = sorted((one.values, other.values), key=len)
    return all(any(same(a, b) for b in many) for a in few)


def _span(values: tuple[Figure, ...]) -> tuple[float, float] | None:
    numbers = [n for f in values for n in amount(f)]
    return (min(numbers), max(numbers)) if numbers else None


def _same_qualifiers(one: Statement, other: Statement) -> bool:
    if one.years != other.years:
        return False
    mine, theirs = one.qualifiers, other.qualifiers
    return all(any(same(a, b) for b in theirs) for a in mine) and all(
        any(same(a, b) for b in mine) for a in theirs
    )


def _related(one: Statement, other: Statement) -> bool:
    """Whether the subjects share a word, or neither has one."""
    return (
        not one.subject or not other.subject or any(_alike(a, b) for a in one.subject for b in other.subject)
    )


def _same_subject(one: Statement, other: Statement) -> bool:
    if not _same_qualifiers(one, other) or len(one.values) != len(other.values):
        return False
    left = [w for w in one.subject if not any(_alike(w, o) for o in other.subject)]
    right = [w for w in other.subject if not any(_alike(w, o) for o in one.subject)]
    left = [w for w in left if not _named(w, other)]
    right = [w for w in right if not _named(w, one)]
    if left and right:
        return False
    more, fewer, extra = (one, other, left) if left else (other, one, right)
    shared = len(fewer.subject)
    dense = any(DENSE.match(w) for w in (*one.subject, *other.subject))
    if extra and (more.is_label or dense):
        return False
    long = [w for w in extra if len(w) > 3]
    if len(long) > 1 or len(extra) > 2 + shared or (long and not _joins(more, long[0])):
        return False
    if not shared:  # Saturday: 10 to 14
        return one.context == other.context and _same_place(one, other)
    return _same_place(one, other)


def _named(word: str, other: Statement) -> bool:
    """Whether the other side's column or heading has the word."""
    return any(_alike(word, w) for w in (*other.optional, *other.context))


def _joins(statement: Statement, word: str) -> bool:
    """Whether the word stands last before the figure, after other words of the subject, or is the last of all."""
    long = [w for w in statement.subject if len(w) > 3]
    return len(long) > 1 and long[-1] == word


def _same_place(one: Statement, other: Statement) -> bool:
    """Whether the headings and titles don't name two different things, such as two branches."""
    said = (*one.subject, *other.subject)
    mine, theirs = _only(one.context, (*other.context, *said)), _only(other.context, (*one.context, *said))
    if one.context and other.context and mine and theirs:
        return False
    mine, theirs = _only(one.title, other.title), _only(other.title, one.title)
    return not (mine and theirs and (mine < one.title or theirs < other.title))  # Shop in Leeds, shop in York


def _only(words: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    return frozenset(w for w in words if not any(_alike(w, o) for o in others))


@lru_cache(maxsize=4000)
def _words(text: str) -> tuple[str, ...]:
    """The words of a text without case and accents; pairs of letters where no spaces stand between words."""
    plain = unicodedata.normalize("NFKD", latin(text).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c) or c > "\u0900")
    found: list[str] = []
    for word in re.findall(r"[^\W_](?:[^\W_]|[\u0900-\u0dff])*", unicodedata.normalize("NFC", plain)):
        if DENSE.match(word):
            found += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        else:
            found.append(word)
    return tuple(dict.fromkeys(found))


def _alike(one: str, other: str) -> bool:
    """Whether two words are forms of one."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or DENSE.match(one):
        return False
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return shared >= max(4, SIMILAR * len(long))
