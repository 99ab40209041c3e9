"""Whether a figure of a reply is used for something else than its source: another article's price, another day's hours."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from f.agent.policy.binding import said_of
from f.agent.policy.cells import (
    cell_of,
    days_of_others,
    open_then,
    words_beside,
    words_beside_in_row,
    words_of_cell,
    words_of_piece,
)
from f.common.figures.amounts import Figure, alike, is_price, same
from f.common.figures.polarity import GERMAN
from f.common.figures.segments import (
    LISTED,
    Segment,
    Weights,
    kind_of,
    names,
    names_in_full,
    terms,
)

CELL = 0.45  # how much more the words must speak for another cell of the row
CLAUSE_END = re.compile(r"[;:]\s")
COMMA = re.compile(r"\s?[,，、،]")
# Rows of days and hours have too many of them to a cell.
TIMES = ("clock", "hour", "weekday", "date", "day", "")
RARE = 0.6  # a word that few rows have: it tells one from another
CLEARLY = 1.2  # by how much more than one rare word
MISPLACED_BY = 0.45  # how much more the words of a sentence must speak for another row than for the one that holds its figure


class Placement:
    """The rows of one turn's evidence, and whether the words around a figure speak for one of them or for another."""

    def __init__(
        self, evidence: Sequence[Segment], weights: Weights, question: frozenset[str], asked: Sequence[Figure]
    ) -> None:
        """`question`: the words of the customer's message. `asked`: its figures."""
        self._numbers_asked = frozenset(f"number {key}" for f in asked for key in f.keys if key.isdigit())
        self._evidence, self._weights, self._question = evidence, weights, question
        self._spread = MISPLACED_BY
        self._passages: dict[str, frozenset[str]] = {}
        for segment in evidence:
            self._passages[segment.source] = self._passages.get(segment.source, frozenset()) | segment.terms

    @cached_property
    def _german(self) -> frozenset[str]:
        texts: dict[str, str] = {}
        for segment in self._evidence:
            texts[segment.source] = f"{texts.get(segment.source, '')} {segment.text}"
        return frozenset(source for source, text in texts.items() if GERMAN.search(text))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset().union(*(names(s.text) | names_in_full(f"- {s.text}") for s in self._evidence))

    def misplaced(self, sentence: str, told: list[Figure], place: int, holding: list[Segment]) -> bool:
        """Whether the words around a figure speak clearly for another row, one that has a figure of the same kind but not this one."""
        figure = told[place]
        self._spread = MISPLACED_BY * (3 if figure.unit == "clock" else 1)
        others = [
            s
            for s in self._evidence
            if s not in holding
            and not any(
                h.source == s.source and h.terms < s.terms for h in holding
            )  # what is said of all rows
            and any(alike(figure, f) for f in s.figures)
            and not any(same(figure, f) for f in s.figures)
        ]
        if not holding or figure.unit == "code" or (figure.unit == "weekday" and open_then(told, holding)):
            return False
        if is_price(figure) and any(said_of(h.text, figure, told) for h in holding):
            return False
        if kind_of(figure) not in TIMES and all(
            self._of_another_cell(LISTED.sub("", sentence), told, figure, h) for h in holding
        ):
            return True
        if not others:
            return self._crossed(LISTED.sub("", sentence), told, figure, holding)
        text = LISTED.sub("", sentence)
        since = max(told[place - 1].end if place else 0, text.rfind(";", 0, figure.start) + 1)
        until = told[place + 1].start if place + 1 < len(told) else len(text)
        stop = CLAUSE_END.search(text, figure.end)
        until = min(until, stop.start()) if stop else until
        windows = [(since, figure.end), (figure.start, until)] if len(told) > 1 else [(0, len(text))]
        if len(told) > 1 and COMMA.match(text, figure.end) and terms(text[since : figure.start]):
            windows = windows[
                :1
            ]  # rent 99, access 8: what comes after the comma is the label of the next one
        if figure.unit == "weekday":
            windows = [(0, len(text))]
        elsewhere = days_of_others(text, told, figure)
        verdicts = [
            self._speaks_for_another(words_of_piece(text, told, figure, *w) - elsewhere, holding, others)
            for w in windows
        ]
        if not any(verdicts) and False in verdicts:
            return self._crossed(text, told, figure, holding)
        # All that comes before the figure may speak of rows whose own figures it names; those explain their words.
        rest = [f for f in told if f is not figure and kind_of(f) == kind_of(figure)]
        unexplained = [o for o in others if not any(same(f, g) for f in rest for g in o.figures)]
        if open_rows := others if figure.unit == "weekday" else unexplained:
            explained = [s.terms for s in self._evidence if any(same(f, g) for f in rest for g in s.figures)]
            before = words_of_piece(text, told, figure, 0, figure.end) - elsewhere
            before -= frozenset().union(*explained) - frozenset().union(*(h.terms for h in holding))
            verdicts.append(self._speaks_for_another(before, holding, open_rows))
        if all(v is None for v in verdicts) and len(told) == 1:
            words = words_of_piece(text, told, figure, 0, len(text)) | self._question
            verdicts = [self._speaks_for_another(words, holding, others)]
        heard = [v for v in verdicts if v is not None]
        return (
            (bool(heard) and all(heard))
            or self._names_another(text, told, figure, holding)
            or self._crossed(text, told, figure, holding)
        )

    def _names_another(
        self, sentence: str, told: list[Figure], figure: Figure, holding: list[Segment]
    ) -> bool:
        """Whether a sentence names one thing and the only rows with its figure name another, by capital letters: Arno and Tessa."""
        if GERMAN.search(sentence) or any(h.source in self._german for h in holding):
            return False
        named = names(sentence) | (
            names_in_full(sentence) & frozenset().union(*(s.terms for s in self._evidence))
        )
        mine = {n for n in named if self._weights.of(n) > RARE and any(n in s.terms for s in self._evidence)}
        mine -= self._named_by_others(mine, told, figure)
        if not mine or any(mine & s.terms for s in holding):
            return False
        said = terms(sentence) | self._question
        return all(
            {n for n in names(s.text) if self._weights.of(n) > RARE and n not in said} for s in holding
        )

    def _named_by_others(self, found: set[str], told: list[Figure], figure: Figure) -> set[str]:
        """The names whose own row has another figure of the sentence, and none that this one could be taken for."""
        rest = [f for f in told if f is not figure]
        rows = {n: [s for s in self._evidence if n in s.terms] for n in found}
        return {
            n
            for n, of in rows.items()
            if any(same(f, g) for s in of for f in s.figures for g in rest)
            and not any(alike(figure, f) for s in of for f in s.figures)
        }

    def _leads(self, said: frozenset[str], mine: frozenset[str], theirs: frozenset[str]) -> float:
        """How much more words speak for the first of two places than for the second."""
        return self._weights((said & mine) - theirs) - self._weights((said & theirs) - mine)

    def _speaks_for_another(
        self, words: frozenset[str], holding: list[Segment], others: list[Segment]
    ) -> bool | None:
        """True: for another row. False: not. None: these words say nothing of either."""
        leads = [
            min(
                self._weights(
                    (words & o.terms) - (h.terms if o.source == h.source else self._passages[h.source])
                )
                - self._weights((words & h.terms) - o.terms)
                for h in holding
            )
            for o in others
        ]
        if max(leads) > self._spread:
            mine = frozenset().union(*(h.terms for h in holding))
            telling = any(  # a common word that one row of another passage has by chance tells nothing
                t in self._question
                or t in self._names
                or not t.isalpha()
                or all(h.source == o.source for h in holding)
                for o in others
                for t in (words & o.terms) - mine
            )
            return True if telling or max(leads) > CLEARLY else None
        return False if max(leads) < 0 else None

    def _of_another_cell(self, text: str, told: list[Figure], figure: Figure, segment: Segment) -> bool:
        """Whether the words around a figure speak for another cell of its own row: long hair, where the row has it for short hair."""
        mine = next(f for f in segment.figures if same(f, figure))
        others = [  # a tool's price has no currency, and what stands behind "=" is another reading
            f
            for f in segment.figures
            if (
                alike(f, figure)
                or (alike(f, mine) and "." in f.text and "= " not in segment.text[f.start - 2 : f.start])
            )
            and f.start < f.end
            and not any(same(f, t) for t in told)
        ]
        beside = [f for f in told if f is not figure and alike(f, figure)]
        since = max((f.end for f in beside if f.end <= figure.start), default=0)
        until = min((f.start for f in beside if f.start >= figure.end), default=len(text))
        said = words_of_cell(text[since:until], figure)
        # Words between two figures may be the label of the first one: 24 a month or 240 a year.
        of_others = [
            cell_of(segment.text, f)
            for f in segment.figures
            if f.start < f.end and any(same(f, b) for b in beside)
        ]
        own = words_of_cell(cell_of(segment.text, mine), figure)
        said -= frozenset().union(*(words_of_cell(cell, figure) for cell in of_others)) - own
        cells = [words_of_cell(cell_of(segment.text, other), figure) for other in others]
        if said & own - frozenset().union(*cells):
            return False
        if not beside and said:
            said |= self._question | self._numbers_asked
        leads = [
            self._weights((said & theirs) - own) - self._weights((said & own) - theirs) for theirs in cells
        ]
        return max(leads, default=0.0) > CELL

    def _crossed(self, text: str, told: list[Figure], figure: Figure, holding: list[Segment]) -> bool:
        """Whether two figures of one row have changed places: what stands beside each in the reply stands beside the other in the row."""
        rivals = [
            f
            for f in told
            if f is not figure
            and kind_of(f) == kind_of(figure)
            and not same(f, figure)
            and terms(text[min(f.end, figure.end) : max(f.start, figure.start)])  # not the ends of a range
            and not any(
                same(f, g) and abs(g.start - figure.start) < abs(f.start - figure.start) for g in told
            )
        ]
        for segment in holding:
            mine = next((f for f in segment.figures if same(f, figure)), None)
            for rival in rivals:
                theirs = next((f for f in segment.figures if same(f, rival)), None)
                if mine is None or theirs is None:
                    continue
                scores = []
                sides = list(
                    zip(words_beside_in_row(segment, mine), words_beside_in_row(segment, theirs), strict=True)
                )
                readings = []  # the words before each figure belong to it, or those after it
                for said, of_rival in zip(
                    words_beside(text, told, figure), words_beside(text, told, rival), strict=True
                ):
                    mine_here = [self._leads(said, a, b) for a, b in sides]
                    scores += mine_here
                    readings.append(
                        max(
                            m + self._leads(of_rival, b, a)
                            for m, (a, b) in zip(mine_here, sides, strict=True)
                        )
                    )
                if min(scores) < -MISPLACED_BY and max(scores) <= 0 and max(readings) <= 0:
                    return True
        return False
