"""Whether a figure follows from others: another unit, a sum, a product, a share, a count, a day counted from today.

Only what the evidence for a reply and the customer have named is reckoned with, so that little can be made from it by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, permutations
from math import ceil

from f.agent.policy.calendar_days import days_between, of_calendar
from f.agent.policy.clock_times import MOST_OPERANDS, hours_between, of_clock
from f.common.figures.amounts import Figure, amount, fits, money
from f.common.figures.words import LONG, MONTH_MINUTES, MULTIPLIERS, PERIODS, SIZES

FEW = 4  # prices: of more of them nearly any could be made


def follows(
    figure: Figure,
    known: Sequence[Figure],
    times: Iterable[float],
    counts: Iterable[int],
    today: date,
    stated: Sequence[Figure] | None = None,
    contrary: bool = False,
    days: Iterable[date] | None = None,
) -> bool:
    """Whether the figure can be reckoned from the known ones.

    `times`: numbers that say how many of something, from the customer and the reply. `counts`: how many things the reply or the evidence lists.
    `stated`: those of the known figures that the reply or the customer names; None: all.
    `contrary`: what is quoted has another figure of the kind, so that only what is reckoned with a number that was named counts.
    `days`: those that dates are counted from beside today and the known ones.
    """
    if figure.unit in ("date", "weekday"):
        return of_calendar(figure, known, today, days, by_length=contrary)
    if figure.unit == "clock" or (not figure.unit and re.fullmatch(r"\d{1,2}[.:]\d\d", figure.text)):
        if of_clock(figure, known, known if stated is None else stated):
            return True
        if figure.unit:
            return False
    wanted = amount(figure)
    if not wanted or figure.unit == "hour":
        at = any(k.startswith("at ") for k in figure.keys) and of_clock(
            figure, known, known if stated is None else stated
        )
        if at or not wanted:
            return at
    if (
        not money(figure.unit)
        and figure.unit != "%"
        and wanted & {float(count) for count in counts if count > 1}
    ):
        return True
    times = list(times)
    halves = [0.0, *(part for part in times if 0 < part < 1)]  # two hours and a half
    spans = {
        value
        for one in known
        for a in amount(one)
        for half in halves
        for value in _converted(a + half, one.unit, figure.unit)
    } | hours_between(figure, known)
    if any(
        abs(value - one) <= 0.03 * one
        for value in spans
        for one in wanted
        if figure.unit in ("mile", "yd", "ft", "inch", "lb", "oz", "km", "m", "cm", "kg")
    ):
        return True
    if spans & wanted or (
        figure.unit in ("week", "month", "year") and any(_about(value, wanted) for value in spans)
    ):
        return True
    return any(
        _near(value, wanted, figure.text)
        for value in _made(figure, known, list(dict.fromkeys(times))[:8], today, contrary)
    )


def _near(value: float, wanted: set[float], text: str) -> bool:
    """Equal, or rounded to as many places as are written."""
    written = re.search(r"\d(?:[.,](\d{1,2}))?(?![.,]?\d)", text)
    places = len((written[1] or "").removesuffix("0")) if written else 0  # 134.30 may be 134.29
    many = re.search(r"\d\s?([^\W\d_]+)", text)  # 117 thousand
    rounding = 0.5 * 10**-places * MULTIPLIERS.get(many[1].casefold() if many else "", 1.0)
    return any(abs(value - one) < 0.005 or (value >= 10 and abs(value - one) <= rounding) for one in wanted)


def _about(value: float, wanted: set[float]) -> bool:
    """Whole weeks or months of so many days."""
    whole = {float(round(value))} | ({float(int(value))} if value % 1 < 0.35 else set())
    return value >= 1 and bool(whole & wanted)


def _made(
    figure: Figure, known: Sequence[Figure], times: Sequence[float], today: date, contrary: bool
) -> set[float]:
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
    if len(like) <= 4 and money(figure.unit):  # a room and a bed more, for three nights
        made |= {sum(group) * n for group in combinations(like, 2) for n in times}
    if len(like) <= 5:  # two prices less a rebate
        made |= {sum(group) - 2 * one for group in combinations(like, 3) for one in group}
    if 4 <= len(like) <= 7:
        made |= {sum(group) for group in combinations(like, 4)} | {sum(like)}
    packs = {v for o in known if o.unit == "" for v in amount(o) if 1 < v <= 1000}
    for one in like:
        made |= (
            {one * n for n in times}
            | {one / n for n in times if n}
            | {one * n * m for n, m in combinations(times[:5], 2)}
        )
        made |= {abs(other - one * n) for other in like for n in times}
        made |= {other + one * (n - less) for other in like for n in times for less in (0, 1) if n > less}
        made |= {
            one * part
            for share in shares
            # a share, what is left of it, what it is added to, what is in a whole that it was added to, and that whole without it
            for part in (
                share / 100,
                1 - share / 100,
                1 + share / 100,
                share / (100 + share),
                100 / (100 + share),
            )
        }
        made |= {
            one * (n // pack) for n in times for pack in packs if n > pack
        }  # ten packs of six, and 600 points of 620 at so much a hundred
    if money(figure.unit):
        made |= _of_prices(figure, known, like) | _of_measures(known, like, times)
        if len(like) <= FEW:
            made |= _of_several(known, like, shares, times)
    elif not figure.unit:  # tables for 65 guests, of 10 each
        made |= {float(ceil(n / one)) for one in like for n in times if 1 < one < n}
    if not figure.unit and not contrary:
        made |= {one * n for one in like for n in (7.0, 12.0, 52.0)}
    if figure.unit in ("", "day", "week", "month"):  # from how many on a pass is cheaper
        prices = [v for o in known if money(o.unit) for v in amount(o)][:6]
        made |= {float(ceil(a / b)) for a, b in permutations(prices, 2) if b and 1 < a / b < 100}
    if figure.unit in ("", "year"):
        made |= {today.year - value for value in like if 1900 < value < 2100}
    if figure.unit in SIZES:
        alike = [
            v
            for o in known
            if o.unit in SIZES and o.unit != figure.unit
            for a in amount(o)
            for v in _converted(a, o.unit, figure.unit)
        ]
        made |= {one + other for one in like for other in alike} | {
            abs(one - other) for one in like for other in alike
        }  # 1.75 m less 15 cm
        if figure.unit not in LONG:
            made |= {abs(one - other) for one, other in combinations(alike, 2)}  # 3 m less 9 ft, in cm
            made |= {value * n for value in alike for n in times}  # ten lessons of 45 minutes, in hours
    if figure.unit in ("day", "week", "month", "year", ""):
        made |= days_between(known, today) | _portions(known)
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
    priced = money(figure.unit) and any(money(one.unit) for one in known)
    like = same_unit if priced else [*same_unit, *bare]
    if figure.unit == "%":
        like += [value for one in known if money(one.unit) for value in amount(one)]
    return list(dict.fromkeys(like))[:MOST_OPERANDS], list(dict.fromkeys(shares))[:6]


def _portions(known: Sequence[Figure]) -> set[float]:
    """How often one weight or volume goes into another: 1.5 kg at 60 g a day last 25 days."""
    sizes = [
        (SIZES[o.unit][0], v * SIZES[o.unit][1]) for o in known if o.unit in SIZES for v in amount(o) if v
    ]
    return {
        a / b
        for (one, a), (other, b) in permutations(sizes[:MOST_OPERANDS], 2)
        if one == other in ("mass", "volume")
    }


def _of_several(
    known: Sequence[Figure], prices: Sequence[float], shares: Sequence[float], times: Sequence[float]
) -> set[float]:
    """A share of several, and what comes on top of a price that holds for so long already: 39 for 6 months and 6 for each further one."""
    within = {v for o in known if o.unit in PERIODS for v in amount(o)}
    made = {
        one * n * part for one in prices for n in times for s in shares for part in (s / 100, 1 - s / 100)
    }
    return made | {
        other + one * (n - held)
        for other in prices
        for one in prices
        for n in times
        for held in within
        if n > held
    }


def _of_prices(figure: Figure, known: Sequence[Figure], prices: list[float]) -> set[float]:
    """What a year's price is a month, a pack's a kilo, and an amount in another currency at a rate for a hundred."""
    made = {price * n for price in prices for n in (12.0, 52.0)} | {
        price / n for price in prices for n in (12.0, 52.0)
    }
    sizes = [v * SIZES[o.unit][1] for o in known if o.unit in ("g", "kg", "ml", "l") for v in amount(o) if v]
    made |= {price * whole / size for price in prices for size in sizes for whole in (100, 1000)}
    abroad = [v for o in known if money(o.unit) and not fits(figure.unit, o.unit) for v in amount(o)]
    return made | {price * v / whole for price in prices for v in abroad for whole in (1, 100)}


def _of_measures(known: Sequence[Figure], prices: list[float], times: Sequence[float]) -> set[float]:
    """What a size that was named costs at a price for another one: 250 g at so much for 100 g, 90 minutes at so much an hour."""
    sizes = [(*SIZES[o.unit], v) for o in known if o.unit in SIZES for v in amount(o) if v]
    named = [(family, size * v) for family, size, v in sizes if v in times][:6]
    whole = {(family, size * v) for family, size, v in sizes} | {("time", SIZES["hour"][1])}
    return {
        price * mine / theirs
        for price in prices
        for family, mine in named
        for other, theirs in whole
        if family == other and mine != theirs
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
        working = {float(ceil(value / 5))} if (unit, wanted) == ("day", "week") and value > 5 else set()
        return {value * size / other} | working
    if {mine, theirs} == {"time", "months"}:
        minutes = value * size * (MONTH_MINUTES if mine == "months" else 1)
        made = minutes / (other * (MONTH_MINUTES if theirs == "months" else 1))
        return {
            made,
            *({value * 52} if (unit, wanted) == ("year", "week") else ()),
            *({value * 365} if (unit, wanted) == ("year", "day") else ()),
        }
    return set()
