"""Times that a reply gives for a day, where its source has them for other days only: Friday until 18, closed on the 24th.

Days and times are figures, so this holds in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.grounds import Grounds
from f.common.figures.amounts import DAYS, Figure, same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks
from f.common.figures.segments import LISTED, Segment, Source, is_passage, ranged, segments, weekdays

MOST_TIMES = 2  # of one opening; more belong to several days


def of_other_days(
    draft: Draft, grounds: Grounds, sources: Mapping[str, Source], today: date
) -> Iterable[Finding]:
    """Times of a sentence that stand in no row of its days, though these have rows, and in rows of other days."""
    for sentence, marks in draft.sentences:
        text = LISTED.sub("", sentence)
        told = ranged(figures(text), text)
        days = [f for f in told if f.unit in DAYS]
        times = [f for f in told if f.unit == "clock"]
        named = [f for f in days if f.start < f.end]
        if not times or len(times) > MOST_TIMES or len(named) not in (1, 2) or asks(sentence):
            continue
        if len(named) > 1 and len(days) == len(named) and {f.unit for f in named} == {"weekday"}:
            continue  # two days, and no range: each may have its own time
        keys = {c.source for c in grounds.claims_of(sentence)} or set(marks)
        rows = [
            s
            for key in keys
            if key in sources and (is_passage(key) or key == "hours")
            for s in segments(sources[key])
        ]
        theirs = [s for s in rows if _of_days(s, days, today)]
        for time in times if theirs else ():
            holding = [s for s in rows if any(same(time, f) for f in s.figures)]
            if holding and not any(
                s in theirs or not any(f.unit in DAYS for f in s.figures) for s in holding
            ):
                yield Finding("misplaced", sentence, time.text)
                return


def _of_days(segment: Segment, days: list[Figure], today: date) -> bool:
    """Whether a row speaks of one of these days, by its name or its date. A date without a year is of this one or the next."""
    named = weekdays(days)
    for figure in days:
        for key in figure.keys if figure.unit == "date" and not figure.keys & named else ():
            named |= _weekday(key, today)
    mine = [f for f in segment.figures if f.unit in DAYS]
    return any(same(f, g) for f in mine for g in days) or bool(weekdays(mine) & named)


def _weekday(key: str, today: date) -> frozenset[str]:
    month, day = key[5:7], key[8:10]
    found: set[str] = set()
    for year in (today.year, today.year + 1):
        try:
            found.add(f"weekday:{date(year, int(month), int(day)).weekday()}")
        except ValueError:
            continue  # no such day
    return frozenset(found)
