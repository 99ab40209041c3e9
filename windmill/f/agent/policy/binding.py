"""Whether the words around a figure are those of another figure of its own source: Boulder's name and Denver's stock, size M and the waist of S.

A source is cut into clauses, each with the figures that stand in it. What tells two apart are the words, single letters, weekdays and numbers that
only one of them has. No language is known here; a reply in another language is heard by names, numbers and weekdays alone.
"""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.limits import direction
from f.agent.policy.one_language import in_one_language
from f.agent.policy.quoted import in_least
from f.common.figures.amounts import Figure, amount, is_price, money, same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks
from f.common.figures.segments import (
    LISTED,
    ROW,
    Segment,
    Source,
    folded,
    is_passage,
    kind_of,
    names_in_full,
    ranged,
    rows,
    sentences,
    spoken,
)
from f.common.figures.words import SIZES

LETTER = re.compile(r"(?<![\w'’.])([A-ZÀ-ÞΑ-ΩА-Я])(?![\w'’.])")  # size M, zone B
CLAUSE = re.compile(
    r"[,，、،;；](?=\s)|[、，،；。]|\s(?:and|y|e|et|und|i|и|ve|dan|و|og|och|plus|while|but|pero|aber)\s|\s[–—-]\s|\|"
)
LABELLED = re.compile(r"[^:：]{2,60}[:：]\s?")
NAMED = re.compile(r"[A-ZÀ-ÞΑ-ΩА-Я][^\W\d_]{2,}\s$")  # the number of a name counts nothing: Mesa 3
MEASURES = ("minute", "day", "week", "month", "kg", "g", "cm", "m", "km", "l", "ml")
LOAN = 5  # letters of a word that two languages share and mean alike: bags, and sacs, but vampire
FAR = 12  # letters between two numbers that have no unit in common, as "6, 8 or 10 weeks" have
UNPLACED = ("phone", "link", "mail", "code")
UNNUMBERED = (*UNPLACED, "weekday", "date", "clock")


class Span(NamedTuple):
    """From where to where something holds, in its unit's smallest."""

    kind: str
    least: float
    most: float


class Value(NamedTuple):
    """A figure of a text. `words`: those of its clause; `around`: those of the label and the row that it shares with others.

    `beyond`: the limit before its clause, which it may be the other side of: up to 10 cm² 80, above 140. `part`: of a price or
    a share, the part of the sentence that may tell the range that it is said of: between 7 and 15 days, 50 %. `row`: the numbers
    of its table's row, which speak for no other one.
    """

    figure: Figure
    words: frozenset[str]
    around: frozenset[str]
    clause: str
    beyond: frozenset[str]
    part: str = ""
    row: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.words | self.around


def of_other_unit(figure: Figure, segment: Segment) -> bool:
    """Whether a row has this number only without a unit, and the unit beside other numbers: 6 sessions, 8 weeks apart, and no 6 weeks."""
    mine = [f for f in segment.figures if same(f, figure)]
    if figure.unit not in MEASURES or not mine or any(f.unit for f in mine):
        return False
    others = [f for f in segment.figures if f.unit in MEASURES and SIZES[f.unit][0] == SIZES[figure.unit][0]]
    return bool(others) and all(
        abs(f.start - g.end) > FAR and abs(g.start - f.end) > FAR for f in others for g in mine
    )


