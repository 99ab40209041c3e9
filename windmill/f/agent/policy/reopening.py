"""The first day after days that a source names as a range, such as holidays: closed from the 13th to the 15th, so open again on the 16th.

No word for closed is known here: a reply that names the range's last day and the day after it says of the one that something ends then. A weekday
that a source names without times beside the range is a day that is closed each week.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from f.agent.policy.calendar_days import days_of
from f.agent.policy.limits import direction
from f.common.figures.amounts import Figure, amount
from f.common.figures.finder import figures
from f.common.figures.segments import clauses, sentences

ORDINAL = re.compile(
    r"(?:st|nd|rd|th|º|ª|er|e|en)\b|\.,?\s(?=[^\W\d_])(?![A-ZÀ-Þ])"
)  # behind the day: the 13th, am 13. und
JOINED = 14  # letters between the two days of a range, at most
MOST_CLOSED = 2  # weekdays in a row; more are open ones


def opens_again(figure: Figure, texts: tuple[str, ...], stated: Sequence[Figure], today: date) -> bool:
    """Whether a date or a weekday is the first day after a range of the texts whose last day the reply names, by a date or by its number.

    `stated`: the figures of the reply.
    """
    if figure.unit not in ("date", "weekday"):
        return False
    told = [f for f in stated if f.text != figure.text]
    named = {day for f in told for key in f.keys for day in days_of(key, today)}
    numbers = {v for f in told if not f.unit for v in amount(f)}
    closed, last_days = _closings(texts, today)
    for last in last_days:
        if last in named or last.day in numbers:
            day = last + timedelta(1)
            while day.weekday() in closed:
                day += timedelta(1)
            keys = {f"date:{day:%m-%d}", f"date:{day:%m-%d}/{day.year}", f"weekday:{day.weekday()}"}
            if keys & figure.keys:
                return True
    return False


@lru_cache(maxsize=100)
def _closings(texts: tuple[str, ...], today: date) -> tuple[frozenset[int], tuple[date, ...]]:
    """The weekdays that are closed each week, and the last days of ranges: the same for each figure of a reply."""
    rows = [(row, figures(row)) for text in texts for s in sentences(text) for row in clauses(s)]
    return frozenset(_closed_each_week(rows)), tuple(_last_days(rows, today))


def _last_days(rows: Iterable[tuple[str, Sequence[Figure]]], today: date) -> Iterator[date]:
    """The last days of ranges, and those until which something goes on; of days without a year the nearest."""
    for text, found in rows:
        dates = [f for f in found if f.unit == "date"]
        joined = [later for one, later in pairwise(dates) if later.start - one.end <= JOINED]
        until = [f for f in dates if direction(text, f) == "most"]
        for figure in dict.fromkeys([*joined, *until]):
            days = [day for key in figure.keys for day in days_of(key, today)]
            yield from sorted(days, key=lambda day: abs(day - today))[:1]


def _closed_each_week(rows: Iterable[tuple[str, Sequence[Figure]]]) -> Iterator[int]:
    """The weekdays of rows that have no times."""
    for _, found in rows:
        days = [f for f in found if f.unit == "weekday"]
        if len(days) <= MOST_CLOSED and not any(f.unit in ("clock", "hour", "date") for f in found):
            yield from (int(key[-1]) for f in days for key in f.keys)


def day_of_range(sentence: str, told: list[Figure], place: int, texts: Iterable[str]) -> bool:
    """Whether a bare number is the day of a date of the texts: an ordinal, or one of a range whose other day is one of the same month there."""
    days = {key[5:10] for text in texts for f in figures(text) for key in f.keys if key.startswith("date:")}
    number = told[place]
    months = {day[:2] for day in days if day[3:] == f"{int(number.text):02d}"}
    if months and ORDINAL.match(sentence, number.end):
        return True
    beside = (*told[:place][-1:], *told[place + 1 : place + 2])
    return any(
        max(f.start, number.start) - min(f.end, number.end) <= JOINED
        and any(f"{month}-{int(f.text):02d}" in days for month in months)
        for f in beside
        if not f.unit and f.text.isdigit()
    )
