"""Holds a reply against its evidence: quotes stand in their source, figures belong to what is quoted or follow from it.

No model has a say here and no language is known here: figures are found in every script (figures.py), reckoned with (reckoning.py), and bound to the
sentence or row of the evidence that speaks of the same thing (evidence.py).
"""

# ruff: noqa: RUF001 - signs of multiplication
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from f.agent.claims import Draft, Finding
from f.agent.counts import counts, units_meant
from f.agent.deeds import undone
from f.agent.grounds import Grounds
from f.agent.placement import Placement, alike
from f.agent.reckoning import contradict, follows
from f.common.amounts import Figure, amount, money, same
from f.common.figure_words import word_set
from f.common.figures import figures, numbers_in_words
from f.common.segments import (
    LISTED,
    Source,
    Weights,
    folded,
    kind_of,
    segments,
    stands_in,
    terms,
)

WORDS = re.compile(r"[^\W_]+")
PARROTED = 6  # words in a row that a reply has from the customer
ACCOUNT = 15  # letters and digits of a bank account's number, and of no order's
SPOKEN = ("conversation", "customer", "persona", "hours", "clock")  # sources that no mark names

# Telephone numbers that help in an emergency: nobody is refused one.
EMERGENCY = word_set(
    "112 911 999 988 110 118 119 113 114 115 116 15 17 18 190 192 188 100 101 102 103 108 144 061 024 000 111 13 11 14"
)
BESIDE = re.compile(
    r"[\w'’-]{0,6}[,\s(]+(?:d[eae][mnr] |the |le |el |il |o |di |de )?"
)  # between a weekday and its date
RECKONED = re.compile(r"[×x*·÷/=+]\s?\d|\d\s?[×x*·÷=+]")
CONSTANTS = word_set("7 12 24 30 31 52 60 100 365 1000")  # days, months, hours: what anybody reckons with


