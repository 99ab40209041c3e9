"""Which rows of the evidence a reply rests on: those that its quotes touch; of a reply without quotes, those of the passages that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from f.agent.policy.claims import Claim, Draft
from f.common.figures.segments import Segment, Source, folded, stands_in

LEFT_OUT = re.compile(r"…|\.\.\.|\[…\]|\n")


class Quoted:
    """The evidence of one reply, row by row, and what the reply has quoted of it."""

    def __init__(self, draft: Draft, sources: Sequence[Source], evidence: Sequence[Segment]) -> None:
        self._sources = {s.key: s for s in sources}
        self._evidence = evidence
        self._claims = [c for c in draft.claims if c.quote.strip()]
        self._named = {m for _, marks in draft.sentences for m in marks} | {c.source for c in draft.claims}

    def rows(self) -> list[Segment]:
        """The rows that the quotes touch; of a reply without quotes all rows of what it names, and all where it names nothing."""
        if self._claims:
            return list(dict.fromkeys(row for claim in self._claims for row in self._touched(claim)))
        named = self._named & self._sources.keys()
        return [
            s for s in self._evidence if not named or s.source in named or not re.fullmatch(r"S\d+", s.source)
        ]

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


def _plain(text: str) -> str:
    return re.sub(r"\s*[|:;,.]\s*", " ", folded(text)).strip()


def _meet(part: str, row: str) -> bool:
    """Whether a quote stands in a row, a row in it, or the end of one is the beginning of the other."""
    if part in row or row in part:
        return True
    longest = min(len(part), len(row))
    return any(part[-n:] == row[:n] or row[-n:] == part[:n] for n in range(longest, 11, -1))
