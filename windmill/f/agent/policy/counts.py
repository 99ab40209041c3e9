"""What the words of a reply say of its figures: units that stand apart from them, and how many things are listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from f.common.figures.amounts import Figure, same
from f.common.figures.finder import figures
from f.common.figures.segments import Segment
from f.common.figures.words import SIZES, units

OF = re.compile(r"\s?[^\W\d_]{1,7}\s(?:[^\W\d_]{1,3}\s)?")  # 2 of 5, 2 out of 5, 2 sur 5


def another_share(
    sentence: str, told: list[Figure], place: int, texts: Iterable[str], stated: Sequence[Figure]
) -> bool:
    """Whether a bare number is so many of a whole of which the texts have another number that the reply does not state: 3 of 5, for 2 of 5."""
    whole = told[place + 1] if place + 1 < len(told) else None
    number = told[place]
    if not whole or number.unit or whole.unit or not OF.fullmatch(sentence[number.end : whole.start]):
        return False
    theirs = [
        one
        for text in texts
        for one, other in pairwise(figures(text))
        if not one.unit and same(other, whole) and OF.fullmatch(text[one.end : other.start])
    ]
    return bool(theirs) and not any(same(one, f) for one in theirs for f in (number, *stated))


def units_meant(figure: Figure, sentence: str) -> set[str]:
    """Units of size that a sentence names apart from its figure, as in "in pounds about 33"; and pounds that weigh. 27.8 may be a date."""
    if figure.unit not in ("", "GBP"):
        return set()
    named = {units().get(word) for word in re.findall(r"[^\W\d_]+", sentence.casefold())}
    sizes = {unit for unit in named if unit in SIZES and SIZES[unit][0] in ("mass", "length", "volume")}
    pounds = {"lb"} if named & {"GBP"} else set()
    days = {"date"} if any(key.startswith("date:") for key in figure.keys) else set()
    return pounds if figure.unit else sizes | pounds | days


def counts(text: str, evidence: Sequence[Segment]) -> set[int]:
    """How many things the reply lists, and how many rows of the evidence a reply may have counted."""
    found = {len(re.findall(r"(?m)^\s*(?:[-•*]|\d{1,2}[.)])\s", text))}
    for line in re.split(r"\n+|(?<=[.!?])\s", text):
        for tail in (line.rpartition(":")[2], line):
            items = [
                i
                for i in re.split(r"[,;、،]|\s(?:and|y|und|et|e|i|en|ve|и|та|og|och|&|\+)\s|和|と", tail)
                if i.strip()
            ]
            found |= {len(items), len(items) - 1}
    found |= set(
        range(
            2,
            1
            + max(
                (
                    len([s for s in evidence if s.source == k and "|" in s.text])
                    for k in {s.source for s in evidence}
                ),
                default=0,
            ),
        )
    )
    return {n for n in found if n > 1}
