"""What the words of a reply say of its figures: units that stand apart from them, and how many things are listed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from f.common.figures.amounts import Figure
from f.common.figures.segments import Segment
from f.common.figures.words import SIZES, units


def units_meant(figure: Figure, sentence: str) -> set[str]:
    """Units of size that a sentence names apart from its figure, as in "in pounds about 33"; and pounds that weigh."""
    if figure.unit not in ("", "GBP"):
        return set()
    named = {units().get(word) for word in re.findall(r"[^\W\d_]+", sentence.casefold())}
    sizes = {unit for unit in named if unit in SIZES and SIZES[unit][0] in ("mass", "length", "volume")}
    pounds = {"lb"} if named & {"GBP"} else set()
    return pounds if figure.unit else sizes | pounds


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
