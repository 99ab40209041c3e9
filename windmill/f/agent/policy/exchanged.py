"""Whether two figures of a reply have changed places: what a quote says of the one, the reply says of the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from f.agent.policy.claims import Finding
from f.agent.policy.quoted import in_least
from f.common.figures.amounts import Figure, amount, same
from f.common.figures.cognates import sound
from f.common.figures.finder import figures, numbers_in_words
from f.common.figures.segments import DENSE, LISTED, kind_of
from f.common.figures.words import SIZES, units

WORD = re.compile(r"[^\W\d_]+")
CLAUSE_END = re.compile(r"[;\uff1b]|(?<=[^\W\d])\.\s")
ALIKE = 4  # letters at which two words begin alike, also in related languages
MUCH = 10  # times as large
BY = 0.3  # how much better the labels must fit crosswise
SEVERAL = ("weekday", "code", "link", "mail", "")  # several of these belong to one thing


def exchanged(sentence: str, texts: Iterable[str], quoted: bool) -> Iterable[Finding]:
    """Pairs of figures of one sentence that a quote, or a line of a passage, has the other way round."""
    said = LISTED.sub("", sentence)
    told = [f for f in figures(said) if f.start < f.end]
    for text in texts:
        there = [f for f in figures(text) if f.start < f.end]
        for one, other in combinations(told, 2):
            kind = kind_of(one)
            if kind != kind_of(other) or kind in SEVERAL or same(one, other):
                continue
            mine, theirs = ([f for f in there if same(f, g) and kind_of(f) == kind] for g in (one, other))
            if len(mine) != 1 or len(theirs) != 1:
                continue
            pair, source = Pair(said, told, one, other), Pair(text, there, mine[0], theirs[0])
            if pair.apart() and source.apart() and _crosswise(pair, source, quoted):
                yield Finding("exchanged", sentence, f"{one.text}, {other.text}")


class Pair(NamedTuple):
    """Two figures of one kind in a text, and all of its figures."""

    text: str
    figures: Sequence[Figure]
    one: Figure
    other: Figure

    def alike(self) -> list[Figure]:
        return [f for f in self.figures if kind_of(f) == kind_of(self.one)]

    def apart(self) -> bool:
        """Whether they have words between them: they are not the ends of a range."""
        first, last = sorted((self.one, self.other), key=lambda f: f.start)
        return any(len(word) > 2 for word in WORD.findall(self.text[first.end : last.start]))

    def comparable(self) -> bool:
        """Whether one could be taken for the other: a fee of 10 is not taken for a limit of 500."""
        sizes = [in_least(f) or amount(f) for f in (self.one, self.other)]
        return not all(sizes) or max(map(max, sizes)) < MUCH * max(min(map(max, sizes)), 1e-9)

    def labels(self) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
        """What stands before each of the two, and what stands after it; up to the next figure of their kind."""
        before, after = [], []
        for figure in (self.one, self.other):
            start = max((f.end for f in self.alike() if f.end <= figure.start), default=0)
            end = min((f.start for f in self.alike() if f.start >= figure.end), default=len(self.text))
            cuts = [m.start() for m in CLAUSE_END.finditer(self.text)]  # what another clause says is no label
            start = max(start, *(cut for cut in cuts if cut < figure.start), 0)
            end = min(end, *(cut for cut in cuts if cut >= figure.end), len(self.text))
            before.append(self._label(start, figure.start))
            after.append(self._label(figure.end, end))
        yield before[0], before[1]
        yield after[0], after[1]

    def _label(self, start: int, end: int) -> frozenset[str]:
        """The words and the figures of other kinds in a part of the text: an hour and 60 minutes are one word."""
        inside = [f for f in self.figures if start <= f.start and f.end <= end]
        sizes = {f"={value}" for f in inside for value in in_least(f) or amount(f)}
        sizes |= {f"={float(value)}" for value in numbers_in_words(self.text[start:end])}  # all four wheels
        return _words(self.text[start:end]) | sizes

    def periods(self) -> tuple[set[str], set[str]]:
        """The units of time behind each of the two, up to the next figure: a day, and an hour."""
        found = []
        for figure in (self.one, self.other):
            end = min((f.start for f in self.alike() if f.start >= figure.end), default=len(self.text))
            words = WORD.findall(self.text[figure.end : end].casefold())
            found.append({unit for word in words if (unit := units().get(word, "")) in SIZES})
        return found[0], found[1]


def _crosswise(said: Pair, source: Pair, quoted: bool) -> bool:
    """Whether the words beside the figures fit crosswise; in another language, where no word fits, whether their order is another one."""
    straight = crossed = 0.0
    for labels in said.labels():
        for theirs in source.labels():
            straight = max(straight, _fit(labels[0], theirs[0]) + _fit(labels[1], theirs[1]))
            crossed = max(crossed, _fit(labels[0], theirs[1]) + _fit(labels[1], theirs[0]))
    (one, other), (first, second) = said.periods(), source.periods()
    if one != other and first != second and all((one, other, first, second)):
        return bool(one & second and other & first)
    turned = (said.one.start < said.other.start) != (source.one.start < source.other.start)
    if turned and crossed == straight:
        return quoted and len(said.alike()) == 2 and said.comparable()
    return len(said.alike()) < 4 and crossed >= straight + BY


@lru_cache(maxsize=500)
def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return frozenset(
        part
        for written in WORD.findall(plain)
        for word in [sound(written) or written]
        for part in ([word[i : i + 2] for i in range(max(len(word) - 1, 1))] if DENSE.match(word) else [word])
        if len(part) > 1
    )


def _fit(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller label's words that the other one has."""
    small, large = sorted((one, other), key=len)
    if not small:
        return 0.0
    return sum(any(_meet(word, w) for w in large) for word in small) / len(small)


def _meet(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= ALIKE and (long[:ALIKE] == short[:ALIKE] or short in long))