class Check:
    """One reply held against one turn's evidence."""

    def __init__(
        self,
        draft: Draft,
        sources: Sequence[Source],
        today: date,
        changed: bool = False,
        handed_off: bool = False,
        failed: Sequence[str] = (),
    ) -> None:
        """`changed`: a tool that changes something has succeeded in this turn. `handed_off`: a person takes over. `failed`: tools that should have
        changed something and did not."""
        self._failed = frozenset(failed)
        self._draft, self._today, self._changed, self._handed_off = draft, today, changed, handed_off
        self._sources = {s.key: s for s in sources}
        self._pool = [segment for source in sources for segment in segments(source)]
        self._evidence = [
            s for s in self._pool if s.source not in ("customer", "said", "clock", "persona", "conversation")
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
        self._counts = counts(draft.text, self._evidence)
        self._placement = Placement(self._evidence, self._weights, self._question, self._asked)
        self._made: list[Figure] = []  # figures of the reply that were reckoned

    def problems(self) -> list[Finding]:
        told = [
            (sentence, marks, found, place)
            for sentence, marks in self._draft.sentences
            for found in [figures(LISTED.sub("", sentence))]
            for place in range(len(found))
        ]
        outcomes = {i: self._figure(*one) for i, one in enumerate(told)}
        self._made += [
            told[i][2][told[i][3]] for i, outcome in outcomes.items() if outcome in ("echo", "held")
        ]
        while made := [
            i
            for i, outcome in outcomes.items()
            if (outcome == "figure" or (outcome == "misplaced" and self._reckons(*told[i])))
            and self._follows(*told[i])
        ]:
            for i in made:
                outcomes[i] = "held"
                self._made.append(told[i][2][told[i][3]])
        found = [*self._quotes(), *self._unbacked()]
        for i, outcome in outcomes.items():
            sentence, _, figs, place = told[i]
            figure = figs[place]
            if outcome == "misplaced" and any(same(figure, f) for f in self._asked):
                counted = kind_of(figure) in ("", "hour", "day", "week", "month", "year")
                outcomes[i] = outcome = "echo" if counted or not self._repeats(sentence) else "misplaced"
            if outcome == "echo" and self._parroted(sentence, figure, "held" in outcomes.values()):
                found.append(Finding("confirmed", sentence, figure.text))
            if outcome == "figure" and self._harmless(figure):
                continue
            if outcome in ("figure", "misplaced"):
                found.append(Finding(outcome, sentence, figure.text))
        found += [
            Finding("figure", sentence, f"{one.text} {other.text}")
            for sentence, _ in self._draft.sentences
            for one, other in pairwise(figures(sentence))
            if BESIDE.fullmatch(sentence[one.end : other.start]) and contradict(one, other, self._today)
        ]
        echoes = [told[i] for i, outcome in outcomes.items() if outcome == "echo"]
        if (
            echoes
            and "held" not in outcomes.values()
            and self._draft.kind not in ("talk", "clarify")
            and self._named
        ):
            sentence, _, figs, place = echoes[0]
            if any(
                alike(figs[place], f) for s in self._evidence if s.source in self._named for f in s.figures
            ):
                found.append(Finding("confirmed", sentence, figs[place].text))
        return found

    def _reckons(self, sentence: str, marks: tuple[str, ...], told: list[Figure], place: int) -> bool:
        """Whether a figure may be a result: others of its kind stand beside it. A price alone is one that was looked up."""
        kind = kind_of(told[place])
        beside = [kind_of(f) for f in figures(LISTED.sub("", self._draft.text))]
        return (
            kind not in ("money", "%", "phone")
            or beside.count(kind) > 1
            or (kind == "money" and "%" in beside)
        )

    def _quotes(self) -> Iterable[Finding]:
        for claim in self._draft.claims:
            if not claim.quote.strip():
                continue
            source = self._sources.get(claim.source)
            everywhere = " ".join(s.text for s in self._sources.values())
            if not (source and stands_in(claim.quote, f"{source.context} {source.text}")) and not stands_in(
                claim.quote, everywhere
            ):
                yield Finding("quote", claim.says, claim.quote)

    def _unbacked(self) -> Iterable[Finding]:
        """What the reply says was done or is so, and no tool and no source says."""
        sources = list(self._sources.values())
        if not self._changed:
            yield from undone(self._draft, sources, self._tools, self._handed_off, self._failed)
        yield from Grounds(self._draft, sources, self._evidence, self._weights, self._question).problems()

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

    def _parroted(self, sentence: str, figure: Figure, supported: bool) -> bool:
        """Whether a statement only says again what the customer wrote: a price, an address or an account that nothing confirms.

        A customer may write words that the model takes for its own. An account's number is never said again.
        """
        if figure.unit == "code" and len(figure.text) >= ACCOUNT:
            return True
        if sentence.rstrip("\"'»”)*_ ").endswith(("?", "？", "؟")) or not (
            money(figure.unit) or figure.unit in ("link", "mail", "phone", "%", "clock", "date")
        ):
            return False
        if self._draft.kind is None and not supported and not self._named:
            return money(figure.unit) or figure.unit == "link"
        run = [WORDS.findall(text.casefold()) for text in (sentence, self._words_of_customer)]
        runs = {tuple(run[1][i : i + PARROTED]) for i in range(len(run[1]) - PARROTED + 1)}
        return any(tuple(run[0][i : i + PARROTED]) in runs for i in range(len(run[0]) - PARROTED + 1))

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
            return "misplaced" if self._placement.misplaced(sentence, told, place, holding) else "held"
        if holding and (marks or quotes or not self._draft.claims):
            return "misplaced" if self._placement.misplaced(sentence, told, place, holding) else "held"
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
        if any(
            self._follows(
                sentence, marks, [*told[:place], figure._replace(unit=unit), *told[place + 1 :]], place
            )
            for unit in units_meant(figure, sentence)
        ):
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
        asked = [
            f._replace(unit=figure.unit) if money(figure.unit) and f.unit == "" else f for f in self._asked
        ]
        known = [f for f in (*self._made, *near, *asked, *self._said) if not same(f, figure)]
        stated = [f for f in (*self._made, *self._asked) if not same(f, figure)]
        return follows(figure, known, times, self._counts, self._today, stated)

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
