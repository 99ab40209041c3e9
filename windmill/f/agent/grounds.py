"""What a reply's first statement rests on, and whether a no is more than a source that is silent."""

# ruff: noqa: RUF001 - marks of many scripts
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from f.agent.claims import Draft, Finding
from f.agent.polarity import asks, negates
from f.common.figures import figures
from f.common.segments import ROW, Segment, Source, Weights, flat, folded, sentences, terms

LEAD = re.compile(r"^\W*[^\W\d_]+[,.:;،、，。]")  # "No, " at the beginning
NEAR = 0.3  # how much nearer a row must be to a sentence than another one to be the one it rests on


class Grounds:
    """The sentences of one reply and of its sources."""

    def __init__(
        self,
        draft: Draft,
        sources: Iterable[Source],
        evidence: Sequence[Segment],
        weights: Weights,
        question: frozenset[str],
    ) -> None:
        self._draft, self._evidence, self._weights, self._question = draft, evidence, weights, question
        self._sources = {s.key: s for s in sources}

    def problems(self) -> Iterable[Finding]:
        """The reply's first statement, where it is without figures and says no, and what it rests on denies and limits nothing."""
        first = next((s for s in self._draft.sentences if not asks(s[0])), None)
        if not first or self._draft.kind in ("unknown", "handoff") or figures(first[0]):
            return
        grounds = self._grounds(*first)
        if grounds and negates(LEAD.sub("", first[0])) and not any(negates(ground) for ground in grounds):
            yield Finding("polarity", first[0], grounds[0])

    def _grounds(self, sentence: str, marks: tuple[str, ...]) -> list[str]:
        """What a sentence of the reply rests on: the sentences quoted for it, whole; else those of its passages that its words are nearest to."""
        claims = [
            c for c in self._draft.claims if c.quote.strip() and (c.says in sentence or sentence in c.says)
        ]
        if claims:
            return [
                g
                for c in claims
                if c.source in self._sources
                for g in whole_sentences(self._sources[c.source].text, c.quote)
            ]
        words = terms(sentence) | self._question
        rows = [s for s in self._evidence if s.source in marks]
        nearness = {
            s: self._weights(words & (s.terms - terms(self._sources[s.source].context))) for s in rows
        }
        nearest = max(nearness.values(), default=0.0)
        return [s.text for s in rows if nearest < NEAR or nearness[s] >= nearest - NEAR]


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
