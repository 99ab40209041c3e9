"""Holds a reply against its evidence: quotes stand in their source, figures belong to what is quoted or follow from it.

No model has a say here and no language is known here: figures are found in every script (figures.py), reckoned with (reckoning.py), and bound to the
sentence or row of the evidence that speaks of the same thing (evidence.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from f.agent.deeds import deeds_in, shown_by
from f.agent.figures import Figure, amount, figures, fits, money, numbers_in_words, same
from f.agent.reckoning import follows
from f.agent.segments import (
    Segment,
    Source,
    Weights,
    folded,
    kind_of,
    names,
    names_in_full,
    segments,
    spoken,
    stands_in,
    terms,
)

LISTED = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s+|\d\ufe0f?\u20e3\s*)", re.MULTILINE
)  # "1. " before an item, or its emoji
SPOKEN = ("conversation", "customer", "persona", "hours", "clock")  # sources that no mark names
RARE = 0.6  # a word that few rows have: it tells one from another
MISPLACED_BY = 0.45  # how much more the words of a sentence must speak for another row than for the one that holds its figure


# Telephone numbers that help in an emergency: nobody is refused one.
EMERGENCY = frozenset(
    [
        "112",
        "911",
        "999",
        "988",
        "110",
        "118",
        "119",
        "113",
        "114",
        "115",
        "116",
        "15",
        "17",
        "18",
        "190",
        "192",
        "188",
        "100",
        "101",
        "102",
        "103",
        "108",
        "144",
        "061",
        "024",
        "000",
        "111",
        "13",
        "11",
        "14",
    ]
)
RECKONED = re.compile(r"[×x*·÷/=+]\s?\d|\d\s?[×x*·÷=+]")
CONSTANTS = frozenset(["7", "12", "24", "30", "31", "52", "60", "100", "365", "1000"])


class Claim(NamedTuple):
    """Words of a reply that state a fact, and the words of a source that carry them."""

    says: str
    source: str
    quote: str


class Draft(NamedTuple):
    """A reply before it is let through. `sentences`: each with the passages it names. `kind`: what the model says it is; None: it said nothing."""

    kind: str | None
    text: str
    claims: tuple[Claim, ...]
    sentences: tuple[tuple[str, tuple[str, ...]], ...]


class Problem(NamedTuple):
    """Why a reply is not let through: a code, the words of the reply, and what is wrong with them, for the model and the trace."""

    code: str
    says: str
    detail: str


class Check:
    """One reply held against one turn's evidence."""

    def __init__(
        self,
        draft: Draft,
        sources: Sequence[Source],
        today: date,
        changed: bool = False,
        handed_off: bool = False,
    ) -> None:
        """`changed`: a tool that changes something has succeeded in this turn. `handed_off`: a person takes over."""
        self._draft, self._today, self._changed, self._handed_off = draft, today, changed, handed_off
        self._sources = {s.key: s for s in sources}
        self._pool = [segment for source in sources for segment in segments(source)]
        self._evidence = [
            s for s in self._pool if s.source not in ("customer", "clock", "persona", "conversation")
        ]
        self._weights = Weights(self._evidence)
        customer = [s for s in self._pool if s.source in ("customer", "said")]
        self._tools = [
            s.key for s in sources if s.key not in (*SPOKEN, "said") and not re.fullmatch(r"S\d+", s.key)
        ]
        self._question = terms(" ".join(s.text for s in customer if s.source == "customer"))
        self._words_of_customer = " ".join(s.text for s in customer)
        self._asked = [f for s in customer for f in s.figures]
        self._said = [
            f for s in self._pool if s.source in SPOKEN and s.source != "customer" for f in s.figures
        ]
        self._named = {m for _, marks in draft.sentences for m in marks} | {c.source for c in draft.claims}
        self._counts = _counts(draft.text, self._evidence)
        self._spread = MISPLACED_BY
        self._made: list[Figure] = []  # figures of the reply that were reckoned

    def problems(self) -> list[Problem]:
        told = [
            (sentence, marks, found, place)
            for sentence, marks in self._draft.sentences
            for found in [figures(LISTED.sub("", sentence))]
            for place in range(len(found))
        ]
        outcomes = {i: self._figure(*one) for i, one in enumerate(told)}
        self._made += [told[i][2][told[i][3]] for i, outcome in outcomes.items() if outcome == "echo"]
        while made := [
            i
            for i, outcome in outcomes.items()
            if outcome in ("figure", "misplaced") and self._follows(*told[i])
        ]:
            for i in made:
                outcomes[i] = "held"
                self._made.append(told[i][2][told[i][3]])
        found = [*self._quotes(), *self._deeds()]
        for i, outcome in outcomes.items():
            sentence, _, figs, place = told[i]
            figure = figs[place]
            if outcome == "misplaced" and any(same(figure, f) for f in self._asked):
                counted = kind_of(figure) in ("", "hour", "day", "week", "month", "year")
                outcomes[i] = outcome = "echo" if counted or not self._repeats(sentence) else "misplaced"
            if outcome == "figure" and self._harmless(figure):
                continue
            if outcome in ("figure", "misplaced"):
                found.append(Problem(outcome, sentence, figure.text))
        echoes = [told[i] for i, outcome in outcomes.items() if outcome == "echo"]
        if (
            echoes
            and "held" not in outcomes.values()
            and self._draft.kind not in ("talk", "clarify")
            and self._named
        ):
            sentence, _, figs, place = echoes[0]
            if any(
                _alike(figs[place], f) for s in self._evidence if s.source in self._named for f in s.figures
            ):
                found.append(Problem("confirmed", sentence, figs[place].text))
        return found

    def _quotes(self) -> Iterable[Problem]:
        for claim in self._draft.claims:
            if not claim.quote.strip():
                continue
            source = self._sources.get(claim.source)
            everywhere = " ".join(s.text for s in self._sources.values())
            if not (source and stands_in(claim.quote, f"{source.context} {source.text}")) and not stands_in(
                claim.quote, everywhere
            ):
                yield Problem("quote", claim.says, claim.quote)

    def _harmless(self, figure: Figure) -> bool:
        """Whether a figure of plain talk says nothing of the business: a bare number, a weekday. A price, a time, a date, a link does."""
        if self._named or any(re.fullmatch(r"S\d+", s.key) for s in self._sources.values()):
            return False
        told = figures(LISTED.sub("", self._draft.text))
        helps = any(f.text in EMERGENCY for f in told) and not any(
            money(f.unit) for f in told
        )  # a line for people in distress
        code = figure.unit == "code" and len(figure.text) < 4
        return (
            code
            or (helps and figure.unit == "phone")
            or (figure.unit in ("", "weekday") and len(re.sub(r"\D", "", figure.text)) < 5)
        )

    def _deeds(self) -> Iterable[Problem]:
        """What the reply says was done, where no tool has done it and nothing that was looked up or said speaks of it."""
        if self._changed:
            return
        data = " ".join(
            s.text
            for s in self._sources.values()
            if not re.fullmatch(r"S\d+", s.key) and s.key not in ("clock", "hours", "customer")
        )
        for sentence, marks in self._draft.sentences:
            if any(re.fullmatch(r"S\d+", mark) for mark in marks):
                continue
            for deed in deeds_in(sentence):
                if deed in ("ready", "finish") and not self._tools:
                    continue  # no order or repair was asked for
                if not shown_by(deed, data) and not (deed in ("pass", "call") and self._handed_off):
                    yield Problem("deed", sentence, deed)
                    break

    def _repeats(self, sentence: str) -> bool:
        """Whether a sentence says yes to what the customer has asked: it shares the question's words and does not turn it down."""
        words = terms(sentence)
        return bool(words) and len(words & self._question) >= 0.3 * len(words)

    def _figure(self, sentence: str, marks: tuple[str, ...], told: list[Figure], place: int) -> str:
        """'': of no matter. held: supported. echo: only the customer has named it. Else the problem's code."""
        figure = told[place]
        quotes = [
            c
            for c in self._draft.claims
            if folded(c.says) in folded(sentence)
            or folded(sentence) in folded(c.says)
            or figure.text in c.says
        ]
        quoted = [f for c in quotes for f in figures(c.quote)]
        holding = [s for s in self._evidence if any(same(figure, f) for f in s.figures)]
        if quotes and any(same(figure, f) for f in quoted):
            holding = [
                s
                for s in holding
                if any(folded(s.text) in folded(c.quote) or folded(c.quote) in folded(s.text) for c in quotes)
            ] or holding
            return "misplaced" if self._misplaced(sentence, told, place, holding) else "held"
        if holding and (marks or quotes or not self._draft.claims):
            return "misplaced" if self._misplaced(sentence, told, place, holding) else "held"
        if any(same(figure, f) for f in self._said):
            return "held"
        if any(same(figure, f) for f in self._asked):
            return "echo"
        return "figure"

    def _follows(self, sentence: str, marks: tuple[str, ...], told: list[Figure], place: int) -> bool:
        """Whether a figure can be reckoned from the evidence near to the reply, from what was said, and from what was reckoned before."""
        figure = told[place]
        if figure.text in EMERGENCY and not marks:
            return True
        if RECKONED.search(sentence) and not figure.unit and figure.keys & CONSTANTS:
            return True
        stated = [
            f for s, _ in self._draft.sentences for f in figures(LISTED.sub("", s)) if f.text != figure.text
        ]
        quoted = [f for c in self._draft.claims for f in figures(c.quote)]
        others = [f for f in stated if money(f.unit)]
        total = (
            money(figure.unit)
            and len(others) > 1
            and max(amount(figure)) > max(v for f in others for v in amount(f))
        )
        near = (
            [*others, *(f for f in self._near(figure.unit) if f.unit == "%")]
            if total
            else [*self._near(figure.unit), *quoted]
        )
        near = [
            f for f in near if not same(f, figure)
        ]  # where it stands itself it was found to speak of something else
        times = [float(n) for n in numbers_in_words(f"{self._draft.text} {self._words_of_customer}")]
        times += [
            v
            for f in (*self._asked, *stated)
            if not money(f.unit) and f.unit != "%"
            for v in amount(f)
            if v < 1000
        ]
        return follows(
            figure, [*self._made, *near, *self._asked, *self._said], times, self._counts, self._today
        )

    def _near(self, unit: str) -> list[Figure]:
        """Figures that a reply may reckon with: those of the rows that its other figures stand in, and of those that its words are nearest to."""
        words = terms(self._draft.text) | self._question
        stated = [f for s, _ in self._draft.sentences for f in figures(LISTED.sub("", s))]
        rows = [s for s in self._evidence if s.figures and (not self._named or s.source in self._named)]
        holding = [s for s in rows if any(same(f, g) for f in stated for g in s.figures)]
        nearest = sorted(rows, key=lambda s: -self._weights(words & s.terms))[:6]
        priced = {s for s in rows if any(money(f.unit) for f in s.figures)}
        found = [
            f
            for s in dict.fromkeys([*holding, *nearest])
            for f in s.figures
            if f.unit or s not in priced or not money(unit)
        ]
        return found

    def _misplaced(self, sentence: str, told: list[Figure], place: int, holding: list[Segment]) -> bool:
        """Whether the words around a figure speak clearly for another row, one that has a figure of the same kind but not this one."""
        figure = told[place]
        self._spread = MISPLACED_BY * (2.2 if figure.unit == "clock" else 1)
        others = [
            s
            for s in self._evidence
            if s not in holding
            and any(_alike(figure, f) for f in s.figures)
            and not any(same(figure, f) for f in s.figures)
        ]
        if not holding or figure.unit == "code":
            return False
        if not others:
            return self._crossed(LISTED.sub("", sentence), told, figure, holding)
        text = LISTED.sub("", sentence)
        since = max(told[place - 1].end if place else 0, text.rfind(";", 0, figure.start) + 1)
        until = told[place + 1].start if place + 1 < len(told) else len(text)
        stop = text.find(";", figure.end)
        until = min(until, stop) if stop >= 0 else until
        windows = [(since, figure.end), (figure.start, until)] if len(told) > 1 else [(0, len(text))]
        if figure.unit == "weekday":
            windows = [(0, len(text))]
        verdicts = [
            self._speaks_for_another(_spoken(text, told, figure, *w), holding, others) for w in windows
        ]
        if not any(verdicts) and False in verdicts:
            return self._crossed(text, told, figure, holding)
        # All that comes before the figure may speak of rows whose own figures it names; those explain their words.
        rest = [f for f in told if f is not figure and kind_of(f) == kind_of(figure)]
        unexplained = [o for o in others if not any(same(f, g) for f in rest for g in o.figures)]
        if open_rows := others if figure.unit == "weekday" else unexplained:
            before = _spoken(text, told, figure, 0, figure.end)
            verdicts.append(self._speaks_for_another(before, holding, open_rows))
        if all(v is None for v in verdicts) and len(told) == 1:
            words = _spoken(text, told, figure, 0, len(text)) | self._question
            verdicts = [self._speaks_for_another(words, holding, others)]
        heard = [v for v in verdicts if v is not None]
        return (
            (bool(heard) and all(heard))
            or self._names_another(text, holding)
            or self._crossed(text, told, figure, holding)
        )

    def _names_another(self, sentence: str, holding: list[Segment]) -> bool:
        """Whether a sentence names one thing and the only rows with its figure name another, by capital letters: Arno and Tessa."""
        named = names(sentence) | (
            names_in_full(sentence) & frozenset().union(*(s.terms for s in self._evidence))
        )
        mine = {n for n in named if self._weights.of(n) > RARE and any(n in s.terms for s in self._evidence)}
        if not mine or any(mine & s.terms for s in holding):
            return False
        said = terms(sentence) | self._question
        return all(
            {n for n in names(s.text) if self._weights.of(n) > RARE and n not in said} for s in holding
        )

    def _speaks_for_another(
        self, words: frozenset[str], holding: list[Segment], others: list[Segment]
    ) -> bool | None:
        """True: for another row. False: not. None: these words say nothing of either."""
        leads = [
            min(
                self._weights((words & o.terms) - h.terms) - self._weights((words & h.terms) - o.terms)
                for h in holding
            )
            for o in others
        ]
        if max(leads) > self._spread:
            return True
        return False if max(leads) < 0 else None

    def _crossed(self, text: str, told: list[Figure], figure: Figure, holding: list[Segment]) -> bool:
        """Whether two figures of one row have changed places: what stands beside each in the reply stands beside the other in the row."""
        rivals = [
            f for f in told if f is not figure and kind_of(f) == kind_of(figure) and not same(f, figure)
        ]
        for segment in holding:
            mine = next((f for f in segment.figures if same(f, figure)), None)
            for rival in rivals:
                theirs = next((f for f in segment.figures if same(f, rival)), None)
                if mine is None or theirs is None:
                    continue
                scores = []
                for said in _beside(text, told, figure):
                    for of_mine, of_theirs in zip(
                        _beside(segment.text, segment.figures, mine),
                        _beside(segment.text, segment.figures, theirs),
                        strict=True,
                    ):
                        scores.append(
                            self._weights((said & of_mine) - of_theirs)
                            - self._weights((said & of_theirs) - of_mine)
                        )
                if min(scores) < -MISPLACED_BY and max(scores) <= 0:
                    return True
        return False


