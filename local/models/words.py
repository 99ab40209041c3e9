"""Words, languages and sentences: what the rules need to know of a text."""

import re
from collections import Counter
from math import sqrt

from local.models.tables import LANGUAGE_WORDS, STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")
_BULLET = re.compile(r"^\s*(?:[-*•‣▪\u2013·]|\d{1,2}[.)])\s+")
# Lists whose lines somebody joined: "faulty: - Pillows. - Gift cards."
_INLINE_BULLET = re.compile(r"(?<=[.;:])[ \t]+[-*\u2022][ \t]+(?=\w)")
# Not after a single letter or a short abbreviation, so that "e.g. lamps" stays whole.
_SENTENCE_END = re.compile(
    r"(?<![\s.][A-Za-z])(?<!\bNo)(?<!\bSt)(?<!\bDr)(?<=[.?!\u3002\uff01\uff1f])[\"'”»)]?\s+(?=[^\sa-z])"
)
HEADING_WORDS = 9
ENDED_ON_PURPOSE = 0.85


def strip_tags(text: str) -> str:
    """A message without the tags or labels that its sender's program put around it."""
    return _TAG.sub("", text).strip()


def words(text: str) -> list[str]:
    """The words in lower case."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]


def stem(word: str) -> str:
    """A crude stem, enough for 'returns' to meet 'return' and 'opening' to meet 'open'."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning."""
    return [stem(word) for word in words(text) if word not in STOPWORDS and (len(word) > 1 or word.isdigit())]


def language(text: str) -> str:
    """The likeliest of the six languages; English when nothing speaks for another."""
    found = words(text)
    scores = {name: sum(word in table for word in found) for name, table in _TABLES.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > scores["en"] else "en"


_TABLES = {name: frozenset(table.split()) for name, table in LANGUAGE_WORDS.items()}


def trigrams(text: str) -> Counter[str]:
    """Counts of three-letter pieces, with word boundaries."""
    joined = f" {' '.join(words(text))} "
    return Counter(joined[start : start + 3] for start in range(len(joined) - 2))


def similarity(one: Counter[str], other: Counter[str]) -> float:
    """Cosine of two counts."""
    shared = sum(count * other[piece] for piece, count in one.items() if piece in other)
    if not shared:
        return 0.0
    return shared / sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))


def is_heading(line: str) -> bool:
    """A short line that doesn't end like a sentence and tells no figure."""
    return (
        len(line.split()) <= HEADING_WORDS
        and not line.rstrip().endswith((".", "!", "?", ":", ";", ","))
        and not any(character.isdigit() for character in line.lstrip("0123456789. "))
    )


def blocks(text: str) -> list[str]:
    """Paragraphs, list items, headings and table rows; lines that a page's width broke are joined again."""
    lines = [line.strip() for line in _INLINE_BULLET.sub("\n- ", text).splitlines()]
    width = max(map(len, lines), default=0)
    done: list[str] = []
    last = ""
    for line in lines:
        item = _BULLET.sub("", line)
        # The next word would have fitted: the line was ended on purpose, as rows and headings are.
        ended = len(last) + len(line.split(" ")[0]) + 1 < ENDED_ON_PURPOSE * width
        if last and line and item == line and not ended:
            done[-1] = f"{done[-1]} {line}"
        elif item:
            done.append(item)
        last = line
    return done


def sentences(text: str) -> list[str]:
    """Sentences, list items and table rows of a passage, in order."""
    return [piece.strip() for block in blocks(text) for piece in _SENTENCE_END.split(block) if piece.strip()]
