"""Words that two languages have in common: aventure and adventure, гарантія and garantía, Момбаса and Mombasa.

A text is rewritten with the words of another one that they are akin to, so that whatever compares words by their letters finds them.
"""

# ruff: noqa: RUF001 - letters of many scripts
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from f.common.figures.segments import terms
from f.common.figures.words import word_map

LEAST, SHARE = 5, 0.75  # letters of such a word; how alike two must be
WORD = re.compile(r"[^\W\d_]{4,}")
CYRILLIC = word_map(
    """
    а=a б=b в=v г=g ґ=g д=d е=e ё=e ж=z з=z и=i й=i і=i ї=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=c ч=c ш=s щ=s ъ= ы=i ь= э=e
    ю=iu я=ia є=ie
    """
)
GREEK = word_map(
    """
    α=a β=v γ=g δ=d ε=e ζ=z η=i θ=t ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=i φ=f χ=h ψ=p ω=o
    """
)
LETTERS = str.maketrans(CYRILLIC | GREEK)
ALIKE = (
    ("ph", "f"),
    ("qu", "k"),
    ("ck", "k"),
    ("ch", "k"),
    ("sh", "s"),
    ("th", "t"),
    ("c", "k"),
    ("z", "s"),
    ("y", "i"),
    ("w", "v"),
    ("j", "i"),
)


@lru_cache(maxsize=20000)
def sound(word: str) -> str:
    """A word in Latin letters, one for each sound that languages write differently; '' in scripts that have no such letters."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(LETTERS)
    if not plain.isascii():
        return ""
    for written, heard in ALIKE:
        plain = plain.replace(written, heard)
    return re.sub(r"(.)\1", r"\1", plain)


@lru_cache(maxsize=200)
def _vocabulary(text: str) -> tuple[tuple[str, str], ...]:
    found = {word.casefold(): word for word in WORD.findall(text)}
    heard = ((sound(word), word) for word in found.values())
    return tuple((mine, word) for mine, word in heard if len(mine) >= LEAST)


@lru_cache(maxsize=20000)
def _akin(word: str, text: str) -> str:
    """The word of a text that is most like this one; '' where none is."""
    mine = sound(word)
    if len(mine) < LEAST:
        return ""
    best, found = SHARE, ""
    for other, written in _vocabulary(text):
        if other[0] != mine[0] or abs(len(other) - len(mine)) > 3:
            continue
        match = SequenceMatcher(None, mine, other, autojunk=False)
        if match.quick_ratio() >= best and (share := match.ratio()) >= best:
            best, found = share, written
    return found


def rewritten(text: str, sources: Iterable[str]) -> str:
    """A text with words of the sources in place of those that are akin to them, and that the sources don't have."""
    of = "\n".join(sources)
    known = terms(of)

    def word_of(match: re.Match[str]) -> str:
        word = match[0]
        other = "" if terms(word) <= known else _akin(word, of)
        return (other.lower() if word.islower() else other) or word

    return WORD.sub(word_of, text)
