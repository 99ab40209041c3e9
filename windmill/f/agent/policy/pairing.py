"""Whether the words around a figure are those of another part of its own source: Boulder's name, and Denver's hours.

A source is cut into its smallest parts that have figures of their own: cells, sentences, items of a list. What tells two parts apart are the words
that only one of them has. No language is known here; a reply in another language is heard by names with numbers alone.
"""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.one_language import in_one_language
from f.agent.policy.polarity import asks
from f.common.figures.amounts import Figure, same
from f.common.figures.finder import figures
from f.common.figures.segments import (
    LISTED,
    ROW,
    Source,
    folded,
    is_passage,
    kind_of,
    ranged,
    rows,
    sentences,
    spoken,
    terms,
    weekdays,
)

ITEM = re.compile(r";\s+|\s\|\|\s|(?<=\w)\.\s+")
COMMA = re.compile(r"[,，、،]\s*(?![^()]*\))|\s(?:and|y|e|et|und|en|i|и|ve|dan|و|और)\s")
LABELLED = re.compile(r"[^:：]{2,60}[:：]\s?")
UNPLACED = ("date", "phone", "link", "mail", "code")
NUMBERED = re.compile(
    r"\b([A-ZÀ-ÞΑ-ΩА-Я][^\W\d_]{2,}\s\d{1,5})(?![\w%°]|[.,:]\d)"
)  # Fibre 150: a name with a number


class Part(NamedTuple):
    """A part of a source. `words`: its own and those of the label that it shares; `own`: its own alone."""

    text: str
    words: frozenset[str]
    own: frozenset[str]
    figures: tuple[Figure, ...]


class Statement(NamedTuple):
    """Words of a reply, the source that they rest on, and the words quoted for them; '' without a quote."""

    text: str
    source: str
    quote: str


def mispaired(draft: Draft, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """Statements whose figures of one kind all stand in one part of the source, and whose words are those of another part."""
    question = sources["customer"].text if "customer" in sources else ""
    akin = in_one_language(draft.text, [s for s in sources.values() if is_passage(s.key) or s.key == "hours"])
    for statement in statements(draft, sources):
        if asks(statement.text):
            continue
        found = parts(sources[statement.source].text)
        one = akin or _alike(statement.text, sources[statement.source])
        told = ranged(figures(LISTED.sub("", statement.text)), LISTED.sub("", statement.text))
        for kind in dict.fromkeys(kind_of(f) for f in told):
            if kind not in UNPLACED and (figure := _of_another(statement, kind, told, found, question, one)):
                yield Finding("misplaced", statement.text, figure.text)
                return


def statements(draft: Draft, sources: Mapping[str, Source]) -> Iterator[Statement]:
    """What a reply says of each source: its claims; without any, its sentences with one mark."""
    known = {key for key in sources if is_passage(key) or key == "hours"}
    if draft.claims:
        whole = {s for s, _ in draft.sentences}
        for claim in draft.claims:
            if claim.source in known and claim.quote.strip():
                text = claim.says if len(claim.says) > 3 else next(iter(whole), "")
                yield from (Statement(s, claim.source, claim.quote) for s in _clauses(text))
        return
    for sentence, marks in draft.sentences:
        if len(marks) == 1 and marks[0] in known:
            yield from (Statement(s, marks[0], "") for s in _clauses(sentence))


def _clauses(text: str) -> list[str]:
    return [clause for sentence in sentences(text) for clause in re.split(r"[;·；]\s+", sentence)]


def _of_another(
    statement: Statement,
    kind: str,
    told: tuple[Figure, ...],
    found: tuple[Part, ...],
    question: str,
    akin: bool,
) -> Figure | None:
    """The figure of a statement that its words give to another part of the source."""
    mine = [f for f in told if kind_of(f) == kind]
    holding = [
        p for p in found if all(any(same(f, g) and kind_of(g) == kind for g in p.figures) for f in mine)
    ]
    if quoted := [
        p
        for p in holding
        if folded(p.text) in folded(statement.quote) or folded(statement.quote) in folded(p.text)
    ]:
        holding = quoted
    if len(holding) != 1:
        return None
    here = holding[0]
    said, asked = _words(statement.text), terms(question)
    for other in found:
        theirs = [g for g in other.figures if kind_of(g) == kind]
        away = [f for f in mine if not any(same(f, g) for g in theirs)]
        if other is here or not theirs or not away:
            continue
        speaks = {w for w in (other.own - here.words) & said if akin or " " in w}
        unique = {
            w
            for w in speaks
            if sum(w in p.words for p in found if any(kind_of(g) == kind for g in p.figures)) == 1
        }
        label = terms(other.text[: theirs[0].start]) | asked | {w for w in unique if " " in w}
        mine_alone = here.words - other.words
        beside = [f for f in told if kind_of(f) != kind and any(same(f, g) for g in here.figures)]
        elsewhere = all(any(same(f, g) for g in other.figures) for f in beside)
        # Days, lengths and bare numbers are said of many things: there the customer must have asked for the other part by its name.
        if not _tells(kind):
            label &= asked
        if unique & label and mine_alone and not mine_alone & (said | asked) and elsewhere:
            return away[0]
    return None


def _alike(text: str, source: Source) -> bool:
    """Whether a short text is of its source's language: it shares two words with it."""
    return (
        sum(len(w) > 3 or not w.isascii() for w in terms(text) & terms(f"{source.context} {source.text}")) > 1
    )


def _tells(kind: str) -> bool:
    """Whether figures of a kind belong to one thing each: prices, shares, times; days, lengths and bare numbers belong to many."""
    return kind in ("money", "%", "clock")


def _words(text: str) -> frozenset[str]:
    """The words of a text but weekdays, and the numbers of its names."""
    days = [f for f in figures(text) if f.unit == "weekday"]
    return (spoken(text, days) - weekdays(days)) | {name.casefold() for name in NUMBERED.findall(text)}


@lru_cache(maxsize=300)
def parts(text: str) -> tuple[Part, ...]:
    """The smallest parts of a text that have figures of their own."""
    made = []
    for line, _ in rows(text):
        cells = ROW.split(line)
        first = figures(cells[0])
        shared = len(cells) > 1 and not any(
            _tells(kind_of(f)) for f in first
        )  # a table's row has its name in front
        name = cells[0][: first[0].start if first else None] if shared else ""
        made += [
            part
            for cell in cells
            for sentence in sentences(cell)
            for item in ITEM.split(sentence)
            for part in _items(item, terms(name))
        ]
    return tuple(made)


def _items(text: str, name: frozenset[str]) -> list[Part]:
    """A text in the items of its list, where each has a figure of the same kind. What stands before a colon, or before the first figure where
    the next items begin with theirs, belongs to all."""
    label = LABELLED.match(text)
    head, tail = (label[0], text[label.end() :]) if label else ("", text)
    pieces = [p for p in COMMA.split(tail) if p and p.strip()]
    kinds = [{kind_of(f) for f in figures(p)} for p in pieces]
    if (
        len(pieces) < 2
        or not all(kinds)
        or not set.intersection(*kinds) & {k for ks in kinds for k in ks if _tells(k) and k != "clock"}
    ):
        return [_part(text, name)]
    if all(not terms(p[: figures(p)[0].start]) for p in pieces[1:]):
        first = figures(pieces[0])[0].start
        head, pieces[0] = head + pieces[0][:first], pieces[0][first:]
    return [_part(p, name | terms(head)) for p in pieces]


def _part(text: str, shared: frozenset[str]) -> Part:
    own = _words(text)
    return Part(text.strip(), own | shared, own - shared, ranged(figures(text), text))
