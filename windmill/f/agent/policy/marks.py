"""The marks by which a model names its passages, such as [S1], in all the spellings that models use; a customer reads none."""

# ruff: noqa: RUF001 - brackets of many scripts
from __future__ import annotations

import re

HOURS = "hours"  # the source that S0 marks
_BRACKETS = r"\[【〔（(⟦{«⟨<［〖「『⁽"
_CLOSING = r"\]】〕）)⟧}»⟩>］〗」』⁾"
_ONE = r"(?:[Ss]\s?\d{1,2})(?:\s?[:†#][\w\s:-]{0,20})?"
_LEAD = r"(?:[\^#]|(?:sources?|passages?|refs?|cf\.?|see|quelle|fuente|source)\s*:?\s*)?"
MARK = re.compile(
    rf"\s*\**[{_BRACKETS}]{{1,2}}\s*{_LEAD}({_ONE}(?:\s*(?:,|;|&|and|und|y|et|/|\+|-|–|and)\s*{_ONE})*)\s*[{_CLOSING}]{{1,2}}\**"
    r"|\s*[\[【]\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)(?:†[^\]】]{0,40})?\s*[\]】](?!\()",
    re.IGNORECASE,
)
_NAKED = re.compile(r"(?<=[.!?。！？…])\s*\bS\d{1,2}\b(?=\s|$)")
_ID = re.compile(r"\bS\d{1,2}\b")
_TAGS = r"cite|citation|sup|sub|source|ref|reference|a|passage"
# Other spellings, and what of each is kept beside the passages that it names.
_SPELLINGS = [
    (re.compile(r"<co:\s*(S\d{1,2})>([^<>]*)</co:[^<>]*>"), r"\2 [\1]"),  # Command-R
    (re.compile(rf"<({_TAGS})\b[^<>]*>\W{{0,3}}(S\d{{1,2}})\W{{0,3}}</\1>", re.IGNORECASE), r"[\2]"),
    (re.compile(rf"<(?:{_TAGS})\b[^<>]*?(S\d{{1,2}})[\"']?\s*/?>", re.IGNORECASE), r"[\1]"),
    (re.compile(r"[\ue200-\ue2ff]\w*[\ue200-\ue2ff](S\d{1,2})[\ue200-\ue2ff]"), r"[\1]"),  # ChatGPT
    (re.compile(r"\\\[\s*(S\d{1,2})\s*\\\]"), r"[\1]"),
    (re.compile(r"`\s*(\[S\d{1,2}\])\s*`"), r"\1"),
    (re.compile(r"\(?\[{1,2}(S\d{1,2})\]{1,2}\([^()\s]*\)\)?"), r"[\1]"),
    (re.compile(r"\s+—\s*(S\d{1,2})(?=\s*[.!?]|\s*$)", re.MULTILINE), r" [\1]"),
]
_TOLD = re.compile(r"\[[^\[\]\n]{0,80}\bS\d{1,2}\b[^\[\]\n]{0,80}\]")  # [Returns, S1, page 2]
_ACCORDING = re.compile(
    r"(^|[.!?]\s+|\n)(?:according to|as (?:stated|described|mentioned|written) in|as per|per|laut|gemäß|según|selon|d'après|secondo|segundo)"
    r"\s+(?:the\s+)?(?:passage|source|document|quelle|fuente)?\s*\[?(S\d{1,2})\]?\s*,?\s*(\w+)",
    re.IGNORECASE,
)
_LIST_OF_SOURCES = re.compile(
    r"(?:\A|\n)\W*(?:sources?|references?|citations?|passages?|quellen?|fuentes?|fontes?|fonti|bronnen)\W*:?(?:[^\n]{0,200}\bS\d{1,2}\b[^\n]*|\W*(?:\n[^\n]*\bS\d{1,2}\b[^\n]*)+)"
    r"(?=\n|\Z)",
    re.IGNORECASE,
)


def in_one_spelling(text: str) -> str:
    """The text with its marks as [S1], also those of a list of sources above or below it: that goes."""
    for spelling, kept in _SPELLINGS:
        text = spelling.sub(kept, text)
    text = _TOLD.sub(lambda m: f"[{', '.join(_ID.findall(m[0]))}]", text)
    listed = [mark for found in _LIST_OF_SOURCES.findall(text) for mark in _ID.findall(found)]
    if listed:
        text = _LIST_OF_SOURCES.sub("", text).strip()
        text += "".join(f" [{mark}]" for mark in dict.fromkeys(listed) if text and not _ID.search(text))
    return _ACCORDING.sub(lambda m: f"{m[1]}{m[3][0].upper()}{m[3][1:]} [{m[2]}]", text)


def marks_of(found: re.Match[str]) -> tuple[str, ...]:
    """The passages that a mark names: S1, S2."""
    return tuple(
        HOURS if int(number) == 0 else f"S{int(number)}"
        for number in re.findall(r"\d+", re.sub(r"[:†#][\w\s:-]*", "", found[1] or found[2] or ""))
    )


def without_marks(text: str) -> str:
    """The text as a customer reads it: no mark in any spelling, and nothing left of its formatting."""
    plain = _NAKED.sub("", MARK.sub("", text))
    return (
        re.sub(r"\*\*[ \t]*\*\*|__[ \t]*__|[(\[][ \t]*[)\]]", "", plain).strip()
        if plain != text
        else text.strip()
    )
