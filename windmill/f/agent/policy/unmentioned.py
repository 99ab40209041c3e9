"""A yes or a no about something that no source mentions, where reply and sources are of one language: "Yes, we offer sedation"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from f.agent.policy.claims import Finding
from f.common.figures.finder import figures
from f.common.figures.segments import DENSE, Source, is_passage

SHORT = re.compile(r"(?<![^\W_])[^\W\d_]{1,3}(?![^\W_])")  # the small words: they tell languages apart
LONG = re.compile(r"[^\W\d_]{6,}")
SHARE, LEAST = 0.5, 3  # of the reply's small words those that its sources have, and how many there must be
STATEMENT = 5  # words from which on a sentence says something
BEGINNING = 4  # letters by which a word of a source may be another form of the same


def unmentioned(statement: str, reply: str, question: str, sources: Sequence[Source]) -> Iterable[Finding]:
    """Words that a statement repeats of the question, and that stand nowhere in what was looked up or said before.

    `statement`: without its yes or no. One with figures is held against the evidence by them.
    In another language than the sources' nothing can be said.
    """
    related = in_one_language(reply, [s for s in sources if is_passage(s.key)])
    if not related or DENSE.search(statement) or figures(statement) or len(statement.split()) < STATEMENT:
        return
    known = plain(" ".join(f"{s.context} {s.text}" for s in sources if s.key not in ("customer", "said")))
    asked = plain(question)
    for word in LONG.findall(plain(statement)):
        if word[: BEGINNING + 1] in asked and word[:BEGINNING] not in known:
            yield Finding("unmentioned", statement, word)
            return


def in_one_language(reply: str, passages: Sequence[Source]) -> bool:
    """Whether a reply and passages are of one language, by the small words that they share."""
    text = " ".join(f"{s.context} {s.text}" for s in passages)
    small, theirs = set(SHORT.findall(reply.casefold())), set(SHORT.findall(text.casefold()))
    return len(small) >= LEAST and len(small & theirs) >= SHARE * len(small)


def plain(text: str) -> str:
    """A text without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
