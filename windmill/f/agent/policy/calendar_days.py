"""Which days follow from others: so many days, working days or months on, the next of a weekday; and how many days lie between two."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from f.common.figures.amounts import Figure, amount
from f.common.figures.finder import figures
from f.common.figures.segments import AND
from f.common.figures.words import SIZES, month_names, unspaced, word_map

BESIDE = re.compile(
    r"[\w'’-]{0,6}[,\s(]+(?:d[eae][mnr] |the |le |el |il |o |di |de )?"
)  # between a weekday and its date
IS = re.compile(
    r"\.?\s+[^\W\d_]{1,8}\s+(?:[^\W\d_]{1,3}\s+)?|\s?[はが은는이가是为為]\s?|\s?[（(]\s?"
)  # the 28th is a Wednesday


# Yesterday and tomorrow, by how many days on they are, as customers write them.
RELATIVE = word_map(
    """
    yesterday=-1 ayer=-1 hier=-1 gestern=-1 ieri=-1 ontem=-1 gisteren=-1 wczoraj=-1 вчера=-1 вчора=-1 dün=-1 igår=-1 går=-1 eilen=-1 χθες=-1
    χτες=-1 včera=-1 tegnap=-1 أمس=-1 امبارح=-1 אתמול=-1 ahir=-1 kemarin=-1 昨日=-1 昨天=-1 어제=-1 tomorrow=1 tmrw=1 mañana=1 demain=1
    morgen=1 domani=1 amanhã=1 amanha=1 jutro=1 завтра=1 yarın=1 imorgon=1 morgon=1 huomenna=1 αύριο=1 zítra=1 holnap=1 mâine=1 maine=1
    غدا=1 بكرة=1 מחר=1 demà=1 besok=1 明日=1 明天=1 내일=1 कल=1 mai=1
    """
)


def relative_days(words: str, today: date) -> set[date]:
    """The days that a customer's words such as yesterday and tomorrow mean."""
    text = words.casefold()
    spaced = frozenset(re.findall(r"[^\W\d_]+", text))
    found = {
        int(days) for word, days in RELATIVE.items() if word in spaced or (unspaced(word) and word in text)
    }
    return {today + timedelta(days) for days in found}


def of_calendar(
    figure: Figure,
    known: Sequence[Figure],
    today: date,
    days: Iterable[date] | None = None,
    by_length: bool = False,
) -> bool:
    """A weekday or a date that belongs to a date or a number of days in the evidence, counted from today or from that date.

    `days`: others to count from, where the reply names its sources; then the end of a month can be meant, too.
    `by_length`: today and the days beside it need a reason as well.
    """
    lengths = {
        round(v * SIZES[o.unit][1] / 1440)
        for o in known
        if o.unit in ("day", "week", "hour")
        for v in amount(o)
        if v < 1000 and (o.unit != "hour" or v % 24 == 0)
    }
    months = {
        int(v * SIZES[o.unit][1]) for o in known if o.unit in ("month", "year") for v in amount(o) if v < 100
    }
    lessons = {
        7 * int(v) - 7 for o in known if o.unit == "week" for v in amount(o) if 2 < v < 100
    }  # eight weekly lessons end after seven weeks
    named = frozenset(days or ())
    dates = [*_dates(known, today), *named]
    reached = set(dates)
    if not by_length:
        reached |= {day + timedelta(n) for day in (today, *named) for n in (0, 1, -1)}
        dates.append(today + timedelta(1))
    reached |= {
        day + timedelta(sign * length) for day in (today, *dates) for length in lengths for sign in (1, -1)
    }
    reached |= {day + timedelta(length) for day in (today, *dates) for length in lessons}
    reached |= {
        _working_days_on(day, length) for day in (today, *dates) for length in lengths if 1 < length <= 30
    }
    reached |= {
        _months_on(day, sign * count) for day in (today, *dates) for count in months for sign in (1, -1)
    }
    if days is not None and (lengths or months):  # so many days to the end of the month
        reached |= {day for day in _coming(today) if (day + timedelta(1)).day == 1}
    week = {int(key[-1]) for one in known for key in one.keys if key.startswith("weekday:")}
    reached |= {
        today + timedelta(ahead) for ahead in range(38) if (today + timedelta(ahead)).weekday() in week
    }
    if figure.unit == "weekday":
        return any(f"weekday:{day.weekday()}" in figure.keys for day in reached)
    return any(
        key[:10] == f"date:{day:%m-%d}" and key[11:] in ("", str(day.year))
        for key in figure.keys
        for day in reached
    )


