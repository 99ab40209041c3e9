"""What a reply may rest on: passages, tool results, the conversation, the persona, the opening hours; cut into sentences and rows.

Words are compared by their beginnings, without accents and case, in scripts without spaces by pairs of letters: no list of words, no language
needs to be known. A word counts by how few segments have it.
"""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from f.common.figures.amounts import DAYS, Figure, money
from f.common.figures.finder import figures
from f.common.figures.one_of import one_of
from f.common.figures.tool_rows import flat
from f.common.figures.words import meanings, no_names

STEM = 5  # letters of a word that count
SENTENCE_END = re.compile(r"(?<=[.!?؟।])[\"'»”’)*_]*\s+(?=\S)|(?<=[。！？])|\n+")
TITLE = re.compile(r"(?:^|[\s(])(?:[A-ZÀ-Þ]|Dra?|Mrs?|Ms|St|Sra?|Prof|Nr|No|Tel|Av|Str)\.$")
SHORTENED = re.compile(r"(?:^|[\s(])(?:\w{1,4}|approx|z\.\s?B)\.$")  # before a small letter or a digit
ROW = re.compile(r"\s\|\s")
MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670"
WORD = re.compile(
    r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a71\u0b82-\u0bd7\u0c00-\u0c56])+"
)
SHORT_NAME = re.compile(r"(?<![\w'’.-])[A-ZÀ-ÞΑ-ΩА-Я]{2,3}(?![\w'’])")  # UK, BSO, TMT
NUMBERED = re.compile(r"\b(\d{1,3})-([^\W\d_]{3,})")  # 3-seater
DENSE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
LABELLED = re.compile(r"[^:：]{2,40}[:：]\s")  # a cell that says itself what it is about
LABEL = re.compile(r"[^\W\d_]{3,}\b:?")  # the word at the beginning of a cell


LISTED = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s+|\d\ufe0f?\u20e3\s*)", re.MULTILINE
)  # "1. " before an item, or its emoji


AND = re.compile(r"\W*(?:and|y|e|i|und|et|en|ve|og|och|и|та|or|o|oder|ou|of|ו)\W*", re.IGNORECASE)


class Segment(NamedTuple):
    """A sentence or a row of a source. `terms`: its words and those of its title and heading."""

    source: str
    text: str
    terms: frozenset[str]
    figures: tuple[Figure, ...]


class Source(NamedTuple):
    """One thing that a reply may rest on. `key`: S1, a tool's name, conversation, persona, hours, customer. `context`: title and heading."""

    key: str
    text: str
    context: str = ""


def is_passage(key: str) -> bool:
    """Whether a source's key is that of a passage: S1, S12."""
    return key[:1] == "S" and key[1:].isdecimal()


