"""Finds the unit that is written beside a number, before it or after it, in scripts with and without spaces."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re

from f.common.figures.amounts import LAKHS, money
from f.common.figures.dates import Take
from f.common.figures.words import (
    AS_WRITTEN,
    BEFORE_NUMBERS,
    CODES,
    SIGNS,
    SIZES,
    SYMBOLS,
    units,
    unspaced,
    without_points,
)

AMBIGUOUS = frozenset(["t", "j", "d", "s", "w", "a"])  # one letter: a unit only where it touches its number
# A letter with the vowel signs and accents that Python's \w leaves out.
LETTER = (
    r"(?:[^\W\d_]|[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0955-\u0957"
    r"\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a71\u0b82-\u0bd7\u0c00-\u0c56\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])"
)
NUMBER = re.compile(rf"{LAKHS}|" r"\d+(?:[.,:'’ \u00a0\u202f](?=\d{3}(?!\d))\d{3})*(?:[.,:]\d+)?")
BEFORE = re.compile(rf"([^\W\d_]{{1,10}}\.?|{SIGNS}|[A-Z]{{1,2}}\$)(:?)[ \u00a0\u202f]?$")
RANGE = re.compile(r"\s?(?:[-–—x×]|to|bis|à|a|al|do|até|ile|till|–)\s?(?=\d)")
AFTER = re.compile(
    rf"[ \u00a0\u202f-]?((?:TL|[Ll]ira|[Ee]uro|[Dd]olar|[A-Z]{{3}})(?=[’'])|{LETTER}+(?![’'](?=[^\W\d_]))|{SIGNS}|[%٪％])"
)
HANGUL = re.compile(r"[가-힣]")
# What may follow a Korean unit without a space: 원입니다, 2주라서.
PARTICLES = frozenset("은는이가을를에의도만씩입인간으로라부까정짜동전후내안마당보과와이며고치반")
SIGN_BEFORE = re.compile(rf"(?:{SIGNS}|Rp|R\$)[ \u00a0]?$")  # Rp85.000 dan: "and", no day
YEAR_BEFORE_PRICE = re.compile(r"(?:19|20)\d\d\s[€$£]\s?\d")  # in 2027 € 11.40
COUNTED = re.compile(
    r"[ \u00a0-](?:business|working|calendar|full|whole)(?= (?:hour|day|week|month|year)s?\b)"
)


FEET = re.compile(
    r"(?<![\d.,])(\d{1,2})[ \u00a0-]?(?:ft\.?|feet|foot|['’′])[ \u00a0]?(\d|1[01])[ \u00a0-]?(?:in\b(?! the)|inch(?:es)?\b|[\"”″])",
    re.IGNORECASE,
)
METRES = re.compile(r"(?<![\d.,])(\d)[ \u00a0]?m[ \u00a0]?(\d\d)(?![\d.,:]*\d)")


def take_compounds(text: str, take: Take) -> None:
    """Calls `take` with each length of two units: 4 ft 11 in, 5'6", 1 m 75."""
    for match in FEET.finditer(text):
        take(*match.span(), {str(12 * int(match[1]) + int(match[2]))}, "inch")
    for match in METRES.finditer(text):
        unit, _, end = unit_beside(text, match.start(2), match.end())
        if unit in ("", "cm"):
            take(match.start(), end, {f"{match[1]}.{match[2]}".rstrip("0").rstrip(".")}, "m")


def unit_beside(text: str, start: int, end: int, spelled: bool = False) -> tuple[str, int, int]:
    """The unit written beside a number, and where both begin and end. In 50 to 90 % and 24 x 12 cm the last one's counts for all."""
    known = units()
    end = skipped.end() if (skipped := COUNTED.match(text, end)) else end
    priced = SIGN_BEFORE.search(text, max(0, start - 3), start)
    year = YEAR_BEFORE_PRICE.match(text, start)
    if not year and (after := AFTER.match(text, end)):
        spoken = (
            re.match(r"[a-z]+", after[1])
            if re.match(r"[a-z]+[^\x00-\x7f]", after[1]) and not re.search(r"[\u00c0-\u024f]", after[1])
            else None
        )
        word = spoken[0] if spoken else without_points(after[1].casefold())
        if word in ("%", "٪", "％"):
            return "%", start, after.end()
        unit = AS_WRITTEN.get(after[1]) or known.get(word) or _dense_unit(after[1]) or _inflected(word)
        if spelled and word not in known and unit and money(unit):
            unit = None  # to France is no price in Danish
        if spelled and word.upper() in CODES and not after[1].isupper():
            unit = None  # nor is "which one to try"
        if not spelled:
            unit = unit or _compound(word)
        if priced and unit and not money(unit):
            unit = None
        if unit and not (word in AMBIGUOUS and after.start(1) > end):
            return (
                unit,
                start,
                end if spoken or (unspaced(after[1][:1]) and word not in known) else after.end(1),
            )
    if text[max(0, start - 1) : start] in ("%", "٪"):
        return "%", start - 1, end
    before = BEFORE.search(text[max(0, start - 14) : start])
    if before and before[1] == "Fr" and re.search(r"[^\W\d_]\s?[-–,/]\s?Fr[ \u00a0]?$", text[:start]):
        before = None  # Mo-Fr 7-11
    if before and not spelled:
        word = before[1].rstrip(".")
        unit = (
            "$"
            if word.endswith("$")
            else word
            if word in CODES
            else AS_WRITTEN.get(word) or SYMBOLS.get(word) or BEFORE_NUMBERS.get(word.lower())
        )
        if before[2] and not unit:
            unit = known.get(word.casefold())  # a tool's field: weight_kg: 4.35
        if unit and (not before[2] or unit):
            return unit, start if before[2] else start - len(before[0]), end
    if not spelled and (more := RANGE.match(text, end)) and (number := NUMBER.match(text, more.end())):
        unit, _, _ = unit_beside(text, number.start(), number.end())
        if (
            unit
            and unit not in ("clock", "date")
            and not (money(unit) and more[0].strip() in ("a", "x", "×"))
        ):
            return unit, start, end
    return "", start, end


def _inflected(word: str) -> str | None:
    """A unit with an ending that CLDR does not list."""
    known = units()
    return next((known[word[:-n]] for n in (1, 2, 3) if len(word) - n >= 4 and word[:-n] in known), None)


def _compound(word: str) -> str | None:
    """A length of time at the end of a longer word: Werktage, arkipäivää."""
    known = units()
    ends = (known.get(word[n:]) or _inflected(word[n:]) for n in range(2, len(word) - 3))
    return next((unit for unit in ends if unit in SIZES and SIZES[unit][0] in ("time", "months")), None)


def _dense_unit(word: str) -> str | None:
    """A unit at the beginning of a run of letters, in scripts that set no spaces between words, or before a Korean particle."""
    known = units()
    if HANGUL.match(word):
        return next(
            (
                known[word[:n]]
                for n in (3, 2, 1)
                if word[:n] in known and (word[n : n + 1] or "은") in PARTICLES
            ),
            None,
        )
    if not unspaced(word[:1]):
        return None
    return next((known[word[:n]] for n in range(min(len(word), 4), 0, -1) if word[:n] in known), None)
