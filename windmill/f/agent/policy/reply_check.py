"""Holds a reply against its evidence: quotes stand in their source, figures belong to what is quoted or follow from it.

No model has a say here and no language is known here: figures are found in every script (figures.py), reckoned with (reckoning.py), and bound to the
sentence or row of the evidence that speaks of the same thing (evidence.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from f.agent.policy.additions import added, listed, of_another_period
from f.agent.policy.agreements import unfounded
from f.agent.policy.assurances import priced, unassured
from f.agent.policy.awaiting import REQUESTED, claimed
from f.agent.policy.binding import misbound, of_other_unit
from f.agent.policy.calendar_days import contradictions
from f.agent.policy.claims import Draft, Finding
from f.agent.policy.deeds import of_another, undone
from f.agent.policy.derived import EMERGENCY, Derived, Said
from f.agent.policy.exchanged import exchanged
from f.agent.policy.grounds import Grounds
from f.agent.policy.offers import unsupported
from f.agent.policy.open_days import of_other_days
from f.agent.policy.parroting import parroted
from f.agent.policy.placement import Placement
from f.agent.policy.quoted import Quoted, figures_of, in_claim, quoted_rows
from f.agent.policy.recurring_days import of_another_week, recurs
from f.agent.policy.stretched import stretched
from f.common.figures.amounts import Figure, alike, money, same
from f.common.figures.finder import figures
from f.common.figures.segments import (
    LISTED,
    Source,
    Weights,
    folded,
    is_passage,
    kind_of,
    segments,
    terms,
)
from f.common.figures.tool_rows import flat

UNCOUNTED = ("clock", "date", "weekday", "phone", "link", "mail", "code")
SPOKEN = ("conversation", "customer", "persona", "hours", "clock")  # sources that no mark names
SUPPORTED = frozenset(("held", "reckoned"))


class Told(NamedTuple):
    """A figure of the reply: its sentence with the marks that it names, all figures of the sentence, and which of them it is."""

    sentence: str
    marks: tuple[str, ...]
    figures: list[Figure]
    place: int

    @property
    def figure(self) -> Figure:
        return self.figures[self.place]


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
        awaiting: Sequence[str] = (),
    ) -> None:
        """`changed`: a tool that changes something has succeeded in this turn. `handed_off`: a person takes over. `failed`: tools that should have
        changed something and did not. `awaiting`: tools that were not called yet, because a colleague must agree first."""
        self._failed, self._awaiting = frozenset(failed), frozenset(awaiting)
        self._draft, self._today, self._changed, self._handed_off = draft, today, changed, handed_off
        self._sources = {s.key: s for s in sources}
        self._pool = [segment for source in sources for segment in segments(source)]
        self._evidence = [
            s for s in self._pool if s.source not in ("customer", "said", "clock", "persona", "conversation")
        ]
        self._weights = Weights(self._evidence)
        customer = [s for s in self._pool if s.source in ("customer", "said")]
        self._tools = [
            s.key for s in sources if s.key not in (*SPOKEN, "said", REQUESTED) and not is_passage(s.key)
        ]
        self._question = terms(" ".join(s.text for s in customer if s.source == "customer"))
        self._words_of_customer = " ".join(s.text for s in customer)
        self._asked = [f for s in customer for f in s.figures]
        self._said = [
            f for s in self._pool if s.source in SPOKEN and s.source != "customer" for f in s.figures
        ]
        self._titles = [f for s in sources for f in figures(s.context)]  # "Prices 2027"
        self._named = {m for _, marks in draft.sentences for m in marks} | {c.source for c in draft.claims}
        self._rests_on = [s.text for s in sources if s.key in self._named]
        self._by_marks = not draft.claims and any(map(is_passage, self._named))
        self._placement = Placement(self._evidence, self._weights, self._question, self._asked)
        self._grounds = Grounds(draft, sources, self._evidence, self._weights, self._question)
        self._quotes = Quoted(draft, sources, self._evidence)
        self._quoted = self._quotes.rows()
        said = Said(self._words_of_customer, self._question, tuple(self._asked), tuple(self._said))
        self._derived = Derived(draft, self._evidence, self._weights, said, today, self._quotes.figures)

    def problems(self) -> list[Finding]:
        told = [
            Told(sentence, marks, found, place)
            for sentence, marks in self._draft.sentences
            for found in [figures(LISTED.sub("", sentence))]
            for place in range(len(found))
        ]
        outcomes = [self._figure(*one) for one in told]
        contrary = [i for i, one in enumerate(told) if outcomes[i] != "echo" and self._contrary(one.figure)]
        for i in contrary:
            outcomes[i] = "figure"
        self._reckon(told, outcomes, frozenset(contrary))
        self._hear(told, outcomes)
        return [
            *self._quotes.misquoted(),
            *self._quotes.unquoted(),
            *self._unbacked(),
            *self._unsupported(told, outcomes),
            *self._contradictory(),
            *self._exchanged(),
            *self._unconfirmed(told, outcomes),
        ]

    def _contrary(self, figure: Figure) -> bool:
        """Whether the reply's own quotes say another figure than it does, and neither the customer nor the clock does.

        A weekday of theirs is another one where the reply names none of those that it quotes, and says of it what they say.
        """
        if not self._quotes.otherwise(figure):
            return False
        asked = any(same(figure, f) for f in self._asked)
        clock = any(same(figure, f) for s in self._pool if s.source == "clock" for f in s.figures)
        clock = clock or self._quotes.beside_tomorrow(figure, self._today)
        if figure.unit == "weekday" and (asked or clock):
            return self._quotes.of_other_days(figure, by_figures=asked) or (
                not asked and self._quotes.adds_a_day(figure)
            )
        return not asked and not clock

    def _reckon(self, told: list[Told], outcomes: list[str], contrary: frozenset[int]) -> None:
        """Calls a figure reckoned that follows from the evidence, or from what was reckoned before it, until no other one does."""
        self._derived.made += [
            one.figure for one, outcome in zip(told, outcomes, strict=True) if outcome in ("echo", "held")
        ]
        while made := [
            i
            for i, outcome in enumerate(outcomes)
            if (outcome == "figure" or (outcome == "misplaced" and self._reckons(*told[i])))
            and (
                self._derived.follows_from_quotes(told[i].sentence, told[i].figures, told[i].place)
                if i in contrary
                else self._derived.follows(*told[i]) or recurs(told[i].figure, self._rests_on, self._today)
            )
        ]:
            for i in made:
                outcomes[i] = "reckoned"
                self._derived.made.append(told[i].figure)

    def _hear(self, told: list[Told], outcomes: list[str]) -> None:
        """Calls a misplaced figure an echo where the customer has named it, and the sentence does not confirm it."""
        for i, (sentence, _, found, place) in enumerate(told):
            if outcomes[i] == "misplaced" and any(same(found[place], f) for f in self._asked):
                counted = found[place].unit in ("", "hour", "day", "week", "month", "year")
                outcomes[i] = "echo" if counted or not self._repeats(sentence) else "misplaced"

    def _unsupported(self, told: list[Told], outcomes: list[str]) -> Iterable[Finding]:
        """Figures that nothing supports, that belong elsewhere, or that the reply takes from the customer's mouth."""
        supported = not SUPPORTED.isdisjoint(outcomes)
        for one, outcome in zip(told, outcomes, strict=True):
            echoed = outcome == "echo" and not self._derived.follows_from_conversation(one.figure)
            if echoed and parroted(
                self._draft, one.sentence, one.figure, self._words_of_customer, supported or bool(self._named)
            ):
                yield Finding("confirmed", one.sentence, one.figure.text)
            elif outcome == "misplaced" or (outcome == "figure" and not self._harmless(one.figure)):
                yield Finding(outcome, one.sentence, one.figure.text)

    def _contradictory(self) -> Iterable[Finding]:
        """Figures that can't both be so: a weekday and a date beside each other, a date and the week of the month that its source names."""
        for sentence, marks in self._draft.sentences:
            yield from of_another_week(sentence, self._grounds.of(sentence, marks), self._today)
            for one, other in contradictions(sentence, self._today):
                yield Finding("figure", sentence, f"{one.text} {other.text}")

    def _exchanged(self) -> Iterable[Finding]:
        """Two figures that have changed places, by the reply's quotes or, without any, by the lines of what it names."""
        quotes = [c.quote for c in self._draft.claims if c.quote.strip()]
        for sentence, marks in self._draft.sentences:
            named = [self._sources[mark] for mark in marks if mark in self._sources]
            lines = quotes or [line for source in named for line in flat(source.text).splitlines()]
            yield from exchanged(sentence, lines, bool(quotes))

    def _unconfirmed(self, told: list[Told], outcomes: list[str]) -> Iterable[Finding]:
        """What a reply that names a source says of the customer's own figures alone, where that source has others of the kind."""
        echoes = [one for one, outcome in zip(told, outcomes, strict=True) if outcome == "echo"]
        talks = self._draft.kind in ("talk", "clarify")
        if not echoes or talks or not self._named or not SUPPORTED.isdisjoint(outcomes):
            return
        first = echoes[0]
        named = (f for s in self._evidence if s.source in self._named for f in s.figures)
        if any(alike(first.figure, f) for f in named):
            yield Finding("confirmed", first.sentence, first.figure.text)

    def _reckons(self, sentence: str, marks: tuple[str, ...], told: list[Figure], place: int) -> bool:
        """Whether a figure may be a result: others of its kind stand beside it. A price alone is one that was looked up."""
        kind = kind_of(told[place])
        beside = [kind_of(f) for f in figures(LISTED.sub("", self._draft.text))]
        return (
            kind not in ("money", "%", "phone")
            or beside.count(kind) > 1
            or (kind == "money" and "%" in beside)
        )

    def _unbacked(self) -> Iterable[Finding]:
        """What the reply says was done or is so, and no tool and no source says."""
        sources = list(self._sources.values())
        if self._awaiting:
            yield from claimed(self._draft, sources, self._awaiting, self._tools)
        elif not self._changed:
            yield from undone(self._draft, sources, self._tools, self._handed_off, self._failed)
        yield from of_another(self._draft, sources, self._tools)
        if not self._named:
            yield from unsupported(self._draft, [s.text for s in sources])
        yield from unassured(self._draft, sources)
        yield from priced(self._draft, self._sources)
        yield from self._grounds.problems()
        yield from added(self._draft, self._sources)
        yield from listed(self._draft, self._sources)
        yield from of_another_period(self._draft, self._evidence)
        yield from misbound(self._draft, self._sources)
        yield from of_other_days(self._draft, self._grounds, self._sources, self._today)
        yield from stretched(self._draft, self._grounds, self._sources)
        asked = [f for s in self._pool if s.source == "customer" for f in s.figures]
        yield from unfounded(self._draft, self._grounds, self._sources, self._tools, asked, self._today)
        spoken = [s.terms for s in self._pool if s.source in ("conversation", "persona", "said")]
        yield from self._grounds.misnamed(frozenset().union(*spoken))

    def _harmless(self, figure: Figure) -> bool:
        """Whether a figure of plain talk says nothing of the business: a bare number, a weekday. A price, a time, a date, a link does."""
        if self._named or any(is_passage(s.key) for s in self._sources.values()):
            return False
        told = figures(LISTED.sub("", self._draft.text))
        helps = any(f.text in EMERGENCY for f in told) and not any(
            money(f.unit) for f in told
        )  # a line for people in distress
        code = figure.unit == "code" and len(figure.text) < 4
        return (
            code
            or (helps and figure.unit in ("phone", "", "code"))
            or (figure.unit in ("", "weekday") and len(re.sub(r"\D", "", figure.text)) < 5)
        )

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
        holding = [s for s in self._evidence if any(same(figure, f) for f in s.figures)]
        if self._by_marks and figure.unit:
            holding = [s for s in holding if s.source in self._named or not is_passage(s.source)]
        having = [c for c in quotes if any(same(figure, f) for f in figures_of(c.quote))]
        if (
            holding
            and all(is_passage(s.source) for s in holding)
            and all(of_other_unit(figure, s) for s in holding)
        ):
            return "figure"
        # A price, a share, a weight has to stand in what is quoted. Days and times follow from too much else, and bare numbers mean too little.
        stands = any(same(figure, f) for s in self._quoted for f in s.figures)
        if self._draft.claims and kind_of(figure) not in ("", "hour", *UNCOUNTED) and not stands:
            holding = []
        if having:
            rows = quoted_rows(having, holding, self._evidence)
            said, told, place = in_claim(having, sentence, told, place)
            return "misplaced" if self._placement.misplaced(said, told, place, rows) else "held"
        if holding and (marks or quotes or not self._draft.claims or stands):
            return "misplaced" if self._placement.misplaced(sentence, told, place, holding) else "held"
        if any(same(figure, f) for f in (*self._said, *self._titles)):
            return "held"
        if any(same(figure, f) for f in self._asked):
            return "echo"
        return "figure"