def _beside(text: str, found: Sequence[Figure], figure: Figure) -> list[frozenset[str]]:
    """The words between a figure and the one before it, and between it and the next one."""
    ends = [f.end for f in found if f.end <= figure.start and f.start < f.end]
    starts = [f.start for f in found if f.start >= figure.end and f.start < f.end]
    return [
        terms(text[max(ends, default=0) : figure.start]),
        terms(text[figure.end : min(starts, default=len(text))]),
    ]


def _spoken(text: str, told: Sequence[Figure], figure: Figure, start: int, end: int) -> frozenset[str]:
    """The words of a piece of a sentence, weekdays among them; but not the figure in question."""
    inside = [
        f._replace(start=f.start - start, end=f.end - start)
        for f in told
        if start <= f.start and f.end <= end
    ]
    return spoken(text[start:end], inside) - figure.keys


def _alike(one: Figure, other: Figure) -> bool:
    kinds = ("clock", "weekday", "date", "phone", "link", "mail", "code")
    if one.unit in kinds or other.unit in kinds:
        return one.unit == other.unit
    return fits(one.unit, other.unit) and bool(one.unit) == bool(other.unit)


def _counts(text: str, evidence: Sequence[Segment]) -> set[int]:
    """How many things the reply lists, and how many rows of the evidence a reply may have counted."""
    found = {len(re.findall(r"(?m)^\s*(?:[-•*]|\d{1,2}[.)])\s", text))}
    for line in re.split(r"\n+|(?<=[.!?])\s", text):
        for tail in (line.rpartition(":")[2], line):
            items = [
                i
                for i in re.split(r"[,;、،]|\s(?:and|y|und|et|e|i|en|ve|и|та|og|och|&|\+)\s|和|と", tail)
                if i.strip()
            ]
            found |= {len(items), len(items) - 1}
    found |= set(
        range(
            2,
            1
            + max(
                (
                    len([s for s in evidence if s.source == k and "|" in s.text])
                    for k in {s.source for s in evidence}
                ),
                default=0,
            ),
        )
    )
    return {n for n in found if n > 1}
