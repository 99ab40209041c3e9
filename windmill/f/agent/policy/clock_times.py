"""Whether a time of the day, or a length of time, follows from other times and lengths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from f.common.figures.amounts import Figure, amount
from f.common.figures.words import SIZES

MOST_TIMES = 20
MOST_OPERANDS = 14


def hours_between(figure: Figure, known: Sequence[Figure]) -> set[float]:
    """How long it is from one time of the day to another."""
    if figure.unit not in ("hour", "minute"):
        return set()
    times = sorted(_minutes(known) | {0})
    apart = {b - a for a, b in combinations(times[:MOST_TIMES], 2)}
    return {
        length / SIZES[figure.unit][1] for gap in apart for length in (gap, 1440 - gap)
    }  # or over midnight


def of_clock(figure: Figure, known: Sequence[Figure], stated: Sequence[Figure]) -> bool:
    """A time so many minutes before or after another one, of which the reply or the customer names one; or the length between two, as in 2 h 30."""
    wanted = _minutes([figure])
    reached = {
        time + sign * length
        for some, others in ((stated, known), (known, stated))
        for time in _minutes(some)
        for length in _lengths(others)
        for sign in (1, -1)
    }
    # A longer length leads to another day, and to nearly any time: it counts where the reply or the customer names it.
    reached |= {
        (time + sign * length) % 1440
        for time in _minutes(known)
        for length in _lengths(stated, 1440)
        for sign in (1, -1)
    }
    return bool(wanted & reached) or (
        "h" in figure.text.casefold() and bool(wanted & _lengths_between(known))
    )


def _lengths_between(known: Sequence[Figure]) -> set[float]:
    """The lengths from one time of the day to another, also of the next day, and sums and differences of hours, in minutes: 8 less 5.5 are 2 h 30."""
    times = combinations(sorted(_minutes(known))[:MOST_TIMES], 2)
    hours = [v * 60 for o in known if o.unit in ("", "hour") for v in amount(o) if v < 100][:MOST_OPERANDS]
    apart = {abs(a - b) for a, b in times}
    apart |= {1440 - length for length in apart}
    return apart | {value for a, b in combinations(hours, 2) for value in (a + b, abs(a - b))}


def _lengths(known: Sequence[Figure], longest: float = 720) -> set[float]:
    """The lengths of time among figures, in minutes."""
    hours, minutes = (
        {v * SIZES[unit][1] for o in known if o.unit == unit for v in amount(o)}
        for unit in ("hour", "minute")
    )
    found = hours | minutes | {a + b for a in hours for b in minutes if b < 60}  # 2 hours 40
    return {length for length in found if length <= longest}


def _minutes(known: Iterable[Figure]) -> set[float]:
    """The times of the day among figures, in minutes since midnight."""
    return {
        int(hour) * 60.0 + int(minute)
        for one in known
        for key in one.keys
        if key.startswith("at ")
        for hour, minute in [key[3:].split(":")]
    }
