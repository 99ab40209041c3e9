"""Cuts a rival's Markdown into chunks as ours are cut: the same size, never across a heading, headings above.

Rows stay whole, and a table's header stands in each chunk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_HEADING = re.compile(r"^(#{1,6})\s+(.*\S)\s*$")
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$")


def cut(markdown: str, limit: int, count: Callable[[str], int]) -> list[str]:
    """The chunks of one document."""
    path: list[tuple[int, str]] = []
    out: list[str] = []
    body: list[str] = []
    header: list[str] = []

    def flush() -> None:
        if any(line.strip() for line in body if line not in header):
            above = " > ".join(title for _, title in path)
            out.append("\n".join([*([above] if above else []), *body]))
        body.clear()

    lines = markdown.replace("\r\n", "\n").split("\n")
    for n, line in enumerate(lines):
        heading = _HEADING.match(line)
        if heading:
            flush()
            level = len(heading[1])
            path = [*[p for p in path if p[0] < level], (level, heading[2])]
            header = []
            continue
        if "|" in line and n + 1 < len(lines) and _RULE.match(lines[n + 1]):
            header = [line, lines[n + 1]]
        elif "|" not in line:
            header = []
        for piece in _pieces(line, limit, count):
            if body and count("\n".join([*body, piece])) > limit:
                flush()
                if header and line not in header:
                    body.extend(header)
            body.append(piece)
    flush()
    if path and not out:
        out.append(" > ".join(title for _, title in path))
    return out


def _pieces(line: str, limit: int, count: Callable[[str], int]) -> Iterator[str]:
    """A line, or its sentences where it is too long, or its words where a sentence is."""
    if "|" in line or len(line) <= limit or count(line) <= limit:
        yield line
        return
    text = ""
    for part in re.split(r"(?<=[.!?。！？।])\s*", line):  # noqa: RUF001
        for word in [part] if count(part) <= limit else re.findall(r"\S{1,40}\s*", part):
            if text and count(text + word) > limit:
                yield text
                text = ""
            text += word if text.endswith((" ", "\n")) or not text else " " + word
    if text:
        yield text
