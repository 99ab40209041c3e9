# requirements: whatsapp
"""Cuts a formatted text into WhatsApp messages: at the best place that still fills a message well.

Best is between paragraphs, then lines, sentences, words, and last of all between two visible characters. Code
and emphasis stay whole where they fit; a ``` block that must be cut is closed, and opened again in the next
part. Only white space at the cuts is lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

OPEN, CLOSE = "```\n", "\n```"
FENCE = re.compile(r"```.*?```", re.DOTALL)
# Inline code, and emphasis from one word's edge to another: cut in two, it would show its marks.
SPAN = re.compile(
    r"`[^`\n]+`|(?<!\w)(?:\*(?=\S)[^*\n]+(?<=\S)\*|_(?=\S)[^_\n]+(?<=\S)_|~(?=\S)[^~\n]+(?<=\S)~)(?!\w)"
)
BOLD_LINE = re.compile(r"[ \t]*\*[^*\n]+\*:?[ \t]*")
LIST_MARK = re.compile(r"\s*(?:[-+*>]|\d{1,9}[.)])")
PARAGRAPH, LINE, SENTENCE, WORD, CODE_LINE, INSIDE = range(6)  # where a cut may fall, best first
# No cut at a no-break space. Sentence marks: Latin, Arabic, Hindi; then Chinese, which no space follows.
BREAK = re.compile(
    r"(?P<space>[^\S\xa0\u2007\u202f]+)"
    r"|(?:(?<!\d)\.|[!?\u2026\u061f\u0964])+[\"')\]*_~\u00bb\u2019\u201d]*(?=\s)"
    r"|[\u3002\uff01\uff1f]+[\u2019\u201d\u300d\u300f\uff09]*"
)
SPACES = re.compile(r"\s*")
ALONE = re.compile(r"[\n\x20-\u02ff]*")  # characters that never join with a neighbour


class _Cut(NamedTuple):
    """A part may end at `at`; `kind` says how good that is; `fence` is the ``` block that it cuts, if any."""

    at: int
    kind: int
    fence: re.Match[str] | None


def split(text: str, limit: int = 4096) -> list[str]:
    """The text in parts of at most `limit` characters (code points), in order. None for an empty text."""
    if limit < 1:
        raise ValueError("a part needs room for a character at least")
    text = text.replace("\r\n", "\n").strip()
    if len(text) <= limit:
        return [text] if text else []
    return _Splitter(text, limit).parts()


class _Splitter:
    """Knows all places where the text may be cut, and takes the best one for each part."""

    def __init__(self, text: str, limit: int) -> None:
        self.text = text
        self.limit = limit
        room = limit >= len(OPEN + CLOSE) * 2  # too little to close and open again: then ``` is only text
        self.fences = list(FENCE.finditer(text)) if room else []
        self.edges = _grapheme_edges(text)
        self.cuts = [cut for cut in self.find_cuts() if self.clean(cut.at)]
        self.positions = [cut.at for cut in self.cuts]

    def parts(self) -> list[str]:
        found: list[str] = []
        start, prefix = 0, ""
        while len(prefix) + len(self.text) - start > self.limit:
            cut = self.before_heading(self.choose(start, self.limit - len(prefix)), start)
            body = prefix + self.text[start : cut.at]
            part = body.rstrip("\n") + CLOSE if cut.fence else body.rstrip()
            found += [part] if part else []
            start, prefix = self.next_start(cut.at, cut.fence is not None), OPEN if cut.fence else ""
        return [*found, prefix + self.text[start:]]

    def find_cuts(self) -> list[_Cut]:
        spans = list(SPAN.finditer(self.text))
        cuts = [_Cut(fence.start(), LINE, None) for fence in self.fences]
        cuts += [_Cut(fence.end(), LINE, None) for fence in self.fences]
        for match in BREAK.finditer(self.text):
            space = match["space"]
            at = match.end() if space is None else match.start()
            if space is not None and self.after_list_mark(at):
                continue
            kind = SENTENCE if space is None else (WORD, LINE, PARAGRAPH)[min(space.count("\n"), 2)]
            fence = _around(self.fences, at)
            if fence:
                kind = CODE_LINE if kind <= LINE else INSIDE
            elif _around(spans, at):
                kind = INSIDE
            cuts.append(_Cut(at, kind, fence))
        # The best kind of those at one place.
        return list({cut.at: cut for cut in sorted(cuts, key=lambda cut: (cut.at, -cut.kind))}.values())

    def choose(self, start: int, room: int) -> _Cut:
        """A good place in the second half; an earlier one if that keeps something whole; else any."""
        first = bisect_right(self.positions, start)
        last = bisect_right(self.positions, start + room)
        near = [cut for cut in self.cuts[first:last] if self.fits(cut, start, room)]
        for kind in (PARAGRAPH, LINE, SENTENCE, WORD):
            if good := [cut for cut in near if cut.kind <= kind and cut.at >= start + room // 2]:
                return good[-1]
        if whole := [cut for cut in near if cut.kind <= WORD]:
            after = next((cut.at for cut in self.cuts[last:] if cut.kind <= WORD), len(self.text))
            if after - whole[-1].at <= self.limit:
                return whole[-1]
        for kind in (CODE_LINE, INSIDE):
            if good := [cut for cut in near if cut.kind <= kind and cut.at >= start + room // 2]:
                return good[-1]
        return self.anywhere(start, room)

    def anywhere(self, start: int, room: int) -> _Cut:
        """Between two visible characters; through one only if it alone is longer than a part."""
        for at in range(start + room, start, -1):
            cut = _Cut(at, INSIDE, _around(self.fences, at))
            if self.clean(at) and self.fits(cut, start, room):
                return cut
        fence = _around(self.fences, start)
        return _Cut(start + room - (len(CLOSE) if fence else 0), INSIDE, fence)

    def fits(self, cut: _Cut, start: int, room: int) -> bool:
        """Whether the part has room for the closing of a block, and neither side gets an empty block."""
        if cut.fence is None:
            return True
        left = self.text[max(start, cut.fence.start() + 3) : cut.at]
        right = self.text[cut.at : cut.fence.end() - 3]
        inside = cut.fence.start() + 3 <= cut.at <= cut.fence.end() - 3
        return inside and bool(left.strip() and right.strip()) and cut.at + len(CLOSE) <= start + room

    def before_heading(self, cut: _Cut, start: int) -> _Cut:
        """A bold line goes with what it stands above."""
        while cut.fence is None and (line := self.text.rfind("\n", start, cut.at)) > start:
            if not BOLD_LINE.fullmatch(self.text, line + 1, cut.at) or not self.text[start:line].strip():
                break
            at = len(self.text[:line].rstrip())
            if not self.clean(at):
                break
            cut = _Cut(at, LINE, None)
        return cut

    def after_list_mark(self, at: int) -> bool:
        """The space after `-` or `12.` at the start of a line."""
        line = self.text.rfind("\n", max(0, at - 20), at) + 1
        return LIST_MARK.fullmatch(self.text, line, at) is not None

    def next_start(self, at: int, in_fence: bool) -> int:
        """Where the next part begins: past the white space, but in code only past the line's end."""
        if in_fence:
            return at + (self.text[at] == "\n")
        end = at + len(SPACES.match(self.text, at)[0])  # type: ignore[index]
        while self.edges is not None and end > at and end not in self.edges:
            end -= 1  # a mark that combines with the space before it
        return end

    def clean(self, at: int) -> bool:
        """Neither the end of a part nor the beginning of the next goes through a visible character."""
        return self.edges is None or (at in self.edges and self.next_start(at, False) in self.edges)


def _around(matches: list[re.Match[str]], at: int) -> re.Match[str] | None:
    """The match that the position is within."""
    nr = bisect_right(matches, at, key=lambda match: match.start()) - 1
    return matches[nr] if nr >= 0 and matches[nr].start() < at < matches[nr].end() else None


def _grapheme_edges(text: str) -> set[int] | None:
    """The ends of what a reader sees as one character; None if each is one code point."""
    if ALONE.fullmatch(text):
        return None
    import regex  # type: ignore[import-untyped]  # only here: most replies fit into one part

    return {0, *(match.end() for match in regex.finditer(r"\X", text))}
