"""Whether a figure follows from others: another unit, a sum, a product, a share, a count, a day counted from today.

Only what the evidence for a reply and the customer have named is reckoned with, so that little can be made from it by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations

from f.common.amounts import Figure, amount, fits, money
from f.common.figure_words import MONTH_MINUTES, SIZES

MOST_OPERANDS = 14


def follows(
    figure: Figure,
    known: Sequence[Figure],
    times: Iterable[float],
    counts: Iterable[int],
    today: date,
    stated: Sequence[Figure] | None = None,
) -> bool:
    """Whether the figure can be reckoned from the known ones.

    `times`: numbers that say how many of something, from the customer and the reply. `counts`: how many things the reply or the evidence lists.
    `stated`: those of the known figures that the reply or the customer names; None: all.
    """
    if figure.unit in ("date", "weekday"):
        return _of_calendar(figure, known, today)
    if figure.unit == "clock":
        return _of_clock(figure, known, known if stated is None else stated)
    wanted = amount(figure)
    if not wanted:
        return any(k.startswith("at ") for k in figure.keys) and _of_clock(
            figure, known, known if stated is None else stated
        )
    if (
        not money(figure.unit)
        and figure.unit != "%"
        and wanted & {float(count) for count in counts if count > 1}
    ):
        return True
    spans = {
        value for one in known for a in amount(one) for value in _converted(a, one.unit, figure.unit)
    } | _hours(figure, known)
    if any(
        abs(value - one) <= 0.03 * one
        for value in spans
        for one in wanted
        if figure.unit in ("mile", "ft", "inch", "lb", "oz", "km", "m", "cm", "kg")
    ):
        return True
    if spans & wanted or (
        figure.unit in ("week", "month", "year") and any(_about(value, wanted) for value in spans)
    ):
        return True
    return any(
        _near(value, wanted, figure.text)
        for value in _made(figure, known, list(dict.fromkeys(times))[:8], today)
    )


def _near(value: float, wanted: set[float], text: str) -> bool:
    """Equal, or rounded to as many places as are written."""
    places = (
        len(text.rpartition(".")[2].rpartition(",")[2].strip("€$ ")) if ("." in text or "," in text) else 0
    )
    places = places if places <= 2 else 0
    return any(
        abs(value - one) < 0.005 or (value >= 10 and abs(value - one) <= 0.5 * 10**-places) for one in wanted
    )


def _about(value: float, wanted: set[float]) -> bool:
    """Whole weeks or months of so many days."""
    whole = {float(round(value))} | ({float(int(value))} if value % 1 < 0.35 else set())
    return value >= 1 and bool(whole & wanted)


def _made(figure: Figure, known: Sequence[Figure], times: Sequence[float], today: date) -> set[float]:
    """What can be made of the known figures that is of this figure's kind. `times`: how often, how many: numbers of the customer and the reply."""
    like, shares = _operands(figure, known)
    made = {value for one in known for a in amount(one) for value in _converted(a, one.unit, figure.unit)}
    for one, other in combinations(like, 2):
        made |= {one + other, abs(one - other)}
        if one and other and figure.unit in ("%", ""):
            made |= {
                100 * one / other,
                100 * other / one,
                100 * abs(one - other) / max(one, other),
                one / other,
                other / one,
            }
    made |= {sum(group) for group in combinations(like, 3)}
    if 4 <= len(like) <= 7:
        made |= {sum(group) for group in combinations(like, 4)} | {sum(like)}
    packs = {v for o in known if o.unit == "" for v in amount(o) if 1 < v < 100}
    for one in like:
        made |= (
            {one * n for n in times}
            | {one / n for n in times if n}
            | {one * n * m for n, m in combinations(times[:5], 2)}
        )
        made |= {abs(other - one * n) for other in like for n in times}
        made |= {other + one * (n - less) for other in like for n in times for less in (0, 1) if n > less}
        made |= {one * part for share in shares for part in (share / 100, 1 - share / 100, 1 + share / 100)}
        made |= {
            one * n / pack for n in times for pack in packs if n > pack and n % pack == 0
        }  # ten packs of six
    if money(figure.unit):
        made |= _of_prices(figure, known, like)
    elif not figure.unit:
        made |= {one * n for one in like for n in (7.0, 12.0, 52.0)} | {
            today.year - value for value in like if 1900 < value < 2100
        }
    if figure.unit in ("day", "week", "month", "year", ""):
        made |= _days_between(known, today)
    return {round(value, 4) for value in made}


def _operands(figure: Figure, known: Sequence[Figure]) -> tuple[list[float], list[float]]:
    """The amounts of the figure's own kind, and the percentages. A price is made of prices, where there are any."""
    shares = [value for one in known if one.unit == "%" for value in amount(one)]
    same_unit = [
        value
        for one in known
        if one.unit and one.unit != "%" and fits(figure.unit, one.unit)
        for value in amount(one)
    ]
    bare = [value for one in known if not one.unit for value in amount(one)]
    like = same_unit if money(figure.unit) and same_unit else [*same_unit, *bare]
    return list(dict.fromkeys(like))[:MOST_OPERANDS], list(dict.fromkeys(shares))[:6]


