"""A chunk as the judge reads it: one spelling for what looks alike, and Markdown tables as the rows that a reader sees."""

from __future__ import annotations

import functools
import html
import re
import unicodedata

# Zero-width and direction marks, the soft hyphen, the byte order mark.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_QUOTES = str.maketrans(
    "\u2018\u2019\u201a\u201b\u2032\u00b4`\u201c\u201d\u201e\u00ab\u00bb", "'''''''\"\"\"\"\""
)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((<?[^\s()]+>?)(?:\s+\"[^\"\n]*\")?\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|$€£])")
_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
_BLANK_OR_NONE = "\ue000"  # in a string of the truth
_RULE_ROW = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$")
_CLOSED = re.compile(
    r"(</[^<>\n]+>)(?=<[^/])"
)  # the end of an element of XML before the next one: a new line
# Scripts written without spaces between words: no word boundary is asked for beside them.
_NO_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def normalise(text: str) -> str:
    """Compatibility forms, case, dashes, quotes and blanks made alike; lines stay lines."""
    text = unicodedata.normalize("NFKC", text)
    text = _UNSEEN.sub("", text).translate(_QUOTES)
    text = unicodedata.normalize("NFKC", _DASHES.sub("-", text).casefold())
    text = re.sub(r"\.{3,}|(?:\. ){3,}", " ", text)
    return re.sub(r"[^\S\n]+", " ", text)


def plain(text: str) -> str:
    """Without Markdown's and HTML's marks; a link's address stands behind its words."""
    text = _LINK.sub(r"\1 (\2)", text)
    text = re.sub(r"<br\s*/?>", " ", text)
    text = re.sub(r"(\*\*|__|~~|`)", "", text)
    text = re.sub(r"(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)", "", text)
    text = html.unescape(_ESCAPED.sub(r"\1", text))
    return re.sub(r"^#{1,6} ", "", text, flags=re.M)


def cells(line: str) -> list[str]:
    """The cells of a Markdown table's row."""
    return [
        c.replace("\\|", "/").strip()
        for c in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    ]


@functools.lru_cache(maxsize=4096)
def views(chunk: str, headers: frozenset[str]) -> tuple[str, str]:
    """The chunk with a Markdown table's rows as `cell | cell`, and as `header: cell | header: cell`.

    A row further down that holds at least two of the truth's headers is a header, too: a tool that writes a title
    or an empty row where Markdown wants the header is read as a person reads it.
    """
    joined: list[str] = []
    labelled: list[str] = []
    lines = _tabbed(_CLOSED.sub("\\1\n", chunk).split("\n"))
    labels: list[str] | None = None
    for n, line in enumerate(lines):
        following = lines[n + 1] if n + 1 < len(lines) else ""
        if _RULE_ROW.match(line) and labels is not None:
            continue
        if "|" in line and _RULE_ROW.match(following):
            labels = _grouped([plain(c) for c in cells(line)], headers)
            joined.append(" | ".join(c for c in labels))
            labelled.append(joined[-1])
        elif labels is not None and "|" in line:
            row = [plain(c) for c in cells(line)]
            joined.append(" | ".join(row))
            known = [_known(c, headers) for c in row]
            labels += [""] * (len(row) - len(labels))
            if sum(known) >= 2:
                row = _grouped(row, headers)
                kept = [c if c and not k else "" for c, k in zip(row, known, strict=True)]
                labelled.append(_named(kept, labels, headers) if any(kept) else joined[-1])
                labels = [_header(a, b, headers) for a, b in zip(labels, row, strict=False)]
            else:
                labelled.append(_named(row, labels, headers))
        else:
            labels = None
            joined.append(plain(line))
            labelled.append(joined[-1])
    return _parted_marks("\n".join(joined)), _parted_marks("\n".join(labelled))


def _parted_marks(text: str) -> str:
    """The text normalised, a note's raised mark apart from the word or the amount that it stands behind."""
    return normalise(_RAISED.sub(r" \g<0> ", text))


def _tabbed(lines: list[str]) -> list[str]:
    """Lines in a row with as many tabs each are a table, its first line the header."""
    out: list[str] = []
    for n, line in enumerate(lines):
        tabs = line.count("\t")
        if not tabs or "|" in line:
            out.append(line)
            continue
        out.append("| " + line.replace("\t", " | ") + " |")
        first = n == 0 or lines[n - 1].count("\t") != tabs
        if first and n + 1 < len(lines) and lines[n + 1].count("\t") == tabs:
            out.append("|" + " --- |" * (tabs + 1))
    return out


def _known(cell: str, headers: frozenset[str]) -> bool:
    """A header of the truth, or the first words of one."""
    text = normalise(cell).strip()
    return bool(text) and (text in headers or _begins(text, headers))


def _begins(text: str, headers: frozenset[str]) -> bool:
    return any(h.startswith(f"{text} ") for h in headers)


def _grouped(row: list[str], headers: frozenset[str]) -> list[str]:
    """A row of headers in which one that spans columns stands over each of them."""
    out: list[str] = []
    for cell in row:
        above = (
            out[-1]
            if out and not cell.strip() and _begins(normalise(out[-1]).strip() or "-", headers)
            else cell
        )
        out.append(above)
    return out


def _header(above: str, cell: str, headers: frozenset[str]) -> str:
    """A column's header where a further row of headers comes: under the first one's if the truth's header begins with it, or in its place."""
    if not _known(cell, headers):
        return above
    start = normalise(above).strip()
    return (
        f"{above} {cell}" if start and start != normalise(cell).strip() and _begins(start, headers) else cell
    )


def _named(row: list[str], labels: list[str], headers: frozenset[str]) -> str:
    """`header: cell | header: cell`; what stands over the first column only if the truth knows it as a header."""
    names = [labels[0] if _known(labels[0], headers) else "", *labels[1:]]
    return " | ".join(f"{a}: {b}" if a and b else b for a, b in zip(names, row, strict=False))


@functools.lru_cache(maxsize=65536)
def pattern(string: str) -> str:
    """A string of the truth as an expression over a normalised chunk; `||` separates spellings. Figures match whole or not at all."""
    return "|".join(_one(s) for s in string.split("||"))


def _one(string: str) -> str:
    text = normalise(_RAISED.sub(_BLANK_OR_NONE + r"\g<0>", string)).strip()
    body = re.sub(r"(?:\\ )+", "\\\\s+", re.escape(text)).replace(_BLANK_OR_NONE, r"\s*")
    # Between a figure and its currency or unit, and between letters of scripts without spaces, blanks are nobody's fault.
    body = re.sub(r"(?<=\d)\\s\+(?=\D)|(?<=[€£$₹₪¥])\\s\+", r"\\s*", body)
    body = re.sub(r"(?<=[€£$₹₪¥])(?=\d)|(?<=\d)(?=[€£¥元円])", r"\\s*", body.replace(r"\$", "[$]"))
    before = after = ""
    if text[0].isalnum() and not _NO_SPACES.match(text[0]):
        before = r"(?<!\w)(?<!\d[.,:])" if text[0].isdigit() else r"(?<!\w)"
    if text[-1].isalnum() and not _NO_SPACES.match(text[-1]):
        after = (
            r"(?:[.,]0+(?!\d))?(?![.,:]?\d)(?!\w)"
            if text.isdigit()
            else r"(?![.,:]?\d)(?!\w)"
            if text[-1].isdigit()
            else r"(?!\w)"
        )
    return f"{before}{body}{after}"


@functools.lru_cache(maxsize=4096)
def any_of(strings: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for many strings, the longest first."""
    longest = sorted({s for s in strings if s}, key=lambda s: -len(s))
    return re.compile("|".join(f"(?:{pattern(s)})" for s in longest) or r"(?!)")


@functools.lru_cache(maxsize=65536)
def compiled(string: str) -> re.Pattern[str]:
    return re.compile(pattern(string))
