"""Makes extracted text fit to store and search: no control characters, one Unicode form, whole words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# What PDFium writes where a line ended in a hyphen and the word went on: the hyphen may be part of the word
# or not.
BROKEN_WORD = "\x02"

# What figures look like where they are raised.
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_NEWLINES = re.compile("\r\n|[\r\x0b\x85\u2028]")
# Control characters, byte order marks, text-direction overrides, interlinear marks, non-characters,
# and the invisible tag letters that can smuggle instructions past a reader.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\u00a0\u202f]")
_LINE_END_SPACE = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)  # each run is looked at once
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# A marker or a hyphen at the end of a line, with the word parts on both sides.
_SPLIT_WORD = re.compile(
    r"(?<![\w-])(?P<head>[^\W\d_]{2,})(?P<mark>[-\u2010\u00ad]\n|\x02\n?)(?P<tail>[^\W\d_]+)"
)
_COMPOUND_PARTS = (
    "self non well ex co pre post all half high low long short multi cross anti inter semi single double two"
    " three e mid on off in out up over under re full part real add check follow sign opt plug pick drop"
)
_KEEPS_HYPHEN = frozenset(_COMPOUND_PARTS.split())
# Each broken word is looked for in its whole page. No page that people read is longer; on one that is, no word is looked for.
_LONGEST_PAGE = 50_000
# "Ein- und Ausgang": the hyphen stands for a word that is left out.
_AND_OR = "and or und oder bzw sowie et ou y o u e ed i и или en of och eller og"
_CONNECTIVES = frozenset(_AND_OR.split())


def clean(text: str) -> str:
    """Text in NFC, without control characters, with \\n as line end and at most one blank line."""
    text = (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if _LONE_SURROGATE.search(text)
        else text
    )
    text = _NEWLINES.sub("\n", text).replace("\u2029", "\n\n").replace("\u00ad\n", "").replace("\u00ad", "")
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text)
    return _MANY_BLANK_LINES.sub("\n\n", _LINE_END_SPACE.sub("", text)).strip("\n")


def raised(text: str) -> str:
    """What stands raised: figures as such, so that neither raised cents nor a note's mark are part of the number before them. Words stay."""
    figures = any(map(str.isdecimal, text)) and not any(map(str.isalpha, text))
    return text.translate(RAISED) if figures and text.lstrip()[:1] not in ",." else text


def join_broken_words(text: str) -> str:
    """Puts words together again that a line's end took apart, keeping the hyphen where it belongs to the
    word."""
    lower = text.lower() if len(text) <= _LONGEST_PAGE else ""
    joined = _SPLIT_WORD.sub(_joiner(lower), text.replace("\ufffe", BROKEN_WORD).replace("\r\n", "\n"))
    return joined.replace(BROKEN_WORD, "-")


def _joiner(lower: str) -> Callable[[re.Match[str]], str]:
    def join(match: re.Match[str]) -> str:
        head, tail = match["head"], match["tail"]
        if tail.lower() in _CONNECTIVES and match["mark"][0] != "\u00ad":
            return f"{head}- {tail}" if match["mark"][0] == BROKEN_WORD else match[0]
        whole, hyphened = (head + tail).lower(), f"{head}-{tail}".lower()
        keeps = not tail[0].islower() or head.lower() in _KEEPS_HYPHEN or hyphened in lower
        if keeps and whole not in lower and match["mark"][0] != "\u00ad":
            return f"{head}-{tail}"
        return head + tail

    return join
