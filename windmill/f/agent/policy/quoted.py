"""Which rows of the evidence a reply rests on: those that its quotes touch; of a reply without quotes, those of the passages that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from f.agent.policy.claims import Claim, Draft, Finding
from f.agent.policy.one_language import in_one_language
from f.common.figures.amounts import DAYS, Figure, amount, same
from f.common.figures.finder import figures, numbers_in_words, parts_in_words
from f.common.figures.polarity import negates
from f.common.figures.segments import (
    LISTED,
    ROW,
    Segment,
    Source,
    folded,
    is_passage,
    kind_of,
    ranged,
    sentences,
    stands_in,
    terms,
)
from f.common.figures.tool_rows import flat
from f.common.figures.words import LONG, MONTH_MINUTES, SIZES

TOLD_APART = frozenset(["phone", "mail", "link", "money"])  # each belongs to one row
LEFT_OUT = re.compile(r"…|\.\.\.|\[…\]|\n")


class Quoted:
    """The evidence of one reply, row by row, and what the reply has quoted of it."""

    def __init__(self, draft: Draft, sources: Sequence[Source], evidence: Sequence[Segment]) -> None:
        self._sources = {s.key: s for s in sources}
        self._evidence = evidence
        self._text = draft.text
        self._claims = [c for c in draft.claims if c.quote.strip()]
        self.figures = [f for claim in self._claims for f in figures_of(claim.quote)]
        self._named = {m for _, marks in draft.sentences for m in marks} | {c.source for c in draft.claims}

    def rows(self) -> list[Segment]:
        """The rows that the quotes touch; of a reply without quotes all rows of what it names, and all where it names nothing."""
        if self._claims:
            return list(dict.fromkeys(row for claim in self._claims for row in self._touched(claim)))
        named = self._named & self._sources.keys()
        return [s for s in self._evidence if not named or s.source in named or not is_passage(s.source)]

    def otherwise(self, figure: Figure) -> bool:
        """Whether the words that are quoted for a figure have others of its kind, and no quote has this one: Friday, where it says Thursday."""
        for_it = [f for c in self._claims if figure.text in c.says for f in figures_of(c.quote)]
        ages = ("", "year") if figure.unit == "year" else (_sort(figure),)  # 16 years, and "for 18 and older"
        rivals = [f for f in for_it if _sort(f) == _sort(figure) or f.unit in ages]
        if _sort(figure) == "time":  # five lessons of 45 minutes contradict no five hours
            alike = LONG if figure.unit in LONG else (figure.unit,)
            rivals = [f for f in rivals if f.unit in (*alike, "") or f.keys & figure.keys]
        if not rivals:
            return False
        strict = figure.unit == "%"  # a bare number is no share where a share is quoted
        return not any(_equal(f, figure) for f in self.figures if f.unit == "%" or not strict)

    def of_other_days(self, weekday: Figure, by_figures: bool) -> bool:
        """Whether a claim names a weekday and none of those in its quote. `by_figures`: and another figure of the quote, for a no has none."""
        for claim in self._claims:
            told, quoted = figures(claim.says), figures_of(claim.quote)
            if weekday.text not in claim.says or not any(f.unit == "weekday" for f in quoted):
                continue
            shared = [f for f in told if any(same(f, q) for q in quoted)]
            if not any(f.unit in DAYS for f in shared) and (shared or not by_figures):
                return True
        return False

    def beside_tomorrow(self, weekday: Figure, today: date) -> bool:
        """Whether a weekday is tomorrow's, and its claim names one of its quote beside it: tomorrow is Saturday, we open on Tuesdays."""
        if f"weekday:{(today + timedelta(1)).weekday()}" not in weekday.keys:
            return False
        days = [
            (f, figures(c.says)) for c in self._claims if weekday.text in c.says for f in figures_of(c.quote)
        ]
        return any(f.unit == "weekday" and any(same(f, g) for g in told) for f, told in days)

    def adds_a_day(self, weekday: Figure) -> bool:
        """Whether a claim lists a weekday beside those of its quote, and no date that it could be the day of."""
        for claim in self._claims:
            told, quoted = figures(claim.says), [f for f in figures_of(claim.quote) if f.unit == "weekday"]
            days = [f for f in told if f.unit == "weekday"]
            listed = any(same(f, q) for f in days if f.text != weekday.text for q in quoted)
            if weekday.text in claim.says and listed and not any(f.unit == "date" for f in told):
                return not negates(claim.says)
        return False

    def misquoted(self) -> Iterable[Finding]:
        """Quotes that stand in no source."""
        everywhere = " ".join(s.text for s in self._sources.values())
        for claim in self._claims:
            source = self._sources.get(claim.source)
            texts = [f"{source.context} {source.text}", everywhere] if source else [everywhere]
            if not any(stands_in(claim.quote, text) for text in texts):
                yield Finding("quote", claim.says, claim.quote)

    def unquoted(self) -> Iterable[Finding]:
        """Claims that only repeat the quote of another claim, or a part of it, and have no word and no figure of it: what was added to a true one.

        Between two languages nobody can tell.
        """
        if not in_one_language(self._text, [s for s in self._sources.values() if is_passage(s.key)]):
            return
        for claim in self._claims:
            quote = folded(claim.quote)
            beside = any(
                other.says != claim.says and other.source == claim.source and quote in folded(other.quote)
                for other in self._claims
            )
            counts = figures(claim.says) or numbers_in_words(claim.says) or parts_in_words(claim.says)
            quotes = " ".join(other.quote for other in self._claims if other.says == claim.says)
            rest = any(  # the end of a quote whose beginning, with all its figures, the other claim says
                figures_of(o.quote) and quote != folded(o.quote) and not figures_of(claim.quote)
                for o in self._claims
                if o.says != claim.says and quote in folded(o.quote)
            )
            if beside and not rest and not counts and not stems(claim.says) & stems(quotes):
                yield Finding("unquoted", claim.says, claim.quote)

    def _touched(self, claim: Claim) -> list[Segment]:
        """The rows of a claim's source that its quote touches; all of them, where that can't be seen: a tool's answer, quoted as it came."""
        quote = claim.quote
        source = self._sources.get(claim.source)
        if not source or not stands_in(quote, f"{source.context} {source.text}"):
            keys = [s.key for s in self._sources.values() if stands_in(quote, s.text)]
        else:
            keys = [source.key]
        rows = [s for s in self._evidence if s.source in keys]
        parts = [_plain(part) for part in LEFT_OUT.split(quote)]
        touched = [s for s in rows if any(part and _meet(part, _plain(s.text)) for part in parts)]
        return touched or rows