def _of_prices(figure: Figure, known: Sequence[Figure], prices: list[float]) -> set[float]:
    """What a year's price is a month, a pack's a kilo, and an amount in another currency at a rate for a hundred."""
    made = {price * n for price in prices for n in (12.0, 52.0)} | {
        price / n for price in prices for n in (12.0, 52.0)
    }
    sizes = [v * SIZES[o.unit][1] for o in known if o.unit in ("g", "kg", "ml", "l") for v in amount(o) if v]
    made |= {price * whole / size for price in prices for size in sizes for whole in (100, 1000)}
    abroad = [v for o in known if money(o.unit) and not fits(figure.unit, o.unit) for v in amount(o)]
    return made | {price * v / whole for price in prices for v in abroad for whole in (1, 100)}


def _hours(figure: Figure, known: Sequence[Figure]) -> set[float]:
    """How long it is from one time of the day to another."""
    if figure.unit not in ("hour", "minute"):
        return set()
    times = sorted(_minutes(known) | {0})
    return {(b - a) / SIZES[figure.unit][1] for a, b in combinations(times[:20], 2)}


def _of_clock(figure: Figure, known: Sequence[Figure], stated: Sequence[Figure]) -> bool:
    """A time so many minutes before or after another one, of which the reply or the customer names one; or the length between two, as in 2 h 30."""
    wanted = _minutes([figure])
    reached = {
        time + sign * length
        for some, others in ((stated, known), (known, stated))
        for time in _minutes(some)
        for length in _lengths(others)
        for sign in (1, -1)
    }
    apart = {abs(a - b) for a, b in combinations(sorted(_minutes(known))[:20], 2)}
    return bool(wanted & (reached | (apart if "h" in figure.text.casefold() else set())))


def _lengths(known: Iterable[Figure]) -> set[float]:
    """The lengths of time among figures, in minutes, up to five hours."""
    found = {v * SIZES[o.unit][1] for o in known if o.unit in ("minute", "hour") for v in amount(o)}
    return {length for length in found if length < 300}


def _minutes(known: Iterable[Figure]) -> set[float]:
    """The times of the day among figures, in minutes since midnight."""
    return {
        int(hour) * 60.0 + int(minute)
        for one in known
        for key in one.keys
        if key.startswith("at ")
        for hour, minute in [key[3:].split(":")]
    }


def _converted(value: float, unit: str, wanted: str) -> set[float]:
    if unit in ("", "clock") and wanted in SIZES:
        family = [u for u, (name, _) in SIZES.items() if name == SIZES[wanted][0]]
        days = {value / 30} if wanted == "month" else set()
        return days | {value * SIZES[u][1] / SIZES[wanted][1] for u in family if u != wanted}
    if unit not in SIZES or wanted not in SIZES:
        return set()
    (mine, size), (theirs, other) = SIZES[unit], SIZES[wanted]
    if mine == theirs:
        return {value * size / other}
    if {mine, theirs} == {"time", "months"}:
        minutes = value * size * (MONTH_MINUTES if mine == "months" else 1)
        made = minutes / (other * (MONTH_MINUTES if theirs == "months" else 1))
        return {
            made,
            *({value * 52} if (unit, wanted) == ("year", "week") else ()),
            *({value * 365} if (unit, wanted) == ("year", "day") else ()),
        }
    return set()


def _dates(known: Iterable[Figure], today: date) -> list[date]:
    found = []
    for figure in known:
        for key in figure.keys:
            if key.startswith("date:"):
                month, day = int(key[5:7]), int(key[8:10])
                years = [int(key[11:])] if len(key) > 10 else [today.year, today.year + 1, today.year - 1]
                for year in years:
                    try:
                        found.append(date(year, month, day))
                    except ValueError:  # a 30 February is no day
                        continue
    return found


def _days_between(known: Sequence[Figure], today: date) -> set[float]:
    """Days and weeks between a date of the evidence and today, or between two of them."""
    days = _dates(known, today)
    made: set[float] = set()
    for one in days:
        for other in (today, *days):
            gap = abs((one - other).days)
            made |= {float(gap), float(gap + 1), gap / 7}
    return made


def _of_calendar(figure: Figure, known: Sequence[Figure], today: date) -> bool:
    """A weekday or a date that belongs to a date or a number of days in the evidence, counted from today or from that date."""
    lengths = {
        round(v * SIZES[o.unit][1] / 1440)
        for o in known
        if o.unit in ("day", "week", "hour")
        for v in amount(o)
        if v < 1000
    }
    months = {
        int(v * SIZES[o.unit][1]) for o in known if o.unit in ("month", "year") for v in amount(o) if v < 100
    }
    lengths |= {
        length - 7 for length in lengths if length > 7 and length % 7 == 0
    }  # eight weekly lessons end after seven weeks
    dates = _dates(known, today)
    reached = {today, today + timedelta(1), today - timedelta(1), *dates}
    reached |= {
        day + timedelta(sign * length) for day in (today, *dates) for length in lengths for sign in (1, -1)
    }
    reached |= {
        _months_on(day, sign * count) for day in (today, *dates) for count in months for sign in (1, -1)
    }
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


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def contradict(one: Figure, other: Figure, today: date) -> bool:
    """Whether a weekday and a date beside it are not the same day, in this year or, of a month that has passed, the next."""
    if {one.unit, other.unit} != {"weekday", "date"} or one.unit == other.unit:
        return False
    day, weekday = (one, other) if one.unit == "date" else (other, one)
    years = {k[11:] for k in day.keys}
    near = [d for d in _dates([day], today) if years != {""} or abs((d - today).days) < 340]
    return bool(near) and not any(f"weekday:{d.weekday()}" in weekday.keys for d in near)
