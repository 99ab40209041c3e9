"""What a reply says yes or no to, and must not: a record that says no, a limit that it keeps silent about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from f.agent.policy.claims import Draft, Finding
from f.agent.policy.grounds import Grounds
from f.agent.policy.limits import broken, expired, left_out, turned
from f.agent.policy.one_language import akin, in_one_language
from f.agent.policy.placement import TIMES
from f.agent.policy.records import emptied
from f.common.figures.amounts import Figure, same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks, negates
from f.common.figures.segments import Source, is_passage, sentences, terms
from f.common.figures.tool_rows import flat

FEW = 2  # sentences that may all be meant, where none is quoted


def unfounded(
    draft: Draft,
    grounds: Grounds,
    sources: Mapping[str, Source],
    tools: Sequence[str],
    asked: Sequence[Figure],
    today: date,
) -> Iterable[Finding]:
    """Findings on the reply's statements. `tools`: those that have answered. `asked`: the figures of the customer's message."""
    yield from _limited(draft, grounds, today)
    if not grounds.first:
        return
    statement, marks = grounds.first
    agrees, passages = grounds.agrees(statement), any(map(is_passage, marks))
    question = " ".join(s.text for s in sources.values() if s.key in ("customer", "said"))
    if agrees and not passages:
        yield from emptied(statement, draft, [sources[key] for key in tools])
    yield from _silent(draft, grounds, sources, question, asked)


def _limited(draft: Draft, grounds: Grounds, today: date) -> Iterable[Finding]:
    """Limits that a statement turns round, and offers that are over."""
    told = figures(draft.text)
    for sentence, marks in draft.sentences:
        pieces = grounds.pieces(sentence, marks)
        for figure in turned(sentence, pieces):
            yield Finding("limit", sentence, figure.text)
        for piece in pieces:
            over = expired(piece, today)
            if (
                over
                and not asks(sentence)
                and not negates(draft.text)
                and not any(same(over, f) for f in told)
            ):
                yield Finding("expired", sentence, over.text)


def _silent(
    draft: Draft, grounds: Grounds, sources: Mapping[str, Source], question: str, asked: Sequence[Figure]
) -> Iterable[Finding]:
    """Limits of what the first statement rests on that it breaks or leaves out. Without a yes only a quoted limit counts whose kind a unit shows."""
    assert grounds.first
    statement, marks = grounds.first
    agrees, quoted = grounds.agrees(statement), bool(grounds.claims_of(statement))
    pieces = grounds.pieces(statement, marks) if agrees or quoted else []
    passages = [s for s in sources.values() if is_passage(s.key)]
    told = figures(statement)
    for figure, limit in broken(draft.text, pieces, asked) if quoted or len(pieces) == 1 else ():
        # With 12 guests you get it: how many says yes by itself.
        repeated = quoted and not figure.unit and not limit.unit and any(same(figure, f) for f in told)
        if agrees or repeated or (figure.unit and limit.unit and limit.unit not in TIMES):
            yield Finding("confirmed", statement, f"{figure.text} / {limit.text}")
    if agrees and passages and marks:
        beside = [
            s
            for key in marks
            if key in sources and is_passage(key)
            for s in sentences(flat(sources[key].text))
            if s not in pieces
        ]
        ages = [f for f in asked if f.unit == "year"]
        if quoted and any(f.unit == "year" for piece in grounds.quoted() for f in figures(piece)):
            ages = []  # the age that counts is the one that is quoted
        for figure, limit in broken(draft.text, beside, ages):
            yield Finding("confirmed", statement, f"{figure.text} / {limit.text}")
    if agrees and (quoted or len(pieces) <= FEW):
        words = terms(statement)
        near = [piece for piece in pieces if akin(statement, piece) or in_one_language(draft.text, passages)]
        near = near if quoted else [piece for piece in near if words & terms(piece)]
        for part in left_out(draft.text, near, words | terms(question)):
            yield Finding("denied", statement, part)