def by_length(
    figure: Figure, length: Figure, asked: Sequence[Figure], known: Sequence[Figure], words: str, today: date
) -> bool:
    """Whether a date is so many days, working days or months before or after a known one.

    `words`: the customer's. Known are the days of the evidence and of the customer; today, where the customer names none.
    """
    said = relative_days(words, today)
    days = {*_dates([*asked, *known], today), *named_days([*asked, *known], known, today), *said}
    days |= set() if asked or said else {today}
    family, size = SIZES[length.unit]
    reached: set[date] = set()
    for value in (v for v in amount(length) if v < 1000):
        count = int(value * size) if family == "months" else round(value * size / 1440)
        on = _months_on if family == "months" else lambda day, so_many: day + timedelta(so_many)
        reached |= {on(day, sign * count) for day in days for sign in (1, -1)}
        if family == "months" or count >= 7:  # the first day may be counted, too
            reached |= {on(day, count) - timedelta(1) for day in days}
        if family != "months" and count <= 30:
            reached |= {_working_days_on(day, sign * count) for day in days for sign in (1, -1)}
        reached |= {_end_of_month(on(day, count)) for day in days}
    return any(
        key[:10] == f"date:{day:%m-%d}" and key[11:] in ("", str(day.year))
        for key in figure.keys
        for day in reached
    )


def named_days(asked: Iterable[Figure], quoted: Iterable[Figure], today: date) -> frozenset[date]:
    """The days that a customer's weekday may mean, the last and the next one, and those of a day of the month that is quoted, such as the 1st."""
    week = {int(key[-1]) for one in asked for key in one.keys if key.startswith("weekday:")}
    near = [today + timedelta(ahead) for ahead in range(-7, 8)]
    numbers = {v for one in quoted if not one.unit for v in amount(one)}
    by_name = {day for day in near if day.weekday() in week}
    return frozenset(by_name | {day for day in _coming(today) if day.day in numbers})


def _coming(today: date) -> list[date]:
    """The days of two months."""
    return [today + timedelta(ahead) for ahead in range(62)]


def _dates(known: Iterable[Figure], today: date) -> list[date]:
    return [day for figure in known for key in figure.keys for day in days_of(key, today)]


def days_of(key: str, today: date) -> list[date]:
    """The days that a date's key may mean: of its year; without one of this, the next and the last one."""
    found: list[date] = []
    if key.startswith("date:"):
        years = [int(key[11:])] if key[11:] else [today.year, today.year + 1, today.year - 1]
        for year in years:
            try:
                found.append(date(year, int(key[5:7]), int(key[8:10])))
            except ValueError:  # a 30 February is no day
                continue
    return found


def days_between(known: Sequence[Figure], today: date) -> set[float]:
    """Days and weeks between a date of the evidence and today, or between two of them."""
    days = _dates(known, today)
    made: set[float] = set()
    for one in days:
        for other in (today, *days):
            gap = abs((one - other).days)
            made |= {float(gap), float(gap + 1), gap / 7}
    return made


def months_between(words: str, today: date) -> list[Figure]:
    """How many months lie between two that a customer names without a day, or between the one and today's: from April to December."""
    known = month_names()[1]
    named = [known[w] for w in re.findall(r"[^\W\d_]{4,}", words.casefold()) if w in known]
    months = [int(next(iter(meant))) for meant in named if len(meant) == 1]
    if not 0 < len(months) < 3:
        return []
    first, last = months if len(months) > 1 else (months[0], today.month)
    count = str((last - first) % 12)
    return [Figure("", 0, 0, frozenset({count}), "month")] if count != "0" else []


def _working_days_on(day: date, count: int) -> date:
    """So many days on, or back, of which Saturdays and Sundays don't count."""
    step = 1 if count > 0 else -1
    while count:
        day += timedelta(step)
        count -= step * (day.weekday() < 5)
    return day


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def _end_of_month(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month, 12)
    return date(year, month + 1, 1) - timedelta(1)


def contradict(one: Figure, other: Figure, today: date) -> bool:
    """Whether a weekday and a date beside it are not the same day, in this year or, of a month that has passed, the next."""
    if {one.unit, other.unit} != {"weekday", "date"} or one.unit == other.unit:
        return False
    day, weekday = (one, other) if one.unit == "date" else (other, one)
    years = {k[11:] for k in day.keys}
    near = [d for d in _dates([day], today) if years != {""} or abs((d - today).days) < 340]
    return bool(near) and not any(f"weekday:{d.weekday()}" in weekday.keys for d in near)


def contradictions(sentence: str, today: date) -> Iterable[tuple[Figure, Figure]]:
    """A weekday and a date beside each other, in either order, that are not the same day."""
    told = figures(sentence)
    for place, (one, other) in enumerate(pairwise(told)):
        later = told[place + 2 : place + 3]  # Saturday and Sunday, 24 and 25 April
        if any(f.unit == "date" and not contradict(one, f, today) for f in later):
            continue
        between = sentence[one.end : other.start]
        joined = any(map(AND.fullmatch, between.split()[:1]))  # until 5 December and on Sundays
        beside = BESIDE.fullmatch(between) or (one.unit == "date" and not joined and IS.fullmatch(between))
        if beside and contradict(one, other, today):
            yield one, other
