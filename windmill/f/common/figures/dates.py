"""Finds the dates of a text: 2026-12-24, 24.12., 24 de diciembre, the 13th to the 16th of November, 12月24日."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Callable

from f.common.figures.amounts import date_keys
from f.common.figures.cjk import CJK_DATE, CJK_LATER_DAY
from f.common.figures.words import SHORT_MONTHS, month_names, short_weekday_names, weekday_names

Take = Callable[[int, int, set[str], str], None]
DIGIT = re.compile(r"\d")
ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
SPACED_DAY = re.compile(
    r"(?<![\d.,/-])(\d{1,2})\.[ \u00a0](\d{1,2})\.(?:[ \u00a0]?(\d{4}))?(?!\d|[ \u00a0]?\d{1,2}\.)"
)  # 16. 7. 2027
YEAR_AHEAD = re.compile(r"(?<![\d.,])(\d{4})(?:\.|[ \u00a0]m\.)?[ \u00a0]$")  # 2027. április 16.
DAY_FIRST = re.compile(
    r"(?<![\d.,/-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d])|(?<![\d.,/-])(\d{1,2})/(\d{1,2})(?![\d/])"
)
EARLIER_DAY = re.compile(
    r"(?<![\w.,:/-])(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?,?\s?(?:[-–—,،]\s?|و\s?|(?:to|until|till|and|al?|y|e|i|et|au|und|bis|tot|en|t/m|do|и|до|по|og|och|til|ve|s/d|sampai|dan|hingga|hadi|đến|și|és|až|ile|έως|ως|μέχρι|και|إلى|الى|حتى|עד|से)\s(?:the\s|el\s|il\s|le\s)?)$"
)
BEHIND_WEEKDAY = re.compile(r"(?<![^\W_])([^\W\d_]{2,8})\.?,?\s(\d{1,2})\.(\d{1,2})\.(?!\d)")
BEFORE_DAY = re.compile(
    r"(?<![^\W_])([^\W\d_]{2,}(?:-feira)?)[.,]?\s(?:(?:the|de[mnr]|el|le|il|o)\s)?$"
)  # a weekday before its day
MEASURED = re.compile(r"\s?(?:[-–]\s?\d+\s?)?[°%€$£]")
MONTH_FIRST = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)  # dec 5, in English


def take_dates(text: str, take: Take) -> None:
    """Calls `take` with the place, the keys and the unit of each date."""
    if not DIGIT.search(text):
        return  # most sentences have none, and the names of months take long to look for
    for match in ISO_DATE.finditer(text):
        take(*match.span(), date_keys(match[1], match[2], match[3]), "date")
    for match in CJK_DATE.finditer(text):
        take(*match.span(), date_keys(match[1], match[2], match[3]), "date")
        later = CJK_LATER_DAY.match(text, match.end())
        while later:
            take(later.start(1), later.end(), date_keys(match[1], match[2], later[1]), "date")
            later = CJK_LATER_DAY.match(text, later.end())
    pattern, names = month_names()
    for match in pattern.finditer(text):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        if len(month) < 4 and not (
            month[0].isupper()
            or (month.lower() in SHORT_MONTHS and (match[1] or month.lower() in MONTH_FIRST))
            or not month.isascii()
        ):
            continue  # a short word of another language
        if match[4] and MEASURED.match(text, match.end()):
            continue  # in August 5-10 °C
        if match[4] and len(month) < 4 and month.isascii() and month.lower() not in MONTH_FIRST:
            continue  # bekommen Sie 10 %
        if match[4] and not month[0].isdigit() and text[match.end() :].startswith(")"):
            continue  # Sie 1) is an item of a list
        if match[1] and month.lower() == "out" and text.startswith(" of ", match.end()):
            continue  # 2 out of 5
        start = match.start()
        if match[4] and not year and (ahead := YEAR_AHEAD.search(text, max(0, start - 9), start)):
            start, year = ahead.start(), ahead[1]
        months = names.get(month.casefold().rstrip("."), frozenset[str]())
        # "12 may" is also twelve: under 12 may only come with an adult
        keys = _keys(year, months, day) | ({day.lstrip("0")} if match[1] and month == "may" else set())
        take(start, match.end(), keys, "date")
        earlier = _earlier(text, match.start()) if match[1] else None
        while earlier:  # the 13th to the 16th of November
            take(*earlier.span(1), _keys(year, months, earlier[1]), "date")
            earlier = _earlier(text, earlier.start())
    for match in BEHIND_WEEKDAY.finditer(text):  # Fr 12.03. is a day, and no francs
        if match[1].casefold() in short_weekday_names()[1]:
            take(match.start(2), match.end(3), date_keys(None, match[3], match[2]), "date")
    for match in SPACED_DAY.finditer(text):
        take(
            match.start(),
            match.end(3) if match[3] else match.end(2),
            date_keys(match[3], match[2], match[1]),
            "date",
        )
    for match in DAY_FIRST.finditer(text):
        day, month, year = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], None)
        keys = date_keys(year, month, day) | date_keys(year, day, month)
        if match[5] and keys:  # 3/4 is also three of four
            keys |= {day.lstrip("0"), month.lstrip("0")}
        take(*match.span(), keys, "date")


def _earlier(text: str, place: int) -> re.Match[str] | None:
    """The day before a date that its month counts for, too; the date's weekday may stand between: Friday 26 to Tuesday 30 June."""
    found = EARLIER_DAY.search(text, max(0, place - 16), place)
    day = None if found else BEFORE_DAY.search(text, max(0, place - 24), place)
    if day and (day[1].casefold() in short_weekday_names()[1] or weekday_names()[0].match(day[1])):
        return EARLIER_DAY.search(text, max(0, day.start() - 16), day.start())
    return found


def _keys(year: str | None, months: frozenset[str], day: str) -> set[str]:
    return {key for month in months for key in date_keys(year, month, day)}
