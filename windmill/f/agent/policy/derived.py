"""Whether a figure of a reply follows from what the reply rests on: from its evidence, from what was said, from what was reckoned before."""

# ruff: noqa: RUF001 - signs of multiplication
from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from f.agent.policy.calendar_days import (
    BESIDE,
    by_length,
    contradict,
    months_between,
    named_days,
    of_calendar,
)
from f.agent.policy.claims import Draft
from f.agent.policy.counts import another_share, counts, units_meant
from f.agent.policy.reckoning import FEW, follows
from f.agent.policy.reopening import day_of_range, opens_again
from f.common.figures.amounts import Figure, amount, money, same
from f.common.figures.finder import figures, numbers_in_words, parts_in_words, single_lengths
from f.common.figures.segments import LISTED, Segment, Weights, is_passage, terms
from f.common.figures.words import LONG, SIZES, word_set

# Telephone numbers that help in an emergency: nobody is refused one.
EMERGENCY = word_set(
    "112 911 999 988 110 118 119 113 114 115 116 15 17 18 190 192 188 100 101 102 103 108 144 061 024 000 111 13 11 14"
)
TO = re.compile(r"\.?\s*(?:[-–]|[^\W\d_]{1,4})\s*(?:[^\W\d_]{2,3}\s+)?")  # between the days of a range
DAY = re.compile(r"\b(?:dia|día|giorno|dnia)\s$", re.IGNORECASE)
RECKONED = re.compile(r"[×x*·÷/=+]\s?\d|\d\s?[×x*·÷=+]")
LENGTHS = (*LONG, "hour")
COUNTED = 99.0  # a bare number above it is a price rather than how many
CONSTANTS = word_set("7 12 24 30 31 52 60 100 365 1000")  # days, months, hours: what anybody reckons with


class Said(NamedTuple):
    """What was said. `words`: the customer's, of all messages. `question`: those of the last one. `asked`: their figures. `figures`: others."""

    words: str
    question: frozenset[str]
    asked: tuple[Figure, ...]
    figures: tuple[Figure, ...]