def misbound(draft: Draft, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Statements with a figure whose own words all stand beside another figure of its kind, which the statement does not name."""
    if draft.kind in ("unknown", "handoff", "clarify"):
        return
    asked = _words(sources["customer"].text) if "customer" in sources else frozenset()
    statements = list(_statements(draft, sources))
    for text, key, quote in statements:
        known = values(sources[key].text)
        shared = None  # a word of two languages tells by chance, unless it is long or a name
        if not in_one_language(draft.text, [sources[key]]):
            shared = names_in_full(f"- {sources[key].text}")
        told = values(text)
        heard = asked.union(*(value.all for value in told))
        beside = [words for said, _, words in statements if said == text and words != quote]
        quoted = [
            f for words in beside for f in figures(words) if not any(same(f, g) for g in figures(quote))
        ]
        for value in told:
            elsewhere = any(same(value.figure, f) for f in quoted)  # another quote is what it rests on
            if not elsewhere and _counts(value) and _of_another(value, told, known, quote, heard, shared):
                yield Finding("misplaced", text, value.figure.text)
                return


def _statements(draft: Draft, sources: Mapping[str, Source]) -> Iterator[tuple[str, str, str]]:
    """What a reply says of each source, the source's key, and the words quoted for it; without claims its sentences, with no quote."""
    claims = [
        (c.says if len(c.says) > 3 else draft.text, c.source, c.quote)
        for c in draft.claims
        if c.quote.strip()
    ]
    marked = [(sentence, mark, "") for sentence, marks in draft.sentences for mark in marks]
    for text, key, quote in claims if draft.claims else marked:
        if key in sources and (is_passage(key) or key == "hours") and not asks(text):
            yield LISTED.sub("", text), key, quote


def _counts(value: Value) -> bool:
    figure = value.figure
    if figure.start >= figure.end or kind_of(figure) in UNPLACED:
        return False
    named = NAMED.search(value.clause.partition(figure.text)[0])
    return bool(figure.unit) or not (named or _begins_range(figure, value.clause))


def _begins_range(number: Figure, clause: str) -> bool:
    """Whether a bare number takes its unit from the next figure: the first of 3 to 12 months."""
    return any(
        f.unit in SIZES and 0 <= f.start - number.end <= FAR and "," not in clause[number.end : f.start]
        for f in figures(clause)
    )


def _of_another(
    value: Value,
    told: tuple[Value, ...],
    known: tuple[Value, ...],
    quote: str,
    heard: frozenset[str],
    shared: frozenset[str] | None,
) -> bool:
    """Whether a figure's words speak for another figure of its source, and for none of the places where it stands.

    `shared`: the source's names, where the two are of different languages, which share short words by chance.
    """
    mine = value.all
    if shared is not None:
        mine = frozenset(w for w in mine if len(w) >= LOAN or not w.isalpha() or w in shared)
    kind = kind_of(value.figure)
    alike = [v for v in known if kind_of(v.figure) == kind]
    here = [v for v in alike if same(v.figure, value.figure)]
    cited = [v for v in here if _meet(folded(v.clause), folded(quote))] if quote else []
    here = cited or here
    heard_of = [v.figure for v in told]
    if any(_spans(v.part, heard_of) for v in here):
        return False
    if here and any(_of_other_tier(v, here, heard_of) for v in alike):
        return True
    for other in alike if here else ():
        if any(same(other.figure, v.figure) for v in (*here, *told)):
            continue
        elsewhere: frozenset[str] = frozenset().union(
            *(v.all for v in alike if v is not other and v.all != other.all)
        )
        if all(
            ((other.all - v.all - v.beyond - v.row) & mine) - elsewhere
            and v.all - other.all
            and not (v.all - other.all) & heard
            for v in here
        ):
            return True
    return False


def said_of(text: str, figure: Figure, told: Iterable[Figure]) -> bool:
    """Whether a source says a price or a share of a range that a figure of the statement lies in: 10 days, between 7 and 15 days 50 %."""
    return any(_spans(v.part, told) for v in values(text) if same(v.figure, figure))


def _of_other_tier(other: Value, here: Iterable[Value], told: Iterable[Figure]) -> bool:
    """Whether a figure of the statement lies in the range of another price, and the price that it tells has a limit of its own: 10 days, 100 %."""
    kinds = {span.kind for span in _spans(other.part, told)}
    if not kinds or any(same(other.figure, figure) for figure in told):
        return False
    return all(
        any(kind_of(f) in kinds and not any(same(f, g) for g in told) for f in figures(v.part)) for v in here
    )


def _spans(part: str, told: Iterable[Figure]) -> list[Span]:
    """The ranges that a part of a sentence names and that a figure of the statement lies in."""
    sizes = [(kind_of(figure), size) for figure in told for size in in_least(figure)] if part else []
    return [
        span
        for span in (ranges(part) if sizes else ())
        if any(kind == span.kind and span.least <= size <= span.most for kind, size in sizes)
    ]


@lru_cache(maxsize=300)
def ranges(part: str) -> tuple[Span, ...]:
    """Those of lengths and measures: two figures of a kind with a word or a mark between them, the first one smaller."""
    found = [f for f in figures(part) if f.unit in SIZES or not f.unit]
    return tuple(
        Span(kind_of(other), least, most)
        for one, other in pairwise(found)
        if other.unit and one.unit in ("", other.unit) and other.start - one.end <= FAR
        for least in in_least(one._replace(unit=other.unit))
        for most in in_least(other)
        if least < most
    )


def _meet(one: str, other: str) -> bool:
    return one in other or other in one


@lru_cache(maxsize=300)
def values(text: str) -> tuple[Value, ...]:
    """The figures of a text with the words that tell them apart."""
    found: list[Value] = []
    for line, _ in rows(text):
        cells = ROW.split(line)
        numbers = frozenset(_numbers(figures(line))) if len(cells) > 1 else frozenset[str]()
        first = figures(cells[0])
        head = cells[0][: first[0].start if first else None]
        # A table's row has its name in front. Where that cell has a price or a time, its name is that of the cells without one of their own.
        shared = not any(kind_of(figure) in ("money", "%", "clock") for figure in first)
        for place, cell in enumerate(cells):
            name = head if place and (shared or not LABELLED.match(cell)) else ""
            for sentence in sentences(cell):
                found += _of_sentence(sentence, name, numbers)
    return tuple(found)


def _of_sentence(sentence: str, name: str, row: frozenset[str]) -> Iterator[Value]:
    label = LABELLED.match(sentence)
    limits: frozenset[str] = frozenset()
    parts = [*re.finditer(r"[^;；。]+", sentence)]
    for start, end in _clauses(sentence):
        clause = sentence[start:end]
        inside = ranged(figures(clause), clause)
        before = label[0] if label and start >= label.end() else ""
        words = _words(clause)
        around = _words(f"{before} {name}")
        beyond = limits if len(inside) == 1 else frozenset[str]()
        part = next((m[0] for m in parts if m.end() > start), "")
        for figure in inside:
            own = words - figure.keys - _numbers([figure])
            yield Value(figure, own, around, clause, beyond, part if is_price(figure) else "", row)
        limits = frozenset(_numbers(f for f in inside if direction(clause, f)))


def _clauses(sentence: str) -> list[tuple[int, int]]:
    """The clauses of a sentence that have figures, with those before them that have none; what comes after the last one belongs to it."""
    cuts = [0, *(m.end() for m in CLAUSE.finditer(sentence)), len(sentence)]
    made: list[tuple[int, int]] = []
    begin = 0
    for start, end in pairwise(cuts):
        if figures(sentence[start:end]):
            made.append((begin, end))
            begin = end
    if made and begin < len(sentence):
        made[-1] = (made[-1][0], len(sentence))
    return made


def _words(text: str) -> frozenset[str]:
    """The words of a text, its single capital letters, and its numbers but prices, times and days."""
    found = figures(text)
    letters = {f"letter {letter}" for letter in LETTER.findall(text)}
    return spoken(text, ranged(found, text)) | letters | _numbers(found)


def _numbers(found: Iterable[Figure]) -> set[str]:
    return {
        f"number {value:g}{'%' * (figure.unit == '%')}"
        for figure in found
        if not money(figure.unit) and kind_of(figure) not in UNNUMBERED
        for value in amount(figure)
    }