def whole_sentences(text: str, quote: str) -> list[str]:
    """The sentences of a text that a quote stands in, whole, with what comes after the quoted words; of a row the cells that it touches."""
    pieces = [
        piece
        for line in flat(text).splitlines()
        for piece in (ROW.split(line) if ROW.search(line) else sentences(line))
        for piece in piece.split("; ")
    ]
    wanted = [folded(part).strip(" .,") for part in re.split(r"\s\|\s|…|\.\.\.|; |(?<=[.。])\s", quote)]
    return [
        piece
        for piece in pieces
        if any(w and (w in folded(piece) or folded(piece).strip(" .") in w) for w in wanted)
    ]


def figures_of(quote: str) -> tuple[Figure, ...]:
    """The figures of a quote, with the weekdays between two; a part of a tool's JSON is read as its rows are: cents as money."""
    text = flat("{" + quote.strip().strip("{},") + "}")
    text = quote if text.startswith("{") else text
    return ranged(figures(text), text)


def quoted_rows(
    claims: Sequence[Claim], holding: Sequence[Segment], evidence: Sequence[Segment]
) -> list[Segment]:
    """The rows of a figure that these claims quote, or all, with the words of the quotes: a row's part may lack the name that stands before it.

    The words of other whole rows of the quotes are theirs.
    """
    pieces = [folded(c.quote) for c in claims]
    rows = [s for s in holding if any(folded(s.text) in p or p in folded(s.text) for p in pieces)] or holding
    words = frozenset().union(*(terms(c.quote) for c in claims))
    plain = [_plain(c.quote) for c in claims]
    kinds = {kind_of(f) for s in holding for f in s.figures} & TOLD_APART
    others = [
        s
        for s in evidence
        if s not in holding
        and (
            any(folded(s.text) in p for p in pieces)
            or (kinds & {kind_of(f) for f in s.figures} and any(_meet(p, _plain(s.text)) for p in plain))
        )
    ]

    def apart(row: Segment) -> frozenset[str]:
        ahead = (f"{folded(other.text)}, {folded(row.text)}" for other in others)
        joined = any(
            text in p for text in ahead for p in pieces
        )  # Tuesday to Saturday 10-17, closed on Sunday
        theirs = frozenset().union(*(other.terms for other in others if other.source == row.source))
        return words if joined else words - theirs

    return [s._replace(terms=s.terms | apart(s)) for s in rows]


def in_claim(
    claims: Sequence[Claim], sentence: str, told: list[Figure], place: int
) -> tuple[str, list[Figure], int]:
    """The words of the one claim that a figure belongs to, its figures, and which of them it is: the other words of its sentence are of other claims.

    The sentence itself, where that is not clear.
    """
    says = {c.says for c in claims}
    text = next(iter(says))
    if len(says) == 1 and text in sentence:
        inside = figures(LISTED.sub("", text))
        if here := [i for i, f in enumerate(inside) if f.text == told[place].text]:
            return text, inside, here[0]
    return sentence, told, place


def stems(text: str) -> frozenset[str]:
    """The words of a text, the short ones too."""
    return terms(text) | frozenset(w for w in re.findall(r"\b[^\W\d_]{3}\b", text.casefold()))


def _sort(figure: Figure) -> str:
    """What a figure is compared with: prices with prices, all lengths of time with each other."""
    spelled = figure.unit == "hour" and len(re.findall(r"[^\W\d_]", figure.text)) > 1
    kind = figure.unit if spelled else kind_of(figure)  # 2 hours are no time of the day, 14 h may be
    family = SIZES[kind][0] if kind in SIZES else kind
    return "time" if family == "months" else family


def _equal(one: Figure, other: Figure) -> bool:
    return same(one, other) or bool(in_least(one) & in_least(other))


def in_least(figure: Figure) -> set[float]:
    """A size in the smallest unit of its family: 48 hours are 2 days, 1 h 36 are 96 minutes."""
    if clock := re.fullmatch(r"(\d+)\W*h\W*(\d\d)", figure.text.strip(), re.IGNORECASE):
        return {60.0 * int(clock[1]) + int(clock[2])}
    if figure.unit not in SIZES:
        return set()
    family, size = SIZES[figure.unit]
    size *= MONTH_MINUTES if family == "months" else 1
    return {value * size for value in amount(figure)}


def _plain(text: str) -> str:
    return re.sub(r"\s*[|:;,.]\s*", " ", folded(text)).strip()


def _meet(part: str, row: str) -> bool:
    """Whether a quote stands in a row, a row in it, or the end of one is the beginning of the other."""
    if part in row or row in part:
        return True
    longest = min(len(part), len(row))
    return any(part[-n:] == row[:n] or row[-n:] == part[:n] for n in range(longest, 11, -1))