class Derived:
    """The figures of one reply that may be results. `made`: those that are known to hold or were reckoned."""

    def __init__(
        self,
        draft: Draft,
        evidence: Sequence[Segment],
        weights: Weights,
        said: Said,
        today: date,
        quoted: Sequence[Figure] = (),
    ) -> None:
        """`quoted`: the figures of the reply's quotes."""
        self._quoted = list(quoted)
        self._draft, self._evidence, self._weights = draft, evidence, weights
        self._said, self._today = said, today
        self._named = {m for _, marks in draft.sentences for m in marks} | {c.source for c in draft.claims}
        self._counts = counts(draft.text, evidence)
        self._stated = [f for s, _ in draft.sentences for f in figures(LISTED.sub("", s))]
        named = [] if draft.claims else [s.text for s in evidence if s.source in self._named]
        texts = (*(c.quote for c in draft.claims), *named)
        self._texts = texts
        self._single = [f for text in texts for f in single_lengths(text)]
        spoken = " ".join([draft.text, said.words, *texts])
        self._spoken = [*sorted(parts_in_words(spoken)), *map(float, numbers_in_words(spoken))]
        self._tools = {s.source for s in evidence if not is_passage(s.source)} - {"hours"}
        self._months = months_between(said.words, today)
        self.made: list[Figure] = []

    def follows(self, sentence: str, marks: tuple[str, ...], told: list[Figure], place: int) -> bool:
        """Whether a figure can be reckoned from the evidence near to the reply, from what was said, and from what was reckoned before."""
        figure = told[place]
        if another_share(sentence, told, place, self._texts, self._stated):
            return False
        if (figure.text in EMERGENCY and not marks) or any(same(figure, f) for f in self._months):
            return True
        if any(
            self.follows(
                sentence, marks, [*told[:place], figure._replace(unit=unit), *told[place + 1 :]], place
            )
            for unit in units_meant(figure, sentence)
        ):
            return True
        if self._day_of_month(sentence, told, place) or self._opens_again(figure):
            return True
        if RECKONED.search(sentence) and not figure.unit and figure.keys & CONSTANTS:
            return True
        lengths = [
            f for f in told[:place] if f.unit in LENGTHS and (f.unit != "hour" or min(amount(f)) % 24 == 0)
        ]
        if figure.unit == "date" and len(lengths) == 1 and not any(f.unit == "date" for f in told[:place]):
            return self._counted_by(lengths[0], figure)
        if figure.unit == "weekday" and not self._has_day(told, place):
            return False
        written = money(figure.unit) and RECKONED.search(sentence)
        return self._reckoned(figure, [f._replace(unit=figure.unit) for f in told if written and not f.unit])

    def follows_from_quotes(self, sentence: str, told: list[Figure], place: int) -> bool:
        """Whether a figure can be reckoned from the quotes and from what the customer has named alone."""
        figure = told[place]
        if another_share(sentence, told, place, self._texts, self._stated):
            return False
        if any(same(figure, f) for f in self._months) or self._opens_again(figure):
            return True
        if not figure.unit and "date" in units_meant(figure, sentence):
            day = figure._replace(unit="date")
            if self.follows_from_quotes(sentence, [*told[:place], day, *told[place + 1 :]], place):
                return True
        if figure.unit == "weekday" and not self._has_day(told, place):
            return False
        calendar = ("date", "weekday", "clock")
        known = [
            *self._quoted,
            *self._single,
            *self._months,
            *(f for f in self.made if f.unit not in calendar),
        ]
        to_go = figure.unit in ("hour", "minute") or any(
            k.startswith("at ") for k in figure.keys
        )  # from now on
        known += [f for f in self._said.figures if money(f.unit) or (to_go and f.unit == "clock")]
        known += self._asked(figure, known)
        known = [f for f in known if not same(f, figure)]
        stated = [f for f in self._stated if f.text != figure.text]
        times = self._times(stated, spoken=figure.unit not in SIZES)
        named = [*stated, *self._said.asked, *(f for f in self.made if f.unit == "clock")]
        clock = named if figure.unit == "clock" else known
        if money(figure.unit) and self._of_stated(figure, times):
            return True
        return self._day_of_month(sentence, told, place) or follows(
            figure, known, times, () if figure.unit else self._counts, self._today, clock, contrary=True
        )

    def follows_from_conversation(self, figure: Figure) -> bool:
        """Whether it can be reckoned from what was said before: two of them, from the price of one."""
        known = [f for f in self._said.figures if not same(f, figure)]
        return follows(figure, known, self._times([]), (), self._today, contrary=True)

    def _asked(self, figure: Figure, known: Sequence[Figure]) -> list[Figure]:
        """The customer's figures; to reckon a price, a bare one that counts nothing is one: it is large, or above all prices."""
        highest = max((v for f in known if money(f.unit) for v in amount(f)), default=0.0)
        least = min(highest, COUNTED)
        return [
            f._replace(unit=figure.unit)
            if money(figure.unit) and not f.unit and max(amount(f), default=0.0) > least
            else f
            for f in self._said.asked
        ]

    def _times(self, stated: Sequence[Figure], spoken: bool = True) -> list[float]:
        """How often, how many: numbers of the customer, the reply and its quotes. `spoken`: also those in words; halves and quarters always."""
        words = self._spoken if spoken or not self._named else [v for v in self._spoken if v % 1]
        return [
            *words,
            *(
                v
                for f in (*self._said.asked, *self._months, *stated)
                if not money(f.unit) and f.unit != "%"
                for v in amount(f)
                if v < 1000
            ),
        ]

    def _reckoned(self, figure: Figure, shown: Sequence[Figure]) -> bool:
        """`shown`: bare numbers of a sum that the sentence writes out."""
        stated = [f for f in self._stated if f.text != figure.text]
        others = [f for f in stated if money(f.unit)]
        total = (
            money(figure.unit)
            and len(others) > 1
            and max(amount(figure)) > max(v for f in others for v in amount(f))
        )
        # A share is one of what the reply or the customer names: of two prices of a list any could be made.
        shared = figure.unit == "%" and not self._quoted
        rows = [] if shared else [*self._near(figure.unit), *self._quoted]
        near = [*others, *(f for f in rows if f.unit == "%")] if total else rows
        near = [
            f for f in near if not same(f, figure)
        ]  # where it stands itself it was found to speak of something else
        times = self._times(stated, spoken=figure.unit not in SIZES)
        asked = self._asked(figure, [*self.made, *near])
        sources, days = [*self.made, *asked, *self._said.figures], None
        if (self._quoted or self._named) and figure.unit == "date":
            # A weekday that no quote has leads to no date; one of the customer's is the last or the next one.
            sources = [f for f in sources if f.unit != "weekday"]
            near = self._quoted or near
            days = named_days(self._said.asked, near, self._today)
        shares = [f for f in self._stated if f.unit == "%"]
        if shares:  # the share that the reply names is the one that it has reckoned with
            near = [f for f in near if f.unit != "%" or any(same(f, g) for g in shares)]
        known = [f for f in (*sources, *near, *self._single, *self._months, *shown) if not same(f, figure)]
        stated = [f for f in (*self.made, *self._said.asked) if not same(f, figure)]
        if money(figure.unit) and self._of_stated(figure, times):
            return True
        return follows(figure, known, times, self._counts, self._today, stated, days=days)

    def _of_stated(self, figure: Figure, times: Sequence[float]) -> bool:
        """Whether a price follows from those alone that the reply names and that hold: (5 + 2) x 3, whatever else stands in the sources."""
        prices = [f for f in dict.fromkeys(self.made) if money(f.unit) and not same(f, figure)]
        return 1 < len(prices) <= FEW and follows(figure, prices, times, (), self._today)

    def _has_day(self, told: Sequence[Figure], place: int) -> bool:
        """Whether anything leads to a weekday: a date or a length that the reply or the customer names, or today's or tomorrow's own."""
        stated = [f for f in self._stated if f.unit != "weekday"]  # one weekday leads to no other
        beside = [*stated, *self._said.asked]
        near = {f"weekday:{(self._today + timedelta(n)).weekday()}" for n in (0, 1)}
        asked = told[place].text.casefold()[:5] in self._said.words.casefold()  # a short form of it: sexta
        return (
            asked
            or bool(near & told[place].keys)
            or any(
                f.unit in LENGTHS or any(key.startswith(("date:", "weekday:")) for key in f.keys)
                for f in beside
            )
        )

    def _counted_by(self, length: Figure, figure: Figure) -> bool:
        """Whether a date is so many days or months from the day that the customer names, or that the reply or its quotes do; else from today."""
        named = [f for f in self._said.asked if any(key.startswith(("date:", "weekday:")) for key in f.keys)]
        rows = [f for s in self._evidence if not self._named or s.source in self._named for f in s.figures]
        days = [f for f in (*self._said.asked, *self._quoted, *rows) if f.unit == "weekday"]
        if of_calendar(figure, days, self._today, by_length=True):
            return True  # the next of a weekday that is named; the length is that of something else
        this_day = f"date:{self._today:%m-%d}"
        said = [
            f
            for f in self._said.figures
            if f.unit == "date" and not any(k.startswith(this_day) for k in f.keys)
        ]
        dated = [f for f in (*self._quoted, *rows, *said) if f.unit != "weekday"]
        known = [*self.made, *dated]
        return by_length(figure, length, named, known, self._said.words, self._today)

    def _day_of_month(self, sentence: str, told: list[Figure], place: int) -> bool:
        """Whether a bare number is a day: of the date after it, as in the 3rd to the 17th of May, or the one that a weekday before it names."""
        number = told[place]
        day = told[place - 1] if place else None
        until = told[place + 1] if place + 1 < len(told) else None
        if number.unit or not number.text.isdigit():
            return False
        if until and until.unit == "date" and TO.fullmatch(sentence[number.end : until.start]):
            months = {key[5:7] for key in until.keys if key.startswith("date:")}
            dates = {f"date:{month}-{int(number.text):02d}" for month in months}
        elif day and day.unit == "weekday" and BESIDE.fullmatch(sentence[day.end : number.start]):
            dates = {f"date:{month:02d}-{int(number.text):02d}" for month in range(1, 13)}
            dated = [(key, number._replace(unit="date", keys=frozenset({key}))) for key in dates]
            dates = {key for key, one in dated if not contradict(one, day, self._today)}
        elif DAY.search(sentence[: number.start]):
            dates = {f"date:{month:02d}-{int(number.text):02d}" for month in range(1, 13)}
        else:
            return day_of_range(sentence, told, place, self._texts)
        return any(
            self.follows(sentence, (), [number._replace(unit="date", keys=frozenset({key}))], 0)
            for key in dates
        )

    def _opens_again(self, figure: Figure) -> bool:
        return opens_again(figure, self._texts, self._stated, self._today)

    def _near(self, unit: str) -> list[Figure]:
        """Figures that a reply may reckon with: those of the rows that its other figures stand in, and of those that its words are nearest to."""
        words = terms(self._draft.text) | self._said.question
        # A tool's answer has no mark: a reply with marks rests on it, too.
        rows = [
            s
            for s in self._evidence
            if s.figures
            and (
                not self._named
                or s.source in self._named
                or (s.source in self._tools and not self._draft.claims)
            )
        ]
        holding = [s for s in rows if any(same(f, g) for f in self._stated for g in s.figures)]
        nearest = sorted(rows, key=lambda s: -self._weights(words & s.terms))[:6]
        priced = {s for s in rows if any(money(f.unit) for f in s.figures)}
        found = [
            f
            for s in dict.fromkeys([*holding, *nearest])
            for f in s.figures
            if f.unit or s not in priced or not money(unit)
        ]
        return found
