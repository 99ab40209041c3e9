"""The marks by which a model names its passages, such as [S1], in all the spellings that models use; a customer reads none."""

# ruff: noqa: RUF001 - brackets of many scripts
from __future__ import annotations

import re
from collections.abc import Collection

HOURS = "hours"  # the source that S0 marks
_BRACKETS = r"\[【〔（(⟦{«⟨<［〖「『⁽"
_CLOSING = r"\]】〕）)⟧}»⟩>］〗」』⁾"
_ONE = r"(?:[Ss]\s?\d{1,2})(?:\s?[:†#][\w\s:-]{0,20})?"
_LEAD = r"(?:[\^#]|(?:sources?|passages?|refs?|cf\.?|see|quelle|fuente)\s*:?\s*)?"
MARK = re.compile(
    rf"(?:(?<!\s)\s+)?\*{{0,3}}[{_BRACKETS}]{{1,2}}\s*{_LEAD}({_ONE}(?:\s*(?:,|;|&|and|und|y|et|/|\+|-|–)\s*{_ONE})*)\s*[{_CLOSING}]{{1,2}}\**"
    r"|(?:(?<!\s)\s+)?[\[【]\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)(?:†[^\]】]{0,40})?\s*[\]】](?!\()",
    re.IGNORECASE,
)
_NAKED = re.compile(r"(?<=[.!?。！？…])\s*\b(S\d{1,2})\b(?=\s*$)", re.MULTILINE)
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
    (re.compile(r"(?<!\s)\s+—\s*(S\d{1,2})(?=\s*[.!?]|\s*$)", re.MULTILINE), r" [\1]"),
]
_TOLD = re.compile(r"\[([^\[\]\n]{0,160})\]")  # [Returns, S1, page 2]
_PIECE = re.compile(rf"\s*{_LEAD}(S\d{{1,2}})\s*", re.IGNORECASE)
_ACCORDING = re.compile(
    r"(^|[.!?]\s+|\n)(?:according to|as (?:stated|described|mentioned|written) in|(?:as )?per|laut|gemäß|según|selon|d'après|secondo|segundo)"
    r"\s+(?:the\s+)?(?:passage|source|document|quelle|fuente)?\s*(?:\[(S\d{1,2})\]\s*,?|(S\d{1,2})\s*,)\s*(\w+)",
    re.IGNORECASE,
)
# A list of sources: its label, and entries that begin with a passage's id. Without brackets, a title stands behind a colon or a dash.
_LABEL = re.compile(
    r"[^\w\n\[]{0,9}(?:sources?|references?|citations?|passages?|quellen?|fuentes?|fontes?|fonti|bronnen)[*_ \t]{0,4}(:?)[*_ \t]{0,4}",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"[^\w\n\[【(]{0,9}(?:\d{1,2}[.)] )?(?:[\[【(]{1,2}S\d{1,2}[\]】)]{1,2}.{0,120}|S\d{1,2}(?:\s*(?:,|;|&|and|und|y|et)\s*S\d{1,2})*\W{0,3}"
    r"|S\d{1,2}\s?[:–—-].{0,120})"
)


def in_one_spelling(text: str, known: Collection[str] | None = None) -> str:
    """The text with its marks as [S1], also those of a list of sources above or below it: that goes.

    `known`: the passages that the turn has, where that is known; another S23 is a product's or a line's name, and stays.
    """
    for spelling, kept in _SPELLINGS:
        text = spelling.sub(lambda m, kept=kept: m.expand(kept) if _all_known(m[0], known) else m[0], text)  # type: ignore[misc]
    text = _TOLD.sub(lambda m: _told(m, known), text)
    text, listed = _without_lists(text, known)
    if listed and text and not MARK.search(text):
        text += f" [{', '.join(dict.fromkeys(listed))}]"
    return _ACCORDING.sub(
        lambda m: f"{m[1]}{m[4][0].upper()}{m[4][1:]} [{m[2] or m[3]}]" if _all_known(m[0], known) else m[0],
        text,
    )


def _all_known(text: str, known: Collection[str] | None) -> bool:
    return known is None or all(mark == "S0" or mark in known for mark in _ID.findall(text))


def _told(found: re.Match[str], known: Collection[str] | None) -> str:
    named = [piece[1] for part in re.split("[,;|]", found[1]) if (piece := _PIECE.fullmatch(part))]
    return f"[{', '.join(named)}]" if named and _all_known(found[0], known) else found[0]


def _without_lists(text: str, known: Collection[str] | None) -> tuple[str, list[str]]:
    """The text without its lists of sources, and the passages that they named."""
    kept: list[str] = []
    listed: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        label = _LABEL.match(lines[number])
        rest = lines[number][label.end() :] if label else ""
        end = number + 1
        if label and not rest:
            while end < len(lines) and (not lines[end].strip() or _is_entry(lines[end], known)):
                end += 1
        named = _ID.findall("\n".join(lines[number + 1 : end]))
        if label and label[1] and _is_entry(rest, known):
            named = _ID.findall(rest)
        if named:
            listed += named
        else:
            end = number + 1
            kept.append(lines[number])
        number = end
    return ("\n".join(kept).strip(), listed) if listed else (text, [])


def _is_entry(line: str, known: Collection[str] | None) -> bool:
    return bool(_ENTRY.fullmatch(line.rstrip())) and _all_known(line, known)


def marks_of(found: re.Match[str]) -> tuple[str, ...]:
    """The passages that a mark names: S1, S2."""
    return tuple(
        HOURS if int(number) == 0 else f"S{int(number)}"
        for number in re.findall(r"\d+", re.sub(r"[:†#][\w\s:-]*", "", found[1] or found[2] or ""))
    )


def without_marks(text: str, known: Collection[str] | None = None) -> str:
    """The text as a customer reads it: no mark in any spelling, and nothing left of its formatting."""
    plain = _NAKED.sub(lambda m: "" if _all_known(m[0], known) else m[0], MARK.sub("", text))
    return (
        re.sub(r"\*\*[ \t]*\*\*|__[ \t]*__|[(\[][ \t]*[)\]]", "", plain).strip()
        if plain != text
        else text.strip()
    )
