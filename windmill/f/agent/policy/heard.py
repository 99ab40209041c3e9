"""A reply in another language as its sources would say it: with their words in place of those that are akin to them."""

from __future__ import annotations

from collections.abc import Sequence

from f.agent.policy.claims import Draft, Finding
from f.common.figures.cognates import rewritten
from f.common.figures.finder import figures
from f.common.figures.labels import relabelled
from f.common.figures.segments import Source, is_passage, kind_of

MOST = 2  # figures of a kind in a sentence
# What may be said of a reply that is read so: that something stands elsewhere in its sources. Not that they have no word of it.
PLACED = frozenset(["misplaced", "exchanged", "denied", "limit", "confirmed"])


def placed(found: Sequence[Finding], draft: Draft, heard: Draft) -> list[Finding]:
    """Those of the findings on `heard` that count, in the words of the draft. Of many figures, and of a weekday, a word may belong to another one."""
    written = {heard.text: draft.text}
    written |= {b: a for (a, _), (b, _) in zip(draft.sentences, heard.sentences, strict=True)}
    written |= {b.says: a.says for a, b in zip(draft.claims, heard.claims, strict=True)}
    counting = (p for p in found if p.code in PLACED and not (p.code == "misplaced" and _crowded(p)))
    return [p._replace(says=written.get(p.says, p.says)) for p in counting]


def _crowded(finding: Finding) -> bool:
    mine, told = figures(finding.detail), figures(finding.says)
    kinds = {kind_of(f) for f in mine}
    return "weekday" in kinds or sum(kind_of(f) in kinds for f in told) > MOST


def akin_to(draft: Draft, sources: Sequence[Source]) -> Draft:
    """The draft with words of the passages in place of those that are akin to them."""
    texts = [f"{s.context}\n{s.text}" for s in sources if is_passage(s.key)]
    if not texts:
        return draft

    def heard(text: str) -> str:
        return rewritten(relabelled(text, "\n".join(texts)), texts)

    return draft._replace(
        text=heard(draft.text),
        claims=tuple(claim._replace(says=heard(claim.says)) for claim in draft.claims),
        sentences=tuple((heard(sentence), marks) for sentence, marks in draft.sentences),
    )
