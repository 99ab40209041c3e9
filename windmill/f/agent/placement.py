"""Whether a figure of a reply is used for something else than its source: another article's price, another day's hours."""

from __future__ import annotations

from collections.abc import Sequence

from f.common.amounts import Figure, fits, same
from f.common.segments import LISTED, Segment, Weights, kind_of, names, names_in_full, spoken, terms

RARE = 0.6  # a word that few rows have: it tells one from another
MISPLACED_BY = 0.45  # how much more the words of a sentence must speak for another row than for the one that holds its figure


class Placement:
    """The rows of one turn's evidence, and whether the words around a figure speak for one of them or for another."""

    def __init__(self, evidence: Sequence[Segment], weights: Weights, question: frozenset[str]) -> None:
        """`question`: the words of the customer's message."""
        self._evidence, self._weights, self._question = evidence, weights, question
        self._spread = MISPLACED_BY

    def misplaced(self, sentence: str, told: list[Figure], place: int, holding: list[Segment]) -> bool:
        """Whether the words around a figure speak clearly for another row, one that has a figure of the same kind but not this one."""
        figure = told[place]
        self._spread = MISPLACED_BY * (2.2 if figure.unit == "clock" else 1)
        others = [
            s
            for s in self._evidence
            if s not in holding
            and any(alike(figure, f) for f in s.figures)
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


def alike(one: Figure, other: Figure) -> bool:
    kinds = ("clock", "weekday", "date", "phone", "link", "mail", "code")
    if one.unit in kinds or other.unit in kinds:
        return one.unit == other.unit
    return fits(one.unit, other.unit) and bool(one.unit) == bool(other.unit)
