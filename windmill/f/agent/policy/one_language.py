"""Whether a reply and its sources are of one language: only then do words tell what a source does not say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from f.common.figures.segments import Source, terms

SHORT = re.compile(r"(?<![^\W_])[^\W\d_]{1,3}(?![^\W_])")  # the small words: they tell languages apart
SHARE, LEAST = 0.5, 3  # of the reply's small words those that its sources have, and how many there must be
BEGINNING = 4  # letters by which a word of a source may be another form of the same


def in_one_language(reply: str, passages: Sequence[Source]) -> bool:
    """Whether a reply and passages are of one language, by the small words that they share."""
    text = " ".join(f"{s.context} {s.text}" for s in passages)
    small, theirs = set(SHORT.findall(reply.casefold())), set(SHORT.findall(text.casefold()))
    return len(small) >= LEAST and len(small & theirs) >= SHARE * len(small)


def akin(one: str, other: str) -> bool:
    """Whether two texts share more than one word, and so are of one language; short names are of all of them."""
    return sum(len(term) > 3 or not term.isascii() for term in terms(one) & terms(other)) > 1


@lru_cache(maxsize=500)
def plain(text: str) -> str:
    """A text without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
