"""A yes for a month in which its source says no: open in October, where it is June to September; in August, when it is closed."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.grounds import Grounds
from f.agent.policy.polarity import negates
from f.common.figures.finder import figures
from f.common.figures.segments import Source, is_passage, sentences
from f.common.figures.tool_rows import flat
from f.common.figures.words import meanings

CLOSED = re.compile(
    r"\bclos(?:ed?|es|ure)\b|\bcerrad|\bcierr[ae]|\bgeschlossen|\bschlie(?:ß|ss)|\bferm[ée]|\bchius[oaie]\b|\bchiud|\bfechad|\bfecha\b|\bgesloten|\bdicht\b"
    r"|zamkn|zavřen|закры|зачин|kapalı"
    r"|stängt|lukket|stengt|suljettu|κλειστ|κλείν|zárva|închis|مغلق|يغلق|סגור|बंद|tutup|đóng cửa|闭|閉|休|关门|關|휴무|휴관|닫",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]{4,}|(?<![^\W\d_])(?:May|Mai|Mei|май|мая)(?![^\W\d_])|(?<!\d)\d{1,2}月")
BETWEEN = re.compile(r"\W{0,3}(?:[^\W\d_]{1,5}\W{1,2})?(?:[^\W\d_]{1,5}\W{1,2})?")  # to, bis zum, до


def closed_then(draft: Draft, grounds: Grounds, sources: Mapping[str, Source]) -> Iterable[Finding]:
    """A first statement that says yes to a month, where a sentence of its passages has the business closed in it, or open in others only."""
    if not grounds.first or negates(draft.text) or CLOSED.search(draft.text):
        return
    statement, marks = grounds.first
    asked = {month for month, _, _ in months(f"{statement} {sources['customer'].text}")}
    if not asked or not grounds.agrees(statement):
        return
    for key in filter(is_passage, marks):
        for piece in sentences(flat(sources[key].text)) if key in sources else ():
            there = covered(piece)
            shut = bool(CLOSED.search(piece) or negates(piece))
            if (shut and asked <= there) or (not shut and len(there) > 1 and not asked & there):
                yield Finding("denied", statement, piece)
                return


def months(text: str) -> list[tuple[int, int, int]]:
    """The months that a text names as a whole, and where each stands; those of a date are not meant."""
    known = meanings("months")
    dated = [f for f in figures(text) if f.unit == "date"]
    found = []
    for match in WORD.finditer(text):
        numbers = known.get(match[0].casefold(), frozenset())
        if len(numbers) == 1 and not any(f.start < match.end() and match.start() < f.end for f in dated):
            found.append((int(next(iter(numbers))), match.start(), match.end()))
    return found


def covered(piece: str) -> set[int]:
    """The months of which a sentence speaks; of two of a range all that lie between."""
    found = months(piece)
    if (
        len(found) == 2
        and BETWEEN.fullmatch(piece[found[0][2] : found[1][1]])
        and "," not in piece[found[0][2] : found[1][1]]
    ):
        first, last = found[0][0], found[1][0]
        return {(first + n - 1) % 12 + 1 for n in range((last - first) % 12 + 1)}
    return {month for month, _, _ in found}