MONTH = re.compile(
    rf"{one_of(w for w in meanings('months') if w[0].isalpha() and len(w) > 2)}\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line is never joined with another one."""
    found: list[str] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        piece = text[start : match.start()]
        if "\n" not in match[0] and piece.endswith("."):
            following = text[match.end()]
            if re.search(r"(?<![\w.])\d{1,2}\.$", piece) and MONTH.match(text, match.end()):
                continue  # der 26. November
            if re.fullmatch(r"\s*\d{1,2}\.", piece):
                continue  # an item's number
            if TITLE.search(piece) or (
                SHORTENED.search(piece) and (following.islower() or following.isdigit())
            ):
                continue
        found.append(piece)
        start = match.end()
    return [s.strip() for s in (*found, text[start:]) if s.strip()]


@lru_cache(maxsize=2000)
def terms(text: str) -> frozenset[str]:
    """The words of a text in a form in which inflected ones mostly meet."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = re.sub(f"[{MARKS}]", "", plain)
    found = {name for short in SHORT_NAME.findall(text) if (name := short.casefold()) not in no_names()}
    for word in WORD.findall(unicodedata.normalize("NFC", plain)):
        if DENSE.match(word):
            found |= {word[i : i + 2] for i in range(len(word) - 1)} or {word}
        elif len(word) > (3 if word[0] < "\u0530" else 2):
            found.add(word[:STEM])
    found |= {f"{number}-{word[:STEM]}" for number, word in NUMBERED.findall(plain)}
    return frozenset(found)


def segments(source: Source) -> tuple[Segment, ...]:
    """The rows and sentences of a source."""
    return tuple(s._replace(source=source.key) for s in _segments(source.text, source.context))


@lru_cache(maxsize=500)
def _segments(of: str, context: str) -> tuple[Segment, ...]:
    about = terms(context)
    made = []
    for line, whole in rows(of):
        parts = [[line]] if ROW.search(line) else [clauses(s) for s in sentences(line)]
        for pieces in parts:
            lead: frozenset[str] = (
                frozenset()
            )  # front desk Mon-Fri 6-21, Sat 8-16: the second part speaks of the desk, too
            for text in filter(None, (piece.strip() for piece in pieces)):
                found = ranged(figures(text), text)
                before = terms(text[: found[0].start]) if found else frozenset()
                lead = lead if found and before <= lead else before
                made.append(Segment("", text, spoken(text, found) | about | lead | terms(whole), found))
    return tuple(made)


def rows(text: str) -> list[tuple[str, str]]:
    """The lines of a text, each with the words that belong to it; a line of several records in its records.

    "Test: A | Price: 5 | Test: B | Price: 6 | Report: today" are three: the report is said of both tests.
    """
    made = []
    for line in (part for whole in flat(text).splitlines() for part in re.split(r"\s\|\|\s", whole)):
        cells = ROW.split(line)
        labels = [found[0] if (found := LABEL.match(cell)) else "" for cell in cells]
        begins = [i for i, label in enumerate(labels) if label and label == labels[0]]
        if len(begins) < 2:
            made.append((line, ""))
            continue
        end = min(begins[-1] + max(b - a for a, b in pairwise(begins)), len(cells))
        made += [(" | ".join(cells[a:b]), "") for a, b in pairwise([*begins, end])]
        # What has no label of its own is said of all: "free from 50".
        made += [(cell, "" if LABELLED.match(cell) else line) for cell in cells[end:]]
    return made


def spoken(text: str, found: Iterable[Figure]) -> frozenset[str]:
    """The words of a text; its weekdays and dates in the form in which they meet in all languages."""
    found = list(found)
    letters = list(text)
    for figure in found:
        if figure.unit in DAYS:
            end = figure.end
            while end < len(letters) and letters[end].isalpha():  # the ending of an inflected name
                end += 1
            letters[figure.start : end] = " " * (end - figure.start)
    return terms("".join(letters)) | weekdays(found)


def weekdays(found: Iterable[Figure]) -> frozenset[str]:
    """Weekdays as words, the ones that meet in all languages: those that are named, and those of whole dates. Codes such as B1, too."""
    days = set()
    for figure in found:
        for key in figure.keys:
            if key.startswith(("weekday:", "code:")):
                days.add(key)
            elif key.startswith("date:") and len(key) > 10:
                try:
                    days.add(f"weekday:{date(int(key[11:]), int(key[5:7]), int(key[8:10])).weekday()}")
                except ValueError:
                    continue  # no such day
    return frozenset(days)


def clauses(sentence: str) -> list[str]:
    """A sentence in its parts where several have figures of one kind; what stands before a colon belongs to each part."""
    head, colon, tail = sentence.partition(": ")
    whole = tail if colon else sentence
    parts = _parts(whole, r"\s*[;；]\s+|\s+/\s+")
    pieces = [piece for part in parts for piece in _parts(part, r"\s*[,，、]\s+(?![^()]*\))")]
    return [f"{head}: {piece}" if colon else piece for piece in pieces] if len(pieces) > 1 else [sentence]


def _parts(text: str, mark: str) -> list[str]:
    """The parts between marks, if at least two of them have a figure of the same kind. One without a figure belongs to the next."""
    parts = [part for part in re.split(mark, text) if part.strip()]
    kinds = [{kind_of(f) for f in figures(part)} for part in parts]
    if not any(one & other for i, one in enumerate(kinds) for other in kinds[i + 1 :]):
        return [text]
    found: list[str] = []
    waiting = ""
    for part, kind in zip(parts, kinds, strict=True):
        if kind:
            found.append(f"{waiting}{part}")
            waiting = ""
        else:
            waiting += f"{part}, "
    if waiting:
        found = [f"{part}, {waiting.rstrip(', ')}" for part in found]  # drinks excluded: of all
    return found


def kind_of(figure: Figure) -> str:
    """What sort of thing a figure is: a price, a time, a weekday; a number without a unit is its own sort."""
    return (
        "money"
        if money(figure.unit)
        else "clock"
        if figure.unit == "hour" and any(k.startswith("at") for k in figure.keys)
        else figure.unit
    )


def ranged(found: Iterable[Figure], text: str) -> tuple[Figure, ...]:
    """The figures with the weekdays that lie in a range, as in Monday to Saturday."""
    whole = list(found)
    days = [f for f in whole if f.unit == "weekday"]
    for one, other in pairwise(days):
        between = text[one.end : other.start]
        bare = re.sub(r"[^\W\d_]*", "", between, count=1)  # an ending of the first day's name
        if len(between) > 14 or re.search(r"[,;|\n+&]|\d", bare) or AND.fullmatch(bare.strip()):
            continue
        first, last = (int(next(iter(f.keys))[-1]) for f in (one, other))
        day = (first + 1) % 7
        while day != last:
            whole.append(Figure("", one.start, one.start, frozenset({f"weekday:{day}"}), "weekday"))
            day = (day + 1) % 7
    return tuple(whole)


def names(text: str) -> frozenset[str]:
    """The capitalised words of a text that do not begin a sentence or a cell: names, in scripts that have capitals."""
    inside = re.findall(
        r"(?<=[^\W_]\s)([A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,})|(?<=[,(]\s)([A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,})|(?<=[,(])([A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,})",
        text,
    )
    return frozenset(term for found in inside for word in found if word for term in terms(word))


def names_in_full(text: str) -> frozenset[str]:
    """All capitalised words of a text but its first."""
    text = text.strip().partition(" ")[2]
    return frozenset(term for word in re.findall(r"\b[A-ZÀ-ÞΑ-ΩА-Я][^\W_]{2,}", text) for term in terms(word))


class Weights:
    """How much each word tells: little where many segments have it."""

    def __init__(self, pool: Iterable[Segment]) -> None:
        pool = list(pool)
        counts = Counter(term for segment in pool for term in segment.terms)
        self._total, self._counts = max(len(pool), 1), counts

    def __call__(self, found: Iterable[str]) -> float:
        return sum(self.of(term) for term in found)

    def of(self, term: str) -> float:
        """From nearly 0, where every segment has it, to 1, where one does."""
        return math.log(1 + self._total / max(self._counts.get(term, 0), 1)) / math.log(1 + self._total)


def folded(text: str) -> str:
    """A text in the form in which a quote is looked up: one Unicode form, no case, no marks of formatting, single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"[*_`~\"'“”„«»‘’{}\[\]\u200b-\u200f\u2060\ufeff]", "", plain)
    return " ".join(re.sub(r"[‐‑–—−]", "-", plain).split())


def stands_in(quote: str, text: str) -> bool:
    """Whether a quote stands in a text, word for word. `…` and `...` leave something out; separators of table cells don't count."""
    whole = re.sub(r"\s*[|:;,]\s*", " ", folded(text))
    parts = [
        re.sub(r"\s*[|:;,]\s*", " ", folded(part)).strip(" .") for part in re.split(r"…|\.\.\.|\[…\]", quote)
    ]
    place = 0
    for part in filter(None, parts):
        place = whole.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return any(parts)
